//! Roster documents: typed reading beside quick-xml's skim, writing beside quick-xml's `Writer`.

use std::hint::black_box;

use confsim_benches::{Budget, conference_info, print, roster};
use confsim_core::wire::conference_info::{read, write};
use criterion::{Criterion, Throughput};
use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

/// Users in a document of about 5 kB, and of about 1 MB.
const SIZES: [(&str, usize); 2] = [("5kB", 4), ("1MB", 830)];

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (size, users) in SIZES {
        reading(&mut criterion, size, users);
        writing(&mut criterion, size, users);
    }
    criterion.final_summary();
    print(&[
        budget("conference-info read, 5 kB", "xml-read-5kB/ours", "xml-read-5kB/quick-xml-skim", 350),
        budget("conference-info read, 1 MB", "xml-read-1MB/ours", "xml-read-1MB/quick-xml-skim", 350),
        budget("conference-info write, 5 kB", "xml-write-5kB/ours", "xml-write-5kB/quick-xml-writer", 16),
        budget("conference-info write, 1 MB", "xml-write-1MB/ours", "xml-write-1MB/quick-xml-writer", 16),
    ]);
}

fn budget(what: &'static str, ours: &'static str, limit: &'static str, hundredths: u64) -> Budget {
    Budget { what, ours, limit, hundredths }
}

fn reading(criterion: &mut Criterion, size: &str, users: usize) {
    let document = roster(users);
    let text = std::str::from_utf8(&document).expect("UTF-8");
    let mut group = criterion.benchmark_group(format!("xml-read-{size}"));
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("ours", |bencher| {
        bencher.iter(|| drop(black_box(read(&document).expect("our own document"))));
    });
    group.bench_function("quick-xml-skim", |bencher| {
        bencher.iter(|| {
            let mut reader = Reader::from_str(text);
            while !matches!(reader.read_event().expect("XML"), Event::Eof) {}
        });
    });
    group.bench_function("roxmltree", |bencher| {
        bencher.iter(|| drop(black_box(roxmltree::Document::parse(text).expect("XML"))));
    });
    group.finish();
}

fn writing(criterion: &mut Criterion, size: &str, users: usize) {
    let (info, document) = (conference_info(users), roster(users));
    let text = std::str::from_utf8(&document).expect("UTF-8");
    let mut reader = Reader::from_str(text);
    let mut events = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Eof => break,
            event => events.push(event.into_owned()),
        }
    }
    let mut group = criterion.benchmark_group(format!("xml-write-{size}"));
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("ours", |bencher| bencher.iter(|| drop(black_box(write(&info)))));
    group.bench_function("quick-xml-writer", |bencher| {
        bencher.iter(|| {
            let mut writer = Writer::new(Vec::with_capacity(document.len()));
            for event in &events {
                writer.write_event(event.borrow()).expect("memory");
            }
            drop(black_box(writer.into_inner()));
        });
    });
    group.finish();
}
