//! URIs and name-addrs: what is accepted, what it means, what is rejected and where.

use confsim_core::covers;
use confsim_core::wire::sip::{ErrorKind, NameAddr, Uri};

use crate::values::{error, read};

#[test]
fn conference_uris() {
    let uri = Uri::parse("sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:DA8B6C8F").unwrap();
    assert_eq!(
        (uri.scheme(), uri.user(), uri.host(), uri.port()),
        ("sip", Some("alice"), "contoso.com", None)
    );
    assert_eq!(uri.opaque(), Some("app:conf:focus:id:DA8B6C8F"));
    assert!(uri.is_gruu() && !uri.is_loose());
    assert_eq!(uri.address(), "sip:alice@contoso.com");
    let uri =
        Uri::parse("SIP:Al%20ice.S@Contoso.COM:5061;OPAQUE=user:epid:HT07tI-f3F;gruu;epid=x;foo").unwrap();
    assert_eq!((uri.user(), uri.port()), (Some("Al%20ice.S"), Some(5061)));
    assert_eq!(
        (uri.opaque(), uri.epid(), uri.param("FOO")),
        (Some("user:epid:HT07tI-f3F"), Some("x"), Some(None))
    );
    assert_eq!(uri.param("bar"), None);
    assert_eq!(uri.address(), "sip:al%20ice.s@contoso.com");
}

#[test]
fn sip_uris() {
    let parts = |text| {
        let uri = Uri::parse(text).unwrap();
        assert_eq!(uri.as_str(), text);
        (uri.user(), uri.password(), uri.host(), uri.port(), uri.params().count(), uri.headers())
    };
    assert_eq!(parts("sip:b"), (None, None, "b", None, 0, None));
    assert_eq!(parts("sips:[2001:db8::1]:5061"), (None, None, "[2001:db8::1]", Some(5061), 0, None));
    assert_eq!(parts("sip:u:p;x@h;a=1;b"), (Some("u"), Some("p;x"), "h", None, 2, None));
    assert_eq!(parts("sip:u@h?a=b&c=d"), (Some("u"), None, "h", None, 0, Some("a=b&c=d")));
    assert_eq!(parts("sip:u@h;a?a=b;c"), (Some("u"), None, "h", None, 1, Some("a=b;c")));
    assert_eq!(parts("sip:a?b/c@h"), (Some("a?b/c"), None, "h", None, 0, None));
    let uri = Uri::parse("sip:10.5.7.1:4237;transport=tls;maddr=10.24.33.4;lr;grid").unwrap();
    assert_eq!((uri.maddr(), uri.transport(), uri.is_loose()), (Some("10.24.33.4"), Some("tls"), true));
}

#[test]
fn other_uris() {
    let tel = Uri::parse("tel:+1-201-555-0123;phone-context=example.com").unwrap();
    assert_eq!((tel.user(), tel.host()), (Some("+1-201-555-0123"), ""));
    assert_eq!(tel.param("phone-context"), Some(Some("example.com")));
    assert!(!tel.is_sip());
    assert_eq!(tel.address(), "tel:+1-201-555-0123");
    assert_eq!(Uri::parse("soap.beep://192.0.2.103:3002").unwrap().scheme(), "soap.beep");
}

#[test]
fn malformed_uris() {
    let check = |text| Uri::parse(text).map_err(|error| (error.kind, error.offset)).unwrap_err();
    for text in ["", "alice", ":x", "1sip:x", "sip", "<sip:a@b>", "häh:x"] {
        assert_eq!(check(text), (ErrorKind::Uri, 0), "{text}");
    }
    assert_eq!(check("sip:"), (ErrorKind::Host, 4));
    assert_eq!(check("sip:a@"), (ErrorKind::Host, 6));
    assert_eq!(check("sip:@b"), (ErrorKind::Uri, 4));
    assert_eq!(check("sip:a@b@c"), (ErrorKind::Uri, 7));
    assert_eq!(check("sip:a b@c"), (ErrorKind::Uri, 5));
    assert_eq!(check("sip:a@b:"), (ErrorKind::Host, 8));
    assert_eq!(check("sip:a@b:65536"), (ErrorKind::Host, 8));
    assert_eq!(check("sip:2001:db8::10"), (ErrorKind::Host, 9));
    assert_eq!(check("sip:a@[2001:db8"), (ErrorKind::Host, 6));
    assert_eq!(check("sip:a@[]"), (ErrorKind::Host, 6));
    assert_eq!(check("sip:a@b;x=<y>"), (ErrorKind::Uri, 10));
    assert_eq!(check("tel:"), (ErrorKind::Uri, 4));
}

