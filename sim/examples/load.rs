//! Load for `confsim serve`: users in conferences of ten, each of whose messages goes to nine others.
//!
//! `cargo run --release --example load -- [ADDR [USERS [MESSAGES-PER-SECOND [SECONDS [PID]]]]]`, against a pool that
//! listens. Prints how many messages were delivered, how long that took, how many answers and reports were missing, and
//! what it cost: in processor time, which other programs do not change much, and the pool's memory if it is PID.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Barrier, Mutex};
use tokio::time::{Instant, sleep_until};

/// How many users share a conference.
const TOGETHER: usize = 10;

/// After how long without anything new the rest counts as lost.
const PATIENCE: Duration = Duration::from_secs(20);

type Failure = Box<dyn Error + Send + Sync>;

/// What all users count together.
#[derive(Default)]
struct Tally {
    sent: AtomicU64,
    answered: AtomicU64,
    delivered: AtomicU64,
    reports: AtomicU64,
    /// Deliveries by their time in tenths of a millisecond.
    times: Mutex<BTreeMap<u64, u64>>,
}

/// A message as far as this program looks into it.
struct Heard {
    head: String,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.clone().find(|(found, _)| *found == name).map_or("", |(_, value)| value)
    }

    fn is(&self, what: &str) -> bool {
        self.head.strip_prefix("SIP/2.0 ").unwrap_or(&self.head).starts_with(what)
    }
}

/// The reading half of a user's connection.
struct Ear {
    stream: OwnedReadHalf,
    buffer: Vec<u8>,
}

impl Ear {
    async fn hear(&mut self) -> Result<Heard, Failure> {
        loop {
            if let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8(self.buffer[..end + 4].to_vec())?;
                let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
                let total = end + 4 + length.unwrap_or("0").parse::<usize>()?;
                if self.buffer.len() >= total {
                    let body = String::from_utf8(self.buffer[end + 4..total].to_vec())?;
                    self.buffer.drain(..total);
                    return Ok(Heard { head, body });
                }
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the pool hung up".into());
            }
        }
    }

    /// The next message of this kind; others are let pass.
    async fn wait_for(&mut self, what: &str) -> Result<Heard, Failure> {
        loop {
            let heard = self.hear().await?;
            if heard.is(what) {
                return Ok(heard);
            }
            if heard.is("4") || heard.is("5") || heard.is("6") {
                return Err(format!("{}{}", heard.head, heard.body).into());
            }
        }
    }
}

/// One user: where he is, and whom he speaks to.
struct User {
    name: String,
    cseq: u32,
    mouth: OwnedWriteHalf,
    chat: String,
    to: String,
}

impl User {
    async fn ask(
        &mut self,
        method: &str,
        uri: &str,
        to: &str,
        kind: &str,
        body: &str,
    ) -> Result<(), Failure> {
        if method != "ACK" {
            self.cseq += 1;
        }
        let Self { name, cseq, .. } = self;
        let content = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1\r\nFrom: <sip:{name}@contoso.com>;tag=1;epid=1\r\nTo: {to}\r\n\
             Call-ID: {name}\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\nContact: <sip:{name}@127.0.0.1>\r\n\
             Supported: ms-sender\r\n{content}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Ok(self.mouth.write_all(text.as_bytes()).await?)
    }

