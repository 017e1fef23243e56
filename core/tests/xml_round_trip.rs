//! What is written reads back the same, for invented values of every kind, and is what quick-xml's writer writes.

use arbitrary::{Arbitrary, Unstructured};
use confsim_core::wire::cccp::{Request, Response};
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use confsim_core::wire::xml::{Ns, Reader, Writer};
use proptest::prelude::*;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Values made by `Arbitrary` from random bytes.
fn invented<T: for<'a> Arbitrary<'a> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    proptest::collection::vec(any::<u8>(), 0..2048)
        .prop_filter_map("enough bytes", |bytes| T::arbitrary(&mut Unstructured::new(&bytes)).ok())
}

/// Text of XML's own characters, of others that need care, and of any.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[<>&'\"\\]]{1,3}",
        "[ \\t\\n\\r]{1,3}",
        "[a-z;=:@]{1,40}",
        "[\u{E9}\u{FF01}\u{FFFD}\u{1F600}]{1,3}",
        "\\PC{0,40}",
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn by_quick_xml(attribute: &str, text: &str) -> Vec<u8> {
    let mut writer = quick_xml::Writer::new(Vec::new());
    let start = BytesStart::new("a").with_attributes([("b", attribute)]);
    writer.write_event(Event::Start(start)).unwrap();
    writer.write_event(Event::Text(BytesText::from_escaped(partial_escape(text)))).unwrap();
    writer.write_event(Event::End(BytesEnd::new("a"))).unwrap();
    writer.into_inner()
}

fn by_us(attribute: &str, text: &str) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.start("a");
    writer.attribute("b", attribute);
    writer.text(text);
    writer.end("a");
    writer.finish()
}

proptest! {
    #[test]
    fn any_text_is_written_as_quick_xml_does_and_read_back(attribute in text(), text in text()) {
        let written = by_us(&attribute, &text);
        prop_assert_eq!(&by_quick_xml(&attribute, &text), &written);
        let mut reader = Reader::new(&written).unwrap();
        reader.root(Ns::None, "a").unwrap();
        prop_assert_eq!(reader.attribute(Ns::None, "b").unwrap(), attribute);
        prop_assert_eq!(reader.text().unwrap(), text);
        reader.finish().unwrap();
    }

    /// What no document may contain is replaced, wherever it stands among the bytes looked at together.
    #[test]
    fn forbidden_characters_do_not_get_out(
        before in "[a-z]{0,70}",
        forbidden in prop::sample::select(vec!['\0', '\u{1}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}']),
        after in "[a-z]{0,70}",
    ) {
        let text = format!("{before}{forbidden}{after}");
        let written = by_us(&text, &text);
        let replaced = format!("{before}\u{FFFD}{after}");
        prop_assert_eq!(String::from_utf8(written).unwrap(), format!("<a b=\"{replaced}\">{replaced}</a>"));
    }

    #[test]
    fn conference_info_reads_back_as_written(info in invented::<ConferenceInfo<'static>>()) {
        let bytes = conference_info::write(&info);
        prop_assert_eq!(&conference_info::read(&bytes).unwrap(), &info);
        let read = conference_info::read(&bytes).unwrap().into_owned();
        prop_assert_eq!(conference_info::write(&read), bytes);
    }

    #[test]
    fn a_request_reads_back_as_written(request in invented::<Request<'static>>()) {
        let bytes = request.write();
        prop_assert_eq!(&Request::parse(&bytes).unwrap(), &request);
    }

    #[test]
    fn a_response_reads_back_as_written(response in invented::<Response<'static>>()) {
        let bytes = response.write();
        prop_assert_eq!(&Response::parse(&bytes).unwrap(), &response);
    }
}
