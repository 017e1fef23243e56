//! The report of a sweep for people who were not there: as a page, and as GitHub shows it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::{env, fs, io};

use serde_json::Value;

use super::output::Output;
use crate::capsule::{Case, Judged};
use crate::sabotage::Sabotage;
use crate::sweep::{Draw, Report};
use crate::view::{As, Kept, excerpt, overview};

/// The folder of a failed run's capsule.
pub(super) fn folder(capsules: &Path, draw: Draw) -> std::path::PathBuf {
    capsules.join(draw.to_string().replace(':', "-"))
}

/// The runs of which there are capsules, and where.
pub(super) struct Capsules<'a> {
    pub(super) failed: &'a [Draw],
    pub(super) folder: &'a Path,
}

/// Writes the page, with a ladder of every failure that the report has kept, run again with nodes `broken` as they
/// were.
pub(super) fn page(
    to: &mut Output,
    report: &Report,
    wall: &Value,
    capsules: &Capsules<'_>,
    broken: Option<&'static Sabotage>,
) -> Result<(), String> {
    let reach = report.reach().map_err(|error| error.to_string())?;
    let from = to.folder()?;
    let kept = report.kept().into_iter().map(|draw| {
        let case = Case { sabotage: broken, ..Case::from(draw) };
        let Judged { outcome, verdict } = Judged::in_part(None, |keep| case.judge(keep));
        let page =
            capsules.failed.contains(&draw).then(|| folder(capsules.folder, draw).join(As::Html.file()));
        let page = page.map(|page| {
            let page = fs::canonicalize(&page).map_err(|error| format!("{}: {error}", page.display()))?;
            Ok::<_, String>(link(&from, &page))
        });
        let ladder = excerpt(&case.scenario, &outcome.trace, &verdict);
        Ok::<_, String>(Kept { name: draw.to_string(), page: page.transpose()?, ladder })
    });
    let kept = kept.collect::<Result<Vec<_>, _>>()?;
    to.clear()?;
    to.add(&overview(&report.json(wall), &reach, &kept))
}

/// How a page in the folder `from` names the file `to`, so that both can be moved together.
fn link(from: &Path, to: &Path) -> String {
    let alike = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(alike).map(|_| "..".to_owned());
    let down = to.components().skip(alike).map(|part| encoded(&part.as_os_str().to_string_lossy()));
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// A part of a path as a URL has it (RFC 3986, section 2.1): everything but unreserved characters as its bytes.
fn encoded(part: &str) -> String {
    let mut url = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

/// Annotations, a line for each failed run, at the scenario in its capsule; and the diagram of the first one into the
/// step's summary, where GitHub Actions says where that is.
pub(super) fn github(report: &Value, failed: &[Draw], capsules: &Path) -> Result<String, String> {
    let mut text = String::new();
    let failures = report.get("failures").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for (failure, draw) in failures.iter().zip(failed) {
        let words = failure.pointer("/what/0").and_then(Value::as_str).unwrap_or("failed");
        let file = folder(capsules, *draw).join("scenario.toml");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "::error file={},line=1,title={}::{}",
            property(&file.to_string_lossy()),
            property(&draw.to_string()),
            data(words)
        );
    }
    let (Some(draw), Some(summary)) = (failed.first(), env::var_os("GITHUB_STEP_SUMMARY")) else {
        return Ok(text);
    };
    let diagram = folder(capsules, *draw).join(As::Mermaid.file());
    let wrong =
        |path: &Path, error: io::Error| format!("{}: {error}; the summary is not whole", path.display());
    let drawn = fs::read_to_string(&diagram).map_err(|error| wrong(&diagram, error))?;
    let shown = format!("### {draw} failed\n\n```mermaid\n{drawn}```\n");
    let summary = Path::new(&summary);
    let file = fs::OpenOptions::new().append(true).create(true).open(summary);
    file.and_then(|mut file| file.write_all(shown.as_bytes())).map_err(|error| wrong(summary, error))?;
    Ok(text)
}

/// What a workflow command says.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::link;

    #[test]
    fn links_go_from_the_page_to_the_file() {
        let link = |from: &str, to: &str| link(Path::new(from), Path::new(to));
        assert_eq!(link("/a/b", "/a/b/capsules/calm-1/report.html"), "capsules/calm-1/report.html");
        assert_eq!(link("/a/b/c", "/a/x y/50%#.html"), "../../x%20y/50%25%23.html");
        assert_eq!(link("/", "/r\u{e9}sum\u{e9}/report.html"), "r%C3%A9sum%C3%A9/report.html");
    }
}