    /// Signs in, joins the conference of the first of ten (who makes it before), and opens an IM session.
    async fn enter(&mut self, ear: &mut Ear, host: &str, id: &str, made: &Barrier) -> Result<(), Failure> {
        let own = format!("<sip:{}@contoso.com>", self.name);
        self.ask("REGISTER", "sip:contoso.com", &own, "", "").await?;
        ear.wait_for("200").await?;
        let focus = format!("sip:{host}@contoso.com;gruu;opaque=app:conf:focus:id:{id}");
        let name = self.name.clone();
        if name == host {
            let factory = format!("sip:{host}@contoso.com;gruu;opaque=app:conf:focusfactory");
            let body = format!(
                "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" requestId=\"1\" from=\"sip:{host}@contoso.com\" \
                 to=\"{factory}\"><addConference><ci:conference-info xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" \
                 xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" entity=\"\"><ci:conference-description>\
                 <msci:conference-id>{id}</msci:conference-id><msci:admission-policy>openAuthenticated</msci:admission-policy>\
                 </ci:conference-description><msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view>\
                 </ci:conference-info></addConference></request>"
            );
            self.ask("SERVICE", &factory, &format!("<{factory}>"), "application/cccp+xml", &body).await?;
            ear.wait_for("200").await?;
        }
        made.wait().await;
        let body = format!(
            "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" requestId=\"1\" from=\"sip:{name}@contoso.com\" \
             to=\"{focus}\"><addUser><conferenceKeys confEntity=\"{focus}\"/><ci:user \
             xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:{name}@contoso.com\"><ci:endpoint \
             entity=\"{{DCB1F2C1-04F9-4AE3-B1F1-2B0C5F6F1A55}}\"/></ci:user></addUser></request>"
        );
        self.ask("INVITE", &focus, &format!("<{focus}>"), "application/cccp+xml", &body).await?;
        let answer = ear.wait_for("200").await?;
        self.ask("ACK", &focus, answer.header("To"), "", "").await?;
        let chat = focus.replace(":focus:", ":chat:");
        let sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=message 5060 sip null\r\n\
                   a=accept-types:text/plain application/ms-imdn+xml\r\n";
        self.ask("INVITE", &chat, &format!("<{chat}>"), "application/sdp", sdp).await?;
        let answer = ear.wait_for("200").await?;
        self.to = answer.header("To").to_owned();
        self.ask("ACK", &chat, answer.header("To"), "", "").await?;
        self.chat = chat;
        Ok(())
    }
}

/// Takes what comes, and answers it.
async fn listen(
    mut ear: Ear,
    user: Arc<Mutex<User>>,
    tally: Arc<Tally>,
    zero: Instant,
) -> Result<(), Failure> {
    loop {
        let heard = ear.hear().await?;
        if heard.is("202") || heard.is("200") {
            tally.answered.fetch_add(u64::from(heard.header("CSeq").ends_with("MESSAGE")), Ordering::Relaxed);
        } else if heard.head.starts_with("SIP/2.0 ") {
            eprintln!("refused: {}", heard.head.lines().next().unwrap_or_default());
        } else if heard.is("MESSAGE") && heard.header("Content-Type").contains("imdn") {
            tally.reports.fetch_add(1, Ordering::Relaxed);
        } else if heard.is("MESSAGE") {
            tally.delivered.fetch_add(1, Ordering::Relaxed);
            let sent: u64 = heard.body.split(' ').next().unwrap_or_default().parse().unwrap_or(0);
            let took = (zero.elapsed().as_micros() as u64).saturating_sub(sent) / 100;
            *tally.times.lock().await.entry(took).or_default() += 1;
        } else if heard.is("BENOTIFY") {
            tally
                .reports
                .fetch_add(u64::from(heard.header("Content-Type").contains("imdn")), Ordering::Relaxed);
            continue;
        }
        if heard.is("MESSAGE") || heard.is("BYE") || heard.is("INFO") || heard.is("NOTIFY") {
            let mut answer = "SIP/2.0 200 OK\r\n".to_owned();
            for line in heard.head.lines() {
                if ["Via: ", "From: ", "To: ", "Call-ID: ", "CSeq: "]
                    .iter()
                    .any(|name| line.starts_with(name))
                {
                    answer.push_str(line);
                    answer.push_str("\r\n");
                }
            }
            answer.push_str("Content-Length: 0\r\n\r\n");
            user.lock().await.mouth.write_all(answer.as_bytes()).await?;
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, usual: u64| arguments.get(place).map_or(Ok(usual), |text| text.parse());
    let address = arguments.first().map_or("127.0.0.1:5060", String::as_str).to_owned();
    let (users, rate, seconds) = (number(1, 1000)? as usize, number(2, 1200)?, number(3, 60)?);
    let (zero, tally) = (Instant::now(), Arc::new(Tally::default()));
    let run = zero.elapsed().as_micros() + u128::from(std::process::id());

    let mut entering = tokio::task::JoinSet::new();
    let made: Vec<_> = (0..users.div_ceil(TOGETHER)).map(|_| Arc::new(Barrier::new(TOGETHER))).collect();
    for number in 0..users {
        let (address, made) = (address.clone(), Arc::clone(&made[number / TOGETHER]));
        entering.spawn(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let (read, mouth) = stream.into_split();
            let (name, host) = (format!("load{number}"), format!("load{}", number / TOGETHER * TOGETHER));
            let mut ear = Ear { stream: read, buffer: Vec::new() };
            let mut user = User { name, cseq: 0, mouth, chat: String::new(), to: String::new() };
            let id = format!("{run}N{}XXXXXXXX", number / TOGETHER);
            user.enter(&mut ear, &host, &id, &made).await?;
            Ok::<_, Failure>((ear, user))
        });
    }
    let mut all = Vec::new();
    while let Some(entered) = entering.join_next().await {
        let (ear, user) = entered??;
        let user = Arc::new(Mutex::new(user));
        let listening = listen(ear, Arc::clone(&user), Arc::clone(&tally), zero);
        tokio::spawn(async move {
            if let Err(error) = listening.await {
                eprintln!("a user is lost: {error}");
            }
        });
        all.push(user);
    }
    println!("{users} users are in {} conferences after {:.1} s", made.len(), zero.elapsed().as_secs_f64());

    // Not before the history of each conference is over: it bounds what may be said.
    sleep_until(Instant::now() + Duration::from_secs(41)).await;
    let pool = arguments.get(4).map_or("", String::as_str);
    let before = [spent("self"), spent(pool)];
    let begin = Instant::now();
    for number in 0..rate * seconds {
        sleep_until(begin + Duration::from_micros(number * 1_000_000 / rate)).await;
        let mut user = all[number as usize * 7 % all.len()].lock().await;
        let (chat, to) = (user.chat.clone(), user.to.clone());
        let text = format!("{} Does anybody know where we have lunch today?", zero.elapsed().as_micros());
        user.ask("MESSAGE", &chat, &to, "text/plain", &text).await?;
        tally.sent.fetch_add(1, Ordering::Relaxed);
    }
    let took = last_arrival(&tally, begin).await;
    report(&tally, took).await;
    let delivered = tally.delivered.load(Ordering::Relaxed).max(1);
    for (who, process, before) in [("load", "self", before[0]), ("pool", pool, before[1])] {
        if let Some((before, now)) = before.zip(spent(process)) {
            println!("{who}: {} us of processor time a delivery", (now - before) * 10_000 / delivered);
        }
    }
    let status = fs::read_to_string(format!("/proc/{pool}/status")).unwrap_or_default();
    if let Some(most) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        println!("pool: {} of memory at most", most.trim());
    }
    Ok(())
}

