//! The same run, looked at in every way there is.

use std::fs;
use std::path::{Path, PathBuf};

use confsim::view::As;

use super::{confsim, text};

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
        let read = roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{}: {error}", name));
        let actors: Vec<_> = read
            .descendants()
            .filter(|node| node.attribute("class") == Some("actor"))
            .filter_map(|node| node.text())
            .collect();
        let ladder = text(&confsim(&["view", name]).stdout);
        let head: Vec<_> = ladder.lines().next().unwrap_or_default().split_whitespace().skip(2).collect();
        assert_eq!(actors, head, "{}", name);
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
