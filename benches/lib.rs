//! Budgets of the project, each measured beside its limit in the same run: see the `[[bench]]` files.
#![forbid(unsafe_code)]
