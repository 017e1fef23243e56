//! What real clients and servers put into their messages, and what has to be understood of it (MS-CONFIM 4, and a
//! trace of Communicator Web Access).

use confsim_core::covers;
use confsim_core::wire::cccp::{Command, Outcome, Request};
use confsim_core::wire::conference_info::{JoiningMethod, Role};
use confsim_core::wire::sip::{Method, Name, Uri};

use super::{message, printed};

#[test]
fn requests_to_a_factory_have_the_headers_of_any_other() {
    covers!("EX-CWA-0-b");
    for name in ["cwa-01-SERVICE-user1-factory", "cwa-03-SERVICE-user1-factory"] {
        let message = message(name);
        assert_eq!(*message.method(), Method::Service, "{name}");
        message.check().unwrap();
        let factory = "sip:User1@litwareinc.com;gruu;opaque=app:conf:focusfactory";
        assert_eq!(message.request_uri().unwrap().as_str(), factory);
        let (from, to) = (message.from().unwrap(), message.to().unwrap());
        assert_eq!((from.uri.as_str(), from.epid()), ("sip:User1@litwareinc.com", Some("B90980A18B")));
        assert_eq!((to.uri.as_str(), to.tag()), (factory, None));
        assert!(from.tag().is_some());
        assert!(message.top_via().unwrap().rfc3261_branch().is_some(), "{name}");
        assert_eq!(message.max_forwards(), Ok(Some(70)));
        assert_eq!(message.content_length(), Ok(Some(message.body().len())));
        let spellings: Vec<_> = message.fields().map(|field| field.spelling().to_owned()).collect();
        assert!(spellings.iter().any(|name| name == "MAX-FORWARDS"), "{spellings:?}");
    }
}

#[test]
fn numbers_of_requests_start_anywhere() {
    covers!("EX-CWA-0-d", "EX-CWA-0-o", "EX-IM-4-1-2-g");
    let cseq = |name: &str| message(name).cseq().unwrap().seq;
    let requests =
        ["cwa-01-SERVICE-user1-factory", "cwa-03-SERVICE-user1-factory", "cwa-09-INVITE-user1-focus"];
    assert_eq!(requests.map(cseq), [1500, 1501, 1504]);
    assert_eq!((cseq("cwa-10-INVITE-user1-user2"), cseq("cwa-15-INFO-focus-user2")), (1513, 8));
    assert_eq!(cseq("im-4.3.1-06-BYE-focus-carol"), 2_147_483_645);
    // Each side of a dialog counts for itself.
    let (asked, told) = (message("im-4.1.2-01-INFO-alice-focus"), message("im-4.1.2-03-INFO-focus-alice"));
    assert_eq!(asked.call_id(), told.call_id());
    assert_eq!((asked.cseq().unwrap().seq, told.cseq().unwrap().seq), (2, 1));
}

#[test]
fn contacts_say_what_a_client_can_do() {
    covers!("EX-CWA-0-j", "EX-CWA-0-m", "EX-IM-4-1-1-g");
    for name in ["cwa-09-INVITE-user1-focus", "cwa-10-INVITE-user1-user2"] {
        let message = message(name);
        let contact = message.contact().unwrap().unwrap();
        for flag in ["text", "audio", "Video", "applicationsharing"] {
            assert_eq!(contact.param(flag), Some(None), "{name}: {flag}");
        }
        assert_eq!(contact.uri.opaque(), Some("user:epid:5C9sAvigE1KvpTRT-qTSSgAA"));
    }
    for name in ["im-4.1.1-04-200-focus-carol", "im-4.1.1-12-200-immcu-carol", "cwa-12-200-focus-user2"] {
        assert_eq!(message(name).contact().unwrap().unwrap().param("isfocus"), Some(None), "{name}");
    }
    let answer = message("cwa-12-200-focus-user2");
    assert_eq!(answer.contact().unwrap().unwrap().uri, answer.to().unwrap().uri);
    assert_eq!(answer.record_routes().count(), 1);
}

