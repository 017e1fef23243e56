//! How it starts and how it does not.

use std::env;
use std::process;

use super::caller::Caller;
use super::pool::{Served, command};

/// The one line that it ends with.
fn complaint(arguments: &[&str]) -> String {
    let output = command(arguments).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn it_tells_why_it_does_not_start() {
    assert!(complaint(&["--listen", "0.0.0.0:0"]).contains("--insecure-listen"));
    assert!(complaint(&["--listen", "somewhere"]).contains("somewhere"));
    assert!(
        complaint(&["--listen", "127.0.0.1:0", "--tls", "/nowhere.pem", "/nowhere.key"])
            .contains("/nowhere.pem")
    );
    assert!(complaint(&["--listen", "127.0.0.1:0", "--tls", "/nowhere.pem"]).contains("its key"));
    let taken = Served::start(&[]);
    assert!(complaint(&["--listen", &taken.tcp.to_string()]).contains(&taken.tcp.to_string()));
}

#[test]
fn a_file_without_a_certificate_is_named() {
    let file = env::temp_dir().join(format!("confsim-{}-empty.pem", process::id()));
    std::fs::write(&file, "nothing").expect("a temporary file");
    let path = file.to_string_lossy();
    let error = complaint(&["--listen", "127.0.0.1:0", "--tls", &path, &path]);
    std::fs::remove_file(&file).expect("still there");
    assert!(error.contains(&*path), "{error}");
}

#[test]
fn told_to_listen_where_others_can_reach_it_it_does() {
    let pool = Served::start(&["--listen", "0.0.0.0:0", "--insecure-listen"]);
    assert!(pool.tcp.ip().is_unspecified());
}

/// A tag that the pool has drawn.
fn tag(arguments: &[&str]) -> String {
    let pool = Served::start(arguments);
    let answer = Caller::new("alice", pool.tcp).sign_in();
    answer.one("To").split_once(";tag=").expect("a tag").1.to_owned()
}

#[test]
fn nobody_foresees_identifiers_unless_a_seed_is_given() {
    assert_ne!(tag(&[]), tag(&[]));
    assert_eq!(tag(&["--seed", "7"]), tag(&["--seed", "7"]));
}
