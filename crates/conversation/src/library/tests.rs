//! The library's rules as tables.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::*;

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).unwrap()
}

fn filled(template: &str, customer: Option<&str>) -> Resolved {
    let custom =
        object(json!({ "booking": "AX-7", "trip": { "from": "Faro" }, "seats": 2, "none": null, "odd": "{{x}} ⟦y⟧" }));
    let customer_custom = object(json!({ "tier": "gold" }));
    let values = Values {
        customer,
        email: Some("carmen@example.com"),
        phone: None,
        agent: "Maya Ortiz",
        brand: Some("Northwind"),
        custom: &custom,
        customer_custom: &customer_custom,
    };
    resolve(template, &values)
}

#[test]
fn variables_are_filled_or_leave_a_gap() {
    for (template, customer, text) in [
        ("Hello {{customer.name}}!", Some("Carmen Menzel"), "Hello Carmen Menzel!"),
        ("Hello {{customer.firstName}}!", Some("Carmen Menzel"), "Hello Carmen!"),
        ("Hello {{ customer.firstName | there }}!", None, "Hello there!"),
        ("Hello {{customer.name|there}}!", Some("  "), "Hello there!"),
        ("Hello {{customer.name}}!", None, "Hello ⟦customer.name⟧!"),
        ("Hello{{customer.name|}}!", None, "Hello!"),
        ("{{agent.name}} of {{brand.name}}", None, "Maya Ortiz of Northwind"),
        ("{{conversation.custom.booking}} from {{conversation.custom.trip.from}}", None, "AX-7 from Faro"),
        ("{{conversation.custom.seats}} {{customer.custom.tier}}", None, "2 gold"),
        (
            "{{conversation.custom.none}}{{conversation.custom.trip}}",
            None,
            "⟦conversation.custom.none⟧⟦conversation.custom.trip⟧",
        ),
        ("{{conversation.custom.odd}}", None, "((x)) (y)"),
        ("{ {} }} a{{customer.name|b}}}", None, "{ {} }} ab}"),
        ("no variables", None, "no variables"),
    ] {
        assert_eq!(filled(template, customer).text, text, "{template}");
    }
    assert_eq!(filled("{{customer.name}}, {{brand.name}}", None).gaps, ["customer.name"]);
}

#[test]
fn an_unknown_variable_is_named_with_its_position() {
    for (template, words) in [
        ("Dear {{customer.nam}}", "{{customer.nam}} at character 6 is not a variable"),
        ("ä{{name}}", "{{name}} at character 2 is not a variable"),
        ("{{conversation.custom.}}", "{{conversation.custom.}} at character 1 is not a variable"),
        ("{{customer.custom.a..b}}", "is not a variable"),
        ("one {{customer.name", "at character 5 has no end"),
        ("{{{customer.name}}}", "at character 1 is not a variable"),
        ("{{customer.name|a{}}", "contain a brace"),
        ("{{}}", "{{}} at character 1 is not a variable"),
    ] {
        let problem = check_template(template).unwrap_err();
        assert!(problem.contains(words), "{template}: {problem}");
    }
    check_template("{{customer.name|dear customer}} {x} }}").unwrap();
}

#[test]
fn a_gap_is_found_until_it_is_filled_or_deleted() {
    let text = filled("Hi ⟦x⟧ {{customer.name}}, {{conversation.custom.none}}", None).text;
    assert_eq!(first_gap(&text).unwrap().shown, "⟦customer.name⟧");
    let text = text.replace("⟦customer.name⟧", "Carmen");
    assert_eq!(first_gap(&text).unwrap().name, "conversation.custom.none");
    assert_eq!(first_gap("Hi ⟦x⟧ Carmen, ⟦"), None, "other brackets are the author's own");
}

#[test]
fn filling_a_gap_is_no_edit_and_other_words_are() {
    let inserted = "Dear ⟦customer.name⟧, it is on its way. ";
    for (text, verbatim) in [
        ("Dear Carmen, it is on its way.", true),
        ("Dear , it is on its way.", true),
        ("Hello! Dear Carmen, it is on its way. Bye!", true),
        ("Dear Carmen, it is on its way", false),
        ("it is on its way. Dear Carmen,", false),
        ("", false),
    ] {
        assert_eq!(is_verbatim(inserted, text), verbatim, "{text}");
    }
}

