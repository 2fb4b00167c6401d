use serde_json::Value;
use tandem_conversation::{
    Channel, Content, ConversationId, CustomerId, Participant, Position, RequestId, Time, Trigger, TurnId,
};
use tandem_protocol::logic::{ConversationBody, CustomerBody, LogicRequestBody, TriggerBody, TurnBody};
use uuid::Uuid;

use super::fitted;

fn turn(position: u32, chars: usize) -> TurnBody {
    TurnBody {
        id: TurnId(Uuid::from_u128(position.into())),
        position: Position(position),
        time: Time(0),
        by: Participant::Customer,
        content: Content::Text { text: "ř".repeat(chars) },
        silent: false,
        reply_to: None,
        edited: false,
    }
}

fn trigger(kind: Trigger, position: u32, turn: Option<TurnBody>) -> TriggerBody {
    TriggerBody {
        kind,
        position: Position(position),
        time: Time(0),
        by: Participant::Customer,
        silent: false,
        turn,
        action: None,
        graded: None,
        was: None,
        dismissed: None,
        draft: None,
        translate: None,
        joined: Vec::new(),
        joined_left_out: 0,
    }
}

/// A request about the newest of `turns` turns, with `joined` joined events, one of them a press.
fn request(turns: u32, chars: usize, joined: u32) -> LogicRequestBody {
    let all: Vec<_> = (1..=turns).map(|position| turn(position, chars)).collect();
    let mut about = trigger(Trigger::Turn, turns, all.last().cloned());
    about.joined = all
        .iter()
        .rev()
        .skip(1)
        .take(joined as usize)
        .rev()
        .cloned()
        .map(|turn| trigger(Trigger::Turn, turn.position.0, Some(turn)))
        .collect();
    if joined > 0 {
        about.joined.insert(0, trigger(Trigger::ButtonPressed, 0, None));
    }
    LogicRequestBody {
        request_id: RequestId(Uuid::from_u128(7)),
        dry_run: false,
        expires: Time(0),
        time: Time(0),
        trigger: about,
        account: "Northwind".into(),
        customer: CustomerBody {
            id: CustomerId(Uuid::from_u128(8)),
            name: "Carmen".into(),
            custom: serde_json::Map::new(),
            contacts: Vec::new(),
        },
        conversation: ConversationBody {
            id: ConversationId(Uuid::from_u128(9)),
            channel: Channel::WebChat,
            in_progress: true,
            needs_help: None,
            engage_logic: true,
            fallback_to_agent: false,
            language: None,
            tags: Vec::new(),
            custom: serde_json::Map::new(),
        },
        engagements: Vec::new(),
        turns: all,
        turns_left_out: 0,
    }
}

fn positions(turns: &Value) -> Vec<u64> {
    turns.as_array().into_iter().flatten().filter_map(|turn| turn["position"].as_u64()).collect()
}

#[test]
fn a_request_within_its_budget_is_whole() {
    let body = request(3, 10, 2);
    assert_eq!(fitted(&body, 1_000_000).unwrap(), serde_json::to_vec(&body).unwrap());
}

#[test]
fn beyond_its_budget_the_oldest_turns_go_first_and_the_body_says_so() {
    for most in [500_000, 1_000_000, 3_000_000] {
        let bytes = fitted(&request(200, 10_000, 0), most).unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        let (kept, gone) = (positions(&body["turns"]), body["turnsLeftOut"].as_u64().unwrap());
        assert!(bytes.len() <= most && bytes.len() + 25_000 > most, "{} of {most}", bytes.len());
        assert_eq!(kept, (gone + 1..=200).collect::<Vec<_>>(), "the newest are kept");
        assert_eq!(body["trigger"]["turn"]["position"], 200);
    }
}

#[test]
fn what_is_asked_about_together_outlives_the_history_and_what_is_no_turn_always_stays() {
    let bytes = fitted(&request(100, 2_000, 99), 500_000).unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(positions(&body["trigger"]["joined"]).len(), 100);
    let (turns, gone) = (positions(&body["turns"]), body["turnsLeftOut"].as_u64().unwrap());
    assert_eq!(turns, (gone + 1..=100).collect::<Vec<_>>(), "the newest of the history are kept");
    assert!(bytes.len() <= 500_000 && bytes.len() + 10_000 > 500_000, "{}", bytes.len());
    let bytes = fitted(&request(100, 10_000, 99), 500_000).unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    let (joined, gone) = (&body["trigger"]["joined"], body["trigger"]["joinedLeftOut"].as_u64().unwrap());
    assert_eq!(joined[0]["type"], "BUTTON_PRESSED");
    assert_eq!(positions(joined)[1..], (gone + 1..=99).collect::<Vec<_>>());
    assert!(bytes.len() <= 500_000 && body["turns"].as_array().unwrap().is_empty());
}
