//! Collects every `covers!("…")` of the workspace into a table: which test proves which requirements.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where tests live, relative to this package.
const ROOTS: [&str; 4] = ["../core/src", "../core/tests", "src", "tests"];

/// Where the macro is defined and explained.
const DEFINITION: &str = "core/src/covers.rs";

fn main() {
    let mut files = Vec::new();
    for root in ROOTS {
        if Path::new(root).is_dir() {
            println!("cargo::rerun-if-changed={root}");
            collect(Path::new(root), &mut files);
        }
    }
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.to_string_lossy().replace('\\', "/");
        let name = name.strip_prefix("../").map_or_else(|| format!("sim/{name}"), str::to_owned);
        if name != DEFINITION {
            let text = fs::read_to_string(&file).unwrap_or_default();
            for (test, ids) in proofs(&text) {
                let _ = writeln!(table, "    Proof {{ file: {name:?}, test: {test:?}, ids: &{ids:?} }},");
            }
        }
    }
    table.push(']');
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("proofs.rs"), table).expect("the build folder can be written to");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Each use of the macro in `text`: the name of the function it stands in, and its ids.
fn proofs(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut test = String::new();
    let mut open: Option<String> = None;
    for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
        if let Some((_, after)) = line.split_once("fn ") {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
            test = after[..end].to_owned();
        }
        let arguments = match (open.take(), line.split_once("covers!(")) {
            (Some(before), _) => before + line,
            (None, Some((_, after))) => after.to_owned(),
            (None, None) => continue,
        };
        match arguments.split_once(')') {
            Some((ids, _)) => {
                found.push((test.clone(), ids.split('"').skip(1).step_by(2).map(str::to_owned).collect()));
            }
            None => open = Some(arguments),
        }
    }
    found
}
