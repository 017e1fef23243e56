//! Scenario files: what is written is read back, and what is wrong is told with its place.

use confsim::scenario::{
    Action, Admission, Answer, Autopromote, Kind, Limits, Link, Links, Participant, Range, Rules, Speech,
    Split, Topology, from_toml, scenario, to_toml,
};
use confsim_core::time::Duration;

fn lunch() -> String {
    "lunch".to_owned()
}

fn every_limit() -> Limits {
    let seconds = |count| Some(Duration::from_secs(count));
    Limits {
        forward_timeout: seconds(1),
        ringing_timeout: seconds(2),
        lobby_timeout: seconds(3),
        idle_timeout: seconds(4),
        link_timeout: seconds(5),
        session_expires: seconds(6),
        subscription_expires: seconds(7),
        registration: seconds(8),
    }
}

#[test]
fn every_action_reads_back_the_same() {
    let bob = || "bob".to_owned();
    let conference = lunch;
    let all = [
        Action::Create {
            conference: conference(),
            subject: String::new(),
            rules: Rules {
                admission: Admission::Closed,
                locked: true,
                no_lobby: true,
                autopromote: Autopromote::Company,
                presenters: vec![bob()],
                attendees: vec!["alice".to_owned()],
            },
        },
        Action::LobbyAdmit { conference: conference(), user: bob() },
        Action::LobbyDeny { conference: conference(), user: bob() },
        Action::Lock { conference: conference() },
        Action::Unlock { conference: conference() },
        Action::Promote { conference: conference(), user: bob() },
        Action::Demote { conference: conference(), user: bob() },
        Action::Invite { conference: conference(), user: bob() },
        Action::ConfInvite { conference: conference(), user: bob() },
        Action::End { conference: conference() },
        Action::GetState { conference: conference() },
        Action::Refresh { conference: conference() },
        Action::SetFormats { conference: conference(), formats: "text/plain text/rtf".to_owned() },
    ];
    let mut builder = scenario("Everything one can do").participants(&["alice", "bob"]);
    for action in all {
        builder = builder.step("1s", "alice", action);
    }
    let full = builder.build().unwrap();
    assert_eq!(from_toml(&to_toml(&full)).unwrap(), full);
}

