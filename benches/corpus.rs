//! What is parsed and written: the messages that the documents print, and rosters of their shape.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use confsim_core::wire::conference_info::{
    ConferenceInfo, Endpoint, EndpointCapabilities, EndpointStatus, ImCapabilities, JoiningMethod, Media,
    Role, State, User, Users, write,
};

/// Every SIP message that the documents print, as it stands.
pub fn messages() -> Vec<Bytes> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the messages")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sip"))
        .collect();
    files.sort();
    files.into_iter().map(|path| Bytes::from(fs::read(path).expect("a message"))).collect()
}

/// A full roster document with `users` users, in the form the focus sends it.
pub fn roster(users: usize) -> Vec<u8> {
    write(&conference_info(users))
}

/// The same as a value.
pub fn conference_info(users: usize) -> ConferenceInfo<'static> {
    let users = (0..users).map(user).collect();
    ConferenceInfo {
        entity: "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:FC275ECD12493E4E9C27C894FE91E104".into(),
        state: Some(State::Full),
        version: Some(8),
        users: Some(Users { state: Some(State::Full), users, extensions: Vec::new() }),
        ..ConferenceInfo::default()
    }
}

fn user(n: usize) -> User<'static> {
    let uri = format!("sip:user{n}@contoso.com");
    let gruu = format!("{uri};opaque=user:epid:XVjJHDlexlmisnhQrAkWqwAA;gruu");
    let focus = Endpoint {
        entity: format!("{{34B0C35F-13A6-4DCF-A376-{n:012X}}}").into(),
        session_type: Some("focus".into()),
        epid: Some("bd4bd366c2".into()),
        endpoint_uri: Some(gruu.clone().into()),
        status: Some(EndpointStatus::Connected),
        ..Endpoint::default()
    };
    let formats = "text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml";
    let agent = "UCCP/2.0.6362.0 OC/2.0.6362.0 (Microsoft Office Communicator)";
    let im = ImCapabilities {
        supported_im_formats: Some(formats.into()),
        user_agent: Some(agent.into()),
        ..ImCapabilities::default()
    };
    let chat = Endpoint {
        entity: format!("{{3ABCE98E-EA02-4130-B9C2-{n:012X}}}").into(),
        session_type: Some("chat".into()),
        endpoint_uri: Some(gruu.into()),
        status: Some(EndpointStatus::Connected),
        joining_method: Some(JoiningMethod::DialedIn),
        media: vec![Media { id: "1".into(), kind: Some("chat".into()), ..Media::default() }],
        capabilities: Some(EndpointCapabilities { im: Some(im), ..EndpointCapabilities::default() }),
        ..Endpoint::default()
    };
    User {
        entity: uri.into(),
        state: Some(State::Full),
        display_text: Some(format!("User {n}").into()),
        roles: vec![Role::Attendee],
        endpoints: vec![focus, chat],
        ..User::default()
    }
}