/// How much processor time a process has had, in hundredths of a second.
fn spent(process: &str) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    // The 14th and 15th field (proc(5)); the second may hold blanks.
    let fields: Vec<&str> = fields.split(' ').collect();
    Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
}

/// Waits until everything has arrived, or nothing more does; how long the last thing took, in seconds.
async fn last_arrival(tally: &Tally, begin: Instant) -> f64 {
    let (mut last, mut arrived) = (Instant::now(), 0);
    while last.elapsed() < PATIENCE {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let now = count(&tally.delivered) + count(&tally.answered) + count(&tally.reports);
        if now > arrived {
            (last, arrived) = (Instant::now(), now);
        }
        if arrived >= count(&tally.sent) * (TOGETHER as u64 + 1) {
            break;
        }
        sleep_until(Instant::now() + Duration::from_millis(100)).await;
    }
    (last - begin).as_secs_f64()
}

async fn report(tally: &Tally, took: f64) {
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (sent, delivered) = (count(&tally.sent), count(&tally.delivered));
    println!(
        "{sent} messages in {took:.1} s, {delivered} deliveries: {:.0} a second",
        delivered as f64 / took
    );
    let due = sent * (TOGETHER as u64 - 1);
    println!(
        "missing: {} deliveries, {} answers, {} reports",
        due - delivered,
        sent - count(&tally.answered),
        sent - count(&tally.reports)
    );
    let times = tally.times.lock().await;
    for percent in [50, 99] {
        let mut passed = 0;
        let at = times.iter().find(|(_, number)| {
            passed += **number;
            passed * 100 >= delivered * percent
        });
        println!("p{percent}: {:.1} ms", at.map_or(0.0, |(tenths, _)| *tenths as f64 / 10.0));
    }
}
