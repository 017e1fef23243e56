//! The conference as a whole (MS-CONFPRO 2.2.1.1 to 2.2.1.3).

use confsim_core::covers;
use confsim_core::wire::conference_info::{
    self, Applied, ConferenceInfo, ConferenceState, Description, PstnAccess, Replica, State,
};
use confsim_core::wire::xml::{RawElement, XmlErrorKind as Kind};

use super::outline::is;
use super::{FOCUS, info, info_refused};

fn some<T: From<&'static str>>(text: &'static str) -> Option<T> {
    Some(text.into())
}

fn raw(text: &'static str) -> Vec<RawElement<'static>> {
    vec![RawElement::parse(text).unwrap()]
}

/// A conference with every property of 2.2.1.2.
fn described() -> ConferenceInfo<'static> {
    let description = Description {
        display_text: some("A meeting"),
        subject: some("Q&A"),
        conference_id: some("SDFBSD12"),
        last_update: some("2026-01-10T17:11:47Z"),
        last_activate: some("2026-01-11T09:00:00Z"),
        is_active: Some(true),
        expiry_time: some("2026-02-10T17:11:47Z"),
        admission_policy: some("openAuthenticated"),
        organizer_roaming_data: Some(raw("<a xmlns=\"urn:example:other\">1</a>")),
        notification_data: Some(raw("<b xmlns=\"urn:example:other\"/>")),
        join_url: some("https://meet.contoso.com/alice/SDFBSD12"),
        pstn_access: Some(PstnAccess { id: some("37890"), ..PstnAccess::default() }),
        autopromote: Some(0x8000_0000),
        pstn_lobby_bypass: Some(true),
        ..Description::default()
    };
    ConferenceInfo {
        entity: FOCUS.into(),
        state: Some(State::Partial),
        version: Some(471),
        description: Some(Box::new(description)),
        conference_state: Some(ConferenceState { locked: Some(false), ..ConferenceState::default() }),
        ..ConferenceInfo::default()
    }
}

#[test]
fn the_data_model_is_written_in_its_namespaces_and_order() {
    covers!(
        "PRO-2-2-1-a",
        "PRO-2-2-1-b",
        "PRO-2-2-1-c",
        "PRO-2-2-1-1-a",
        "PRO-2-2-1-1-d",
        "PRO-2-2-1-2-a",
        "PRO-2-2-1-2-b",
        "PRO-2-2-1-2-g",
        "PRO-2-2-1-2-i",
        "PRO-2-2-1-2-j",
        "PRO-2-2-1-2-ab",
        "PRO-2-2-1-2-ac",
        "PRO-2-2-1-3-a",
        "EX-PRO-4-1-d",
        "EX-PRO-4-1-f",
        "EX-PRO-4-1-g",
        "EX-PRO-4-5-a",
    );
    let document = conference_info::write(&described());
    is(
        &document,
        "conference-info",
        "
        ci:conference-info entity=sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:SDFBSD12 state=partial version=471
          ci:conference-description
            ci:display-text : A meeting
            ci:subject : Q&A
            msci:conference-id : SDFBSD12
            msci:last-update : 2026-01-10T17:11:47Z
            msci:last-activate : 2026-01-11T09:00:00Z
            msci:is-active : true
            msci:expiry-time : 2026-02-10T17:11:47Z
            msci:admission-policy : openAuthenticated
            msci:organizer-roaming-data
              o:a : 1
            msci:notification-data
              o:b
            cis:separator
            msci:join-url : https://meet.contoso.com/alice/SDFBSD12
            msci:pstn-access
              msci:id : 37890
            cis:separator
            msci:autopromote : 2147483648
            msci:pstn-lobby-bypass : true
          ci:conference-state
            ci:locked : false
        ",
    );
    assert_eq!(conference_info::read(&document), Ok(described()));
}

