//! Encryption of conference keys, beside OpenSSL.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::{env, fs};

use confsim::cryptography::{Keys, KeysError};
use confsim::scenario::named;
use confsim::trace::{Keep, Record};
use confsim::world::event;
use confsim_core::client::{Event, Provisioned};
use confsim_core::covers;
use confsim_core::cryptography::{Cryptography, CryptographyError};
use confsim_core::entropy::Entropy;
use confsim_core::wire::cccp;
use confsim_core::wire::conference_key::ConferenceKey;
use rsa::pkcs1::{RsaPublicKey, UintRef};
use x509_cert::Certificate;
use x509_cert::der::asn1::BitString;
use x509_cert::der::{Decode, Encode};

/// What is encrypted here: the form of a conference key of the examples, and more than one block.
const CONTENT: &[u8] = b"2fc5a0e8-9b1c-4d8a-8d6e-0a1b2c3d4e5f";

fn keys(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/keys").join(name)
}

fn client() -> Keys {
    Keys::of_client()
}

fn factory() -> Keys {
    Keys::of_factory()
}

fn sealed(content: &[u8], seed: u64) -> Vec<u8> {
    envelop(content, &mut Entropy::named(seed, "test"))
}

fn envelop(content: &[u8], entropy: &mut Entropy) -> Vec<u8> {
    let certificate = client().certificate().expect("a certificate");
    factory().envelop(entropy, &certificate, content).expect("enveloped")
}

/// Runs `openssl cms` with `arguments` on `input`. A machine without it cannot show what this test is for.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .arg("cms")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program openssl, which `.ci/run tools` installs");
    child.stdin.take().expect("a pipe").write_all(input).expect("written");
    let done = child.wait_with_output().expect("an end");
    assert!(done.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// Decrypts with the client's key.
fn openssl_decrypt(document: &[u8]) -> Vec<u8> {
    let (key, certificate) = (keys("client.key"), keys("client.cer"));
    let paths =
        ["-inkey", &key.to_string_lossy(), "-recip", &certificate.to_string_lossy()].map(str::to_owned);
    let mut arguments = vec!["-decrypt", "-inform", "DER", "-keyform", "DER"];
    arguments.extend(paths.iter().map(String::as_str));
    openssl(&arguments, document)
}

#[test]
fn openssl_opens_what_is_encrypted_for_a_client() {
    covers!("PRO-3-2-5-5-c", "D-30");
    for (seed, length) in [(1, 0), (2, 1), (3, 15), (4, 16), (5, CONTENT.len())] {
        let content = &CONTENT[..length];
        assert_eq!(openssl_decrypt(&sealed(content, seed)), content);
    }
}

/// What the factory sends to a client in a run, not what was made for this test.
#[test]
fn openssl_opens_the_passcode_that_the_factory_sends() {
    covers!("PRO-3-2-5-5-c", "PRO-3-1-5-6-b", "D-30");
    let scenario = named("provision-passcode").expect("it is there").scenario().expect("it reads");
    let outcome = event::run(&scenario, 1, Keep::All, &mut []);
    let sealed = outcome.trace.records().find_map(|(_, record)| match record {
        Record::Heard(heard) => {
            let cccp::Outcome::GetConference(info) =
                cccp::Response::parse(heard.message.body()).ok()?.result.outcome
            else {
                return None;
            };
            match ConferenceKey::read(info?.description?.conference_key.as_deref()?)? {
                ConferenceKey::Enveloped { cms_data, .. } => Some(cms_data),
                ConferenceKey::Passcode(_) => None,
            }
        }
        _ => None,
    });
    assert_eq!(openssl_decrypt(&sealed.expect("an envelope")), b"70344101");
    let shown = outcome.trace.records().any(|(_, record)| match record {
        Record::Event { event: Event::Provisioned(Provisioned::Details { passcode, .. }), .. } => {
            passcode.as_deref() == Some("70344101")
        }
        _ => false,
    });
    assert!(shown, "the client opens it too");
}

#[test]
fn what_openssl_encrypts_for_the_factory_is_opened() {
    covers!("PRO-3-2-5-2-c");
    let certificate = keys("factory.cer");
    let certificate = certificate.to_string_lossy();
    for manner in [&["-aes256"][..], &["-aes192"], &["-aes128"], &["-des3"], &["-aes256", "-keyid"]] {
        let mut arguments = vec!["-encrypt", "-binary", "-outform", "DER"];
        arguments.extend(manner);
        arguments.push(&certificate);
        assert_eq!(factory().open(&openssl(&arguments, CONTENT)).as_deref(), Ok(CONTENT), "{manner:?}");
    }
}

#[test]
fn what_is_encrypted_otherwise_is_told_apart() {
    let certificate = keys("client.cer");
    let certificate = certificate.to_string_lossy();
    for manner in [&["-aes-128-cfb"][..], &["-aes256", "-keyopt", "rsa_padding_mode:oaep"]] {
        let mut arguments = vec!["-encrypt", "-binary", "-outform", "DER", "-recip", &certificate];
        arguments.extend(manner);
        let document = openssl(&arguments, CONTENT);
        assert_eq!(client().open(&document), Err(CryptographyError::Malformed), "{manner:?}");
    }
}

#[test]
fn each_side_opens_what_is_for_it_and_nothing_else() {
    let document = sealed(CONTENT, 1);
    assert_eq!(client().open(&document).as_deref(), Ok(CONTENT));
    assert_eq!(factory().open(&document), Err(CryptographyError::NotForUs));
    assert_eq!(client().open(b"123213789BC234D"), Err(CryptographyError::Malformed));
    assert_eq!(client().open(&[]), Err(CryptographyError::Malformed));
}

#[test]
fn equal_randomness_gives_equal_bytes() {
    covers!("D-30");
    assert_eq!(sealed(CONTENT, 1), sealed(CONTENT, 1));
    assert_ne!(sealed(CONTENT, 1), sealed(CONTENT, 2));
    let mut stream = Entropy::named(1, "test");
    let mut again = || envelop(CONTENT, &mut stream);
    assert_ne!(again(), again());
}

#[test]
fn certificates_that_cannot_be_used_are_refused() {
    covers!("PRO-2-2-3-4-e");
    let entropy = &mut Entropy::named(1, "test");
    let mut refusal = |certificate: &[u8]| factory().envelop(entropy, certificate, CONTENT).err();
    assert_eq!(refusal(b"123213789BC234D"), Some(CryptographyError::BadCertificate));
    assert_eq!(refusal(&[]), Some(CryptographyError::BadCertificate));
    let good = client().certificate().expect("a certificate");
    assert_eq!(refusal(&good[..good.len() - 1]), Some(CryptographyError::BadCertificate));
    // The bytes of the algorithm's name, `rsaEncryption`, turned into those of `rsaPSS`.
    let name = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
    let at = good.windows(name.len()).position(|bytes| bytes == name).expect("an RSA key");
    let mut other = good.clone();
    other[at + name.len() - 1] = 0x0A;
    assert_eq!(refusal(&other), Some(CryptographyError::BadCertificate));
    // An even exponent is none.
    let exponent = good.windows(5).position(|bytes| bytes == [2, 3, 1, 0, 1]).expect("an exponent");
    let mut broken = good;
    broken[exponent + 4] = 0;
    assert_eq!(refusal(&broken), Some(CryptographyError::BadCertificate));
}

/// A certificate like the client's, with another modulus and exponent.
fn with_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let [modulus, exponent] = [modulus, exponent].map(|bytes| UintRef::new(bytes).expect("a number"));
    let key = RsaPublicKey { modulus, public_exponent: exponent }.to_der().expect("a key");
    let good = client().certificate().expect("a certificate");
    let mut certificate = Certificate::from_der(&good).expect("a certificate");
    let info = &mut certificate.tbs_certificate.subject_public_key_info;
    info.subject_public_key = BitString::from_bytes(&key).expect("bits");
    certificate.to_der().expect("written")
}

