//! The reviewed outputs of the project, one folder per package, and the binding that points insta here.
#![forbid(unsafe_code)]

use std::path::Path;

pub use insta;

/// Runs `assertions` with insta reading and writing `snapshots/<package>/NAME.snap`.
///
/// Names must be unique within a package: the test's module is not part of the file name, so that a
/// snapshot keeps its history when a test moves.
pub fn bind<R>(package: &str, assertions: impl FnOnce() -> R) -> R {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(Path::new(env!("CARGO_MANIFEST_DIR")).join(package));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(assertions)
}
