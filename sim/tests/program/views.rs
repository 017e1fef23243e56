//! The same run, looked at in every way there is.

use std::fs;
use std::path::{Path, PathBuf};

use confsim::capsule::{self, Case, Shrunk};
use confsim::covers::Reach;
use confsim::property::Verdict;
use confsim::sabotage::Sabotage;
use confsim::scenario::from_toml;
use confsim::trace::Keep;
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

/// The run that is recorded is shown, not another one of the same scenario: a sound focus breaks nothing.
#[test]
fn a_folder_is_shown_as_it_was_recorded() {
    let out = scratch("recorded").join("out");
    let out = out.to_str().expect("a plain path");
    let run = confsim(&["run", "eject", "--sabotage", "focus-repeats-a-version", "--out", out]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stderr));
    for form in As::ALL {
        let viewed = confsim(&["view", out, "--as", form.name()]);
        let written = fs::read(Path::new(out).join(form.file())).expect("it is there");
        assert!(!written.is_empty() && written == viewed.stdout, "{}", form.name());
    }
    let ladder = text(&confsim(&["view", out]).stdout);
    assert!(ladder.contains("VIOLATED roster.versions"), "{ladder}");
    let again = text(&confsim(&["view", out, "--diff", "eject"]).stdout);
    assert!(again.lines().any(|line| line.starts_with("- ") && line.contains("VIOLATED")), "{again}");
}

/// A capsule of a run with a broken node is shown in every form, with why its fault is needed.
#[test]
fn a_capsule_is_shown_in_every_form() {
    let folder = scratch("capsule");
    let scenario = from_toml(include_str!("../../scenarios/version-gap.toml")).expect("it reads");
    let sabotage = Sabotage::find("focus-repeats-a-version").expect("it is there");
    let case = Case { origin: "version-gap".to_owned(), scenario, seed: 1, sabotage: Some(sabotage) };
    let judged = case.judge(Keep::All);
    assert!(!judged.verdict.held());
    let shrunk = Shrunk { runs: 3, without: vec!["nothing is missed".to_owned()] };
    capsule::write(&folder, &case, &judged, Some(&shrunk)).expect("written");
    for form in As::ALL {
        let viewed = confsim(&["view", folder.to_str().expect("a plain path"), "--as", form.name()]);
        assert_eq!(viewed.status.code(), Some(0), "{}", text(&viewed.stderr));
        let written = fs::read(folder.join(form.file())).expect("it is there");
        assert!(!written.is_empty() && written == viewed.stdout, "{}", form.name());
        if form.is_drawn() {
            let view = text(&viewed.stdout);
            assert!(view.contains("VIOLATED") || view.contains("roster.versions"), "{}", form.name());
            assert!(view.contains("nothing is missed"), "{}", form.name());
        }
    }
}

