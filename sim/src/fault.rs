//! What can go wrong. Each fault is one item of a scenario that a person could have said aloud:
//! `drop the 3rd MESSAGE from mcu to bob`. Its [`std::fmt::Display`] is the sentence, [`std::str::FromStr`]
//! reads it back.

mod phrase;

use confsim_core::time::Duration;

pub use phrase::PhraseError;

/// The sentences there are, each with what it does: for lists and help.
pub const SENTENCES: [(&str, &str); 5] = [
    ("drop the NTH MESSAGE from NODE to NODE", "the message is never written"),
    ("delay the NTH MESSAGE from NODE to NODE by SPAN", "it is written later, behind what others write"),
    ("hold the NTH MESSAGE from NODE to NODE", "it is written right after the next one between the two"),
    ("cut the NTH connection between NODE and NODE at SPAN with HOW", "the connection breaks at that time"),
    (
        "cut the NTH connection between NODE and NODE after COUNT bytes from NODE with HOW",
        "the connection breaks there in the stream",
    ),
];

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Something happens to one SIP message on its last hop.
    Message {
        /// What happens.
        harm: Harm,
        /// To which message.
        which: Which,
    },
    /// A connection breaks.
    Cut(Cut),
}

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// It is never written to the stream.
    Drop,
    /// It is written this much later, behind what is written in the meantime.
    Delay(Duration),
    /// It is written right after the next message of the same two parties; if none comes it is lost.
    Hold,
}

/// A message, counted the way a person would: by what it is and between whom it goes. The front end does not
/// count as a party of what it passes on: the n-th MESSAGE from mcu to bob is the one on the hop that reaches
/// bob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Which one, counting from 1.
    pub nth: u32,
    /// The status code for a response, `None` for a request.
    pub code: Option<u16>,
    /// The method, also of the request that a response answers.
    pub method: String,
    /// The node it logically comes from.
    pub from: String,
    /// The node it reaches.
    pub to: String,
}

/// The end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Which of the connections between the two, in the order they were opened, counting from 1.
    pub nth: u32,
    /// The two nodes.
    pub between: [String; 2],
    /// When.
    pub when: When,
    /// How.
    pub how: How,
}

/// When a connection is cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// At this time since the start of the run.
    At(Duration),
    /// When so many bytes have been written by one of its ends; what is beyond is lost.
    After {
        /// How many.
        bytes: u64,
        /// The end that writes them.
        from: String,
    },
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// What is under way arrives, then both ends see the end.
    Fin,
    /// What is under way is lost, both ends see the end.
    Rst,
    /// What is under way is lost and neither end is told.
    Silence,
}
