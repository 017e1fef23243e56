//! The scenarios that come with the program.

/// Their names and files.
pub const NAMED: &[(&str, &str)] = &[];

/// The file of the scenario called `name`.
pub fn named(name: &str) -> Option<&'static str> {
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, file)| *file)
}
