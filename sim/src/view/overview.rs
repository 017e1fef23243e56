//! The report of a sweep as one page that needs nothing else.

use std::fmt::Write as _;

use serde_json::Value;

use super::html::document;
use super::markup::escape;
use crate::covers::{Reach, Requirement, State};
use crate::property::CATALOGUE;

const STYLE: &str = include_str!("html/page.css");
const OWN_STYLE: &str = include_str!("overview.css");

/// A failed run that was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is called: `chaos:17`.
    pub name: String,
    /// Where its own page is, relative to this one, if it has one.
    pub page: Option<String>,
    /// Its ladder where it went wrong, as text.
    pub ladder: String,
}

/// Shows the report of a sweep, as [`crate::sweep::Report::json`] gives it, what it has shown of the requirements, and
/// the failed runs that were kept.
pub fn overview(report: &Value, reach: &Reach, kept: &[Kept]) -> String {
    let number = |key: &str| report.get(key).and_then(Value::as_u64).unwrap_or_default();
    let (word, class) = match (list(report, "differing").len(), number("failed")) {
        (0, 0) => ("HELD".to_owned(), "good"),
        (0, failed) => (format!("VIOLATED {failed}"), "bad"),
        (differing, _) => (format!("NOT DETERMINISTIC {differing}"), "bad"),
    };
    let mut body = format!(
        "<header><div class=\"title\"><h1>Sweep</h1><span class=\"pill {class}\">{word}</span>\
         <span class=\"quiet\">{} runs</span></div></header>\n<main><section class=\"sheet\">\n",
        number("runs"),
    );
    body.push_str(&figures(report, reach));
    body.push_str(&failures(report, kept));
    body.push_str(&properties(report));
    body.push_str(&requirements(reach));
    body.push_str(&profiles(report));
    body.push_str(&counts(report, "faults", "Faults", ["drawn", "struck"]));
    body.push_str(&counts(report, "steps", "Steps", ["drawn", "done"]));
    body.push_str("</section></main>\n");
    document("Sweep", &[STYLE, OWN_STYLE], &body, "", "{}")
}

/// The numbers that people ask for first.
fn figures(report: &Value, reach: &Reach) -> String {
    let wall = |key: &str| report.pointer(&format!("/wall/{key}")).and_then(Value::as_f64);
    let number = |path: &str| report.pointer(path).and_then(Value::as_u64).unwrap_or_default();
    let judged =
        |state: &State| matches!(state, State::Violated(_) | State::Exercised(_) | State::NeverReached);
    let reached: Vec<_> = reach.entries().iter().filter(|(_, state)| judged(state)).collect();
    let missed = reached.iter().filter(|(_, state)| *state == State::NeverReached).count();
    let mut figures = vec![
        ("runs", number("/runs").to_string()),
        ("failed", number("/failed").to_string()),
        ("simulated", format!("{} s", number("/simulated_us") / 1_000_000)),
        ("hops", number("/hops").to_string()),
        ("requirements reached", format!("{} of {}", reached.len() - missed, reached.len())),
    ];
    if let (Some(simulated), Some(hops)) = (wall("simulated_seconds_per_second"), wall("hops_per_second")) {
        figures.push(("simulated seconds per second", format!("{simulated:.0}")));
        figures.push(("hops per second", format!("{hops:.0}")));
    }
    let figure = |(name, value): (&str, String)| {
        format!("<div><b>{}</b><span class=\"quiet\">{name}</span></div>", escape(&value))
    };
    format!("<div class=\"figures\">{}</div>\n", figures.into_iter().map(figure).collect::<String>())
}

fn failures(report: &Value, kept: &[Kept]) -> String {
    let mut out = String::new();
    for (key, title) in [("differing", "Not deterministic"), ("failures", "Failures")] {
        let failures = list(report, key);
        if failures.is_empty() {
            continue;
        }
        let _ = writeln!(out, "<h2>{title}</h2>");
        for failure in failures {
            let name = text(failure, "run");
            let _ = write!(out, "<details class=\"failure\"><summary><code>{}</code> ", escape(name));
            let words = list(failure, "what").iter().filter_map(Value::as_str).collect::<Vec<_>>();
            let _ = write!(out, "{}</summary>", escape(words.first().unwrap_or(&"")));
            for words in words.iter().skip(1) {
                let _ = write!(out, "<p>{}</p>", escape(words));
            }
            if let Some(kept) = kept.iter().find(|kept| kept.name == name) {
                if let Some(page) = &kept.page {
                    let _ = write!(out, "<p><a href=\"{}\">its page</a></p>", escape(page));
                }
                let _ = write!(out, "<pre class=\"ladder\" tabindex=\"0\">{}</pre>", escape(&kept.ladder));
            }
            let _ = write!(out, "<p>See it with <code>confsim run {}</code></p>", escape(name));
            out.push_str("</details>\n");
        }
    }
    out
}