#[test]
fn name_addresses() {
    covers!("EX-IM-4-1-1-g");
    let bare: NameAddr<'_> = read("sip:a@b;tag=1;epid=x", "<sip:a@b>;tag=1;epid=x");
    assert_eq!((bare.uri.as_str(), bare.tag(), bare.epid()), ("sip:a@b", Some("1"), Some("x")));
    assert_eq!(bare.display_name(), None);
    let bracket: NameAddr<'_> = read("sip:a@b;x=\"<\"", "<sip:a@b>;x=\"<\"");
    assert_eq!(bracket.param("x"), Some(Some("<")));
    let angled: NameAddr<'_> = read("<sip:a@b;tag=1;epid=x>", "<sip:a@b;tag=1;epid=x>");
    assert_eq!((angled.tag(), angled.epid(), angled.uri.param("tag")), (None, Some("x"), Some(Some("1"))));
    let sender: NameAddr<'_> = read("\"Alice\"<sip:a@b;gruu>", "\"Alice\" <sip:a@b;gruu>");
    assert_eq!(sender.display_name().unwrap(), "Alice");
    let quoted: NameAddr<'_> = read(r#" "A \"<b>\", c"  <sip:a@b>"#, r#""A \"<b>\", c" <sip:a@b>"#);
    assert_eq!(quoted.display_name().unwrap(), "A \"<b>\", c");
    let tokens: NameAddr<'_> = read("T. A. Watson\r\n <sip:a@b> ; tag = 7", "T. A. Watson <sip:a@b>;tag=7");
    assert_eq!(tokens.display_name().unwrap(), "T. A. Watson");
    let contact: NameAddr<'_> = read(
        "<sip:a@b?x=y>;isFocus;proxy=replace;q=\"a;b\"",
        "<sip:a@b?x=y>;isFocus;proxy=replace;q=\"a;b\"",
    );
    assert_eq!((contact.param("isfocus"), contact.param("q")), (Some(None), Some(Some("a;b"))));
    let parameters: Vec<_> = contact.params.iter().collect();
    assert_eq!(parameters, [("isFocus", None), ("proxy", Some("replace")), ("q", Some("a;b"))]);
}

#[test]
fn malformed_name_addresses() {
    assert_eq!(error::<NameAddr<'_>>(""), (ErrorKind::Uri, 0));
    assert_eq!(error::<NameAddr<'_>>("\"Alice <sip:a@b>"), (ErrorKind::Quote, 0));
    assert_eq!(error::<NameAddr<'_>>("\"Al\\\r\n ice\" <sip:a@b>"), (ErrorKind::Quote, 0));
    assert_eq!(error::<NameAddr<'_>>("\"Alice\" sip:a@b"), (ErrorKind::DisplayName, 8));
    assert_eq!(error::<NameAddr<'_>>("Bell, Alex <sip:a@b>"), (ErrorKind::DisplayName, 4));
    assert_eq!(error::<NameAddr<'_>>("<sip:a@b"), (ErrorKind::Uri, 1));
    assert_eq!(error::<NameAddr<'_>>("<sip:a@b> x"), (ErrorKind::Trailing, 10));
    assert_eq!(error::<NameAddr<'_>>("<sip:a@b>;"), (ErrorKind::Parameter, 10));
    assert_eq!(error::<NameAddr<'_>>("<sip:a@b>;a=;b"), (ErrorKind::Parameter, 12));
    assert_eq!(error::<NameAddr<'_>>("<sip:a@b>;a=\"x"), (ErrorKind::Quote, 12));
    assert_eq!(error::<NameAddr<'_>>("sip:a@b?x=y"), (ErrorKind::UriHeaders, 0));
    assert_eq!(error::<NameAddr<'_>>("  sip:a b@c"), (ErrorKind::Trailing, 8));
}
