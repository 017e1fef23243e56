//! Documents that are not well-formed, not allowed, or too much: each is refused, and told where.

use std::fmt::Write as _;

use confsim_core::covers;
use confsim_core::wire::cccp::{CccpError, Request};
use confsim_core::wire::conference_info;
use confsim_core::wire::xml::{Fault, Ns, RawElement, Reader, XmlError, XmlErrorKind as Kind, limits};

fn walk(document: &[u8]) -> Result<(), XmlError> {
    let mut reader = Reader::new(document)?;
    reader.any_root()?;
    reader.skip()?;
    reader.finish()
}

#[track_caller]
fn refused(document: impl AsRef<[u8]>, kind: Kind, offset: usize) {
    assert_eq!(walk(document.as_ref()), Err(XmlError { kind, offset }));
}

#[test]
fn a_document_is_one_balanced_element() {
    refused("", Kind::NoRoot, 0);
    refused(" \r\n", Kind::NoRoot, 3);
    refused("<!-- only a comment -->", Kind::NoRoot, 23);
    refused("text", Kind::OutsideRoot, 0);
    refused("<a/>text", Kind::OutsideRoot, 4);
    refused("<a/> <b/>", Kind::OutsideRoot, 5);
    refused("<a/>&#32;", Kind::OutsideRoot, 4);
    refused("<![CDATA[ ]]><a/>", Kind::OutsideRoot, 0);
    refused("<a><b>text", Kind::Unclosed, 10);
    refused("<a><b></a>", Kind::MismatchedEnd, 6);
    refused("<a/></a>", Kind::MismatchedEnd, 4);
    refused("<a></a x='y'>", Kind::MismatchedEnd, 3);
    assert_eq!(
        walk(b"\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><!-- c --><a/> <!-- d -->\n"),
        Ok(())
    );
}

#[test]
fn markup_is_closed() {
    refused("<a", Kind::Markup, 0);
    refused("<a><", Kind::Markup, 3);
    refused("<a b='c", Kind::Markup, 0);
    refused("<a><!-- no end", Kind::Markup, 3);
    refused("<a><!-- two -- hyphens --></a>", Kind::Markup, 12);
    refused("<a><![CDATA[ no end</a>", Kind::Markup, 3);
    refused("<a>]]></a>", Kind::Markup, 3);
    refused("<a>&amp</a>", Kind::Markup, 3);
    refused("<a>AT&T</a>", Kind::Markup, 5);
    refused("<a>&#;</a>", Kind::Markup, 3);
    refused("<a>&#+65;</a>", Kind::Markup, 3);
    refused("<a>&#X41;</a>", Kind::Markup, 3);
    refused("<a b='&amp'/>", Kind::Markup, 6);
}

#[test]
fn attributes_are_well_formed() {
    for tag in ["<a b/>", "<a b=/>", "<a b=c/>", "<a b 'c'/>", "<a b='c'd='e'/>", "<a ='c'/>", "<a b='<'/>"] {
        let error = walk(tag.as_bytes()).unwrap_err();
        assert!(matches!(error.kind, Kind::MalformedAttribute | Kind::MalformedName), "{tag}: {error}");
    }
    refused("<a b='c' b='d'/>", Kind::DuplicateAttribute, 9);
    refused("<r xmlns:p='u' xmlns:q='u'><a p:b='1' q:b='2'/></r>", Kind::DuplicateAttribute, 38);
    refused("<r><a xmlns='u' xmlns='v'/></r>", Kind::DuplicateAttribute, 16);
    assert_eq!(walk(b"<r xmlns:p='u' xmlns:q='v'><a p:b='1' q:b='2' b = \"3\"/></r>"), Ok(()));
}

#[test]
fn names_are_well_formed() {
    for tag in ["< a/>", "<1a/>", "<-a/>", "<a$/>", "<:a/>", "<a:/>", "<a:b:c/>", "<a:1/>", "<a .b='c'/>"] {
        let error = walk(tag.as_bytes()).unwrap_err();
        assert_eq!(error.kind, Kind::MalformedName, "{tag}");
    }
    assert_eq!(walk("<\u{E9}l\u{E9}ment-1.x _b='c'/>".as_bytes()), Ok(()));
}

