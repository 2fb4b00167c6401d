//! What agents find out about a customer: a name and addresses that help, and prove nothing.

use crate::stage::{Stage, opening};
use tandem_conversation::{
    Button, Command, Contact, ContactId, ContactKind, CustomerRef, EventBody, LinkSource, Rejection, limits,
};

fn edit(name: Option<&str>, email: Option<&str>, phone: Option<&str>) -> Command {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Command::EditCustomer { name: owned(name), email: owned(email), phone: owned(phone) }
}

fn joined() -> Stage {
    let mut stage = Stage::without_logic();
    stage.carmen_writes("Hello?");
    stage.maya_joins();
    stage
}

#[test]
fn a_visitor_gets_a_name_and_addresses_in_one_form() {
    let mut stage = joined();
    stage
        .maya(edit(Some(" Carmen\n Ruiz\u{202e} "), Some("Carmen.Ruiz@Example.com"), Some("+34 (600) 12-34-56")))
        .unwrap();
    let customer = &stage.state.customer;
    assert_eq!(customer.name, "Carmen Ruiz");
    assert_eq!(customer.noted(ContactKind::Email), Some("carmen.ruiz@example.com"));
    assert_eq!(customer.noted(ContactKind::Phone), Some("+34600123456"));
    assert!(customer.contacts.is_empty(), "that proves nothing");
    assert_eq!(customer.id, opening().customer.id);
}

#[test]
fn only_what_is_named_changes_and_the_same_again_is_nothing() {
    let mut stage = joined();
    stage.maya(edit(None, Some("c@example.com"), Some("+34600123456"))).unwrap();
    let events = stage.maya(edit(None, Some(" C@example.com "), None)).unwrap();
    assert!(events.is_empty(), "it is the same address");
    stage.maya(edit(None, Some(""), None)).unwrap();
    let customer = &stage.state.customer;
    assert_eq!((customer.noted(ContactKind::Email), customer.noted(ContactKind::Phone)), (None, Some("+34600123456")));
    assert_eq!(customer.name, "Carmen");
}

#[test]
fn what_cannot_be_a_name_or_an_address_changes_nothing() {
    let mut stage = joined();
    let long = "x".repeat(limits::LABEL_CHARS + 1);
    for (field, command) in [
        ("customer.name", edit(Some(" \u{200b}"), Some("c@example.com"), None)),
        ("customer.name", edit(Some(&long), None, None)),
        ("email", edit(Some("Carmen Ruiz"), Some("carmen"), None)),
        ("email", edit(None, Some("a b@example.com"), None)),
        ("email", edit(None, Some(&format!("{long}@example.com")), None)),
        ("phone", edit(None, Some("c@example.com"), Some("600123456"))),
        ("phone", edit(None, None, Some("+34 call me"))),
    ] {
        let refused = stage.maya(command.clone());
        assert!(
            matches!(&refused, Err(Rejection::Invalid { field: found, .. }) if found == field),
            "{command:?}: {refused:?}"
        );
    }
    assert_eq!(stage.state.customer, opening().customer);
}

#[test]
fn a_proven_address_is_not_noted_again_and_comes_first() {
    let mut stage = joined();
    let proven = Contact { kind: ContactKind::Email, value: "proven@example.com".into() };
    let customer = CustomerRef { contacts: vec![proven], ..stage.state.customer.clone() };
    let (brand, contact) = (tandem_conversation::BrandId(stage.id()), ContactId(stage.id()));
    let source = LinkSource::IdentityToken { brand };
    stage.system(Command::LinkCustomer { customer, contact, source, goes_on_in: None }).unwrap();
    assert!(stage.maya(edit(None, Some("PROVEN@example.com"), None)).unwrap().is_empty());
    stage.maya(edit(None, Some("other@example.com"), None)).unwrap();
    assert_eq!(stage.state.customer.address(ContactKind::Email).as_deref(), Some("proven@example.com"));
}

#[test]
fn buttons_know_the_addresses_that_are_really_known() {
    let mut stage = joined();
    let button: Button = serde_json::from_value(serde_json::json!({
        "id": "0192f0a0-0000-7000-8000-000000000001", "title": "Copy", "copy": "{customer.email} {customer.phone}", "agents": true, "external": false,
        "active": true, "order": 0,
    }))
    .unwrap();
    assert!(button.fill(&stage.state, "Maya").is_err());
    let learnt = serde_json::json!({ "email": "logic@example.com", "phone": "+1 555 000" });
    let patch = learnt.as_object().unwrap().clone();
    stage.logic(Command::ChangeCustomer { patch }).unwrap();
    let copied = |stage: &Stage| button.fill(&stage.state, "Maya").unwrap().copy;
    assert_eq!(copied(&stage).as_deref(), Some("logic@example.com +1 555 000"));
    stage.maya(edit(None, Some("c@example.com"), None)).unwrap();
    assert_eq!(copied(&stage).as_deref(), Some("c@example.com +1 555 000"), "people know better");
}

#[test]
fn the_change_is_an_event_by_its_author() {
    let mut stage = joined();
    let events = stage.maya(edit(Some("Carmen Ruiz"), Some("c@example.com"), None)).unwrap();
    let kinds: Vec<_> = events
        .iter()
        .map(|event| match &event.body {
            EventBody::CustomerRenamed { name } => name.clone(),
            EventBody::CustomerNoted { contacts } => contacts[0].value.clone(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["Carmen Ruiz", "c@example.com"]);
}
