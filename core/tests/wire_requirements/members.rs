//! Users and MCUs (MS-CONFPRO 2.2.1.4, 2.2.1.5).

use confsim_core::covers;
use confsim_core::wire::conference_info::{
    self, ConferenceInfo, ConferenceView, EntityView, Role, User, Users,
};
use confsim_core::wire::xml::{RawElement, XmlErrorKind as Kind};

use super::outline::{is, outline};
use super::{FOCUS, info, info_refused, printed};

/// The users of a document with this content of `users`.
fn users(content: &str) -> Vec<User<'static>> {
    info("", &format!("<ci:users>{content}</ci:users>")).users.unwrap().users
}

/// The MCUs of a document with this content of `conference-view`.
fn views(content: &str) -> Vec<EntityView<'static>> {
    let content = format!("<msci:conference-view>{content}</msci:conference-view>");
    info("", &content).conference_view.unwrap().entity_views
}

#[test]
fn users_have_an_address_and_one_role() {
    covers!("PRO-2-2-1-4-a", "PRO-2-2-1-4-e", "PRO-2-2-1-4-g", "PRO-2-2-1-4-h", "PRO-2-2-1-4-i");
    assert_eq!(users(""), []);
    let role = |entry: &str| {
        let user = format!("<ci:user entity=\"sip:bob@contoso.com\"><ci:roles>{entry}</ci:roles></ci:user>");
        users(&user).remove(0).roles
    };
    assert_eq!(role("<ci:entry>presenter</ci:entry>"), [Role::Presenter]);
    assert_eq!(role("<ci:entry>\r\n attendee </ci:entry>"), [Role::Attendee]);
    // What is neither is told apart, and so is their number, for the factory to refuse.
    for other in ["", "Presenter", "participant"] {
        assert_eq!(role(&format!("<ci:entry>{other}</ci:entry>")), [Role::Other(other.into())]);
    }
    assert_eq!(role("<ci:entry>presenter</ci:entry><ci:entry>attendee</ci:entry>").len(), 2);
    assert_eq!(role(""), []);
    // Nor can a second list take the place of the first.
    let again = "<ci:entry>attendee</ci:entry></ci:roles><ci:roles><ci:entry>presenter</ci:entry>";
    assert_eq!(role(again), [Role::Attendee, Role::Presenter]);
    let nameless =
        "<ci:users><ci:user><ci:roles><ci:entry>presenter</ci:entry></ci:roles></ci:user></ci:users>";
    assert_eq!(info_refused("", nameless), Kind::MissingAttribute("entity"));
    let qualified = "<ci:users><ci:user ci:entity=\"sip:bob@contoso.com\"/></ci:users>";
    assert_eq!(info_refused("", qualified), Kind::MissingAttribute("entity"));
}

/// An MCU of a type, with these settings.
fn view(entity: &'static str, settings: Option<&'static str>) -> EntityView<'static> {
    let settings = settings.map(|text| vec![RawElement::parse(text).unwrap()]);
    EntityView { entity: entity.into(), settings, ..EntityView::default() }
}

#[test]
fn a_list_of_users_and_mcus_is_written_as_printed() {
    covers!(
        "PRO-2-2-1-4-a",
        "PRO-2-2-1-4-e",
        "PRO-2-2-1-4-g",
        "PRO-2-2-1-4-h",
        "PRO-2-2-1-4-i",
        "PRO-2-2-1-5-a",
        "PRO-2-2-1-5-b",
        "PRO-2-2-1-5-e",
        "PRO-2-2-1-5-l",
    );
    let user =
        |entity: &'static str, role| User { entity: entity.into(), roles: vec![role], ..User::default() };
    let settings = "<settings xmlns=\"http://schemas.microsoft.com/rtc/2005/08/avconfinfoextensions\"><audio/></settings>";
    let document = ConferenceInfo {
        entity: FOCUS.into(),
        users: Some(Users {
            users: vec![
                user("sip:bob@contoso.com", Role::Presenter),
                user("sip:jack@fabrikam.com", Role::Attendee),
            ],
            ..Users::default()
        }),
        conference_view: Some(ConferenceView {
            entity_views: vec![view("chat", None), view("audio-video", Some(settings))],
            ..ConferenceView::default()
        }),
        ..ConferenceInfo::default()
    };
    let written = conference_info::write(&document);
    is(
        &written,
        "users",
        "
        ci:users
          ci:user entity=sip:bob@contoso.com
            ci:roles
              ci:entry : presenter
          ci:user entity=sip:jack@fabrikam.com
            ci:roles
              ci:entry : attendee
    ",
    );
    is(
        &written,
        "conference-view",
        "
        msci:conference-view
          msci:entity-view entity=chat
          msci:entity-view entity=audio-video
            msci:entity-settings
              msav:settings
                msav:audio
    ",
    );
    assert_eq!(conference_info::read(&written), Ok(document));
}

