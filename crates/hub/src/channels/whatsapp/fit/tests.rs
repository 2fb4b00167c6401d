use tandem_conversation::MediaId;
use uuid::Uuid;

use super::*;

const TURN: TurnId = TurnId(Uuid::from_u128(0x0193_a1b2_c3d4_7000_8000_0000_0000_0001));

fn choices(labels: &[&str]) -> Vec<Choice> {
    labels.iter().enumerate().map(|(i, label)| Choice { id: format!("c{i}"), label: (*label).into() }).collect()
}

fn ask(text: &str, labels: &[&str]) -> Vec<Piece> {
    fit(TURN, &Content::Question { text: text.into(), choices: choices(labels) }).unwrap()
}

/// Texts that are hard to cut.
fn hard() -> Vec<String> {
    let family = "👨‍👩‍👧‍👦";
    vec![
        "word ".repeat(2_000),
        "x".repeat(10_000),
        "字".repeat(10_000),
        family.repeat(10_000 / family.chars().count()),
        format!("{}\n\n{}", "a. ".repeat(1_300), "b".repeat(6_000)),
        "👍🏽".repeat(5_000),
        format!("a{}", "\u{301}".repeat(9_999)),
        "\n".repeat(9_000) + "end",
        "e\u{301} ".repeat(3_000),
        "ﷺ".repeat(10_000),
    ]
}

#[test]
fn long_texts_go_on_in_the_next_message_without_loss() {
    for text in hard() {
        let pieces = fit(TURN, &Content::Text { text: text.clone() }).unwrap();
        assert!(pieces.len() <= LIMITS.parts, "{} messages", pieces.len());
        let mut said = String::new();
        for piece in &pieces {
            let Piece::Text(part) = piece else { panic!("{piece:?}") };
            assert!(units(part) <= LIMITS.text && !part.is_empty());
            said.push_str(part);
        }
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(bare(&said), bare(&text), "nothing but white space is lost");
    }
    let short = fit(TURN, &Content::Text { text: "Hello".into() }).unwrap();
    assert_eq!(short, [Piece::Text("Hello".into())]);
}

#[test]
fn texts_are_cut_where_a_reader_would() {
    let paragraph = "A sentence of some words. ".repeat(100);
    let text = format!("{paragraph}\n\n{paragraph}");
    let pieces = cut(&text, LIMITS.text, LIMITS.parts);
    assert_eq!(pieces.len(), 2);
    assert_eq!(pieces[0].trim(), paragraph.trim(), "at the paragraph");
    let sentences = "A sentence of some words. ".repeat(300);
    assert!(
        cut(sentences.trim(), LIMITS.text, LIMITS.parts).iter().all(|piece| piece.ends_with('.')),
        "after a sentence"
    );
    let words = "word ".repeat(2_000);
    assert!(cut(words.trim(), LIMITS.text, LIMITS.parts).iter().all(|piece| piece.ends_with("word")), "between words");
    let family = "👨‍👩‍👧‍👦";
    let seen = cut(&family.repeat(500), LIMITS.text, LIMITS.parts);
    assert!(seen.iter().all(|piece| piece.replace(family, "").is_empty()), "never within what people see as one");
}

#[test]
fn few_short_choices_are_buttons_and_more_are_a_list() {
    let labels = |piece: &Piece| match piece {
        Piece::Buttons { buttons, .. } => ("buttons", buttons.len()),
        Piece::List { rows, .. } => ("list", rows.len()),
        Piece::Text(_) => ("text", 1),
        other => panic!("{other:?}"),
    };
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    let (twenty, twenty_one) = ("x".repeat(20), "x".repeat(21));
    let (long, longer) = ("x".repeat(72), "x".repeat(73));
    for (given, shape) in [
        (&["Yes", "No"][..], ("buttons", 2)),
        (&[twenty.as_str()][..], ("buttons", 1)),
        (&[twenty_one.as_str()][..], ("list", 1)),
        (&names[..4], ("list", 4)),
        (&names[..10], ("list", 10)),
        (&names[..], ("text", 1)),
        (&[long.as_str(), "b"][..], ("list", 2)),
        (&[longer.as_str(), "b"][..], ("text", 1)),
        (&["Yes", "Yes"][..], ("text", 1)),
    ] {
        let pieces = ask("Which?", given);
        assert_eq!((pieces.len(), labels(&pieces[0])), (1, shape), "{given:?}");
    }
    let Piece::List { rows, .. } = &ask("Which?", &[&long, "b"])[0] else { panic!("a list") };
    assert_eq!(
        (units(&rows[0].title), rows[0].detail.as_str()),
        (LIMITS.row, long.as_str()),
        "the whole label is readable"
    );
    assert_eq!(rows[1].detail, "");
}

#[test]
fn a_long_question_comes_before_its_buttons() {
    for text in hard().into_iter().chain(["Which one? ".repeat(200)]) {
        let pieces = ask(&text, &["Yes", "No"]);
        let (menu, before) = pieces.split_last().unwrap();
        let Piece::Buttons { body, .. } = menu else { panic!("{menu:?}") };
        assert!(units(body) <= LIMITS.body && !body.trim().is_empty());
        assert!(before.iter().all(|piece| matches!(piece, Piece::Text(part) if units(part) <= LIMITS.text)));
    }
}

#[test]
fn a_tap_leads_back_to_its_choice() {
    let long = "ü".repeat(200);
    let mut all = choices(&["Yes", "No"]);
    all.push(Choice { id: long.clone(), label: "Perhaps".into() });
    let pieces = fit(TURN, &Content::Question { text: "Which?".into(), choices: all.clone() }).unwrap();
    let Piece::Buttons { buttons, .. } = &pieces[0] else { panic!("{pieces:?}") };
    for (button, choice) in buttons.iter().zip(&all) {
        assert!(button.id.len() <= ID);
        assert_eq!(tapped(&button.id, [(TURN, all.as_slice())]), Some((TURN, choice)));
        assert_eq!(tapped(&button.id, [(TurnId(Uuid::nil()), all.as_slice())]), None, "of another question");
    }
    assert_eq!(tapped("callback_data", [(TURN, all.as_slice())]), None);
}