/// A part of a run has the lines of the whole that belong to it, and says what it is.
#[test]
fn a_part_of_a_run_can_be_asked_for() {
    let whole = text(&confsim(&["view", "eject"]).stdout);
    let lines = |ladder: &str| {
        let timed = |line: &&str| line.split_whitespace().next().is_some_and(|at| at.parse::<f64>().is_ok());
        // Lanes of those who have nothing to do with the part are not drawn.
        let words = |line: &str| {
            line.replace(['|', '-', '<', '>'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
        };
        ladder.lines().filter(timed).map(words).collect::<Vec<_>>()
    };
    let part = text(&confsim(&["view", "eject", "--from", "7", "--to", "7.06s"]).stdout);
    let within = |line: &&String| {
        let at: f64 = line.split_whitespace().next().expect("a time").parse().expect("a number");
        (7.0..=7.06).contains(&at)
    };
    let expected: Vec<_> = lines(&whole).iter().filter(within).cloned().collect();
    assert!(expected.len() > 3 && expected.len() < lines(&whole).len());
    assert_eq!(lines(&part), expected);
    let head = format!("lines 1 to {0} of the {0} that were asked for, from 7.000000 to ", expected.len());
    assert!(part.starts_with(&head), "{part}");

    let only = text(&confsim(&["view", "eject", "--only", "factory"]).stdout);
    let head = only.lines().find(|line| line.trim_start().starts_with("time ")).expect("the actors");
    assert!(head.ends_with("factory") && !head.contains("carol"), "{head}");
    assert!(lines(&only).len() > 1 && lines(&only).len() < lines(&whole).len() / 2, "{only}");
    for form in ["mermaid", "svg", "html"] {
        let view = text(&confsim(&["view", "eject", "--from", "7", "--to", "7.06s", "--as", form]).stdout);
        assert!(view.contains("that were asked for"), "{form}");
    }
    let after = text(&confsim(&["view", "eject", "--from", "1000"]).stdout);
    assert!(after.starts_with("nothing that was asked for happens in this run"), "{after}");
    for (wrong, why) in [
        (["--only", "mallory"], "nobody in this run is called so; there are front-end, "),
        (["--from", "soon"], "give seconds like"),
        (["--as", "jsonl"], "jsonl has the whole run"),
    ] {
        let output = confsim(&[&["view", "eject", "--to", "9"], &wrong[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(text(&output.stderr).contains(why), "{}", text(&output.stderr));
    }
}

#[test]
fn two_runs_are_aligned_where_they_are_alike() {
    let same = text(&confsim(&["view", "alone", "--diff", "alone", "--seed", "1"]).stdout);
    assert_eq!(same, "no difference\n");
    let slower = scratch("slower").join("alone.toml");
    let alone = include_str!("../../scenarios/alone.toml");
    fs::write(&slower, alone.replacen("at = \"2s\"", "at = \"2500ms\"", 1)).expect("a file for tests");
    let times = text(&confsim(&["view", "alone", "--diff", slower.to_str().expect("a plain path")]).stdout);
    let first = "no difference but in times, first at 2.000000 of the first run, at 2.500000 of the second\n";
    assert_eq!(times, first);
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
    let page = Some("chaos-17/report.html".to_owned());
    let kept = Kept { name: "chaos:17".to_owned(), page, ladder };
    let reach = Reach::of(&Verdict::default()).expect("the catalogue reads");
    let page = overview(&report, &reach, &[kept]);
    assert!(page.contains("VIOLATED 1") && page.contains("href=\"chaos-17/report.html\""), "{page}");
    assert!(page.contains("&lt;/script&gt;&lt;script&gt;") && page.contains("|--INFO&lt;b&gt;--&gt;|"));
    assert_eq!(page.matches("<script").count(), 2);
    let place = |id: &str| page.find(&format!("<code>{id}</code></td>")).expect("a row");
    assert!(place("wire.sip") < place("roster.versions"));
}

/// A failed run has its ladder on the page, and a page in a new folder is written like any other.
#[test]
fn every_failure_has_its_ladder() {
    let file = scratch("failures").join("new/folder/sweep.html");
    let path = file.to_str().expect("a plain path");
    let sweep = confsim(&["sweep", "--seeds", "0..4", "--check-determinism=2", "--fickle", "--html", path]);
    assert_eq!(sweep.status.code(), Some(4), "{}", text(&sweep.stderr));
    let page = fs::read_to_string(&file).expect("it is there");
    let (_, failures) = page.split_once("<h2>Not deterministic</h2>").expect("they are told");
    let failures: Vec<_> = failures.split("<details class=\"failure\">").skip(1).collect();
    assert_eq!(failures.len(), 2);
    for (failure, run) in failures.iter().zip(["calm:0", "calm:2"]) {
        assert!(failure.starts_with(&format!("<summary><code>{run}</code>")), "{failure}");
        let (_, ladder) = failure.split_once("<pre class=\"ladder\"").expect("a ladder");
        assert!(ladder.contains("o signs in") && ladder.contains("--REGISTER--"), "{ladder}");
    }
    let (_, requirements) = page.split_once("<h2>Requirements</h2>").expect("they are told");
    let told = text(&sweep.stdout);
    let row = told.lines().find(|line| line.starts_with("MUST ")).expect("how many there are");
    let cells: String =
        row.split_whitespace().skip(1).map(|count| format!("<td class=\"number\">{count}</td>")).collect();
    assert!(requirements.contains(&format!("<tr><td>MUST</td>{cells}</tr>")), "{row}");
}

/// The page of a sweep and its capsules can be moved together: links go from the one to the others, wherever they lie.
#[test]
fn links_to_failures_are_relative() {
    let folder = scratch("relative");
    let (page, capsules) = (folder.join("pages/a b/sweep.html"), folder.join("cap#sules"));
    let [page_path, out] = [&page, &capsules].map(|path| path.to_str().expect("a plain path"));
    let sweep =
        ["sweep", "--seeds", "0..6", "--broken", "focus-skips-a-version", "--html", page_path, "--out", out];
    let swept = confsim(&sweep);
    assert_eq!(swept.status.code(), Some(1), "{}", text(&swept.stderr));
    let shown = fs::read_to_string(&page).expect("it is there");
    let links: Vec<_> = shown.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() > 1, "{links:?}");
    for link in &links {
        let name = link.strip_prefix("../../cap%23sules/").expect("a relative link");
        assert!(capsules.join(name).is_file() && name.ends_with("/report.html"), "{link}");
    }
    assert_eq!(shown.matches("<pre class=\"ladder\"").count(), links.len());
    let ladders = shown.split("<pre class=\"ladder\"").skip(1);
    assert!(ladders.into_iter().all(|ladder| ladder.contains("VIOLATED ")), "each where it went wrong");
}

/// The picture in the README is drawn by `confsim view eject --as svg`; the photograph of the page beside it is taken
/// by `.ci/views.mjs`, which is not the same to the pixel everywhere.
#[test]
fn the_picture_in_the_readme_is_current() {
    let picture = fs::read(Path::new(TOP).join("snapshots/eject.svg")).expect("it is there");
    let drawn = confsim(&["view", "eject", "--as", "svg"]).stdout;
    assert!(picture == drawn, "confsim view eject --as svg >snapshots/eject.svg");
}