proptest! {
    /// Whatever the template and the values are.
    #[test]
    fn a_filled_text_has_no_variable_left(
        template in r"([{}|⟦⟧ a.]|\{\{customer\.name\}\}|\{\{customer\.name\|[{a]?\}\}|\{\{conversation\.custom\.odd\}\}){0,24}",
        name in proptest::option::of("[{}a ⟦]{0,8}"),
        odd in "[{}|a]{0,8}",
    ) {
        let custom = object(json!({ "odd": odd }));
        let customer = name.as_deref();
        let (custom, customer_custom) = (&custom, &custom);
        let values = Values { customer, email: customer, phone: None, agent: "{{", brand: None, custom, customer_custom };
        let resolved = resolve(&template, &values);
        prop_assert!(!resolved.text.contains("{{"), "{:?}", resolved.text);
        if check_template(&template).is_ok() {
            prop_assert_eq!(resolved.gaps.is_empty() || first_gap(&resolved.text).is_some(), true);
        }
    }
}

#[test]
fn a_conversation_gets_its_language_or_the_next_best() {
    let there = |tags: &[&str]| tags.iter().map(|tag| (*tag).to_owned()).collect::<Vec<_>>();
    for (tags, wanted, spoken, is_wanted) in [
        (&["de", "en"][..], &["de"][..], "de", true),
        (&["de", "en"], &["de-AT"], "de", true),
        (&["de-CH", "en"], &["DE"], "de-CH", true),
        (&["en", "fr", "pt-BR", "pt-PT"], &["pt-PT"], "pt-PT", true),
        (&["de", "en"], &["es", "de"], "de", false),
        (&["de", "en"], &["es"], "en", false),
        (&["de", "fr"], &["es"], "de", false),
        (&["de", "fr"], &[], "de", true),
        (&["de", "en"], &[], "en", true),
    ] {
        let found = spoken_in(there(tags).iter(), wanted).unwrap();
        assert_eq!((found.language.as_str(), found.is_wanted), (spoken, is_wanted), "{tags:?} for {wanted:?}");
    }
    assert_eq!(spoken_in([].iter(), &["de"]), None);
}

fn reply() -> QuickReply {
    QuickReply {
        id: QuickReplyId(Uuid::from_u128(1)),
        shortcut: "on-its-way".into(),
        title: "On its way".into(),
        texts: BTreeMap::from([("en".into(), "It is on its way, {{customer.firstName|dear customer}}.".into())]),
        attachments: Vec::new(),
        question: None,
        scope: Audience::Everybody,
        folder: vec!["Orders".into()],
        channels: Vec::new(),
        note: true,
        holding: false,
        version: 1,
        state: ItemState::Active,
        review_by: None,
        by: None,
        at: Time(0),
    }
}

