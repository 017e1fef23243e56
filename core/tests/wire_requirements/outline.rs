//! What a document says, by another reader than ours: one line an element, with its namespace as a short name.

use roxmltree::{Document, Node};

/// Short names for the namespaces of the documents; anything else shows in full.
const SHORT: [(&str, &str); 14] = [
    ("urn:ietf:params:xml:ns:cccp", "cccp:"),
    ("http://schemas.microsoft.com/rtc/2005/08/cccpextensions", "mscp:"),
    ("urn:ietf:params:xml:ns:conference-info", "ci:"),
    ("urn:ietf:params:xml:ns:conference-info-separator", "cis:"),
    ("http://schemas.microsoft.com/rtc/2005/08/confinfoextensions", "msci:"),
    ("http://schemas.microsoft.com/rtc/2008/12/confinfoextensions", "msci2:"),
    ("http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions", "msim:"),
    ("http://schemas.microsoft.com/rtc/2005/08/avconfinfoextensions", "msav:"),
    ("http://schemas.microsoft.com/rtc/2005/08/acpconfinfoextensions", "msacp:"),
    ("http://schemas.microsoft.com/rtc/2005/08/asconfinfoextensions", "msas:"),
    ("http://schemas.microsoft.com/rtc/2005/08/dataconfinfoextensions", "msdata:"),
    ("http://schemas.microsoft.com/rtc/2005/08/imdn", "imdn:"),
    ("http://schemas.microsoft.com/rtc/2008/12/endpointinfoextensions", "msendpt:"),
    ("urn:example:other", "o:"),
];

fn short(namespace: Option<&str>) -> String {
    let Some(namespace) = namespace else { return String::new() };
    let known = SHORT.iter().find(|(name, _)| *name == namespace);
    known.map_or_else(|| format!("{{{namespace}}}"), |(_, short)| (*short).to_owned())
}

fn line(node: Node<'_, '_>, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(&short(node.tag_name().namespace()));
    out.push_str(node.tag_name().name());
    let mut attributes: Vec<_> = node
        .attributes()
        .map(|attribute| {
            format!(" {}{}={}", short(attribute.namespace()), attribute.name(), attribute.value())
        })
        .collect();
    attributes.sort();
    out.extend(attributes);
    let text: Vec<_> =
        node.children().filter_map(|child| child.is_text().then(|| child.text()).flatten()).collect();
    let text = text.concat();
    if !text.trim().is_empty() {
        out.push_str(" : ");
        out.push_str(text.trim());
    }
    out.push('\n');
    for child in node.children().filter(Node::is_element) {
        line(child, depth + 1, out);
    }
}

/// The first element called `name` and everything in it: an element a line, its attributes sorted, its text after
/// a colon.
#[track_caller]
pub(crate) fn outline(document: impl AsRef<[u8]>, name: &str) -> String {
    let text = std::str::from_utf8(document.as_ref()).unwrap();
    let document = Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let root = document.descendants().find(|node| node.tag_name().name() == name);
    let mut out = String::new();
    line(root.unwrap_or_else(|| panic!("no {name} in {text}")), 0, &mut out);
    out
}

/// Lines without the indentation of the source.
pub(crate) fn lines(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.retain(|line| !line.trim().is_empty());
    let margin = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", &line[margin..])).collect()
}

/// Checks the outline of an element against the one written down.
#[track_caller]
pub(crate) fn is(document: impl AsRef<[u8]>, name: &str, expected: &str) {
    assert_eq!(outline(document, name), lines(expected));
}
