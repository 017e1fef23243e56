//! SIP: parsing with typed headers beside httparse, writing beside memcpy, rsip for comparison.

use std::hint::black_box;

use bytes::Bytes;
use confsim_benches::{Budget, messages, print};
use confsim_core::wire::sip::{Framer, Message, StartLine, Writer};
use criterion::{BatchSize, Criterion, Throughput};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let corpus: Vec<Bytes> = messages().into_iter().filter(|bytes| framed(bytes).is_some()).collect();
    parse(&mut criterion, &corpus);
    write(&mut criterion, &corpus);
    criterion.final_summary();
    print(&[
        Budget {
            what: "SIP parse with typed headers, whole corpus",
            ours: "sip-parse/typed",
            limit: "sip-parse/httparse",
            hundredths: 800,
        },
        Budget {
            what: "SIP write, whole corpus",
            ours: "sip-write/writer",
            limit: "sip-write/memcpy",
            hundredths: 400,
        },
    ]);
}

/// The message in `bytes`, by the rules of a stream.
fn framed(bytes: &Bytes) -> Option<Message> {
    let mut framer = Framer::default();
    framer.push(bytes.clone());
    framer.next().ok().flatten().map(|framed| framed.message)
}

fn parse(criterion: &mut Criterion, corpus: &[Bytes]) {
    let mut group = criterion.benchmark_group("sip-parse");
    group.throughput(Throughput::Elements(corpus.len() as u64));
    group.bench_function("typed", |bencher| {
        bencher.iter(|| corpus.iter().filter_map(framed).for_each(|message| typed(&message)));
    });
    group.bench_function("untyped", |bencher| {
        bencher.iter(|| corpus.iter().filter_map(framed).for_each(|message| drop(black_box(message))));
    });
    let heads: Vec<Vec<u8>> = corpus.iter().map(|bytes| header_block(bytes)).collect();
    group.bench_function("httparse", |bencher| {
        bencher.iter(|| {
            for head in &heads {
                let mut headers = [httparse::EMPTY_HEADER; 64];
                let _ = black_box(httparse::parse_headers(head, &mut headers));
            }
        });
    });
    group.bench_function("rsip", |bencher| {
        bencher.iter(|| {
            for bytes in corpus {
                let _ = black_box(rsip::SipMessage::try_from(bytes.as_ref()));
            }
        });
    });
    group.finish();
}

/// Looks at what a node looks at.
fn typed(message: &Message) {
    black_box(message.request_uri().is_ok());
    black_box(message.from().is_ok());
    black_box(message.to().is_ok());
    black_box(message.vias().filter(Result::is_ok).count());
    black_box(message.cseq().is_ok());
    black_box(message.contacts().filter(Result::is_ok).count());
    black_box(message.event().is_ok());
}

/// The header fields of a message, without its start line.
fn header_block(bytes: &[u8]) -> Vec<u8> {
    let Some(message) = framed(&Bytes::copy_from_slice(bytes)) else { return Vec::new() };
    let head = message.head();
    let start = head.windows(2).position(|pair| pair == b"\r\n").map_or(0, |at| at + 2);
    head[start..].to_vec()
}

fn write(criterion: &mut Criterion, corpus: &[Bytes]) {
    let parsed: Vec<Message> = corpus.iter().filter_map(framed).collect();
    let mut group = criterion.benchmark_group("sip-write");
    group.throughput(Throughput::Elements(parsed.len() as u64));
    group.bench_function("writer", |bencher| {
        let mut writer = Writer::new();
        bencher.iter(|| {
            for message in &parsed {
                match message.start() {
                    StartLine::Request { method, uri } => writer.start_request(method, uri),
                    StartLine::Response { code, reason } => writer.start_response(code, reason),
                };
                writer.copy_fields(message, |_| true);
                black_box(writer.finish(message.body().len()));
            }
        });
    });
    let heads: Vec<Vec<u8>> = parsed.iter().map(|message| message.head().to_vec()).collect();
    group.bench_function("memcpy", |bencher| {
        bencher.iter_batched_ref(
            || (),
            |()| heads.iter().for_each(|head| drop(black_box(head.clone()))),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}
