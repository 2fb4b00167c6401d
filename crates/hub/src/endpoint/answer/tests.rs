use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::json;
use tandem_conversation::Action;
use tandem_protocol::logic::LogicResponseBody;

use super::{ANSWER_BYTES, Mistake, read};

fn understood(body: &str) -> LogicResponseBody {
    read(body.as_bytes(), None).unwrap_or_else(|mistake| panic!("{body}: {mistake}")).answer
}

fn refused(body: &str) -> String {
    match read(body.as_bytes(), None) {
        Err(mistake) => mistake.to_string(),
        Ok(understood) => panic!("{body} was understood as {understood:?}"),
    }
}

#[test]
fn absent_null_and_empty_are_the_same() {
    for body in [
        "",
        " \n",
        "null",
        "{}",
        "[]",
        "\"\"",
        "\u{feff}{}",
        r#"{"actions":null}"#,
        r#"{"actions":[]}"#,
        r#"{"actions":{}}"#,
        r#"{"actions":""}"#,
        r#"{"actions":[null]}"#,
        r#"{"requestId":null,"control":null,"customer":null,"conversation":null,"actions":null}"#,
        r#"{"requestId":"","control":[],"customer":[],"conversation":[],"actions":[]}"#,
        r#"{"conversation":{"custom":[],"language":""},"customer":{"custom":null,"name":null}}"#,
        r#"{"conversation":{"custom":""},"customer":{"custom":[]}}"#,
        r#"{"control":{"skipToLatest":null,"skipToTime":"","ignoreOnAgentAction":null}}"#,
    ] {
        assert_eq!(understood(body), LogicResponseBody::default(), "{body}");
    }
    let plain = understood(r#"{"actions":[{"type":"MESSAGE","text":"Hi"},{"type":"NOTE","text":"n"},{"type":"TAG"}]}"#);
    for body in [
        r#"{"actions":[{"type":"MESSAGE","text":"Hi","force":null,"turn":null},{"type":"NOTE","text":"n","handover":null},
            {"type":"TAG","add":null,"remove":null}]}"#,
        r#"{"actions":[{"type":"MESSAGE","text":"Hi","turn":""},{"type":"NOTE","text":"n","handover":[]},
            {"type":"TAG","add":{},"remove":""}]}"#,
        r#"{"actions":[{"type":"MESSAGE","text":"Hi","force":[]},{"type":"NOTE","text":"n","handover":{}},
            {"type":"TAG","add":[],"remove":[null]}]}"#,
    ] {
        assert_eq!(understood(body), plain, "{body}");
    }
    let packet =
        r#"{"actions":[{"type":"NOTE","text":"n","handover":{"wish":[{"text":"x","turns":null}],"risk":{}}}]}"#;
    assert!(
        matches!(&understood(packet).actions[0], Action::Note { handover: Some(packet), .. } if packet.wish.len() == 1)
    );
}

#[test]
fn null_in_custom_data_still_removes() {
    let answer = understood(r#"{"conversation":{"custom":{"a":null,"b":{"c":null},"d":[],"e":""}}}"#);
    assert_eq!(json!(answer.conversation.custom), json!({"a": null, "b": {"c": null}, "d": [], "e": ""}));
}

#[test]
fn numbers_of_languages_that_know_floats_only() {
    let body = r#"{"actions":[{"type":"INVITE_EXTERNAL_AGENT","name":"Aerolinx","ttlS":3600.0}]}"#;
    assert!(matches!(understood(body).actions[0], Action::InviteExternalAgent { ttl_s: 3600, .. }));
}

#[test]
fn unknown_fields_are_ignored_counted_and_named() {
    let body = r#"{"mood":"x","actions":[{"type":"MESSAGE","text":"Hi","loud":true},
        {"type":"QUESTION","text":"?","choices":[{"id":"a","label":"A","icon":null}]}],
        "conversation":{"custom":{"free":1},"topic":2}}"#;
    let understood = read(body.as_bytes(), None).unwrap();
    assert_eq!(understood.answer.actions.len(), 2);
    let told = understood.unknown.to_string();
    assert!(told.starts_with("4 unknown fields were ignored: "), "{told}");
    for path in ["mood", "actions[0].loud", "actions[1].choices[0].icon", "conversation.topic"] {
        assert!(told.contains(path), "{told} names {path}");
    }
    let words = read(r#"{"Dear Ms Menzel, your parcel":1}"#.as_bytes(), None).unwrap().unknown.to_string();
    assert_eq!(words, "1 unknown field was ignored: ?", "a name may be somebody's words");
}

