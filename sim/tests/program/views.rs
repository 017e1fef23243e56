//! The same run, looked at in every way there is.

use std::fs;
use std::path::{Path, PathBuf};

use confsim::view::{As, Kept, overview};

use super::{TOP, confsim, text};

/// A folder that is empty, for the test called `name`.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("what an earlier run left can be removed");
    }
    fs::create_dir_all(&folder).expect("a folder for tests");
    folder
}

#[test]
fn a_run_leaves_every_view_of_it() {
    let out = scratch("every-view").join("out");
    let run = confsim(&["run", "alone", "--out", out.to_str().expect("a plain path")]);
    assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    for form in As::ALL {
        let viewed = confsim(&["view", "alone", "--as", form.name()]);
        assert_eq!(viewed.status.code(), Some(0), "{}", text(&viewed.stderr));
        let written = fs::read(out.join(form.file())).expect("it is there");
        assert!(!written.is_empty() && written == viewed.stdout, "{}", form.name());
    }
    let written = fs::read_dir(&out).expect("the folder is there").count();
    assert_eq!(written, As::ALL.len());
}

/// The picture of a run is well-formed, and has the lanes of the text.
#[test]
fn pictures_are_well_formed() {
    for name in ["eject", "pool-restart", "client-vanishes", "imdn-failure"] {
        let picture = text(&confsim(&["view", name, "--as", "svg"]).stdout);
        let read = roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{name}: {error}"));
        let actors: Vec<_> = read
            .descendants()
            .filter(|node| node.attribute("class") == Some("actor"))
            .filter_map(|node| node.text())
            .collect();
        let ladder = text(&confsim(&["view", name]).stdout);
        let head: Vec<_> = ladder.lines().next().unwrap_or_default().split_whitespace().skip(2).collect();
        assert_eq!(actors, head, "{name}");
    }
}

/// What peers say is text in every view that people look at, and acts upon neither page nor terminal.
#[test]
fn hostile_content_is_text() {
    for form in ["ladder", "mermaid", "svg", "html"] {
        let view = text(&confsim(&["view", "hostile-content", "--as", form]).stdout);
        let acts = |letter: char| letter.is_control() && letter != '\n';
        let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{200f}' | '\u{2028}');
        assert_eq!(view.chars().find(|letter| acts(*letter) || turns(*letter)), None, "{form}");
        assert!(form == "mermaid" || view.contains("\\u{202e}"), "{form}: it is spelled out");
    }
    let page = text(&confsim(&["view", "hostile-content", "--as", "html"]).stdout);
    assert_eq!(page.matches("<script").count(), 2, "the data, and what draws it");
    assert_eq!(page.matches("</script").count(), 2);
    let (_, data) = page.split_once("id=\"data\">").expect("the data");
    let (data, _) = data.split_once("</script>").expect("its end");
    let run: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let said = run["bodies"].as_array().expect("bodies").iter().filter_map(|body| body.as_str());
    assert!(said.into_iter().any(|body| body.starts_with("</script><script>")), "nothing is left out");
    let picture = text(&confsim(&["view", "hostile-content", "--as", "svg"]).stdout);
    let read = roxmltree::Document::parse(&picture).expect("well-formed");
    let strange = |node: &roxmltree::Node<'_, '_>| matches!(node.tag_name().name(), "script" | "img" | "b");
    assert!(!read.descendants().any(|node| strange(&node)));
}

/// A trace that was written is shown like the run it is of.
#[test]
fn a_trace_is_shown_like_its_run() {
    let file = scratch("trace").join("alone.jsonl");
    fs::write(&file, confsim(&["view", "alone", "--as", "jsonl"]).stdout).expect("a file for tests");
    let file = file.to_str().expect("a plain path");
    for form in ["ladder", "html"] {
        let [from_file, from_run] =
            [file, "alone"].map(|run| text(&confsim(&["view", run, "--as", form]).stdout));
        assert!(from_file == from_run && !from_run.is_empty(), "{form}");
    }
}

#[test]
fn two_runs_are_aligned_where_they_are_alike() {
    let same = text(&confsim(&["view", "alone", "--diff", "alone", "--seed", "1"]).stdout);
    assert_eq!(same, "no difference but in times\n");
    let differ = text(&confsim(&["view", "eject", "--diff", "leave"]).stdout);
    assert!(differ.starts_with("first difference: at 7.000000 of the first run"), "{differ}");
    let line =
        |mark: &str, what: &str| differ.lines().any(|line| line.starts_with(mark) && line.contains(what));
    assert!(line("- ", "o ejects carol") && line("+ ", "o leaves") && line("  ", "lines alike"), "{differ}");
    let has = |run: &str, what: &str| text(&confsim(&["view", run]).stdout).matches(what).count();
    let kept =
        |mark: &str| differ.lines().filter(|line| line.starts_with(mark) && line.contains("INFO")).count();
    assert_eq!((kept("- "), kept("+ ")), (has("eject", "INFO"), has("leave", "INFO")), "{differ}");
}

/// What a sweep found stands on its page as text, the worst first, with the ladders that were kept.
#[test]
fn a_sweep_has_a_page() {
    let file = scratch("sweep").join("sweep.html");
    let path = file.to_str().expect("a plain path");
    let sweep = confsim(&["sweep", "--seeds", "0..2", "--html", path, "--github"]);
    assert_eq!(sweep.status.code(), Some(0), "{}", text(&sweep.stderr));
    assert!(!text(&sweep.stdout).contains("::error"), "nothing failed");
    let page = fs::read_to_string(&file).expect("it is there");
    assert!(page.contains("HELD") && page.contains("roster.versions") && page.contains("2 runs"));
    let report = serde_json::json!({
        "runs": 7,
        "failed": 1,
        "failures": [{ "run": "chaos:17", "what": ["wire.sip, at 3: </script><script>"] }],
        "properties": [
            { "id": "wire.sip", "kind": "never", "exercised": 3, "violated": 1 },
            { "id": "roster.versions", "kind": "always", "exercised": 3, "violated": 0 },
        ],
    });
    let ladder = "|--INFO<b>-->|".to_owned();
    let kept = Kept { name: "chaos:17".to_owned(), page: "chaos-17/report.html".to_owned(), ladder };
    let page = overview(&report, &[kept]);
    assert!(page.contains("VIOLATED 1") && page.contains("href=\"chaos-17/report.html\""), "{page}");
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;") && page.contains("|--INFO&lt;b&gt;--&gt;|"));
    assert_eq!(page.matches("<script").count(), 2);
    let place = |id: &str| page.find(&format!("<code>{id}</code></td>")).expect("a row");
    assert!(place("wire.sip") < place("roster.versions"));
}

/// The picture in the README is drawn by `confsim view eject --as svg`; the photograph of the page beside it is taken
/// by `.ci/views.mjs`, which is not the same to the pixel everywhere.
#[test]
fn the_picture_in_the_readme_is_current() {
    let picture = fs::read(Path::new(TOP).join("snapshots/eject.svg")).expect("it is there");
    let drawn = confsim(&["view", "eject", "--as", "svg"]).stdout;
    assert!(picture == drawn, "confsim view eject --as svg >snapshots/eject.svg");
}
