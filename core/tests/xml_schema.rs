//! What we write is valid by the schemas. Needs `xmllint`; on machines without it, only the CI run counts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command as Process;

use confsim_core::covers;
use confsim_core::wire::cccp::{
    Access, AddUser, Capabilities, Code, Command, CommandResult, ConferenceKeys, DeleteUser, MediaKeys,
    ModifyEndpointMedia, ModifyUserRoles, Outcome, Reason, Request, Response, SetLobbyAccess, UserKeys,
};
use confsim_core::wire::conference_info::{
    self, ClientInfo, ConferenceInfo, ConferenceState, ConferenceUri, ConferenceUris, ConferenceView,
    Description, DisconnectionMethod, Endpoint, EndpointCapabilities, EndpointStatus, EntityState,
    EntityView, Execution, Extension, ImCapabilities, JoiningMethod, Media, MediaEntry, MediaStatus,
    PstnAccess, Role, State, User, Users,
};
use confsim_core::wire::xml::RawElement;

const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:DA8B6C8FE7CAA44F821DA2ADE7C35539";
const ALICE: &str = "sip:alice@contoso.com";

fn foreign() -> RawElement<'static> {
    RawElement::parse("<x:any xmlns:x=\"urn:example:x\" x:a=\"&lt;\">text</x:any>").unwrap()
}

fn later(generation: u8) -> Vec<Extension<'static>> {
    vec![Extension { generation, element: foreign() }]
}

fn some<T: From<&'static str>>(text: &'static str) -> Option<T> {
    Some(text.into())
}

fn endpoint() -> Endpoint<'static> {
    let execution =
        || Execution { when: some("2026-01-02T03:04:05Z"), reason: some("a & b"), by: some(ALICE) };
    Endpoint {
        entity: "{1D5E1076-AB39-46C0-8D74-46B79B1DCA27}".into(),
        state: Some(State::Partial),
        session_type: some("chat"),
        epid: some("dceed2edfb"),
        endpoint_uri: some("sip:alice@contoso.com;opaque=user:epid:d7NL6_mHNFSL3I1rbITi2gAA;gruu"),
        refer_to_uri: some("sip:leslie@fabrikam.com?ms-conversation-id=AchaQv%2F0"),
        display_text: some("Alice"),
        referred: Some(Box::new(execution())),
        status: Some(EndpointStatus::OnHold),
        joining_method: Some(JoiningMethod::DialedOut),
        joining_info: Some(execution()),
        disconnection_method: Some(DisconnectionMethod::Booted),
        disconnection_info: Some(Box::new(execution())),
        media: vec![media()],
        capabilities: Some(EndpointCapabilities {
            im: Some(ImCapabilities {
                supported_im_formats: some("text/plain text/html"),
                user_agent: some("UCCP/2.0"),
                extensions: later(0),
            }),
            extensions: later(1),
        }),
        client_info: Some(ClientInfo {
            conversation_id: some("AchaQv/0bJhX+yoHQQG10Q2rtna75Q=="),
            lobby_capable: Some(true),
            extensions: later(2),
        }),
        extensions: later(3),
    }
}

fn media() -> Media<'static> {
    Media {
        id: "1".into(),
        display_text: some("chat"),
        kind: some("chat"),
        label: some("chat"),
        src_id: some("1"),
        status: Some(MediaStatus::SendRecv),
        extensions: later(1),
    }
}

fn user() -> User<'static> {
    User {
        entity: ALICE.into(),
        state: Some(State::Full),
        display_text: some("Alice <O'Hara> & \"Co\""),
        roles: vec![Role::Presenter],
        languages: some("en de-DE"),
        cascaded_focus: some(FOCUS),
        endpoints: vec![endpoint(), Endpoint::default()],
        client_info: None,
        extensions: later(1),
    }
}

fn description() -> Description<'static> {
    let uri = ConferenceUri {
        uri: FOCUS.into(),
        display_text: some("chat"),
        purpose: some("chat"),
        extensions: later(1),
    };
    let uris = ConferenceUris { state: Some(State::Full), entries: vec![uri] };
    Description {
        display_text: some("d"),
        subject: some("s"),
        free_text: some("f"),
        keywords: some("k l"),
        conf_uris: Some(uris.clone()),
        service_uris: Some(uris),
        maximum_user_count: Some(250),
        conference_id: some("TPDD8VYG"),
        conference_key: Some(vec![foreign()]),
        organizer_roaming_data: Some(vec![foreign()]),
        notification_data: Some(vec![foreign(), foreign()]),
        admission_policy: some("openAuthenticated"),
        pstn_access: Some(PstnAccess { id: some("37890"), extensions: later(0) }),
        autopromote: Some(0x8000_0000),
        endorse_allowed: Some(false),
        extensions: later(3),
        ..Description::default()
    }
}

fn conference() -> ConferenceInfo<'static> {
    let view = EntityView {
        entity: FOCUS.into(),
        state: Some(State::Full),
        capabilities: Some(later(1)),
        entity_state: Some(EntityState {
            application: some("27877e66-615c-4582-ab88-0cb2ca05d951"),
            locked: Some(true),
            media: vec![MediaEntry { label: "chat".into(), kind: "chat".into(), ..MediaEntry::default() }],
            extensions: later(1),
        }),
        settings: Some(vec![foreign()]),
        extensions: later(2),
    };
    ConferenceInfo {
        entity: FOCUS.into(),
        state: Some(State::Full),
        version: Some(u32::MAX),
        is_static: None,
        description: Some(Box::new(description())),
        conference_state: Some(ConferenceState {
            user_count: Some(1),
            active: Some(true),
            locked: Some(false),
            extensions: later(1),
        }),
        users: Some(Users {
            state: Some(State::Full),
            users: vec![user(), User { entity: "sip:bob@contoso.com".into(), ..User::default() }],
            extensions: later(1),
        }),
        conference_view: Some(ConferenceView {
            state: Some(State::Full),
            entity_views: vec![view],
            extensions: later(1),
        }),
        extensions: later(2),
    }
}