#[test]
fn a_bare_number_answers_a_question_with_numbers() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    let all = choices(&names);
    let Piece::Text(text) = &ask("Which?", &names)[0] else { panic!("text") };
    assert!(text.starts_with("Which?\n\n1. a\n2. b") && text.ends_with("11. k"));
    for (said, chosen) in [
        ("1", Some("a")),
        (" 11. ", Some("k")),
        ("2)", Some("b")),
        ("0", None),
        ("12", None),
        ("one", None),
        ("", None),
    ] {
        assert_eq!(numbered(said, &all).map(|choice| choice.label.as_str()), chosen, "{said:?}");
    }
    assert_eq!(numbered("1", &choices(&["Yes", "No"])), None, "buttons are tapped");
}

#[test]
fn files_travel_as_what_the_channel_takes() {
    let media = |content_type: &str, megabytes: u64| Media {
        id: MediaId(Uuid::nil()),
        name: "a".into(),
        content_type: content_type.into(),
        bytes: megabytes * 1024 * 1024,
    };
    for (mime, megabytes, kind) in [
        ("image/jpeg", 5, Some(FileKind::Image)),
        ("image/jpeg", 6, Some(FileKind::Document)),
        ("image/webp", 1, Some(FileKind::Document)),
        ("video/mp4", 16, Some(FileKind::Video)),
        ("video/mp4", 17, Some(FileKind::Document)),
        ("audio/ogg; codecs=opus", 1, Some(FileKind::Audio)),
        ("application/pdf", 100, Some(FileKind::Document)),
        ("application/pdf", 101, None),
    ] {
        assert_eq!(LIMITS.kind_of(mime, media(mime, megabytes).bytes), kind, "{mime} of {megabytes} MB");
    }
    let send = |media: Media, text: &str| fit(TURN, &Content::Attachment { media, text: text.into() });
    let pieces = send(media("image/png", 1), "Look").unwrap();
    assert!(matches!(&pieces[..], [Piece::File { caption, .. }] if caption == "Look"));
    let pieces = send(media("image/png", 1), &"x".repeat(LIMITS.body + 1)).unwrap();
    assert!(matches!(&pieces[..], [Piece::File { caption, .. }, Piece::Text(_)] if caption.is_empty()));
    let pieces = send(media("audio/ogg", 1), "Listen").unwrap();
    assert!(matches!(&pieces[..], [Piece::File { .. }, Piece::Text(text)] if text == "Listen"), "sound has no caption");
    assert!(send(media("application/pdf", 101), "").is_err());
}

/// Fails if a message is over a limit of the channel.
fn assert_fits(pieces: &[Piece]) {
    let within =
        |text: &str, most: usize| assert!(!text.is_empty() && units(text) <= most, "{} of {most}", units(text));
    let row = |row: &Row, most: usize| {
        within(&row.title, most);
        assert!(row.id.len() <= ID && units(&row.detail) <= LIMITS.row_detail);
    };
    for piece in pieces {
        match piece {
            Piece::Text(text) => within(text, LIMITS.text),
            Piece::Buttons { body, buttons } => {
                within(body, LIMITS.body);
                assert!((1..=LIMITS.buttons).contains(&buttons.len()));
                buttons.iter().for_each(|button| row(button, LIMITS.button));
            }
            Piece::List { body, rows } => {
                within(body, LIMITS.body);
                assert!((1..=LIMITS.rows).contains(&rows.len()));
                rows.iter().for_each(|one| row(one, LIMITS.row));
            }
            Piece::File { caption, .. } => assert!(units(caption) <= LIMITS.body),
            Piece::Template { .. } | Piece::Cards(_) | Piece::Raw(_) => {}
        }
    }
}

#[test]
fn naughty_strings_become_messages_within_every_limit() {
    let Some(text) = crate::channels::whatsapp::recorded::file("torture/blns/blns.json") else { return };
    let all: Vec<String> = serde_json::from_str(&text).unwrap();
    let all: Vec<_> = all.into_iter().filter(|text| !tandem_conversation::is_blank(text)).collect();
    assert!(all.len() > 400);
    for (at, naughty) in all.iter().enumerate() {
        let long = format!("{naughty} ").repeat(9_000 / (units(naughty) + 1) + 1);
        for text in [naughty.as_str(), long.as_str()] {
            assert_fits(&fit(TURN, &Content::Text { text: text.into() }).unwrap());
            for count in [1, 3, 4, 10, 11] {
                let choices: Vec<_> = (0..count)
                    .map(|i| Choice { id: format!("{i}{naughty}"), label: all[(at + i) % all.len()].clone() })
                    .collect();
                assert_fits(&fit(TURN, &Content::Question { text: text.into(), choices }).unwrap());
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn whatever_is_written_becomes_messages_within_every_limit(
        text in "\\PC{1,3000}",
        labels in proptest::collection::vec("\\PC{1,90}", 0..14),
        repeated in 1_usize..5,
    ) {
        let text = format!("{text}.").repeat(repeated);
        assert_fits(&fit(TURN, &Content::Text { text: text.chars().take(10_000).collect() }).unwrap());
        let choices = labels.into_iter().enumerate().map(|(i, label)| Choice { id: i.to_string(), label }).collect();
        assert_fits(&fit(TURN, &Content::Question { text: text.chars().take(10_000).collect(), choices }).unwrap());
    }
}