#[test]
fn a_written_scenario_reads_back_the_same() {
    let link = Link {
        latency: Range { low: Duration::from_millis(1), high: Duration::from_micros(50_500) },
        jitter: Duration::from_micros(300),
        split: Split::Pieces,
    };
    let full = scenario("Every \"key\" once")
        .topology(Topology::Pool)
        .links(Links { client: link, pool: Link::fixed(Duration::from_millis(7)) })
        .limits(every_limit())
        .participants(&["alice", "bob"])
        .participant("carol", Kind::Legacy, Some(link))
        .participant("dave", Kind::Cwa, None)
        .step("0s", "alice", Action::SignIn)
        .step(
            "1s",
            "alice",
            Action::Create {
                conference: lunch(),
                subject: "Lunch?\r\n\t\u{1}\\".to_owned(),
                rules: Rules::default(),
            },
        )
        .step("1.000001s", "alice", Action::Join { conference: lunch() })
        .step(
            "2s",
            "alice",
            Action::Send { conference: lunch(), format: "text/rtf".to_owned(), text: "{\\rtf1}".to_owned() },
        )
        .step("3s", "bob", Action::Typing { conference: lunch() })
        .step("3s", "alice", Action::Eject { conference: lunch(), user: "bob".to_owned() })
        .step("4s", "alice", Action::Leave { conference: lunch() })
        .join(Participant {
            user: Some("bob".to_owned()),
            domain: Some("example.org".to_owned()),
            passcode: Some("4711".to_owned()),
            answer: Answer::Accept(Duration::from_secs(3)),
            timer: Some(false),
            autoextend: false,
            rejoin: false,
            lobby: true,
            ..Participant::new("bob-2")
        })
        .join(Participant { answer: Answer::Decline, ..Participant::new("erin") })
        .join(Participant { answer: Answer::Ignore, ..Participant::new("frank") })
        .step("5s", "bob", Action::Say(Speech::Text("INFO ${focus:lunch} SIP/2.0\r\n\r\n".to_owned())))
        .step("5s", "bob", Action::Say(Speech::Bytes(vec![0, 10, 255])))
        .fault("drop the 3rd MESSAGE from mcu to bob")
        .fault("cut the 1st connection between bob and front-end after 812 bytes from bob with rst")
        .build()
        .unwrap();
    let text = to_toml(&full);
    assert_eq!(from_toml(&text).unwrap(), full, "{text}");

    let bare = scenario("Nothing").build().unwrap();
    assert_eq!(from_toml(&to_toml(&bare)).unwrap(), bare);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let head = "version = 1\ntitle = \"t\"\ntopology = \"pool\"\nend = \"9s\"\nparticipants = [{ name = \"bob\" }]\n";
    let step = "{ at = \"1s\", who = \"bob\"";
    for (text, complaint) in [
        (
            "version = 2\nnew-key = 1\n".to_owned(),
            "line 1, column 11: this program reads scenario version 1, not 2",
        ),
        (format!("colour = 1\n{head}"), "line 1, column 1: unknown field `colour`"),
        (format!("{head}steps = [{step}, colour = 1 }}]\n"), "line 6, column 36: unknown field `colour`"),
        (
            format!("{head}steps = [\n{{ at = \"soon\" }}]\n"),
            "line 7, column 8: `soon` is no time like 1.2s, 20ms",
        ),
        (
            format!("{head}steps = [{step}, what = \"dance\" }}]\n"),
            "line 6, column 43: unknown variant `dance`",
        ),
        (
            format!("{head}steps = [\n{step}, what = \"join\" }}]\n"),
            "line 7, column 1: `conference` is missing",
        ),
        (
            format!("{head}steps = [\n{step}, what = \"sign-in\", user = \"bob\" }}]\n"),
            "line 7, column 1: `user` has no meaning for `sign-in`",
        ),
        (
            format!("{head}steps = [\n{step}, what = \"eject\", conference = \"c\", user = \"eve\" }}]\n"),
            "line 7, column 1: there is no participant called `eve`",
        ),
        (
            head.replace("}]", "}, { name = \"bob\" }]"),
            "line 5, column 35: there is a participant called `bob` already",
        ),
        (
            format!("{head}steps = [\n{step}, what = \"say\", text = \"${{focus:}} ${{moon}}\" }}]\n"),
            "line 7, column 1: `${moon}` stands for nothing",
        ),
        (
            format!("{head}steps = [\n{step}, what = \"say\", bytes = \"0x\" }}]\n"),
            "line 7, column 49: `0x` are no bytes like `0d 0a`",
        ),
        (
            head.replace(" }]", ", answers = \"later\" }]"),
            "line 5, column 43: `later` is none of accept, accept after 3s, decline and ignore",
        ),
        (
            format!(
                "{head}steps = [\n{step}, what = \"create\", conference = \"c\", presenters = [\"eve\"] }}]\n"
            ),
            "line 7, column 1: there is no participant called `eve`",
        ),
        (
            format!(
                "{head}steps = [\n{step}, what = \"create\", conference = \"c\", admission = \"shut\" }}]\n"
            ),
            "line 7, column 74: `shut` is none of closed, open, anonymous",
        ),
        (head.replace("bob", "mcu"), "line 5, column 17: `mcu` is the name of a role of the pool"),
        (format!("{head}faults = [\"drop it\"]\n"), "line 6, column 11: expected the, got `it`"),
        (
            format!("{head}faults = [\"drop the 1st INFO from eve to bob\"]\n"),
            "line 6, column 11: there is no node called `eve`",
        ),
        (
            format!("{head}links.client = {{ latency = 3 }}\n"),
            "line 6, column 28: expected a time like \"20ms\" or two like [\"1ms\", \"50ms\"]",
        ),
        (
            format!(
                "{head}parity = true\nsteps = [{step}, what = \"sign-in\" }}, {step}, what = \"sign-in\" }}]\n"
            ),
            "line 1, column 1: parity asks for steps at least 200 ms apart",
        ),
        (
            format!("{head}parity = true\nsteps = [{step}, what = \"say\", text = \"x\" }}]\n"),
            "line 1, column 1: parity asks for steps that clients do: no `say`",
        ),
        (
            head.replace(" }]", ", link = { latency = \"30ms\" } }]") + "parity = true\n",
            "line 1, column 1: parity asks for one link for all participants",
        ),
    ] {
        let error = from_toml(&text).unwrap_err().to_string();
        assert!(error.starts_with(complaint), "{error}\ninstead of\n{complaint}\nfor\n{text}");
    }
}
