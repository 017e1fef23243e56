//! The README tells the truth.

use std::fs;
use std::path::Path;

use confsim::property::CATALOGUE;

use super::{TOP, confsim, text};

fn readme() -> String {
    fs::read_to_string(Path::new(TOP).join("README.md")).expect("there is one")
}

/// The fenced blocks in `language`.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let block = |rest: &str| rest.split_once("\n```").map(|(block, _)| block.to_owned());
    readme.split(&fence).skip(1).filter_map(block).collect()
}

#[test]
fn its_ladder_is_what_the_program_draws() {
    let block = blocks(&readme(), "text").into_iter().next().expect("a ladder");
    let shown = text(&confsim(&["run", "eject"]).stdout);
    let (head, lines) = block.split_once('\n').expect("a head and lines");
    assert!(shown.contains(head), "the head of the ladder is now another one:\n{shown}");
    assert!(lines.contains("ejects carol") && shown.contains(lines), "paste what it draws now:\n{shown}");
}

/// The words of a command line, in which quotes hold words together.
fn words(line: &str) -> Vec<&str> {
    let parts = line.split('"').enumerate();
    let words =
        parts.map(|(part, text)| if part % 2 == 1 { vec![text] } else { text.split_whitespace().collect() });
    words.flatten().collect()
}

/// What starts with `confsim` is run here; everything else is run by `.ci/run`, or by `sim/peers/run` for it.
#[test]
fn its_commands_work() {
    let script = |name| fs::read_to_string(Path::new(TOP).join(name)).expect("there is one");
    let [ci, peers] = [".ci/run", "sim/peers/run"].map(script);
    let commands = blocks(&readme(), "sh");
    assert!(commands.len() > 5);
    for line in commands.iter().flat_map(|block| block.lines()) {
        match line.strip_prefix("confsim ") {
            Some(arguments) => {
                let (arguments, code) = match arguments.strip_suffix(" # VIOLATED") {
                    Some(arguments) => (arguments, 1),
                    None => (arguments, 0),
                };
                let mut arguments = words(arguments);
                // It would serve for ever; the tests of `serve` start it on ports of their own.
                if arguments.first() == Some(&"serve") {
                    arguments.push("--help");
                }
                let output = confsim(&arguments);
                assert_eq!(output.status.code(), Some(code), "{line}: {}", text(&output.stderr));
            }
            None => {
                let run = line == ".ci/run" || ci.contains(line) || peers.contains(line);
                assert!(run, "`{line}` is run by nobody");
            }
        }
    }
}

#[test]
fn its_tables_are_complete() {
    let readme = readme();
    for property in CATALOGUE {
        let row = format!("| `{}` | {} | {} |", property.id, property.kind.as_str(), property.sentence);
        assert!(readme.contains(&row), "missing: {row}");
    }
    for line in text(&confsim(&["list", "faults"]).stdout).lines().take_while(|line| !line.is_empty()) {
        assert!(readme.contains(line.trim()), "missing: {line}");
    }
    let manifest = fs::read_to_string(Path::new(TOP).join("Cargo.toml")).expect("there is one");
    let (_, dependencies) = manifest.split_once("[workspace.dependencies]").expect("they are there");
    let (_, table) = readme.split_once("## Dependencies").expect("it is there");
    for line in dependencies.lines().take_while(|line| !line.starts_with("[workspace.lints")) {
        let Some((name, _)) = line.split_once(" = ").filter(|(name, _)| !name.starts_with("confsim")) else {
            continue;
        };
        let named = table.lines().any(|row| row.split('|').nth(1).is_some_and(|cell| names(cell, name)));
        assert!(named, "{name} has no row");
    }
    let help = text(&confsim(&[]).stdout);
    let (_, commands) = help.split_once("Commands:\n").expect("they are there");
    for line in commands.lines().take_while(|line| !line.is_empty()) {
        let command = line.split_whitespace().next().unwrap_or_default();
        assert!(command == "help" || readme.contains(&format!("| `confsim {command}")), "{command}");
    }
}

fn names(cell: &str, name: &str) -> bool {
    cell.split(',').any(|one| one.trim() == name)
}
