//! The command lines that workflows and Jobs run, as they stand there, with fewer seeds.

use std::path::Path;
use std::{env, fs, process};

use super::{TOP, confsim, text};

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(TOP).join(path)).expect("it is there")
}

/// The words of the only command in `text` that begins with `begin`, up to the next line that is less indented.
fn words(text: &str, begin: &str) -> Vec<String> {
    let (_, rest) = text.split_once(begin).expect("the command is there");
    let lines = rest.lines().map(str::trim);
    let words =
        lines.take_while(|line| !line.is_empty() && !line.starts_with("- uses") && !line.ends_with(':'));
    words
        .flat_map(|line| line.trim_start_matches("- ").split(' '))
        .map(|word| word.replace('"', ""))
        .collect()
}

/// Runs a sweep in which each of `changes` is made, and says what its report is called.
fn sweep(words: &[String], changes: &[(&str, &str)]) -> String {
    let words: Vec<String> = words
        .iter()
        .map(|word| changes.iter().fold(word.clone(), |word, (from, to)| word.replace(from, to)))
        .collect();
    let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = confsim(&arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_commands_of_workflows_and_jobs_are_understood() {
    let folder = env::temp_dir().join(format!("confsim-{}-deploy", process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let reports = folder.to_string_lossy();

    let job = words(&file(".kubernetes/sweep.yaml"), "args:\n");
    let changes = [("$(JOB_COMPLETION_INDEX)", "3"), ("0..16000", "0..4"), ("/reports", &reports)];
    let shown = sweep(&job, &changes);
    assert!(shown.contains(" of seeds 0..4 in calm, ") && shown.contains(", shard 3/16\n"), "{shown}");
    assert!(folder.join("shard-3.json").exists());

    let step = words(&file(".github/workflows/sweep.yml"), "target/release/confsim sweep");
    let step: Vec<String> =
        std::iter::once("sweep".to_owned()).chain(step).filter(|word| !word.is_empty()).collect();
    let joined =
        step.join(" ").replace("${{ matrix.shard }}", "1").replace("$SHARDS", "4").replace("$SEEDS", "0..1");
    let joined = joined
        .replace("report-", &format!("{reports}/report-"))
        .replace("capsules", &format!("{reports}/capsules"));
    let step: Vec<String> = joined.split(' ').map(str::to_owned).collect();
    let shown = sweep(&step, &[]);
    assert!(shown.contains(", shard 1/4\n"), "{shown}");

    let merge = file(".kubernetes/merge.yaml");
    assert!(
        merge.contains(
            "exec confsim merge /reports/shard-*.json --json /reports/report.json --require-coverage"
        )
    );
    let (one, whole) = (folder.join("shard-3.json"), folder.join("report.json"));
    let merged = confsim(&["merge", &one.to_string_lossy(), "--json", &whole.to_string_lossy()]);
    assert_eq!(merged.status.code(), Some(0), "{}", text(&merged.stderr));
    fs::remove_dir_all(folder).expect("still there");
}