/// Those that were violated first, then those never exercised.
fn properties(report: &Value) -> String {
    let count = |value: &Value, key: &str| value.get(key).and_then(Value::as_u64).unwrap_or_default();
    let mut all: Vec<&Value> = list(report, "properties").iter().collect();
    all.sort_by_key(|property| (count(property, "violated") == 0, count(property, "exercised") > 0));
    let mut rows = String::new();
    for property in all {
        let (id, exercised, violated) =
            (text(property, "id"), count(property, "exercised"), count(property, "violated"));
        let known = CATALOGUE.iter().find(|known| known.id == id);
        let class = if violated > 0 {
            "violated"
        } else if exercised == 0 {
            "unreached"
        } else {
            ""
        };
        let judged = if exercised == 0 { "never".to_owned() } else { exercised.to_string() };
        let broken = if violated == 0 { String::new() } else { violated.to_string() };
        let _ = writeln!(
            rows,
            "<tr class=\"{class}\"><td><code>{}</code></td><td>{}</td><td class=\"number\">{judged}</td>\
             <td class=\"number\">{broken}</td><td>{}<div class=\"ids\">{}</div></td></tr>",
            escape(id),
            escape(text(property, "kind")),
            known.map(|known| escape(known.sentence)).unwrap_or_default(),
            known.map(|known| escape(&known.requirements.join(", "))).unwrap_or_default(),
        );
    }
    table("Properties", &["id", "holds", "judged", "violated", "what it says"], &rows)
}

/// How many requirements of each level are in which state, then those that are violated or never reached.
fn requirements(reach: &Reach) -> String {
    let mut rows = String::new();
    for (level, counts) in reach.levels() {
        let cells: String = counts.iter().map(|count| format!("<td class=\"number\">{count}</td>")).collect();
        let _ = writeln!(rows, "<tr><td>{level}</td>{cells}</tr>");
    }
    let heads: Vec<_> = ["level"].into_iter().chain(State::WORDS).collect();
    let mut out = table("Requirements", &heads, &rows);
    for (words, found) in reach.lists() {
        let _ = writeln!(out, "<details><summary>{words}: {}</summary>", found.len());
        let row = |requirement: &&Requirement| {
            let Requirement { id, title, level, .. } = requirement;
            format!("<dt><code>{}</code></dt><dd>{}, {}</dd>", escape(id), escape(level), escape(title))
        };
        let _ = writeln!(out, "<dl>{}</dl></details>", found.iter().map(row).collect::<String>());
    }
    out
}

fn profiles(report: &Value) -> String {
    let mut rows = String::new();
    for profile in list(report, "profiles") {
        let count = |key: &str| profile.get(key).and_then(Value::as_u64).unwrap_or_default();
        let _ = writeln!(
            rows,
            "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
             <td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
            escape(text(profile, "profile")),
            count("runs"),
            count("failed"),
            count("simulated_us") / 1_000_000,
            count("hops"),
        );
    }
    table("Profiles", &["profile", "runs", "failed", "seconds simulated", "hops"], &rows)
}

/// How often each kind of something came about.
fn counts(report: &Value, key: &str, title: &str, what: [&str; 2]) -> String {
    let Some(counts) = report.get(key).and_then(Value::as_object) else { return String::new() };
    let row = |(kind, count): (&String, &Value)| {
        let number = |key: &str| count.get(key).and_then(Value::as_u64).unwrap_or_default();
        let (drawn, done) = (number("drawn"), number("done"));
        format!(
            "<tr><td>{}</td><td class=\"number\">{drawn}</td><td class=\"number\">{done}</td></tr>\n",
            escape(kind)
        )
    };
    table(title, &["kind", what[0], what[1]], &counts.iter().map(row).collect::<String>())
}

fn table(title: &str, heads: &[&str], rows: &str) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    format!(
        "<h2>{title}</h2>\n<div class=\"wide\"><table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>\n"
    )
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
