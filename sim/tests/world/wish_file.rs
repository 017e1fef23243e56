//! Scenario files about provisioning: what is written is read back, and what is wrong is told with its place.

use confsim::scenario::{Action, Deed, FactoryRules, Wish, from_toml, scenario, to_toml};

const DOCUMENT: &str = "<conference-info entity=\"\" xmlns=\"urn:ietf:params:xml:ns:conference-info\">\n\
                        <conference-description><subject>\"Plan\" 'B'</subject></conference-description>\n\
                        </conference-info>";

fn rules() -> FactoryRules {
    FactoryRules {
        anonymous: Some(false),
        autopromote: Some(0x8000),
        begins: Some("2006-01-01T00:00:00Z".to_owned()),
        conferences: Some(3),
        delegates: [("alice".to_owned(), vec!["bob".to_owned()])].into(),
        federated: Some(false),
        lobby_bypass: Some(true),
        locked: Some(false),
        mcu_types: Some(vec!["chat".to_owned(), "data-conf".to_owned()]),
        static_meeting: Some(false),
        telephone: Some(true),
    }
}

fn deeds() -> Vec<Deed> {
    let (document, conference, id) = (DOCUMENT.to_owned(), "lunch".to_owned(), "SDFBSD12".to_owned());
    let passcode = Some("4711".to_owned());
    vec![
        Deed::Provision {
            conference: conference.clone(),
            document: document.clone(),
            passcode: passcode.clone(),
        },
        Deed::CreateStatic { conference },
        Deed::Modify { document: document.clone(), passcode, version: Some(7) },
        Deed::Modify { document, passcode: None, version: None },
        Deed::Delete { id: id.clone(), is_static: false },
        Deed::Delete { id: id.clone(), is_static: true },
        Deed::Get { id: id.clone(), with_passcode: false },
        Deed::Get { id, with_passcode: true },
        Deed::List { is_static: None },
        Deed::List { is_static: Some(false) },
        Deed::GetEncryptionKey,
        Deed::GetMcuTypes,
        Deed::GetCapabilities,
    ]
}

#[test]
fn every_wish_reads_back_the_same() {
    let mut builder = scenario("Everything of a factory").participants(&["alice", "bob"]).factory(rules());
    for deed in deeds() {
        let wish = Wish { on_behalf_of: Some("alice".to_owned()), deed: deed.clone() };
        builder = builder.step("1s", "bob", Action::Provision(Box::new(wish)));
        builder = builder.step("1s", "alice", Action::Provision(Box::new(Wish::own(deed))));
    }
    let full = builder
        .fault("crash factory before its 2nd commit")
        .fault("crash factory after its 11th commit back after 3s")
        .fault("fill the disk of factory at 5s for 3s")
        .build()
        .expect("a scenario");
    assert_eq!(full.faults.len(), 3);
    assert_eq!(from_toml(&to_toml(&full)).as_ref(), Ok(&full), "{}", to_toml(&full));
}

#[test]
fn what_is_wrong_with_a_wish_is_told_with_its_place() {
    let head = "version = 1\ntitle = \"x\"\ntopology = \"pool\"\nend = \"9s\"\nparticipants = [{ name = \"bob\" }]\n";
    let step = "{ at = \"1s\", who = \"bob\"";
    for (rest, complaint) in [
        (format!("steps = [\n{step}, what = \"get\" }}]"), "line 7, column 1: `id` is missing"),
        (format!("steps = [\n{step}, what = \"modify\" }}]"), "line 7, column 1: `document` is missing"),
        (
            format!("steps = [\n{step}, what = \"provision\", document = \"<a/>\" }}]"),
            "line 7, column 1: `conference` is missing",
        ),
        (
            format!("steps = [\n{step}, what = \"modify\", document = \"<a/>\" }}]"),
            "line 7, column 1: the document is no conference-info: ",
        ),
        (
            format!("steps = [\n{step}, what = \"list\", id = \"SDFBSD12\" }}]"),
            "line 7, column 1: `id` has no meaning for `list`",
        ),
        (
            format!("steps = [\n{step}, what = \"list\", on-behalf-of = \"eve\" }}]"),
            "line 7, column 1: there is no participant called `eve`",
        ),
        (
            "factory.delegates.bob = [\"eve\"]".to_owned(),
            "line 1, column 1: there is no participant called `eve`",
        ),
        (
            "factory.begins = \"tomorrow\"".to_owned(),
            "line 1, column 1: `tomorrow` is no date and time like 2007-01-01T00:00:00Z",
        ),
        ("factory.colour = 1".to_owned(), "line 6, column 9: unknown field `colour`"),
        (
            "faults = [\"crash factory within its 1st commit\"]".to_owned(),
            "line 6, column 11: all roles share one host here: say `pool` instead of `factory`",
        ),
        (
            "faults = [\"crash bob within its 1st commit\"]".to_owned(),
            "line 6, column 11: `bob` stores nothing",
        ),
        (
            "faults = [\"fill the disk of mcu at 1s for 1s\"]".to_owned(),
            "line 6, column 11: `mcu` has no disk",
        ),
        (
            "faults = [\"crash pool around its 1st commit\"]".to_owned(),
            "line 6, column 11: expected at, before, within or after, got `around`",
        ),
    ] {
        let error = from_toml(&format!("{head}{rest}\n")).expect_err(&rest).to_string();
        assert!(error.starts_with(complaint), "{error}\ninstead of\n{complaint}\nfor\n{rest}");
    }
}
