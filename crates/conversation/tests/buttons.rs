//! Custom buttons: accepted definitions, filled variables, and that no value, whoever its author, changes where an
//! address leads.

mod stage;

use proptest::prelude::*;
use serde_json::{Value, json};
use stage::{Stage, aerolinx, maya};
use tandem_conversation::{BrandId, Button, ButtonId, Conversation, Filled, Participant, Rejection, Unusable, limits};
use url::Url;
use uuid::Uuid;

fn button() -> Button {
    Button {
        id: ButtonId(Uuid::from_u128(0xb1)),
        title: "Refund".into(),
        description: String::new(),
        action: Some("refund".into()),
        copy: None,
        url: None,
        agents: true,
        external: false,
        active: true,
        order: 0,
    }
}

fn leading_to(url: &str) -> Button {
    Button { action: None, url: Some(url.into()), ..button() }
}

fn copying(copy: &str) -> Button {
    Button { action: None, copy: Some(copy.into()), ..button() }
}

/// Carmen's conversation, with Your Logic's data.
fn carmen(custom: Value) -> Conversation {
    let mut state = Stage::new().state;
    state.brand = Some(BrandId(Uuid::from_u128(0xbb)));
    state.language = Some("es".into());
    let Value::Object(custom) = custom else { panic!("custom data is an object") };
    state.custom = custom;
    state
}