#[test]
fn mcus_are_listed_by_type_in_the_namespace_of_the_extensions() {
    covers!("PRO-2-2-1-5-a", "PRO-2-2-1-5-b", "PRO-2-2-1-a");
    let read = views("<msci:entity-view entity=\"chat\"/><msci:entity-view entity=\"audio-video\"/>");
    assert_eq!(read, [view("chat", None), view("audio-video", None)]);
    assert_eq!(views("<ci:entity-view entity=\"chat\"/><o:entity-view entity=\"chat\"/>"), []);
    let nameless = "<msci:conference-view><msci:entity-view/></msci:conference-view>";
    assert_eq!(info_refused("", nameless), Kind::MissingAttribute("entity"));
    let elsewhere = info("", "<ci:conference-view><msci:entity-view entity=\"chat\"/></ci:conference-view>");
    assert_eq!(elsewhere.conference_view, None);
}

/// Settings of MCUs that are printed in the documents: where, and the root of the fragment.
const PRINTED: [(&str, &str, &str); 4] = [
    ("xml/pro-4.1-01-SERVICE-addConference-alice-factory.xml", "chat", ""),
    ("xml/pro-4.2-02-SERVICE-modifyConference-alice-factory.xml", "data-conf", "msdata:settings"),
    ("xml/pro-4.2-02-SERVICE-modifyConference-alice-factory.xml", "audio-video", "msci:mediaFiltersRules"),
    ("xml/pro-4.9-01-SERVICE-addConference-bob-factory.xml", "phone-conf", "msacp:settings"),
];

#[test]
fn settings_of_mcus_pass_through_unchanged() {
    covers!(
        "PRO-2-2-1-5-e",
        "PRO-2-2-1-5-p",
        "PRO-2-2-1-5-t",
        "PRO-2-2-1-5-w",
        "PRO-2-2-1-5-y",
        "EX-PRO-4-2-c",
        "EX-PRO-4-2-d",
        "IM-6-1-f",
    );
    for (path, entity, root) in PRINTED {
        let document = printed(path);
        let request = confsim_core::wire::cccp::Request::parse(&document).unwrap();
        let again = request.write();
        let (before, after) = (outline(&document, "conference-view"), outline(again, "conference-view"));
        assert_eq!(after, before, "{path}");
        let (_, rest) = before.split_once(&format!("entity-view entity={entity}\n")).unwrap();
        let rest = rest.split("msci:entity-view").next().unwrap_or_default();
        let settings = rest.split_once("entity-settings\n").map_or("", |(_, settings)| settings);
        assert_eq!(settings.lines().next().unwrap_or_default().trim(), root, "{path}");
    }
    // The schema of the IM MCU declares an element for anything, which has no use.
    let im = "<msim:settings><o:any/><msim:any/></msim:settings>";
    let content = format!(
        "<msci:entity-view entity=\"chat\"><msci:entity-settings>{im}</msci:entity-settings></msci:entity-view>"
    );
    let read = info("", &format!("<msci:conference-view>{content}</msci:conference-view>"));
    is(
        conference_info::write(&read),
        "entity-settings",
        "
        msci:entity-settings
          msim:settings
            o:any
            msim:any
    ",
    );
}
