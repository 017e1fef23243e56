//! `confsim check`, on files.

use std::fs;

use super::cli::complaint;
use super::{TOP, confsim, text};

fn folder(name: &str) -> String {
    let folder = format!("{}/check-{name}", env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn it_ends_as_the_run_did() {
    let folder = folder("verdicts");
    let sabotaged = ["run", "eject", "--sabotage", "focus-skips-a-version", "--out", &folder];
    assert_eq!(confsim(&sabotaged).status.code(), Some(1));
    for file in ["trace.jsonl", "trace.pcapng"] {
        let output = confsim(&["check", &format!("{folder}/{file}")]);
        let words = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{words}");
        assert!(words.contains("VIOLATED\nroster.versions, at "), "{words}");
        assert_eq!(
            words.contains("not judged: resources.leak, needs dumps"),
            file == "trace.pcapng",
            "{words}"
        );
    }
    // Nobody does anything that a property is about.
    let nothing = confsim(&["check", "fuzz/seeds/pcapng/hello.pcap"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(text(&nothing.stdout).starts_with("A capture of alice: 2 messages, 2 of them read\n"));
}

#[test]
fn a_bad_file_is_told_with_the_place() {
    let folder = folder("errors");
    let path = |name: &str, bytes: &[u8]| {
        let path = format!("{folder}/{name}");
        fs::write(&path, bytes).unwrap();
        path
    };
    let capture = fs::read(format!("{TOP}/fuzz/seeds/pcapng/hello.pcapng")).unwrap();
    for (file, what) in [
        (path("trace", b"{\"trace\":{}}\n"), "line 1, column 11: missing field"),
        (path("capture", &[&capture[..8], &[0; 40]].concat()), "byte 8: no byte order"),
        (path("empty", &capture[..capture.len().min(200)]), "no SIP message"),
        (format!("{folder}/nowhere"), "No such file"),
    ] {
        let error = complaint(&confsim(&["check", &file]));
        assert!(error.contains(&file) && error.contains(what), "{error}");
    }
}
