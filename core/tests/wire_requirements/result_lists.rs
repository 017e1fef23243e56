//! What a factory lists: conferences, its certificate, the types of MCU (MS-CONFPRO 2.2.3.5 to 2.2.3.7).

use confsim_core::covers;
use confsim_core::wire::cccp::{Conferences, EncryptionKey, Outcome};
use confsim_core::wire::conference_info::State;

use super::outline::is;
use super::results::known;
use super::{FOCUS, printed, result, told};

#[test]
fn conferences_are_listed_one_element_each() {
    covers!("PRO-2-2-3-5-a", "EX-PRO-4-4-a");
    let list = |is_static, conferences| Outcome::GetConferences(Conferences { is_static, conferences });
    is(
        told(list(Some(true), Some(vec![*known(471), *known(1)]))),
        "getConferences",
        &format!(
            "
        cccp:getConferences static=true
          cccp:conferences
            ci:conference-info entity={FOCUS} state=partial version=471
              ci:conference-description
                msci:conference-id : SDFBSD12
                msci:admission-policy : openAuthenticated
            ci:conference-info entity={FOCUS} state=partial version=1
              ci:conference-description
                msci:conference-id : SDFBSD12
                msci:admission-policy : openAuthenticated
    "
        ),
    );
    is(
        told(list(Some(false), Some(Vec::new()))),
        "getConferences",
        "
        cccp:getConferences static=false
          cccp:conferences
    ",
    );
    is(
        told(list(None, Some(Vec::new()))),
        "getConferences",
        "
        cccp:getConferences
          cccp:conferences
    ",
    );
    let fragment =
        String::from_utf8(printed("fragments/pro-4.4-04-getConferences-static-response.xml")).unwrap();
    let Outcome::GetConferences(read) = result(&fragment).outcome else { panic!() };
    assert_eq!(read.is_static, Some(true));
    let conferences = read.conferences.unwrap();
    let [meeting] = &conferences[..] else { panic!("{conferences:?}") };
    assert_eq!((meeting.version, meeting.state), (Some(471), Some(State::Partial)));
    assert_eq!(meeting.conference_state.as_ref().unwrap().locked, Some(false));
    let description = meeting.description.as_deref().unwrap();
    assert_eq!(description.conference_id.as_deref(), Some("I5TQBR7J"));
    assert_eq!(description.admission_policy.as_deref(), Some("openAuthenticated"));
}

#[test]
fn the_certificate_of_the_factory_comes_first_and_its_server_is_opaque() {
    covers!(
        "PRO-2-2-3-6-a",
        "PRO-2-2-3-6-e",
        "PRO-2-2-3-6-f",
        "PRO-2-2-3-6-g",
        "PRO-2-2-3-6-j",
        "EX-PRO-4-6-a"
    );
    let key = |server: Option<&'static str>| EncryptionKey {
        certificate: "MIIB".into(),
        issuing_server: server.map(Into::into),
    };
    is(
        told(Outcome::GetEncryptionKey(Some(key(Some("server.contoso.com"))))),
        "getEncryptionKey",
        "
        cccp:getEncryptionKey
          msci:encryption-key
            msci:x509-certificate : MIIB
          msci:opaque
            msci:issuing-server : server.contoso.com
    ",
    );
    is(
        told(Outcome::GetEncryptionKey(Some(key(None)))),
        "getEncryptionKey",
        "
        cccp:getEncryptionKey
          msci:encryption-key
            msci:x509-certificate : MIIB
    ",
    );
    let read = |content: &str| result(&format!("<getEncryptionKey>{content}</getEncryptionKey>")).outcome;
    let certificate =
        "<msci:encryption-key><msci:x509-certificate> MIIB </msci:x509-certificate></msci:encryption-key>";
    assert_eq!(read(certificate), Outcome::GetEncryptionKey(Some(key(None))));
    let opaque =
        "<msci:opaque><o:any/><msci:issuing-server>server.contoso.com</msci:issuing-server></msci:opaque>";
    let both = read(&format!("{opaque}{certificate}"));
    assert_eq!(both, Outcome::GetEncryptionKey(Some(key(Some("server.contoso.com")))));
    assert_eq!(read(&format!("<msci:opaque/>{certificate}")), Outcome::GetEncryptionKey(Some(key(None))));
    // Without the certificate, or with it in another namespace, there is none.
    assert_eq!(read(opaque), Outcome::GetEncryptionKey(None));
    assert_eq!(read(&certificate.replace("msci:", "")), Outcome::GetEncryptionKey(None));
}

#[test]
fn the_types_of_mcu_are_listed_by_their_names() {
    covers!("PRO-2-2-3-7-a", "PRO-2-2-3-7-e", "PRO-2-2-3-7-f");
    is(
        told(Outcome::GetAvailableMcuTypes(Some(vec!["chat".into(), "audio-video".into()]))),
        "getAvailableMcuTypes",
        "
        cccp:getAvailableMcuTypes
          cccp:mcu-types
            cccp:mcuType : chat
            cccp:mcuType : audio-video
    ",
    );
    is(
        told(Outcome::GetAvailableMcuTypes(Some(Vec::new()))),
        "getAvailableMcuTypes",
        "
        cccp:getAvailableMcuTypes
          cccp:mcu-types
    ",
    );
    let all = ["chat", "audio-video", "meeting", "applicationsharing", "data-conf", "phone-conf"];
    let list: String = all.iter().map(|kind| format!("<mcuType> {kind}\r\n</mcuType>")).collect();
    let read = result(&format!(
        "<getAvailableMcuTypes><mcu-types>{list}<o:mcuType>x</o:mcuType></mcu-types></getAvailableMcuTypes>"
    ));
    assert_eq!(read.outcome, Outcome::GetAvailableMcuTypes(Some(all.map(Into::into).to_vec())));
}
