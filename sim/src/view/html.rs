//! A run as one page that needs nothing else: no network, no other file. The data of the run stands in it as
//! JSON; the page's own script draws it, and its policy lets nothing else run.

mod changes;
mod collect;
mod data;
mod names;
mod reports;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::Options;
use super::drawing::Sketch;
use super::markup::escape;
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::Trace;

/// Most lines of one page; of longer runs it shows a window and says so.
pub(super) const LINES: usize = 10_000;

/// Most bytes of message texts in one page, so that it opens at once.
const TEXTS: usize = 11_000_000;

/// What stands for `<` in the page's data.
const ESCAPED: &str = "\\u003c";

const STYLE: &str = include_str!("html/page.css");
const BODY: &str = include_str!("html/page.html");
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("html/base.js"),
    include_str!("html/ladder.js"),
    include_str!("html/message.js"),
    include_str!("html/tables.js"),
    include_str!("html/page.js"),
    "})();\n"
);

/// Shows a run.
pub(super) fn page(
    scenario: &Scenario,
    trace: &Trace,
    verdict: &Verdict,
    options: &Options,
    sketch: &Sketch<'_>,
) -> Result<String, serde_json::Error> {
    let data = collect::collect(scenario, trace, verdict, options, sketch);
    Ok(document(&scenario.title, &[STYLE], BODY, SCRIPT, &json(&data)?))
}

/// A page whose policy lets exactly its own style and script work.
pub(super) fn document(title: &str, styles: &[&str], body: &str, script: &str, data: &str) -> String {
    let style = styles.concat();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; \
         form-action 'none'; style-src '{}'; script-src '{}'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n\
         <script type=\"application/json\" id=\"data\">{data}</script>\n<script>{script}</script>\n</body>\n</html>\n",
        hash(&style),
        hash(script),
        escape(title),
    )
}

/// JSON that can stand in a page: nothing in it begins the tag or the comment that would end the element it stands in.
fn json(value: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    Ok(serde_json::to_string(value)?.replace('<', ESCAPED))
}

/// How long a text is in such JSON.
fn length(text: &[u8]) -> usize {
    let length = |byte: &u8| match byte {
        b'<' => ESCAPED.len(),
        b'"' | b'\\' | b'\n' => 2,
        // Line ends are written as one character.
        b'\r' => 0,
        _ => 1,
    };
    text.iter().map(length).sum()
}

/// What a policy calls a script or a style by (Content Security Policy 3, section 2.3.1).
fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}