#[test]
fn a_list_of_methods_may_be_in_pieces_and_in_any_case() {
    covers!("EX-CWA-0-k");
    let message = message("cwa-09-INVITE-user1-focus");
    assert_eq!(message.headers(Name::Allow).count(), 2);
    for method in [Method::Update, Method::Ack, Method::Bye, Method::Info, Method::Benotify, Method::Service]
    {
        assert!(message.allows(&method), "{method}");
    }
    assert!(!message.allows(&Method::Notify));
}

#[test]
fn clients_and_servers_offer_and_set_session_timers() {
    covers!("EX-CWA-0-l");
    let offer = message("cwa-09-INVITE-user1-focus");
    let timer = offer.session_expires().unwrap().unwrap();
    assert_eq!((timer.seconds, timer.refresher(), offer.min_se()), (1800, None, Ok(Some(90))));
    assert!(offer.supports("timer"));
}

#[test]
fn signatures_are_read_over() {
    covers!("EX-CWA-0-n", "EX-IM-4-1-1-ai");
    for (message_name, name) in [
        ("cwa-12-200-focus-user2", Name::ProxyAuthenticationInfo),
        ("im-4.1.1-12-200-immcu-carol", Name::AuthenticationInfo),
        ("im-4.1.2-12-200-leslie-immcu", Name::ProxyAuthorization),
    ] {
        let message = message(message_name);
        let found = message.credentials(name).unwrap().unwrap();
        assert_eq!(found.scheme, "Kerberos", "{message_name}");
        message.check().unwrap();
    }
}

#[test]
fn an_im_session_is_asked_for_with_much_that_has_no_use() {
    covers!("EX-IM-4-1-1-z", "EX-IM-4-1-1-f", "IM-1-7-b");
    let invite = message("im-4.1.1-10-INVITE-carol-immcu");
    assert_eq!(invite.roster_manager().unwrap().unwrap().uri.as_str(), "sip:carol@contoso.com");
    let endpoints: Vec<_> = invite.endpoints().map(|found| found.unwrap().uri.as_str().to_owned()).collect();
    assert_eq!(endpoints, ["sip:carol@contoso.com", invite.request_uri().unwrap().as_str()]);
    assert!(invite.supports("ms-sender") && invite.supports("com.microsoft.rtc-multiparty"));
    let alive = invite.keep_alive().unwrap().unwrap();
    assert_eq!((alive.role, alive.says_yes("hop-hop"), alive.timeout()), ("UAC", true, None));
    let answer = message("im-4.1.1-04-200-focus-carol");
    let alive = answer.keep_alive().unwrap().unwrap();
    assert_eq!((alive.role, alive.says_yes("hop-hop"), alive.says_yes("end-end")), ("UAS", true, false));
    assert_eq!(alive.timeout(), Some(300));
}

#[test]
fn older_clients_leave_things_out() {
    covers!("EX-IM-4-1-1-ae", "EX-IM-4-1-2-j", "EX-IM-4-1-2-k");
    for name in
        ["im-4.1.1-01-INVITE-carol-focus", "im-4.1.1-10-INVITE-carol-immcu", "cwa-11-INVITE-user2-focus"]
    {
        let message = message(name);
        assert_eq!(message.top_via().unwrap().branch(), None, "{name}");
        message.check().unwrap();
    }
    // A legacy client has its tag ready with the first answer, and says nothing of what it takes.
    let (trying, ok) = (message("im-4.1.2-10-100-leslie-immcu"), message("im-4.1.2-12-200-leslie-immcu"));
    assert_eq!(trying.code(), Some(100));
    assert_eq!(trying.to().unwrap().tag(), Some("f77278fb17"));
    assert_eq!(ok.to().unwrap().tag(), Some("f77278fb17"));
    assert!(!ok.supports("ms-sender"));
    let body = std::str::from_utf8(ok.body()).unwrap();
    assert!(body.contains("m=message 5060 sip sip:leslie@fabrikam.com") && !body.contains("accept-types"));
}

