//! The same run, looked at in every way there is.

use std::fs;
use std::path::{Path, PathBuf};

use confsim::scenario::NAMED;
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

/// The picture of every scenario is well-formed, and has the lanes of the text.
#[test]
fn pictures_are_well_formed() {
    for named in NAMED {
        let picture = text(&confsim(&["view", named.name, "--as", "svg"]).stdout);
        let read =
            roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{}: {error}", named.name));
        let actors: Vec<_> = read
            .descendants()
            .filter(|node| node.attribute("class") == Some("actor"))
            .filter_map(|node| node.text())
            .collect();
        let ladder = text(&confsim(&["view", named.name]).stdout);
        let head: Vec<_> = ladder.lines().next().unwrap_or_default().split_whitespace().skip(2).collect();
        assert_eq!(actors, head, "{}", named.name);
    }
}
