//! Scenarios as TOML files.
//!
//! ```toml
//! version = 1
//! title = "Alice ejects Bob"
//! text = "What happens and what it shows."
//! topology = "split"                # or "pool"
//! domain = "contoso.com"            # the default
//! end = "20s"
//! parity = true                     # default false
//! covers = ["IM-3-3-2-5-1-c"]       # requirement ids
//! exercises = ["ejection"]          # property ids
//!
//! [limits]
//! forward-timeout = "8s"
//!
//! [links.client]                    # also [links.pool], and `link` of a participant
//! latency = ["1ms", "50ms"]         # or "20ms"
//! jitter = "0s"
//! split = "whole"                   # or "pieces"
//!
//! [[participant]]
//! name = "alice"
//! kind = "uccp"                     # the default; or "legacy", "cwa"
//! display-name = "Alice"            # default: the name, capitalised
//!
//! [[step]]
//! at = "1s"
//! who = "alice"
//! what = "create"                   # sign-in, create, join, send, typing, eject, leave
//! conference = "lunch"              # for all but sign-in
//! subject = ""                      # create
//! user = "bob"                      # eject
//! format = "text/plain"             # send
//! text = "Hello"                    # send
//!
//! [[fault]]
//! says = "drop the 1st INFO from alice to focus"
//! ```
//! Unknown keys are errors.

mod read;
mod write;

pub use read::{FileError, from_toml};
pub use write::to_toml;