#[test]
fn a_mistake_names_path_kind_and_expectation() {
    const SKIPPED: &str =
        "control.skipToTime: it is not a time such as 2026-11-03T14:02:31.250Z, from 1970 to 9999-12-30";
    for (body, told) in [
        (r#"{"actions":[{"type":"DANCE"}]}"#, "actions[0].type: it is not one of MESSAGE, QUESTION"),
        (r#"{"actions":[{}]}"#, "actions[0].type: nothing was found, one of MESSAGE"),
        (r#"{"actions":["MESSAGE"]}"#, "actions[0]: a text was found, an object is expected"),
        (r#"{"actions":[{"type":"MESSAGE"}]}"#, "actions[0].text: nothing was found, a text is expected"),
        (r#"{"actions":[{"type":"MESSAGE","text":null}]}"#, "actions[0].text: nothing was found, a text is expected"),
        (r#"{"actions":[{"type":"MESSAGE","text":7}]}"#, "actions[0].text: a number was found, a text is expected"),
        (r#"{"actions":{"type":"REOPEN"}}"#, "actions: an object was found, a list is expected"),
        (
            r#"{"actions":[{"type":"REOPEN"},{"type":"REOPEN"},{"type":"QUESTION","text":"?","choices":[{"id":"a","label":["A"]}]}]}"#,
            "actions[2].choices[0].label: a list was found, a text is expected",
        ),
        (r#"{"actions":[{"type":"TYPING","value":"yes"}]}"#, "actions[0].value: a text was found, true or false is"),
        (r#"{"actions":[{"type":"NEEDS_HELP"}]}"#, "actions[0].value: nothing was found, true or false is expected"),
        (
            r#"{"actions":[{"type":"INVITE_EXTERNAL_AGENT","name":"A","ttlS":1.5}]}"#,
            "actions[0].ttlS: a number was found, a whole number is expected",
        ),
        (r#"{"actions":[{"type":"INVITE_EXTERNAL_AGENT","name":"A","ttlS":-1}]}"#, "actions[0].ttlS: it is below"),
        (r#"{"actions":[{"type":"INVITE_EXTERNAL_AGENT","name":"A","ttlS":1e10}]}"#, "actions[0].ttlS: it is above"),
        (r#"{"requestId":"mine"}"#, "requestId: it is not a UUID"),
        (r#"{"requestId":"00000000-0000-0000-0000-000000000000"}"#, "requestId: it is not a UUID other than the nil"),
        (r#"{"control":{"skipToTime":"tomorrow"}}"#, "control.skipToTime: it is not a time such as 2026"),
        (r#"{"control":{"skipToTime":"9999-12-31T23:59:59Z"}}"#, SKIPPED),
        (r#"{"control":{"skipToTime":"0000-01-01T00:00:00Z"}}"#, SKIPPED),
        (r#"{"conversation":{"custom":["a"]}}"#, "conversation.custom: a list was found, an object is expected"),
        ("[1]", "the answer: a list was found, an object is expected"),
        ("\"sorry\"", "the answer: a text was found, an object is expected"),
        ("{\"actions\": [", "it ends too early at line 1, column 13"),
        ("{\n\"actions\": oops}", "it is not JSON at line 2, column 12"),
    ] {
        let found = refused(body);
        assert!(found.starts_with(told), "{body}: '{found}' should begin with '{told}'");
    }
}

#[test]
fn no_mistake_repeats_a_word_of_the_answer() {
    const WORD: &str = "Rhabarber";
    for body in [
        r#"{"actions":[{"type":"Rhabarber"}]}"#,
        r#"{"actions":[{"type":"MESSAGE","text":["Rhabarber"]}]}"#,
        r#"{"actions":[{"type":"TYPING","value":"Rhabarber"}]}"#,
        r#"{"actions":"Rhabarber"}"#,
        r#"{"requestId":"Rhabarber"}"#,
        r#"{"control":{"skipToTime":"Rhabarber"}}"#,
        r#"{"control":"Rhabarber"}"#,
        r#"{"conversation":{"custom":"Rhabarber"}}"#,
        r#"{"actions":[{"type":"INVITE_AGENT","user":"Rhabarber"}]}"#,
        r#"{"actions":[{"type":"INVITE_EXTERNAL_AGENT","name":"A","ttlS":"Rhabarber"}]}"#,
        r#"{"actions": Rhabarber}"#,
        r#""Rhabarber""#,
        "Rhabarber",
    ] {
        let told = refused(body);
        assert!(!told.contains(WORD), "'{told}' repeats what was said");
    }
}

#[test]
fn packed_answers_are_unpacked_whatever_is_said_of_them() {
    let body = br#"{"actions":[{"type":"MESSAGE","text":"Hi"}]}"#;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(body).unwrap();
    let gzip = gzip.finish().unwrap();
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(body).unwrap();
    let zlib = zlib.finish().unwrap();
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(body).unwrap();
    let deflate = deflate.finish().unwrap();
    for (bytes, encoding) in [
        (body.as_slice(), None),
        (&body[..], Some("gzip")),
        (&body[..], Some("deflate")),
        (&body[..], Some("identity")),
        (gzip.as_slice(), Some("gzip")),
        (&gzip[..], Some("GZIP")),
        (&gzip[..], None),
        (zlib.as_slice(), Some("deflate")),
        (deflate.as_slice(), Some("deflate")),
    ] {
        assert_eq!(read(bytes, encoding).unwrap().answer.actions.len(), 1, "{encoding:?}");
    }
    let unknown = read(body, Some("br")).unwrap_err();
    assert_eq!(unknown, Mistake::Malformed("content-encoding br is not known; use gzip, deflate or none".into()));
    assert!(read(&gzip[..gzip.len() / 2], Some("gzip")).unwrap_err().to_string().contains("not whole as gzip"));
}

#[test]
fn a_small_body_that_unpacks_to_a_huge_one_is_refused() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&vec![b' '; 64 * ANSWER_BYTES]).unwrap();
    let packed = gzip.finish().unwrap();
    assert!(packed.len() < ANSWER_BYTES);
    assert!(read(&packed, Some("gzip")).unwrap_err().to_string().contains("larger than"));
}

#[test]
fn text_that_was_cut_in_the_middle_of_a_character_is_taken() {
    let answer = understood(r#"{"actions":[{"type":"MESSAGE","text":"ok \ud83d"}]}"#);
    assert!(matches!(&answer.actions[0], Action::Message { text, .. } if text == "ok \u{fffd}"));
}

#[test]
fn an_answer_in_another_encoding_is_taken_and_named() {
    let found = read(b"{\"actions\":[{\"type\":\"MESSAGE\",\"text\":\"Gr\xfc\xdfe\"}]}", None).unwrap();
    assert!(found.unknown.note().contains("not UTF-8"), "{}", found.unknown.note());
}
