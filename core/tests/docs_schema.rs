//! The reports and capabilities we write are valid by MS-CONFIM 6. Needs `xmllint`; on machines without it,
//! only the CI run counts.

use std::fs;
use std::path::Path;
use std::process::Command;

use confsim_core::covers;
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::content_type::MediaType;
use confsim_core::wire::imdn::{Imdn, Recipient};
use confsim_core::wire::sdp::AcceptTypes;

fn documents() -> [Vec<u8>; 6] {
    let mut bob = Recipient::timed_out("sip:bob@contoso.com;opaque=user:epid:7NL6;gruu", "mcu.contoso.com");
    // With the angle brackets that servers put there (EX-IM-4-2-2-a) it is no `xs:anyURI` any more.
    bob.uri = bob.uri.trim_matches(['<', '>']).to_owned();
    let plain = Recipient { uri: "sip:carol@contoso.com".into(), status: 200, entries: Vec::new() };
    let formats = AcceptTypes::List(vec![MediaType::TEXT_RTF, MediaType::MULTIPART_ALTERNATIVE]);
    let many = (0..99).map(|n| MediaType::parse(&format!("application/x-{n}")).unwrap()).collect();
    [
        Imdn { message_id: u32::MAX, recipients: Vec::new() }.write(),
        Imdn { message_id: 0, recipients: vec![bob, plain] }.write(),
        ImCapabilities::new(&formats, Some("UCCP/2.0 <&>")).write(),
        ImCapabilities::new(&AcceptTypes::List(many), Some(&"\u{e9}".repeat(999))).write(),
        ImCapabilities::new(&AcceptTypes::PLAIN_ONLY, None).write(),
        ImCapabilities { formats: None, user_agent: None }.write(),
    ]
}

#[test]
fn reports_and_capabilities_are_valid() {
    covers!("IM-6-1-a", "IM-6-1-b", "IM-6-1-e", "IM-6-2-a", "IM-6-2-b", "IM-6-2-d");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs_schema");
    fs::create_dir_all(&folder).unwrap();
    let mut process = Command::new("xmllint");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/xsd/documents.xsd");
    process.args(["--nonet", "--noout", "--schema"]).arg(schema);
    for (number, document) in documents().iter().enumerate() {
        let path = folder.join(format!("{number}.xml"));
        fs::write(&path, document).unwrap();
        process.arg(path);
    }
    match process.output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => assert!(std::env::var_os("CI").is_none(), "xmllint: {error}"),
    }
}
