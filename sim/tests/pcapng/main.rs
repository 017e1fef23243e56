//! Capture files, as others read them.

mod tshark;