#[test]
fn a_conference_is_named_and_its_attributes_are_of_their_types() {
    covers!("PRO-2-2-1-1-a", "PRO-2-2-1-1-d", "PRO-2-2-1-1-h", "PRO-2-2-1-b", "PRO-2-2-2-1-j");
    let nameless = super::info_document("", "").replace("entity=", "title=");
    assert_eq!(
        conference_info::read(nameless.as_bytes()).unwrap_err().kind,
        Kind::MissingAttribute("entity")
    );
    for (text, state) in [("full", State::Full), ("partial", State::Partial)] {
        assert_eq!(info(&format!("state=\"{text}\""), "").state, Some(state));
    }
    for text in ["", "Full", "whole", "0"] {
        assert_eq!(info_refused(&format!("state=\"{text}\""), ""), Kind::InvalidValue("state"));
    }
    for (text, version) in [("0", 0), ("1", 1), ("471", 471), ("4294967295", u32::MAX)] {
        assert_eq!(info(&format!("version=\"{text}\""), "").version, Some(version));
    }
    for text in ["", "-1", "+1", "1.0", "one", "4294967296"] {
        assert_eq!(info_refused(&format!("version=\"{text}\""), ""), Kind::InvalidValue("version"));
    }
    for (text, is_static) in [("true", true), ("1", true), ("false", false), ("0", false)] {
        assert_eq!(info(&format!("static=\"{text}\""), "").is_static, Some(is_static));
    }
    for text in ["", "True", "yes"] {
        assert_eq!(info_refused(&format!("static=\"{text}\""), ""), Kind::InvalidValue("static"));
    }
    // In a namespace they are other attributes.
    let qualified = info("msci:state=\"partial\" ci:version=\"3\" msci:static=\"true\"", "");
    assert_eq!((qualified.state, qualified.version, qualified.is_static), (None, None, None));
}

/// A document for a replica: a roster of one.
fn roster(attributes: &str, user: &str) -> ConferenceInfo<'static> {
    info(attributes, &format!("<ci:users><ci:user entity=\"{user}\"/></ci:users>"))
}

#[test]
fn a_full_document_says_everything_and_a_partial_one_some() {
    covers!("PRO-2-2-1-1-e", "PRO-2-2-1-1-f", "PRO-2-2-1-1-g");
    let users = |copy: &Replica| copy.users().iter().map(|user| user.entity.to_string()).collect::<Vec<_>>();
    // Without the attribute a document is full: it can be a beginning, and it replaces.
    for full in ["state=\"full\"", ""] {
        let mut copy = Replica::new();
        assert_eq!(copy.apply(&roster(&format!("{full} version=\"1\""), "sip:a@b")), Ok(Applied::Replaced));
        let partial = info(
            "state=\"partial\" version=\"2\"",
            "<ci:users state=\"partial\"><ci:user entity=\"sip:c@d\"/></ci:users>",
        );
        assert_eq!(copy.apply(&partial), Ok(Applied::Merged));
        assert_eq!(users(&copy), ["sip:a@b", "sip:c@d"]);
        assert_eq!(copy.apply(&roster(&format!("{full} version=\"3\""), "sip:e@f")), Ok(Applied::Replaced));
        assert_eq!(users(&copy), ["sip:e@f"]);
    }
}

/// A description with this element.
fn of(element: &str) -> Description<'static> {
    let content = format!("<ci:conference-description>{element}</ci:conference-description>");
    *info("", &content).description.unwrap()
}

fn of_refused(element: &str) -> Kind {
    info_refused("", &format!("<ci:conference-description>{element}</ci:conference-description>"))
}

