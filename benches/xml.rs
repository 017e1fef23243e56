//! Roster documents: typed reading beside quick-xml's skim, writing beside quick-xml's `Writer`.

use std::hint::black_box;

use confsim_benches::{Budget, conference_info, print, roster};
use confsim_core::wire::conference_info::{read, write};
use criterion::{Criterion, Throughput};
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
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
    let pieces = pieces(std::str::from_utf8(&document).expect("UTF-8"));
    let mut group = criterion.benchmark_group(format!("xml-write-{size}"));
    group.throughput(Throughput::Bytes(document.len() as u64));
    group.bench_function("ours", |bencher| bencher.iter(|| drop(black_box(write(&info)))));
    group.bench_function("quick-xml-writer", |bencher| {
        bencher.iter(|| {
            let mut writer = Writer::new(Vec::with_capacity(document.len()));
            for piece in &pieces {
                writer.write_event(piece.event()).expect("memory");
            }
            drop(black_box(writer.into_inner()));
        });
    });
    group.finish();
}

/// What a program that writes with quick-xml starts from: names and unescaped values.
enum Piece {
    Start(String, Vec<(String, String)>),
    Empty(String, Vec<(String, String)>),
    Text(String),
    End(String),
}

impl Piece {
    fn event(&self) -> Event<'_> {
        let start = |name, attributes: &'_ [(String, String)]| {
            let pairs = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            BytesStart::new(name).with_attributes(pairs)
        };
        match self {
            Self::Start(name, attributes) => Event::Start(start(name.as_str(), attributes)),
            Self::Empty(name, attributes) => Event::Empty(start(name.as_str(), attributes)),
            Self::Text(text) => Event::Text(BytesText::new(text)),
            Self::End(name) => Event::End(BytesEnd::new(name.as_str())),
        }
    }
}

fn pieces(document: &str) -> Vec<Piece> {
    let name = |tag: &BytesStart<'_>| tag.name().into_inner().to_owned();
    let attributes = |tag: &BytesStart<'_>| {
        let attributes = tag.attributes().map(|attribute| attribute.expect("XML"));
        attributes
            .map(|attribute| (attribute.key.into_inner().to_owned(), attribute.value.into_owned()))
            .collect::<Vec<_>>()
    };
    let mut reader = Reader::from_str(document);
    let mut pieces = Vec::new();
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(tag) => pieces.push(Piece::Start(name(&tag), attributes(&tag))),
            Event::Empty(tag) => pieces.push(Piece::Empty(name(&tag), attributes(&tag))),
            Event::Text(text) => pieces.push(Piece::Text(text.into_inner().into_owned())),
            Event::End(tag) => pieces.push(Piece::End(tag.name().into_inner().to_owned())),
            Event::Eof => return pieces,
            _ => {}
        }
    }
}
