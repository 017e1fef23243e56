//! Conference keys: in by the factory's certificate, out by the caller's.

use confsim_core::covers;
use confsim_core::cryptography::Cryptography as _;
use confsim_core::entropy::Entropy;
use confsim_core::wire::cccp::{Outcome, Reason};
use confsim_core::wire::conference_info::ConferenceInfo;
use confsim_core::wire::conference_key::{ConferenceKey, decode, encode};

use crate::sealer::Sealer;
use crate::stage::{ID, Stage, add, config, envelope, get, modify, open, plain};

/// A key as it stands in a description.
fn written(key: &ConferenceKey) -> String {
    let content: String = key.write().iter().map(|element| element.as_str().to_owned()).collect();
    format!("<msci:conference-key>{content}</msci:conference-key>")
}

/// A passcode, enveloped for somebody and issued by some server.
fn key(certificate: &[u8], passcode: &[u8], server: Option<&str>) -> String {
    let envelop = Sealer("cert alice").envelop(&mut Entropy::named(1, "alice"), certificate, passcode);
    let (cms_data, issuing_server) = (envelop.expect("an envelope"), server.map(str::to_owned));
    written(&ConferenceKey::Enveloped { cms_data, issuing_server })
}

/// getConference with a certificate.
fn get_for(certificate: &str) -> String {
    let key = format!(
        "<msci:encryption-key><msci:x509-certificate>{certificate}</msci:x509-certificate></msci:encryption-key>"
    );
    get(ID).replace("</getConference>", &format!("{key}</getConference>"))
}

/// The passcode that an answer holds for alice.
fn passcode(info: &ConferenceInfo<'_>) -> Option<Vec<u8>> {
    let content = info.description.as_deref()?.conference_key.as_deref()?;
    let Some(ConferenceKey::Enveloped { cms_data, .. }) = ConferenceKey::read(content) else {
        panic!("{content:?}")
    };
    Some(Sealer("cert alice").open(&cms_data).expect("for alice"))
}