#[test]
fn numbers_and_flags_of_a_description_are_of_their_types() {
    covers!(
        "PRO-2-2-1-2-ac",
        "PRO-2-2-1-2-ad",
        "PRO-2-2-1-2-j",
        "PRO-2-2-1-3-a",
        "EX-PRO-4-1-f",
        "PRO-2-2-2-1-h"
    );
    for (text, bits) in
        [("0", 0), ("32768", 0x8000), ("2147483648", 0x8000_0000), ("2147516416", 0x8000_8000)]
    {
        let read = of(&format!("<msci:autopromote>{text}</msci:autopromote>"));
        assert_eq!(read.autopromote, Some(bits), "{text}");
    }
    for text in ["", "-1", "0x8000", "4294967296", "everyone"] {
        let kind = of_refused(&format!("<msci:autopromote>{text}</msci:autopromote>"));
        assert_eq!(kind, Kind::InvalidValue("autopromote"), "{text}");
    }
    assert_eq!(of("").autopromote, None);
    for (text, value) in [("true", true), ("1", true), (" false ", false), ("0", false)] {
        assert_eq!(of(&format!("<msci:is-active>{text}</msci:is-active>")).is_active, Some(value));
        let bypass =
            of(&format!("<msci:pstn-lobby-bypass>{text}</msci:pstn-lobby-bypass>")).pstn_lobby_bypass;
        assert_eq!(bypass, Some(value));
        let state =
            info("", &format!("<ci:conference-state><ci:locked>{text}</ci:locked></ci:conference-state>"));
        assert_eq!(state.conference_state.unwrap().locked, Some(value));
    }
    for text in ["", "TRUE", "on"] {
        assert_eq!(
            of_refused(&format!("<msci:is-active>{text}</msci:is-active>")),
            Kind::InvalidValue("is-active")
        );
        let locked = format!("<ci:conference-state><ci:locked>{text}</ci:locked></ci:conference-state>");
        assert_eq!(info_refused("", &locked), Kind::InvalidValue("locked"));
    }
}

#[test]
fn access_by_telephone_is_asked_for_by_an_empty_element() {
    covers!("PRO-2-2-2-1-g", "EX-PRO-4-1-e");
    for element in ["<msci:pstn-access/>", "<msci:pstn-access>\r\n  </msci:pstn-access>"] {
        assert_eq!(of(element).pstn_access, Some(PstnAccess::default()), "{element}");
    }
    assert_eq!(of("").pstn_access, None);
    let asked = Description { pstn_access: Some(PstnAccess::default()), ..Description::default() };
    let asked = ConferenceInfo { description: Some(Box::new(asked)), ..ConferenceInfo::default() };
    is(
        conference_info::write(&asked),
        "conference-description",
        "
        ci:conference-description
          cis:separator
          msci:pstn-access
    ",
    );
}

/// A field with the data of others.
type Data = fn(Description<'static>) -> Option<Vec<RawElement<'static>>>;

#[test]
fn data_of_others_is_well_formed_and_kept_as_it_came() {
    covers!("PRO-2-2-1-2-q", "PRO-2-2-1-2-s", "PRO-2-2-1-2-v");
    let fields: [(&str, Data); 2] = [
        ("organizer-roaming-data", |read| read.organizer_roaming_data),
        ("notification-data", |read| read.notification_data),
    ];
    for (name, field) in fields {
        let read = |content: &str| field(of(&format!("<msci:{name}>{content}</msci:{name}>")));
        let kept = read("<o:data a=\"&lt;1\">text<o:more/></o:data>").unwrap();
        assert_eq!(
            kept.iter().map(RawElement::as_str).collect::<Vec<_>>(),
            ["<o:data xmlns:o=\"urn:example:other\" a=\"&lt;1\">text<o:more/></o:data>"]
        );
        // An example has its data in the default namespace of the document, and a real client sends nothing.
        assert_eq!(read("<AnyOrganizerXml/>").unwrap()[0].local_name(), "AnyOrganizerXml");
        assert_eq!(read(""), Some(Vec::new()));
        let broken = of_refused(&format!("<msci:{name}><o:data></o:more></msci:{name}>"));
        assert_eq!(broken, Kind::MismatchedEnd, "{name}");
        let broken = of_refused(&format!("<msci:{name}><o:data>&nbsp;</o:data></msci:{name}>"));
        assert_eq!(broken, Kind::UnknownEntity, "{name}");
    }
}
