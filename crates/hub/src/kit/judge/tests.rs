use tandem_conversation::{Action, LogicFailure, Trigger};
use tandem_protocol::logic::{LogicResponseBody, TranslationBody};

use super::Verdict::{Fail, Pass, Warn};
use super::{
    Exchange, Expect, beside_a_person, better_words, burst, conversation, handed_over, invitations, invited, later,
    repeated, senseless, times, unknown_fields, unproven,
};
use crate::endpoint::answer::{Unknown, read};

fn message(text: &str) -> Action {
    Action::Message { text: text.into(), force: false, holding: false, turn: None }
}

fn help() -> Action {
    Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false }
}

fn answered(actions: &[Action]) -> Exchange {
    let invitations = invitations(actions);
    let came = Ok(actions.to_vec());
    Exchange { trigger: Trigger::Turn, took_ms: 10, later: false, came, invitations, unknown: Unknown::default() }
}

fn failed(failure: LogicFailure) -> Exchange {
    Exchange { came: Err(failure), ..answered(&[]) }
}

fn status(status: u16) -> LogicFailure {
    LogicFailure::Status { status }
}

#[test]
fn translations_answer_the_texts_that_were_asked_for() {
    let one = |id: &str, text: &str| TranslationBody { id: id.into(), text: text.into(), from: None };
    for (translations, verdict) in [
        (vec![], Pass),
        (vec![one("2", "Danke")], Pass),
        (vec![one("1", "Geht ein Fensterplatz?"), one("2", "Danke")], Pass),
        (vec![one("1", " ")], Warn),
        (vec![one("1", "Danke"), one("1", "Danke")], Warn),
        (vec![one("3", "Danke")], Warn),
    ] {
        let answer = LogicResponseBody { translations, ..LogicResponseBody::default() };
        assert_eq!(super::translations(&Ok(answer.clone())).verdict, verdict, "{answer:?}");
    }
    let acts = LogicResponseBody { actions: vec![message("x")], ..LogicResponseBody::default() };
    assert_eq!(super::translations(&Ok(acts)).verdict, Warn);
    assert_eq!(super::translations(&Err(status(500))).verdict, Fail);
}

#[test]
fn better_words_are_one_suggestion_or_none() {
    let suggestion = || Action::Suggestion { text: "x".into() };
    for (actions, verdict) in
        [(vec![suggestion()], Pass), (vec![], Pass), (vec![message("x")], Warn), (vec![suggestion(), help()], Warn)]
    {
        assert_eq!(better_words(&answered(&actions)).verdict, verdict, "{actions:?}");
    }
    assert_eq!(better_words(&failed(status(500))).verdict, Fail);
}

#[test]
fn a_waiting_customer_needs_words_or_a_person_and_a_courtesy_needs_nothing() {
    for (actions, words, quiet) in [
        (vec![message("Hello")], Pass, Warn),
        (vec![help()], Pass, Warn),
        (vec![], Warn, Pass),
        (vec![Action::Note { text: "x".into(), handover: None }], Warn, Pass),
        (vec![Action::Suggestion { text: "x".into() }], Warn, Pass),
    ] {
        let exchanges = [answered(&actions)];
        assert_eq!(conversation(&exchanges, Expect::Words).verdict, words, "{actions:?}");
        assert_eq!(conversation(&exchanges, Expect::Quiet).verdict, quiet, "{actions:?}");
        assert_eq!(conversation(&exchanges, Expect::Anything).verdict, Pass);
    }
    let preview = Exchange { trigger: Trigger::Preview, ..answered(&[Action::Suggestion { text: "x".into() }]) };
    assert_eq!(conversation(&[preview], Expect::Words).verdict, Pass, "an idea is an answer to a preview");
}

#[test]
fn any_failed_request_fails_the_stretch_and_is_named() {
    let refused = LogicFailure::Refused { action: 1, detail: "text: empty".into() };
    for (failure, named) in [
        (status(500), "TURN: status 500"),
        (LogicFailure::TimedOut { after_ms: 800 }, "within 800 ms"),
        (LogicFailure::Malformed { detail: "unknown variant `DANCE`".into() }, "DANCE"),
        (refused, "refused: actions[1].text: empty"),
    ] {
        let found = conversation(&[failed(failure), answered(&[message("Hello")])], Expect::Words);
        assert_eq!(found.verdict, Fail);
        assert!(found.seen.contains(named), "{} must name {named}", found.seen);
    }
    assert_eq!(conversation(&[], Expect::Anything).verdict, Fail, "nothing asked is nothing shown");
}

#[test]
fn handing_over_is_told_to_the_customer_and_explained_to_the_agents() {
    let explained = || Action::NeedsHelp { value: true, reason: "fare rules unclear".into(), customer_asked: true };
    for (actions, verdict) in [
        (vec![message("Let me get a colleague"), explained()], Pass),
        (vec![message("Let me get a colleague"), help()], Warn),
        (vec![explained()], Warn),
        (vec![message("I am all there is")], Warn),
        (vec![], Warn),
    ] {
        assert_eq!(handed_over(&[answered(&actions)]).verdict, verdict, "{actions:?}");
    }
    assert_eq!(handed_over(&[failed(status(500))]).verdict, Fail);
}