#[track_caller]
fn looked_up(stage: &mut Stage, body: &str) -> ConferenceInfo<'static> {
    match stage.done(body) {
        Outcome::GetConference(Some(info)) => *info,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_passcode_goes_in_and_comes_out() {
    covers!(
        "PRO-2-2-1-2-f",
        "PRO-2-2-2-1-f",
        "PRO-2-2-2-4-c",
        "PRO-2-2-2-4-f",
        "PRO-2-2-2-6-a",
        "PRO-2-2-3-6-a",
        "PRO-2-2-3-6-b",
        "PRO-2-2-3-6-e",
        "PRO-2-2-3-6-f",
        "PRO-2-2-3-6-g",
        "PRO-2-2-3-6-h",
        "PRO-2-2-3-6-j",
        "PRO-3-2-1-c",
        "PRO-3-2-3-a",
        "PRO-3-2-5-2-c",
        "PRO-3-2-5-5-c",
        "PRO-3-2-5-7-a",
        "EX-PRO-4-6-a",
        "D-30",
    );
    let mut stage = Stage::new(config());
    let sent = stage.ask(&envelope("<getEncryptionKey/>"));
    let (first, second) = (sent.body().find("<msci:encryption-key"), sent.body().find("<msci:opaque"));
    assert!(first < second && first.is_some(), "{sent:?}");
    let Outcome::GetEncryptionKey(Some(told)) = stage.done(&envelope("<getEncryptionKey/>")) else {
        panic!()
    };
    assert_eq!(told.issuing_server.as_deref(), Some("factory.pool.contoso.com"));
    let certificate = decode(&told.certificate).expect("base64");

    let server = told.issuing_server.as_deref();
    let sent = stage.ask(&add(&(open(ID) + &key(&certificate, b"s3cret", server)), ""));
    assert_eq!(sent.start(), "SIP/2.0 200 OK");
    assert!(!sent.body().contains("conference-key"), "{sent:?}");
    let alice = encode(b"cert alice");
    assert_eq!(passcode(&looked_up(&mut stage, &get_for(&alice))).as_deref(), Some(&b"s3cret"[..]));
    // Base64 may be broken into lines.
    let broken = format!("\n {}\n{} \n", &alice[..4], &alice[4..]);
    assert!(passcode(&looked_up(&mut stage, &get_for(&broken))).is_some());
    // Whoever gives no certificate gets no key, and neither does a list.
    assert_eq!(passcode(&looked_up(&mut stage, &get(ID))), None);
    assert!(!stage.ask(&get(ID)).body().contains("s3cret"));
    assert!(!stage.ask(&envelope("<getConferences/>")).body().contains("conference-key"));
    // Each answer draws anew.
    assert_ne!(stage.ask(&get_for(&alice)).body(), stage.ask(&get_for(&alice)).body());
    // It survives a restart, and a modification without it.
    stage.restart();
    assert_eq!(passcode(&looked_up(&mut stage, &get_for(&alice))).as_deref(), Some(&b"s3cret"[..]));
    stage.modified(&modify(1, &(open(ID) + &key(&certificate, b"other", server)), ""));
    assert_eq!(passcode(&looked_up(&mut stage, &get_for(&alice))).as_deref(), Some(&b"other"[..]));
    stage.modified(&modify(2, &open(ID), ""));
    assert_eq!(passcode(&looked_up(&mut stage, &get_for(&alice))), None);
}

#[test]
fn keys_that_cannot_be_opened_are_refused() {
    covers!("PRO-2-2-3-1-k", "PRO-2-2-3-1-m", "PRO-3-2-5-2-b", "PRO-3-2-5-2-c", "D-31");
    let mut stage = Stage::new(config());
    let ours: &[u8] = b"cert factory";
    let raw = |cms_data: &[u8]| {
        written(&ConferenceKey::Enveloped { cms_data: cms_data.to_vec(), issuing_server: None })
    };
    for (key, reason) in [
        // For an earlier certificate, or that of another server, which nobody forwards to.
        (key(b"cert of yesterday", b"1", None), Reason::InvalidEncryptionKeyUsed),
        (key(ours, b"1", Some("other.pool.contoso.com")), Reason::InvalidEncryptionKeyUsed),
        (raw(b"noise"), Reason::InvalidPasscode),
        (raw(b"cert factory|cut"), Reason::InvalidPasscode),
        (key(ours, b"\xff\xfe", None), Reason::InvalidPasscode),
        (key(ours, b"", None), Reason::InvalidPasscode),
        (key(ours, "1\u{FFFE}".as_bytes(), None), Reason::InvalidPasscode),
        (key(ours, &[b'1'; 65], None), Reason::InvalidPasscode),
        (written(&ConferenceKey::Passcode("in the clear".into())), Reason::InvalidPasscode),
        ("<msci:conference-key>1234</msci:conference-key>".into(), Reason::InvalidPasscode),
        (
            "<msci:conference-key><msci:cms-data>?</msci:cms-data></msci:conference-key>".into(),
            Reason::InvalidPasscode,
        ),
    ] {
        assert_eq!(stage.refused(&add(&(open(ID) + &key), "")), (400, reason), "{key}");
        assert_eq!(stage.count(), 0);
    }
    stage.created(&add(&(open(ID) + &key(ours, &[b'1'; 64], Some("FACTORY.pool.contoso.com"))), ""));
}

#[test]
fn a_certificate_matters_where_there_is_a_key() {
    covers!("PRO-2-2-3-4-e", "PRO-3-2-5-5-c", "PRO-3-2-5-5-e", "PRO-2-2-2-4-d", "PRO-2-2-2-4-e", "D-38");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    // The example's certificate is none, and its answer a success: there is no key.
    looked_up(&mut stage, &get_for("123213789BC234D"));
    stage.modified(&modify(1, &(open(ID) + &key(b"cert factory", b"1", None)), ""));
    for certificate in ["123213789BC234D", "", "====", &encode(b"no certificate")] {
        assert_eq!(
            stage.refused(&get_for(certificate)),
            (400, Reason::InvalidEncryptionKey),
            "{certificate}"
        );
    }
}

/// A factory whose certificate is not to be had says so, and lives without keys.
#[test]
fn without_certificate_there_are_no_keys() {
    covers!("PRO-2-2-3-6-c", "PRO-2-2-3-6-d", "PRO-3-2-5-7-b", "PRO-2-2-3-1-aa");
    let mut stage = Stage::with_keys(config(), Sealer(""));
    assert_eq!(stage.refused(&envelope("<getEncryptionKey/>")), (500, Reason::OtherFailure));
    let with_key = add(&(open(ID) + &key(b"cert factory", b"1", None)), "");
    assert_eq!(stage.refused(&with_key), (500, Reason::OtherFailure));
    stage.created(&plain(ID));
}