fn refused(button: &Button) -> Option<String> {
    match button.check() {
        Ok(()) => None,
        Err(Rejection::Invalid { field, .. }) => Some(field),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn definitions_that_could_not_be_shown_or_pressed_name_the_field() {
    let long = |chars: usize| "x".repeat(chars);
    let url = |chars: usize| format!("https://example.com/{}", long(chars - 20));
    for (wrong, field) in [
        (button(), None),
        (Button { title: "  ".into(), ..button() }, Some("title")),
        (Button { title: long(limits::BUTTON_TITLE_CHARS), ..button() }, None),
        (Button { title: long(limits::BUTTON_TITLE_CHARS + 1), ..button() }, Some("title")),
        (Button { description: long(limits::LABEL_CHARS), ..button() }, None),
        (Button { description: long(limits::LABEL_CHARS + 1), ..button() }, Some("description")),
        (Button { action: None, ..button() }, Some("action")),
        (Button { action: Some(" ".into()), ..button() }, Some("action")),
        (Button { action: Some(long(limits::LABEL_CHARS + 1)), ..button() }, Some("action")),
        (copying("NW-{conversation.custom.booking}"), None),
        (copying(" "), Some("copy")),
        (copying(&long(limits::TEXT_CHARS + 1)), Some("copy")),
        (copying("{customer.password}"), Some("copy")),
        (copying("{customer.name"), Some("copy")),
        (copying("customer.name}"), Some("copy")),
        (copying("{{customer.name}}"), Some("copy")),
        (copying("{conversation.custom.}"), Some("copy")),
        (copying("{conversation.custom.a..b}"), Some("copy")),
        (leading_to(&url(limits::BUTTON_URL_CHARS)), None),
        (leading_to(&url(limits::BUTTON_URL_CHARS + 1)), Some("url")),
        (Button { copy: Some("x".into()), url: Some("https://example.com".into()), ..button() }, None),
    ] {
        assert_eq!(refused(&wrong).as_deref(), field, "{wrong:?}");
    }
}

#[test]
fn an_address_leads_to_the_web_and_its_variables_stand_after_the_host() {
    for (url, accepted) in [
        ("https://example.com", true),
        ("http://127.0.0.1:8080/x?y={customer.id}#{conversation.id}", true),
        ("HTTPS://example.com/{customer.name}/{conversation.custom.a.b}", true),
        ("https://example.com?{customer.id}", true),
        ("https://app.example.com/#/bookings/{conversation.custom.booking}", true),
        ("", false),
        ("example.com", false),
        ("/bookings", false),
        ("javascript:alert(1)", false),
        ("javascript://example.com/%0a{customer.name}", false),
        ("file:///etc/passwd", false),
        ("tandem://conversation/{conversation.id}", false),
        ("mailto:{customer.email}", false),
        ("{conversation.custom.url}", false),
        ("{conversation.custom.scheme}://example.com/", false),
        ("http{conversation.custom.s}://example.com/", false),
        ("https://{conversation.custom.host}/", false),
        ("https://{conversation.custom.host}.example.com/", false),
        ("https://example.com{conversation.custom.rest}", false),
        ("https://example.{conversation.custom.rest}/x", false),
        ("https://example.com:{conversation.custom.port}/", false),
        ("https:{conversation.custom.rest}/x", false),
        ("https:/{conversation.custom.rest}/x", false),
        ("https:\\\\{conversation.custom.rest}/x", false),
        ("https://example.com@{conversation.custom.rest}/x", false),
        ("https://{customer.name}@example.com/", false),
        ("https://user:password@example.com/", false),
        ("https://example.com/a b", false),
        ("https://exa\nmple.com/", false),
        ("https://example.com/{unknown}", false),
    ] {
        assert_eq!(refused(&leading_to(url)), (!accepted).then(|| "url".to_owned()), "{url}");
    }
}

#[test]
fn variables_are_filled_from_what_the_conversation_knows() {
    let mut state = carmen(json!({ "booking": "NW-20418", "seats": 2, "gold": true, "legs": [{ "to": "Oslo" }],
        "trip": { "from": "Vienna" }, "empty": " " }));
    state.customer.custom.insert("email".into(), json!("carmen@example.com"));
    state.customer.custom.insert("tier".into(), json!("gold"));
    for (text, filled) in [
        ("plain", Ok("plain")),
        ("{agent.name}: {customer.name}", Ok("Maya: Carmen")),
        (
            "{customer.email} {customer.custom.email} {customer.custom.tier}",
            Ok("carmen@example.com carmen@example.com gold"),
        ),
        ("{conversation.custom.booking}/{conversation.custom.seats}", Ok("NW-20418/2")),
        ("{conversation.custom.gold} {conversation.custom.trip.from}", Ok("true Vienna")),
        ("{conversation.channel} {conversation.language}", Ok("Web chat es")),
        ("{brand.id}", Ok("00000000-0000-0000-0000-0000000000bb")),
        ("{conversation.id}", Ok("01920000-0000-7000-8000-000000000000")),
        ("{customer.id}", Ok("00000000-0000-0000-0000-0000000000c1")),
        ("{conversation.custom.nothing}", Err("conversation.custom.nothing")),
        ("{conversation.custom.empty}", Err("conversation.custom.empty")),
        ("{conversation.custom.legs}", Err("conversation.custom.legs")),
        ("{conversation.custom.trip}", Err("conversation.custom.trip")),
        ("{conversation.custom.booking.more}", Err("conversation.custom.booking.more")),
        ("{customer.custom.phone}", Err("customer.custom.phone")),
        ("both {conversation.custom.booking} and {customer.custom.phone}", Err("customer.custom.phone")),
    ] {
        let wanted = filled
            .map(|copy| Filled { copy: Some(copy.to_owned()), url: None })
            .map_err(|variable: &str| Unusable::Missing { variable: variable.to_owned() });
        assert_eq!(copying(text).check(), Ok(()), "{text}");
        assert_eq!(copying(text).fill(&state, "Maya"), wanted, "{text}");
    }
    let reason = Unusable::Missing { variable: "customer.email".into() }.to_string();
    assert_eq!(reason, "no value is known here for {customer.email}");
}

#[test]
fn a_value_in_an_address_is_only_a_value() {
    let filled = |value: &str, url: &str| {
        leading_to(url).fill(&carmen(json!({ "v": value })), "Maya").map(|filled| filled.url.unwrap_or_default())
    };
    for (value, url, wanted) in [
        ("NW-1", "https://e.com/b/{conversation.custom.v}", Ok("https://e.com/b/NW-1")),
        ("a/b?c#d", "https://e.com/{conversation.custom.v}/x", Ok("https://e.com/a%2Fb%3Fc%23d/x")),
        ("a&b=c d", "https://e.com/?q={conversation.custom.v}&r=1", Ok("https://e.com/?q=a%26b%3Dc%20d&r=1")),
        ("Ωü", "https://e.com/#{conversation.custom.v}", Ok("https://e.com/#%CE%A9%C3%BC")),
        ("@evil.com", "https://e.com/{conversation.custom.v}", Ok("https://e.com/%40evil.com")),
        ("..", "https://e.com/a/{conversation.custom.v}/b", Err(Unusable::Address)),
        (".", "https://e.com/a/{conversation.custom.v}/b", Err(Unusable::Address)),
        (".", "https://e.com/a/.{conversation.custom.v}/b", Err(Unusable::Address)),
        ("..", "https://e.com/?q={conversation.custom.v}", Ok("https://e.com/?q=..")),
        (&"x".repeat(limits::BUTTON_FILLED_BYTES), "https://e.com/{conversation.custom.v}", Err(Unusable::Address)),
    ] {
        assert_eq!(filled(value, url), wanted.map(str::to_owned), "{value} in {url}");
    }
}

#[test]
fn agents_and_external_agents_each_have_their_own() {
    for (agents, external, active) in
        [(true, false, true), (false, true, true), (true, true, true), (true, true, false), (false, false, true)]
    {
        let button = Button { agents, external, active, ..button() };
        assert_eq!(button.is_for(&maya()), agents && active);
        assert_eq!(button.is_for(&aerolinx()), external && active);
        assert!(!button.is_for(&Participant::Customer) && !button.is_for(&Participant::Logic));
    }
}

/// Texts from an author who wants to redirect an address, and any other texts.
fn value() -> impl Strategy<Value = String> {
    let hostile = prop_oneof![
        Just("//evil.example"),
        Just("@evil.example"),
        Just("\\\\evil.example\\"),
        Just(".."),
        Just("../.."),
        Just("%2e%2e/"),
        Just(":80"),
        Just("javascript:alert(1)"),
        Just("\r\nHost: evil.example"),
        Just("#"),
        Just("?a=b&c"),
    ];
    prop_oneof![any::<String>(), "[./\\\\@:?#%a-c]{1,12}", hostile.prop_map(str::to_owned)]
}

fn template() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => Just("{conversation.custom.one}"),
        3 => Just("{conversation.custom.two}"),
        2 => Just("/"),
        1 => Just("?"),
        1 => Just("#"),
        1 => Just("."),
        1 => Just("@"),
        1 => Just(":"),
        1 => Just("\\"),
        1 => Just("%2e"),
        1 => Just("x=y&"),
    ];
    let start = prop_oneof![
        6 => Just("https://example.com/"),
        2 => Just("http://example.com:8080"),
        1 => Just("https:"),
        1 => Just("https:/"),
        1 => Just("https://"),
        1 => Just("https://a@"),
        1 => Just(""),
    ];
    (start, proptest::collection::vec(part, 0..8)).prop_map(|(start, parts)| format!("{start}{}", parts.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_value_changes_where_an_accepted_address_leads(url in template(), one in value(), two in value()) {
        let button = leading_to(&url);
        if button.check().is_err() {
            return Ok(());
        }
        let plain = button.fill(&carmen(json!({ "one": "a", "two": "a" })), "Maya");
        let plain = Url::parse(&plain.unwrap().url.unwrap()).unwrap();
        prop_assert!(matches!(plain.scheme(), "http" | "https"));
        match button.fill(&carmen(json!({ "one": one, "two": two })), "Maya") {
            Ok(Filled { url: Some(filled), .. }) => {
                let filled = Url::parse(&filled).unwrap();
                prop_assert_eq!(filled.origin(), plain.origin());
                prop_assert_eq!(filled.username(), "");
                prop_assert_eq!(filled.path_segments().map(Iterator::count), plain.path_segments().map(Iterator::count));
                prop_assert_eq!(filled.query().is_some(), plain.query().is_some());
                prop_assert_eq!(filled.fragment().is_some(), plain.fragment().is_some());
                prop_assert_eq!(filled.query_pairs().count(), plain.query_pairs().count());
            }
            Ok(other) => prop_assert!(false, "{:?}", other),
            Err(Unusable::Missing { variable }) => {
                prop_assert!(variable.ends_with("one") && one.trim().is_empty() || two.trim().is_empty());
            }
            Err(Unusable::Address) => {}
        }
    }
}
