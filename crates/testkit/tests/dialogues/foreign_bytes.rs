//! Every parser of foreign bytes answers any input, and accepted input survives a round trip. Valid messages are torn,
//! doubled and spoilt byte by byte. `TANDEM_FUZZ_CASES` runs more cases.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tandem_conversation::{Conversation, Event};
use tandem_protocol::agents::{AlertReports, CommandRequest, DeskFrame, LiveChange, LiveFrame, Login};
use tandem_protocol::chat::{ChatFrame, ChatMessage, ChatSend, SessionRequest};
use tandem_protocol::logic::{LogicRequestBody, LogicResponseBody};
use tandem_search::{Query, Words, snippet};

const ID: &str = "0193a1b2-c3d4-7000-8000-123456789abc";

/// Damage done to a message.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Put(usize, u8),
    Add(usize, Vec<u8>),
    Double(usize, usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = 0..400_usize;
    prop_oneof![
        at.clone().prop_map(Damage::Cut),
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Damage::Put(at, byte)),
        (at.clone(), prop::collection::vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Damage::Add(at, bytes)),
        (at.clone(), at).prop_map(|(from, to)| Damage::Double(from.min(to), from.max(to))),
    ]
}

fn spoil(message: &[u8], damage: &[Damage]) -> Vec<u8> {
    let mut bytes = message.to_vec();
    for one in damage {
        let end = bytes.len();
        match one {
            Damage::Cut(at) => bytes.truncate(*at.min(&end)),
            Damage::Put(at, byte) => bytes.iter_mut().skip(*at).take(1).for_each(|old| *old = *byte),
            Damage::Add(at, more) => drop(bytes.splice(*at.min(&end)..*at.min(&end), more.iter().copied())),
            Damage::Double(from, to) => bytes.extend_from_within(*from.min(&end)..*to.min(&end)),
        }
    }
    bytes
}

/// Feeds `read` with noise and with spoilt `messages`.
fn feed(messages: &[String], read: impl Fn(&[u8])) {
    let cases = std::env::var("TANDEM_FUZZ_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let noise = prop::collection::vec(any::<u8>(), 0..200);
    let spoilt = (0..messages.len().max(1), prop::collection::vec(damage(), 0..5));
    let inputs = prop_oneof![1 => noise.prop_map(Err), 4 => spoilt.prop_map(Ok)];
    let run = runner.run(&inputs, |input| {
        match input {
            Err(noise) => read(&noise),
            Ok((number, damage)) => read(&spoil(messages.get(number).map_or(b"", |text| text.as_bytes()), &damage)),
        }
        Ok(())
    });
    run.unwrap();
}

/// Parsed data is written and parsed the same way again.
fn stays<T: DeserializeOwned + Serialize + Debug>(bytes: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_string(&read).unwrap();
    let again: T = serde_json::from_str(&written).unwrap_or_else(|error| panic!("{written} is not read back: {error}"));
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    Some(read)
}

fn event(body: &str) -> String {
    format!(
        r#"{{"conversation":"{ID}","position":1,"time":"2026-11-03T14:02:31.250Z","actor":{{"kind":"customer"}},"cause":"{ID}","body":{body}}}"#
    )
}

fn started() -> String {
    let customer = format!(r#"{{"id":"{ID}","name":"Carmen"}}"#);
    event(&format!(
        r#"{{"started":{{"customer":{customer},"contact":"{ID}","channel":"web_chat","engage_logic":true,"engageLogic":true}}}}"#
    ))
}

fn turn() -> String {
    event(&format!(
        r#"{{"turn_added":{{"turn":{{"id":"{ID}","content":{{"type":"text","text":"Hi 👋\n"}}}},"received":"2026-11-03T14:02:31.249Z"}}}}"#
    ))
}

#[test]
fn what_a_hub_sends_to_a_desk() {
    let batch = format!(
        r#"{{"batch":{{"cursor":7,"time":"2026-11-03T14:02:31.250Z","changes":[{{"event":{}}},{{"closed":"{ID}"}}]}}}}"#,
        turn()
    );
    feed(&[batch, r#"{"reset":{}}"#.into(), started(), turn()], |bytes| {
        if let Ok(LiveFrame::Batch(batch)) = serde_json::from_slice(bytes) {
            for change in &batch.changes {
                let _ = serde_json::from_str::<LiveChange>(change.get());
            }
        }
        // A state takes in whatever claims to be its next event.
        let begun: Event = serde_json::from_str(&started()).unwrap();
        let mut state = Conversation::begin(&begun).unwrap();
        if let Some(event) = stays::<Event>(bytes) {
            state.apply(&event);
            let _ = Conversation::begin(&event);
        }
    });
}

#[test]
fn what_desks_send_to_a_hub() {
    let messages = [
        format!(r#"{{"id":"{ID}","conversation":"{ID}","command":{{"type":"join","call":"{ID}"}}}}"#),
        format!(r#"{{"id":"{ID}","conversation":"{ID}","command":{{"type":"note","turn":"{ID}","text":"x"}}}}"#),
        r#"{"type":"presence","available":true}"#.into(),
        r#"{"email":"maya@northwind.example","password":"secret"}"#.into(),
        r#"{"reports":[]}"#.into(),
    ];
    feed(&messages, |bytes| {
        stays::<CommandRequest>(bytes);
        stays::<DeskFrame>(bytes);
        stays::<AlertReports>(bytes);
        let _ = serde_json::from_slice::<Login>(bytes);
    });
}

#[test]
fn what_browsers_and_hubs_say_about_a_chat() {
    let messages = [
        r#"{"type":"hello","token":"abc","after":3}"#.into(),
        format!(r#"{{"type":"message","id":"{ID}","text":"Where is it?"}}"#),
        r#"{"type":"receipt","stage":"seen","upTo":9}"#.into(),
        r#"{"brand":"northwind"}"#.into(),
    ];
    feed(&messages, |bytes| {
        stays::<ChatSend>(bytes);
        stays::<ChatMessage>(bytes);
        stays::<SessionRequest>(bytes);
        let _ = serde_json::from_slice::<ChatFrame>(bytes);
    });
}

#[test]
fn what_your_logic_says_and_is_told() {
    let messages = [
        format!(
            r#"{{"requestId":"{ID}","control":{{"skipToLatest":true}},"conversation":{{"custom":{{"a":{{"b":1}}}}}},"actions":[{{"type":"MESSAGE","text":"Hi"}},{{"type":"NOTE","text":"n","handover":{{"wish":[{{"text":"w"}}]}}}}]}}"#
        ),
        r#"{"actions":[{"type":"TYPING","value":true},{"type":"TAG","add":["vip"]}]}"#.into(),
    ];
    feed(&messages, |bytes| {
        stays::<LogicResponseBody>(bytes);
        stays::<LogicRequestBody>(bytes);
    });
}

#[test]
fn what_people_type_into_the_search() {
    let messages = [
        r#"refund "exact phrase" from:maya in:whatsapp before:2026-11-03 has:note"#.to_owned(),
        "返品 from:\"Ana López\" 👩‍👩‍👧 after:2026".to_owned(),
    ];
    feed(&messages, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let query = Query::parse(&text);
        let _ = (Words::of(&text).len(), snippet(&text, &query.words));
    });
}
