//! What `--data` keeps.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process;

use confsim_core::covers;

use super::caller::Caller;
use super::pool::{Served, command};

/// A folder of a test's own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("confsim-{}-{name}", process::id()));
        // One of an earlier process of the same number.
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is the temporary folder's affair.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How many conferences are asked for, and how many answers are read before the end.
const ASKED: usize = 1000;
const READ: usize = 400;

fn id(number: usize) -> String {
    format!("{number:032}")
}

#[test]
fn what_was_acknowledged_survives_the_end_of_the_process() {
    let folder = Folder::new("killed");
    let pool = Served::start(&["--data", folder.path()]);
    let mut alice = Caller::new("alice", pool.tcp);
    alice.sign_in();
    let mut acknowledged = 0;
    for number in 0..ASKED {
        alice.ask_to_create(&id(number));
    }
    while acknowledged < READ {
        let answer = alice.hear("200");
        assert!(answer.body.contains("code=\"success\""), "{}", answer.body);
        acknowledged += 1;
    }
    pool.kill();
    // What had left by then has arrived as well.
    while alice.read().is_some() {
        acknowledged += 1;
    }

    let pool = Served::start(&["--data", folder.path()]);
    let mut alice = Caller::new("alice", pool.tcp);
    alice.sign_in();
    for number in 0..ASKED {
        let found = alice.look_up(&id(number));
        let (there, absent) = (found.what() == "200", found.body.contains("conferenceDoesNotExist"));
        assert!(there || absent, "{}{}", found.head, found.body);
        assert!(there || number >= acknowledged, "{number} of {acknowledged} is gone");
        assert!(
            !there || found.body.contains("Lunch") && found.body.contains("openAuthenticated"),
            "{}",
            found.body
        );
    }
}

#[test]
fn two_cannot_keep_the_same_folder() {
    let folder = Folder::new("shared");
    let _pool = Served::start(&["--data", folder.path()]);
    let output = command(&["--listen", "127.0.0.1:0", "--data", folder.path()]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(error.contains("conferences.redb"), "{error}");
}

/// The certificate that a pool shows to somebody who asks.
fn shown(arguments: &[&str]) -> String {
    let pool = Served::start(arguments);
    let mut alice = Caller::new("alice", pool.tcp);
    alice.sign_in();
    alice.encryption_key()
}

#[test]
fn every_pool_has_a_key_of_its_own_and_keeps_it_where_it_keeps_conferences() {
    covers!("D-30");
    let folder = Folder::new("keys");
    let kept = ["--data", folder.path()];
    let (first, second, other) = (shown(&kept), shown(&kept), shown(&[]));
    assert_eq!(first, second);
    assert_ne!(first, other);
}