/// Whoever asks for a conference chooses the key: no number in it brings the factory down.
#[test]
fn keys_of_any_numbers_are_survived() {
    covers!("PRO-2-2-3-4-e");
    let entropy = &mut Entropy::named(1, "test");
    let mut refused = |modulus: &[u8], exponent: &[u8]| {
        factory().envelop(entropy, &with_key(modulus, exponent), CONTENT).err()
    };
    let usual: &[u8] = &[1, 0, 1];
    let of = |length: usize, last: u8| {
        let mut modulus = vec![0xC5; length];
        modulus[length - 1] = last;
        modulus
    };
    let bad = Some(CryptographyError::BadCertificate);
    for modulus in [&[0][..], &[1], &[2], &[3], &[1, 0, 1], &[1, 0, 3], &of(16, 1), &of(42, 1), &of(2048, 1)]
    {
        assert_eq!(refused(modulus, usual), bad, "{modulus:?}");
    }
    for exponent in [&[0][..], &[1], &[2], &[4], &of(256, 1), &of(2048, 1)] {
        assert_eq!(refused(&of(256, 1), exponent), bad, "{exponent:?}");
    }
    // Nobody can tell a modulus that is no product of two primes.
    assert_eq!(refused(&of(256, 1), usual), None);
    refused(&of(256, 0), usual);
}

#[test]
fn damaged_content_never_passes_for_what_it_was() {
    let document = sealed(CONTENT, 7);
    let reader = client();
    // The content comes last, in whole blocks; before it, damage may go unnoticed but is survived.
    let content = document.len() - CONTENT.len().next_multiple_of(16);
    for at in (0..content).step_by(5).chain(content..document.len()) {
        let mut damaged = document.clone();
        damaged[at] ^= 0x10;
        let opened = reader.open(&damaged);
        assert!(at < content || opened.as_deref() != Ok(CONTENT), "byte {at}");
    }
}

#[test]
fn a_pair_of_ones_own_is_made_once_and_kept() {
    covers!("D-30");
    let folder = env::temp_dir().join(format!("confsim-{}-keys", process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    let kept = |name| Keys::kept_in(&folder, Entropy::named(1, name));
    let certificate = kept("first").expect("made").certificate().expect("a certificate");
    assert_ne!(Ok(&certificate), factory().certificate().as_ref());
    let again = kept("second").expect("read");
    assert_eq!(again.certificate().as_ref(), Ok(&certificate));

    let file = folder.join("factory.cer");
    let arguments = ["-encrypt", "-binary", "-outform", "DER", "-aes256", &*file.to_string_lossy()];
    assert_eq!(again.open(&openssl(&arguments, CONTENT)).as_deref(), Ok(CONTENT));

    let key = folder.join("factory.key");
    let mode = fs::metadata(&key).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o077, 0, "nobody else's to read");
    fs::write(&key, "no key").expect("written");
    assert!(matches!(kept("third"), Err(KeysError::Unusable(path)) if path == key));
    fs::remove_dir_all(&folder).expect("still there");
}