#[test]
fn only_predefined_entities_exist() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><lolz>&b;</lolz>";
    refused(laughs, Kind::Doctype, 0);
    refused("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", Kind::Doctype, 0);
    refused("<a>&b;</a>", Kind::UnknownEntity, 3);
    refused("<a b='x&nbsp;'/>", Kind::UnknownEntity, 7);
    assert_eq!(walk(b"<a b='&lt;&#60;&#x3C;'>&amp;&gt;&quot;&apos;&#10;</a>"), Ok(()));
}

#[test]
fn processing_instructions_are_refused() {
    refused("<?php ?><a/>", Kind::ProcessingInstruction, 0);
    refused("<a><?php ?></a>", Kind::ProcessingInstruction, 3);
    refused(" <?xml version='1.0'?><a/>", Kind::ProcessingInstruction, 1);
    refused("<?xml encoding='utf-8'?><a/>", Kind::ProcessingInstruction, 0);
}

#[test]
fn characters_are_legal() {
    covers!("PRO-2-2-d");
    refused(b"<a>\xFF</a>", Kind::NotUtf8, 3);
    refused(b"<a>\xC0\x80</a>", Kind::NotUtf8, 3);
    refused(b"\xFF\xFE<\0a\0/\0>\0", Kind::NotUtf8, 0);
    refused("<a>\0</a>", Kind::IllegalCharacter, 3);
    refused("<a b='\u{1}'/>", Kind::IllegalCharacter, 6);
    refused("<a>\u{FFFE}</a>", Kind::IllegalCharacter, 3);
    for reference in ["&#0;", "&#x1F;", "&#xD800;", "&#xFFFF;", "&#x110000;", "&#99999999999;"] {
        refused(format!("<a>{reference}</a>"), Kind::IllegalCharacter, 3);
        refused(format!("<a b='{reference}'/>"), Kind::IllegalCharacter, 6);
    }
    assert_eq!(walk("<a>\u{FF01}\u{FEFF}\u{10FFFF}</a>".as_bytes()), Ok(()));
}