fn commands() -> Vec<Command<'static>> {
    let keys = || ConferenceKeys::entity(FOCUS);
    let user_keys = || UserKeys { conf_entity: FOCUS.into(), user_entity: ALICE.into() };
    let media_keys = MediaKeys {
        conf_entity: FOCUS.into(),
        user_entity: ALICE.into(),
        endpoint_entity: "{1D5E1076-AB39-46C0-8D74-46B79B1DCA27}".into(),
        media_id: "1".into(),
    };
    vec![
        Command::AddConference(Box::new(conference())),
        Command::ModifyConference { mcu_uri: some(FOCUS), info: Box::new(conference()) },
        Command::DeleteConference(ConferenceKeys::id("TPDD8VYG")),
        Command::GetConference { keys: keys(), certificate: some("AAAA") },
        Command::GetConferences { is_static: None },
        Command::GetConferencingCapabilities,
        Command::AddUser(AddUser { mcu_uri: some(FOCUS), keys: keys(), user: Box::new(user()) }),
        Command::DeleteUser(DeleteUser { mcu_uri: None, keys: user_keys() }),
        Command::ModifyUserRoles(ModifyUserRoles { keys: user_keys(), roles: vec![Role::Attendee] }),
        Command::ModifyConferenceLock {
            keys: keys(),
            locked: true,
            admission_policy: some("closedAuthenticated"),
        },
        Command::SetLobbyAccess(SetLobbyAccess {
            keys: keys(),
            users: vec![ALICE.into(), ALICE.into()],
            access: Access::Denied,
        }),
        Command::ModifyEndpointMedia(ModifyEndpointMedia { mcu_uri: None, keys: media_keys, media: media() }),
        Command::CreateConference { mcu_uri: some(FOCUS), info: Box::new(conference()) },
    ]
}

fn outcomes() -> Vec<CommandResult<'static>> {
    let keys = || Some(ConferenceKeys::entity(FOCUS));
    let info = || Some(Box::new(conference()));
    let user = || Some(Box::new(user()));
    let capabilities = Capabilities {
        capability_version: Some(0),
        mcu_types: vec!["chat".into()],
        anonymous_scheduling: Some(true),
        schedule_locked: Some(true),
        im_mute_allowed: Some(false),
        ..Capabilities::default()
    };
    let successes = [
        Outcome::AddConference(info()),
        Outcome::GetConference(info()),
        Outcome::GetConferencingCapabilities(Some(Box::new(capabilities))),
        Outcome::AddUser { keys: keys(), user: user() },
        Outcome::DeleteUser { keys: keys(), user: user() },
        Outcome::ModifyConferenceLock { keys: keys(), locked: Some(true) },
        Outcome::SetLobbyAccess { keys: keys(), users: vec![ALICE.into()], access: Some(Access::Granted) },
        Outcome::EndorseUser { keys: keys(), result: some("otherFailure") },
    ];
    let mut results: Vec<_> = successes.into_iter().map(CommandResult::success).collect();
    results.extend(results.clone().into_iter().filter_map(|result| {
        result.outcome.kind().map(|kind| CommandResult::failure(kind, Reason::OtherFailure))
    }));
    results
}

fn documents() -> Vec<Vec<u8>> {
    let mut documents = vec![conference_info::write(&conference())];
    let request = |command| Request {
        request_id: u64::MAX,
        from: ALICE.into(),
        to: FOCUS.into(),
        version: Some(1),
        command,
    };
    documents.extend(commands().into_iter().map(|command| request(command).write()));
    let asked = request(Command::GetEncryptionKey);
    documents
        .extend(outcomes().into_iter().map(|result| Response::to(&asked, Code::Failure, result).write()));
    documents.extend(printed());
    documents
}

/// The printed bodies as we write them, but for the one with an attribute that is in no public schema.
fn printed() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages/xml");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let bodies = paths.iter().map(|path| fs::read(path).unwrap());
    bodies
        .filter_map(|body| {
            if String::from_utf8_lossy(&body).contains("static=") {
                return None;
            }
            let request = Request::parse(&body).map(|request| request.write());
            let response = || Response::parse(&body).map(|response| response.write());
            let info = || conference_info::read(&body).map(|info| conference_info::write(&info)).ok();
            request.or_else(|_| response()).ok().or_else(info)
        })
        .collect()
}

#[test]
fn what_we_write_is_valid() {
    covers!("PRO-2-2-e");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("xml_schema");
    fs::create_dir_all(&folder).unwrap();
    let documents = documents();
    assert!(documents.len() > 80, "{}", documents.len());
    let mut process = Process::new("xmllint");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/xsd/documents.xsd");
    process.args(["--nonet", "--noout", "--schema"]).arg(schema);
    for (number, document) in documents.iter().enumerate() {
        let path = folder.join(format!("{number}.xml"));
        fs::write(&path, document).unwrap();
        process.arg(path);
    }
    match process.output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => assert!(std::env::var_os("CI").is_none(), "xmllint: {error}"),
    }
}