#[test]
fn headers_of_servers_are_found_in_capitals() {
    covers!("EX-IM-4-1-1-ag", "EX-IM-4-1-1-af");
    let (asked, answer) = (message("im-4.1.1-10-INVITE-carol-immcu"), message("im-4.1.1-12-200-immcu-carol"));
    for spelling in ["FROM", "TO", "CSEQ", "CALL-ID", "CONTENT-LENGTH"] {
        assert!(answer.fields().any(|field| field.spelling() == spelling), "{spelling}");
    }
    answer.check().unwrap();
    assert_eq!((answer.cseq(), answer.call_id()), (asked.cseq(), asked.call_id()));
    // A server adds a display name: the tag is what counts.
    let (from, echoed) = (asked.from().unwrap(), answer.from().unwrap());
    assert_eq!((from.display_name(), echoed.display_name().as_deref()), (None, Some("Carol")));
    assert_eq!((from.tag(), from.uri.as_str()), (echoed.tag(), echoed.uri.as_str()));
}

#[test]
fn a_join_says_how_and_from_where_or_leaves_it() {
    covers!("EX-CWA-0-h", "EX-CWA-0-e");
    let endpoint = |path: &str| {
        let document = printed(path);
        let Command::AddUser(join) = Request::parse(&document).unwrap().into_owned().command else {
            panic!("{path}")
        };
        assert_eq!(join.user.roles, [Role::Attendee], "{path}");
        assert_eq!(join.mcu_uri, None, "{path}");
        join.user.endpoints.into_iter().next().unwrap()
    };
    let web = endpoint("xml/cwa-09-INVITE-user1-focus.xml");
    let gruu = "sip:User1@litwareinc.com;opaque=user:epid:5C9sAvigE1KvpTRT-qTSSgAA;gruu";
    assert_eq!(
        (web.joining_method, web.endpoint_uri.as_deref()),
        (Some(JoiningMethod::DialedIn), Some(gruu))
    );
    let other = endpoint("xml/cwa-11-INVITE-user2-focus.xml");
    assert_eq!((other.joining_method, other.endpoint_uri), (None, None));
    let uri = message("cwa-09-INVITE-user1-focus").request_uri().unwrap().as_str().to_owned();
    let opaque = Uri::parse(&uri).unwrap().opaque().unwrap();
    let id = opaque.strip_prefix("app:conf:focus:id:").unwrap();
    assert_eq!(id.len(), 32);
    assert!(id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()));
}

#[test]
fn the_factory_of_the_trace_names_the_conference_twice() {
    covers!("EX-CWA-0-f", "EX-CWA-0-e");
    // The printed body is cut: here is what of it is whole.
    let id = "W52Q3KCQXXSHEUZ2M0KVHY1C006F0T5D";
    let document = String::from_utf8(printed("xml/cwa-08-200-factory-user1.wf-bad.xml")).unwrap();
    assert!(document.contains(&format!(">{id}</conference-id>")));
    let whole = super::response(
        "success",
        &format!(
            "<getConference><conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
             entity=\"sip:User1@litwareinc.com;gruu;opaque=app:conf:focus:id:{id}\" state=\"full\" version=\"1\">\
             <conference-description><conference-id \
             xmlns=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\">{id}</conference-id>\
             </conference-description></conference-info></getConference>"
        ),
    );
    let response = confsim_core::wire::cccp::Response::parse(whole.as_bytes()).unwrap();
    let Outcome::GetConference(Some(info)) = response.result.outcome else { panic!() };
    assert_eq!(info.version, Some(1));
    assert_eq!(info.description.unwrap().conference_id.as_deref(), Some(id));
}