#[test]
fn a_quick_reply_names_what_is_wrong_with_it() {
    type Change = fn(&mut QuickReply);
    let cases: [(&str, Change); 13] = [
        ("shortcut", |r| r.shortcut = String::new()),
        ("shortcut", |r| r.shortcut = "On its way".into()),
        ("shortcut", |r| r.shortcut = "a".repeat(41)),
        ("title", |r| r.title = " \u{200b}".into()),
        ("texts", |r| r.texts.clear()),
        ("texts", |r| drop(r.texts.insert("German".into(), "x".into()))),
        ("texts.en", |r| drop(r.texts.insert("en".into(), "\n".into()))),
        ("texts.en", |r| drop(r.texts.insert("en".into(), "x".repeat(10_001)))),
        ("texts.de", |r| drop(r.texts.insert("de".into(), "Hallo {{kunde}}".into()))),
        ("folder", |r| r.folder = vec!["a".into(); 4]),
        ("scope.brands", |r| r.scope = Audience::Team { brands: Vec::new() }),
        ("reviewBy", |r| r.review_by = Some("next spring".into())),
        ("id", |r| r.id = QuickReplyId(Uuid::nil())),
    ];
    for (field, change) in cases {
        let mut reply = reply();
        change(&mut reply);
        match reply.checked() {
            Err(Rejection::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let mut odd = reply();
    odd.title = "On\nits\u{202e} way".into();
    odd.review_by = Some("2027-03-31".into());
    assert_eq!(odd.checked().unwrap().title, "On its way");
}

#[test]
fn a_quick_reply_is_offered_where_it_belongs() {
    let mut team = reply();
    team.scope = Audience::Team { brands: vec!["bank".into()] };
    team.channels = vec![Channel::Whatsapp];
    assert!(team.is_offered(Some("bank"), Channel::Whatsapp));
    assert!(!team.is_offered(Some("shop"), Channel::Whatsapp) && !team.is_offered(None, Channel::Whatsapp));
    assert!(!team.is_offered(Some("bank"), Channel::WebChat));
    assert!(team.is_for(&[]) && team.is_for(&["bank".into()]) && !team.is_for(&["shop".into()]));
    let mut shop = reply();
    shop.scope = Audience::Team { brands: vec!["shop".into()] };
    assert!(!team.meets(&shop) && team.meets(&reply()) && shop.meets(&shop.clone()));
    team.state = ItemState::Draft;
    assert!(!team.is_offered(Some("bank"), Channel::Whatsapp));
}

fn question(labels: &[&str]) -> Question {
    let choices = labels.iter().enumerate().map(|(at, label)| LibraryChoice {
        id: format!("c{at}"),
        label: (*label).to_owned(),
        confirms: false,
        score: None,
    });
    let text = QuestionText { text: "Which day?".into(), choices: choices.collect() };
    Question {
        id: QuestionId(Uuid::from_u128(2)),
        key: "which-day".into(),
        title: "Which day".into(),
        kind: QuestionKind::Menu,
        texts: BTreeMap::from([("en".into(), text)]),
        brands: Vec::new(),
        channels: Vec::new(),
        version: 1,
        state: ItemState::Active,
        by: None,
        at: Time(0),
    }
}

#[test]
fn a_question_names_what_is_wrong_with_it() {
    fn en(question: &mut Question) -> &mut QuestionText {
        question.texts.get_mut("en").unwrap()
    }
    type Change = fn(&mut Question);
    let cases: [(&str, Change); 12] = [
        ("key", |q| q.key = "Which day".into()),
        ("title", |q| q.title.clear()),
        ("texts.en.text", |q| en(q).text.clear()),
        ("texts.en.text", |q| en(q).text = "Dear {{customer.name}}".into()),
        ("texts.en.choices", |q| en(q).choices.clear()),
        ("texts.en.choices[0].label", |q| en(q).choices[0].label = "x".repeat(201)),
        ("texts.en.choices[1].id", |q| en(q).choices[1].id = "c0".into()),
        ("texts.en.choices[0].score", |q| en(q).choices[0].score = Some(3)),
        ("texts.en.choices[0].score", |q| q.kind = QuestionKind::Review),
        ("texts.en.choices", |q| q.kind = QuestionKind::Confirm),
        ("brands", |q| q.brands = vec!["bank".into(), "bank".into()]),
        ("texts.en.choices", |q| {
            let mut german = q.texts["en"].clone();
            german.choices.reverse();
            q.texts.insert("de".into(), german);
        }),
    ];
    for (field, change) in cases {
        let mut question = question(&["Thursday", "Friday"]);
        change(&mut question);
        match question.checked() {
            Err(Rejection::Invalid { field: named, .. }) => assert_eq!(named, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    question(&["Thursday", "Friday"]).checked().unwrap();
}

#[test]
fn saving_says_what_whatsapp_makes_of_it() {
    let long = "A label that is longer than a row";
    for (labels, said) in [
        (vec!["Yes", "No"], &[][..]),
        (vec!["1", "2", "3", "4"], &["On WhatsApp this becomes a list (en)."]),
        (
            vec!["1", "2", long],
            &[
                "On WhatsApp this becomes a list; label 3 is longer than 24 characters and moves to the description (en).",
            ],
        ),
        (
            vec![long, "2", long, long],
            &[
                "On WhatsApp this becomes a list; labels 1, 3 and 4 are longer than 24 characters and move to the description (en).",
            ],
        ),
        (vec!["x"; 11], &["On WhatsApp this becomes a text with numbered choices (en)."]),
    ] {
        assert_eq!(question(&labels).fit(), said);
    }
    let mut reply = reply();
    reply.texts.insert("en".into(), "x".repeat(5_000));
    assert_eq!(reply.fit(), ["On WhatsApp these 5000 characters become 2 messages or more (en)."]);
    reply.channels = vec![Channel::WebChat];
    assert!(reply.fit().is_empty());
    reply.channels.clear();
    reply.texts.insert("en".into(), "Here is the map.".into());
    let file = |name: &str, kind: &str, mb: u64| Media {
        name: name.into(),
        content_type: kind.into(),
        bytes: mb * 1_000_000,
        ..Media::named(crate::MediaId(Uuid::from_u128(3)))
    };
    reply.attachments =
        vec![file("map.png", "image/png", 6), file("map.gif", "image/gif", 1), file("map.pdf", "application/pdf", 9)];
    assert_eq!(
        reply.fit(),
        [
            "map.png cannot be sent there: WhatsApp takes pictures of at most 5 MB.",
            "map.gif cannot be sent there: WhatsApp takes pictures as JPEG or PNG only."
        ]
    );
    assert_eq!(carries(Channel::WebChat, &reply.attachments[0]), None);
}