#[test]
fn speaking_over_a_person_is_warned_about() {
    let forced = Action::Message { text: "x".into(), force: true, holding: false, turn: None };
    assert_eq!(beside_a_person(&[answered(&[forced])]).verdict, Warn);
    assert_eq!(beside_a_person(&[answered(&[message("x")])]).verdict, Pass);
    assert_eq!(beside_a_person(&[failed(status(500))]).verdict, Fail);
}

#[test]
fn answers_are_measured_against_the_time_there_is() {
    let took = |took_ms| Exchange { took_ms, ..answered(&[]) };
    assert_eq!(times(&[took(10), took(400)], 1_000).verdict, Pass);
    let slow = times(&[took(10), took(600)], 1_000);
    assert_eq!((slow.verdict, slow.seen.contains("600 of 1000 ms")), (Warn, true), "{}", slow.seen);
    assert_eq!(times(&[took(10), failed(LogicFailure::TimedOut { after_ms: 1_000 })], 1_000).verdict, Fail);
}

#[test]
fn an_endpoint_that_is_not_there_has_no_time_to_answer() {
    let gone = failed(LogicFailure::Unreachable { detail: "refused".into() });
    let gone = [gone.clone(), gone];
    // Nothing is right about answers that never came.
    for found in [times(&gone, 1_000), unknown_fields(&gone), invited(&gone), later(&gone, &[])] {
        assert_eq!((found.verdict, found.seen.as_str()), (Fail, "none of 2 requests had a usable answer"));
    }
}

#[test]
fn fields_that_no_hub_reads_are_named() {
    let unknown = read(br#"{"mood":1}"#, None).unwrap().unknown;
    let odd = Exchange { unknown, ..answered(&[]) };
    assert_eq!(unknown_fields(&[answered(&[])]).verdict, Pass);
    let found = unknown_fields(&[answered(&[]), odd]);
    assert_eq!((found.verdict, found.seen.contains("mood")), (Warn, true), "{}", found.seen);
}

#[test]
fn a_repeated_request_may_get_other_words_but_not_other_actions() {
    let first = answered(&[message("Hello"), help()]);
    assert_eq!(repeated(&first, &first).verdict, Pass);
    assert_eq!(repeated(&first, &answered(&[message("Hi"), help()])).verdict, Warn);
    assert_eq!(repeated(&first, &answered(&[message("Hello")])).verdict, Fail);
    assert_eq!(repeated(&first, &failed(status(409))).verdict, Fail);
}

#[test]
fn one_failure_among_many_is_a_failure() {
    let good = vec![answered(&[]), answered(&[message("Hello")])];
    assert_eq!(burst(&[good.clone(), good.clone()]).verdict, Pass);
    let found = burst(&[good, vec![failed(status(503))]]);
    assert_eq!((found.verdict, found.seen.contains("1 of 3")), (Fail, true), "{}", found.seen);
}

#[test]
fn promised_answers_have_to_come() {
    let promised = Exchange { later: true, ..answered(&[message("Hello")]) };
    let lost = Exchange { later: true, ..failed(LogicFailure::TimedOut { after_ms: 1_000 }) };
    assert_eq!(later(&[answered(&[])], &[]).verdict, Pass);
    assert_eq!(later(std::slice::from_ref(&promised), &[]).verdict, Pass);
    assert_eq!(later(&[promised.clone(), lost], &[]).verdict, Fail);
    assert_eq!(later(&[promised], &["401: wrong secret".into()]).verdict, Fail);
}

#[test]
fn a_partner_is_invited_on_a_way_that_reaches_them() {
    let invite = |email: Option<&str>, secret_hash: Option<&str>| Action::InviteExternalAgent {
        name: "Aerolinx".into(),
        ttl_s: 3600,
        note: None,
        email: email.map(str::to_owned),
        secret_hash: secret_hash.map(str::to_owned),
        link: None,
    };
    let hash = "ab".repeat(32);
    for (action, verdict) in [
        (invite(Some("ops@aerolinx.example"), None), Pass),
        (invite(None, Some(&hash)), Pass),
        (invite(None, None), Fail),
        (invite(Some("ops"), None), Fail),
        (invite(None, Some("ab")), Fail),
        (message("Hello"), Pass),
    ] {
        let found = invited(&[answered(&[message("One moment"), action.clone()])]);
        assert_eq!(found.verdict, verdict, "{action:?}: {}", found.seen);
    }
    let found = invited(&[answered(&[message("One moment"), invite(None, None)])]);
    assert!(found.seen.starts_with("TURN: email: either email or secretHash is needed"), "{}", found.seen);
}

#[test]
fn what_does_not_prove_itself_is_refused_as_such() {
    for (came, verdict) in [
        (Err(status(401)), Pass),
        (Err(status(403)), Pass),
        (Err(status(400)), Warn),
        (Err(status(500)), Fail),
        (Err(LogicFailure::TimedOut { after_ms: 1 }), Fail),
        (Ok(vec![]), Fail),
        (Ok(vec![message("Hello")]), Fail),
    ] {
        assert_eq!(unproven(&came).verdict, verdict, "{came:?}");
    }
}

#[test]
fn what_makes_no_sense_is_not_acted_upon() {
    for (came, verdict) in [
        (Err(status(400)), Pass),
        (Err(status(422)), Pass),
        (Err(status(500)), Warn),
        (Err(LogicFailure::Unreachable { detail: "reset".into() }), Fail),
        (Ok(vec![]), Warn),
        (Ok(vec![message("Hello")]), Fail),
    ] {
        assert_eq!(senseless(&came).verdict, verdict, "{came:?}");
    }
}
