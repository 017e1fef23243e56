//! Our reader and roxmltree agree on what is well-formed, where they have the same rules.

use confsim_core::wire::xml::{Reader, XmlError, XmlErrorKind as Kind};
use proptest::prelude::*;

fn walk(document: &[u8]) -> Result<(), XmlError> {
    let mut reader = Reader::new(document)?;
    reader.any_root()?;
    reader.skip()?;
    reader.finish()
}

/// Names and values that are right and wrong, mostly right.
fn tag() -> impl Strategy<Value = String> {
    let name = prop_oneof![8 => "[abp]", 2 => "p:[ab]", 1 => "[a1:$-]{1,3}", 1 => "\u{E9}"];
    let value =
        prop_oneof![6 => "[a-c]{0,3}", 2 => "&(amp|lt|#65|#x41|#0|x);", 1 => "[<>&'\"]", 1 => "[ \t\r\n]"];
    let attribute = prop_oneof![
        6 => (name.clone(), value.clone()).prop_map(|(name, value)| format!(" {name}=\"{value}\"")),
        2 => name.clone().prop_map(|name| format!(" xmlns:p='{name}'")),
        2 => (name.clone(), value).prop_map(|(name, value)| format!("\n{name} = '{value}'")),
        1 => "[ =\"'a]{1,4}",
    ];
    (name, proptest::collection::vec(attribute, 0..3)).prop_map(|(name, list)| name + &list.concat())
}

/// A document with declared prefixes, and a few wounds.
fn document() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => "[a-c \n]{0,4}",
        2 => "&(amp|lt|gt|quot|apos|#10|#x20AC|#xFFFE|#|nbsp);",
        1 => "<!--[a-c]{0,3}-->",
        1 => "<!\\[CDATA\\[[a-c<&]{0,3}\\]\\]>",
        1 => "(\\]\\]>|<|>|&|<!--|-->|</a>|<a>|\u{1}|\u{FFFF}|\u{E9})",
        2 => tag().prop_map(|tag| format!("<{tag}/>")),
    ];
    let element = leaf.prop_recursive(4, 24, 4, |inner| {
        (tag(), proptest::collection::vec(inner, 0..4)).prop_map(|(tag, children)| {
            let name = tag.split([' ', '\n']).next().unwrap_or("").to_owned();
            format!("<{tag}>{}</{name}>", children.concat())
        })
    });
    let edge =
        prop_oneof![6 => Just(String::new()), 1 => "[ \n]", 1 => Just("<!-- c -->".to_owned()), 1 => "[a<]"];
    (edge.clone(), proptest::collection::vec(element, 0..4), edge)
        .prop_map(|(head, inner, tail)| format!("{head}<r xmlns:p='urn:p'>{}</r>{tail}", inner.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]
    #[test]
    fn both_accept_or_both_refuse(document in document()) {
        let ours = walk(document.as_bytes());
        let theirs = roxmltree::Document::parse(&document);
        match (&ours, &theirs) {
            // Undeclared prefixes are foreign to us, an error to them.
            (Ok(()), Err(roxmltree::Error::UnknownNamespace(..))) => {}
            (Err(error), Ok(_)) => prop_assert!(they_overlook(error.kind), "{error}: {document:?}"),
            _ => prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}: {:?}", ours, theirs, document),
        }
        if let Err(error) = ours {
            prop_assert!(error.offset <= document.len());
        }
    }
}

/// Where roxmltree does not follow XML 1.0 to the letter.
const fn they_overlook(kind: Kind) -> bool {
    matches!(kind, Kind::ReservedNamespace | Kind::MalformedName)
}
