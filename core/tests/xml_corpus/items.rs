//! What a document says, by another reader than ours.

use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{PrefixDeclaration, ResolveResult};

fn namespace(result: &ResolveResult<'_>) -> String {
    match result {
        ResolveResult::Bound(namespace) => namespace.into_inner().to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => format!("undeclared {prefix}"),
    }
}

fn tag(reader: &NsReader<&[u8]>, path: &str, start: &BytesStart<'_>, items: &mut Vec<String>) -> String {
    let (result, local) = reader.resolver().resolve_element(start.name());
    let path = format!("{path}/{{{}}}{}", namespace(&result), local.into_inner());
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.unwrap();
        if matches!(
            attribute.key.as_namespace_binding(),
            Some(PrefixDeclaration::Default | PrefixDeclaration::Named(_))
        ) {
            continue;
        }
        let (result, local) = reader.resolver().resolve_attribute(attribute.key);
        let (ns, name) = (namespace(&result), local.into_inner());
        items.push(format!("{path} {{{ns}}}{name}={}", attribute.value.trim()));
    }
    items.push(path.clone());
    path
}

/// Elements, attributes and texts with their place, in no particular order. Separators and prefixes do not count.
pub(crate) fn items(document: &[u8]) -> Vec<String> {
    let mut reader = NsReader::from_reader(document);
    let mut items = Vec::new();
    let mut path = vec![String::new()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let inner = tag(&reader, path.last().unwrap(), &start, &mut items);
                path.push(inner);
            }
            Event::Empty(start) => {
                tag(&reader, path.last().unwrap(), &start, &mut items);
            }
            Event::End(_) => {
                path.pop();
            }
            Event::Text(text) if !text.trim().is_empty() => {
                items.push(format!("{} = {}", path.last().unwrap(), text.trim()));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    items.retain(|item| !item.contains("conference-info-separator"));
    // MS-CONFPRO 4.8 has this element in either namespace.
    for item in &mut items {
        *item = item.replace(
            "2008/12/confinfoextensions}default-region",
            "2005/08/confinfoextensions}default-region",
        );
    }
    items.sort();
    items
}