#[test]
fn reserved_namespaces_stay_reserved() {
    for declaration in [
        "xmlns:xml='urn:x'",
        "xmlns:xmlns='urn:x'",
        "xmlns:p='http://www.w3.org/XML/1998/namespace'",
        "xmlns='http://www.w3.org/2000/xmlns/'",
        "xmlns:p=''",
    ] {
        refused(format!("<a {declaration}/>"), Kind::ReservedNamespace, 3);
    }
    assert_eq!(walk(b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en' xmlns=''/>"), Ok(()));
}

#[test]
fn everything_is_bounded() {
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert_eq!(walk(nested(limits::MAX_DEPTH).as_bytes()), Ok(()));
    refused(nested(100_000), Kind::TooDeep, 3 * limits::MAX_DEPTH);

    let mut many = String::from("<a>");
    many.extend(std::iter::repeat_n("<b/>", limits::MAX_ELEMENTS));
    many += "</a>";
    refused(many, Kind::TooManyElements, 3 + 4 * (limits::MAX_ELEMENTS - 1));

    let attributes = |count: usize| {
        let mut tag = String::from("<a");
        (0..count).for_each(|index| write!(tag, " b{index}=''").unwrap());
        tag + "/>"
    };
    assert_eq!(walk(attributes(limits::MAX_ATTRIBUTES).as_bytes()), Ok(()));
    assert_eq!(walk(attributes(100_000).as_bytes()).unwrap_err().kind, Kind::TooManyAttributes);

    refused(format!("<a b='{}'/>", "c".repeat(1024 * 1024)), Kind::TextTooLong, 6);
    refused(vec![b' '; limits::MAX_DOCUMENT + 1], Kind::TooLarge, limits::MAX_DOCUMENT);
    assert_eq!(walk(&vec![b'<'; limits::MAX_DOCUMENT]).unwrap_err().fault(), Fault::Malformed);

    let mut bindings = String::new();
    (0..3).for_each(|level| {
        bindings += "<a";
        (0..50).for_each(|index| write!(bindings, " xmlns:p{level}x{index}='u'").unwrap());
        bindings += ">";
    });
    assert_eq!(walk(bindings.as_bytes()).unwrap_err().kind, Kind::TooManyBindings);
}

#[test]
fn the_text_of_an_element_is_bounded() {
    let text = |length: usize| format!("<a>{}<b/>&amp;</a>", "x".repeat(length - 1));
    let read = |document: &str| {
        let mut reader = Reader::new(document.as_bytes())?;
        reader.any_root()?;
        reader.text().map(|text| text.len())
    };
    assert_eq!(read(&text(limits::MAX_TEXT)), Ok(limits::MAX_TEXT));
    assert_eq!(read(&text(limits::MAX_TEXT + 1)), Err(XmlError { kind: Kind::TextTooLong, offset: 0 }));
}

#[test]
fn siblings_told_apart_by_key_are_bounded() {
    let document = |count: usize| {
        let endpoints = "<endpoint entity='e'/>".repeat(count);
        format!(
            "<conference-info xmlns='urn:ietf:params:xml:ns:conference-info' entity='c'><users>\
             <user entity='u'>{endpoints}</user></users></conference-info>"
        )
    };
    assert!(conference_info::read(document(limits::MAX_SIBLINGS).as_bytes()).is_ok());
    let error = conference_info::read(document(limits::MAX_SIBLINGS + 1).as_bytes()).unwrap_err();
    assert_eq!((error.kind, error.fault()), (Kind::TooManyElements, Fault::Limit));
}

#[test]
fn references_and_line_ends_become_text() {
    let document = b"<a b='1&#10;2\r\n3\t4&amp;'>x&#x20AC;\r\ny\rz<![CDATA[<&\r\n]]><!-- c --></a>";
    let mut reader = Reader::new(document).unwrap();
    reader.root(Ns::None, "a").unwrap();
    assert_eq!(reader.attribute(Ns::None, "b").as_deref(), Some("1\n2 3 4&"));
    assert_eq!(reader.text().unwrap(), "x\u{20AC}\ny\nz<&\n");
    reader.finish().unwrap();
}

#[test]
fn an_element_taken_out_stands_for_itself() {
    let document =
        b"<r xmlns='urn:d' xmlns:p='urn:p' xmlns:q='urn:q'><a q:b='1' u:c='2'><p:c xmlns:q='urn:r'><q:d/>\
        </p:c><xml:e/></a></r>";
    let mut reader = Reader::new(document).unwrap();
    reader.any_root().unwrap();
    reader.child().unwrap();
    let element = reader.raw().unwrap();
    assert_eq!(
        element.as_str(),
        "<a xmlns=\"urn:d\" xmlns:q=\"urn:q\" xmlns:u=\"urn:x-undeclared:u\" xmlns:p=\"urn:p\" q:b='1' u:c='2'>\
         <p:c xmlns:q='urn:r'><q:d/></p:c><xml:e/></a>"
    );
    assert_eq!(RawElement::parse(element.as_str()).as_ref(), Ok(&element));
    assert_eq!(reader.child(), Ok(None));
    reader.finish().unwrap();

    assert_eq!(RawElement::parse("<a/>").unwrap().as_str(), "<a xmlns=\"\"/>");
    assert!(RawElement::parse("<a/><b/>").is_err());
}

/// However its prefixes are spread, an element taken out can be read again, or is refused at once.
#[test]
fn prefixes_of_an_element_taken_out_are_bounded() {
    let taken = |children: usize| {
        let mut document = String::from("<r><a>");
        (0..children).for_each(|index| write!(document, "<u{index}:b/>").unwrap());
        document += "</a></r>";
        let mut reader = Reader::new(document.as_bytes()).unwrap();
        reader.any_root().unwrap();
        reader.child().unwrap();
        reader.raw().map(|element| element.into_owned())
    };
    let most = taken(limits::MAX_ATTRIBUTES - 1).unwrap();
    assert_eq!(RawElement::parse(most.as_str()).as_ref(), Ok(&most));
    assert_eq!(taken(limits::MAX_ATTRIBUTES).unwrap_err().kind, Kind::TooManyAttributes);
    assert_eq!(taken(100_000).unwrap_err().fault(), Fault::Limit);
}

#[test]
fn envelopes_hold_exactly_one_command() {
    covers!("PRO-2-2-2-i");
    let request = |content: &str| {
        format!(
            "<request xmlns='urn:ietf:params:xml:ns:cccp' requestId='1' from='a' to='b'>{content}</request>"
        )
    };
    let (none, two) = (request(" "), request("<getConferences/><getEncryptionKey/>"));
    assert_eq!(Request::parse(none.as_bytes()), Err(CccpError::NoCommand { offset: 0 }));
    let offset = two.find("<getEncryptionKey").unwrap();
    assert_eq!(Request::parse(two.as_bytes()), Err(CccpError::SeveralCommands { offset }));
    assert!(Request::parse(request("<getConferences/>").as_bytes()).is_ok());
}
