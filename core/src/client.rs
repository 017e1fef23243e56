//! The protocol client: provisioning (MS-CONFPRO), the focus and its roster (MS-CONFBAS), the IM session
//! (MS-CONFIM).

mod api;

pub use api::{Command, EndpointView, Event, Failure, RosterView, UserView};
