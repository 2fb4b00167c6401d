//! Stories that test the planner from request to answer.

use serde_json::{Value, json};

use crate::dialogue::Library;
use crate::plan::plan;
use crate::wire::Request;

const GREETING: &str = "QUESTION: Hello! I'm the automatic assistant. What is it about?";

/// A conversation as the hub sends it, turn by turn.
struct Story {
    library: Library,
    customer: &'static str,
    turns: Vec<Value>,
    custom: serde_json::Map<String, Value>,
    help: bool,
    agent: bool,
    completed: bool,
}

fn story(customer: &'static str) -> Story {
    let mut library = Library::default();
    for line in include_str!("stories.jsonl").lines() {
        library.add(serde_json::from_str(line).unwrap());
    }
    let custom = serde_json::Map::new();
    Story { library, customer, turns: Vec::new(), custom, help: false, agent: false, completed: false }
}

impl Story {
    fn says(&mut self, text: &str) -> Vec<String> {
        self.turn(json!({ "type": "text", "text": text }), "TURN", false)
    }

    fn courteously(&mut self, text: &str) -> Vec<String> {
        self.turn(json!({ "type": "text", "text": text }), "TURN", true)
    }

    fn chooses(&mut self, choice: &str, label: &str) -> Vec<String> {
        let content = json!({ "type": "answer", "question": "q", "choice": choice, "text": label });
        self.turn(content, "ANSWER", false)
    }

    fn turn(&mut self, content: Value, trigger: &str, silent: bool) -> Vec<String> {
        let turn = self.add("customer", content, silent);
        self.ask(json!({ "type": trigger, "by": { "kind": "customer" }, "silent": silent, "turn": turn }))
    }

    fn agent_leaves(&mut self) -> Vec<String> {
        self.agent = false;
        self.ask(json!({ "type": "ENGAGEMENT_ENDED", "by": { "kind": "agent" }, "silent": false }))
    }

    fn improves(&mut self, draft: &str) -> Vec<String> {
        self.ask(json!({ "type": "IMPROVE", "by": { "kind": "system" }, "silent": false, "draft": draft }))
    }

    fn agent_presses(&mut self, action: &str) -> Vec<String> {
        self.ask(json!({ "type": "BUTTON_PRESSED", "by": { "kind": "agent" }, "silent": false, "action": action }))
    }

    fn add(&mut self, by: &str, content: Value, silent: bool) -> Value {
        let turn =
            json!({ "position": self.turns.len() + 1, "by": { "kind": by }, "content": content, "silent": silent });
        self.turns.push(turn.clone());
        turn
    }

    /// Asks, applies the answer, and returns it in short: `type: text`.
    fn ask(&mut self, mut trigger: Value) -> Vec<String> {
        trigger["position"] = json!(trigger["turn"]["position"].as_u64().unwrap_or(self.turns.len() as u64 + 1));
        let engagements = if self.agent { json!([{ "kind": { "kind": "agent" } }]) } else { json!([]) };
        let request: Request = serde_json::from_value(json!({
            "requestId": "r1", "trigger": trigger, "customer": { "name": self.customer },
            "conversation": {
                "inProgress": !self.completed, "needsHelp": self.help.then(|| json!({})), "custom": self.custom,
            },
            "engagements": engagements, "turns": self.turns,
        }))
        .unwrap();
        let answer = plan(&self.library, &request).body(&request.request_id);
        self.custom.extend(answer["conversation"]["custom"].as_object().unwrap().clone());
        let mut told = Vec::new();
        for action in answer["actions"].as_array().unwrap() {
            let said = ["text", "reason", "resolution"].iter().find_map(|field| action[*field].as_str());
            let text = said.or(action["add"][0].as_str()).unwrap();
            let kind = action["type"].as_str().unwrap();
            told.push(format!("{kind}: {text}"));
            match kind {
                "MESSAGE" | "QUESTION" => drop(self.add("logic", json!({ "type": "text", "text": text }), false)),
                "NEEDS_HELP" => self.help = true,
                "COMPLETE" => self.completed = true,
                _ => {}
            }
        }
        told
    }
}

#[test]
fn a_written_dialogue_is_played_to_its_end_and_completed() {
    let mut ana = story("Ana");
    let menu = ana.says("My  bill is WRONG somehow");
    assert_eq!(menu, ["QUESTION: Which bill?"], "spelling in spaces and case does not matter");
    assert_eq!(ana.custom["dialogue"], "1");
    assert_eq!(ana.custom["tier"], "Gold", "what the company knows is shown to agents");
    assert_eq!(ana.chooses("march", "March"), ["MESSAGE: Corrected.", "MESSAGE: Anything else?"]);
    assert_eq!(ana.courteously("thanks!"), ["COMPLETE: Settled by Your Logic"]);
}

#[test]
fn a_customer_who_strays_from_the_dialogue_is_never_ignored() {
    let mut ana = story("Ana");
    ana.says("my bill is wrong somehow");
    assert!(ana.says("qué?")[0].starts_with("QUESTION: Sorry"), "words of no dialogue are answered by the bot");
    assert_eq!(ana.chooses("march", "March").len(), 2, "and the dialogue goes on where it was");
}

#[test]
fn the_next_answer_is_said_even_if_the_customer_was_to_write_twice() {
    let mut bo = story("Bo");
    assert_eq!(bo.says("hello"), ["MESSAGE: Hi Bo!"]);
    assert_eq!(bo.says("anybody??"), ["MESSAGE: I'm here. One moment, please."], "the answer was given already");
}

#[test]
fn of_dialogues_that_begin_alike_the_name_and_the_next_words_decide() {
    let mut cleo = story("Customer 77aa88bb");
    assert_eq!(cleo.says("hello"), ["MESSAGE: First?"]);
    assert_eq!(cleo.says("the second matter"), ["MESSAGE: Second it is."]);
    let mut stranger = story("Visitor");
    assert_eq!(stranger.says("hello"), [GREETING], "a greeting is not enough to play somebody's dialogue");
}

#[test]
fn where_a_person_typed_a_colleague_is_called_and_then_only_helped() {
    let mut dana = story("Dana");
    let handover = dana.says("ich will einen Menschen sprechen");
    let expected = [
        "MESSAGE: Ich hole jemanden aus dem Team dazu. Einen Moment, bitte.",
        "NEEDS_HELP: Wants to speak to a person.",
        "NOTE: A person.",
        "SUGGESTION: Hier ist Ola.",
    ];
    assert_eq!(handover, expected);
    assert!(dana.says("hallo??").is_empty(), "help was called; nothing new to offer");
    (dana.agent, dana.help) = (true, false);
    assert_eq!(dana.says("Nummer 17"), ["SUGGESTION: Danke, erledigt."]);
    assert!(dana.courteously("danke").is_empty(), "the person completes, not the assistant");
}

#[test]
fn what_people_hand_back_is_answered() {
    let mut dana = story("Dana");
    dana.says("ich will einen Menschen sprechen");
    (dana.agent, dana.help) = (true, false);
    dana.add("agent", json!({ "type": "text", "text": "Guten Tag" }), false);
    assert!(dana.agent_leaves().is_empty(), "the customer does not wait");
    assert_eq!(dana.says("Nummer 17"), ["MESSAGE: Danke, erledigt."]);
    let mut guest = story("Guest");
    guest.says("hi");
    guest.agent = true;
    assert!(guest.says("so?").is_empty());
    assert_eq!(guest.agent_leaves(), ["MESSAGE: This is the assistant again. What can I do for you?"]);
}

#[test]
fn whoever_types_in_the_web_chat_meets_the_bot() {
    let mut guest = story("Guest");
    assert_eq!(guest.says("Good morning"), [GREETING]);
    assert_eq!(guest.chooses("order", "Track an order"), ["MESSAGE: Sure. What is the order number?"]);
    assert!(guest.says("order 4711")[0].starts_with("MESSAGE: Thank you. That order"));
    assert!(guest.says("mumble").first().is_some_and(|said| said.starts_with("QUESTION: Sorry")));
    let gave_up = guest.says("mumble mumble");
    assert_eq!(gave_up[1], "NEEDS_HELP: I did not understand the customer twice.");
    assert!(guest.says("still there?").is_empty(), "help was called already");
}

#[test]
fn asking_for_a_person_is_understood_in_several_languages() {
    for text in [
        "I want to talk to a human!",
        "mit einem Menschen sprechen",
        "quiero hablar con una persona",
        "担当者をお願いします",
        "chci mluvit s člověkem",
        "أريد التحدث مع موظف",
        "मुझे किसी इंसान से बात करनी है",
    ] {
        let said = story("Guest").says(text);
        assert_eq!(said.get(1).map(String::as_str), Some(format!("NEEDS_HELP: {text}").as_str()), "{text}");
    }
    assert!(story("Guest").chooses("person", "Talk to a person")[1].starts_with("NEEDS_HELP"));
}

#[test]
fn an_agents_draft_is_worded_better() {
    let mut carmen = story("Carmen Menzel");
    carmen.says("I want my money back");
    assert_eq!(carmen.improves("ok tmrw"), ["SUGGESTION: All right tomorrow."]);
}

#[test]
fn a_refund_that_an_agent_starts_is_noted_for_all() {
    let mut ana = story("Ana");
    ana.agent = true;
    ana.custom.insert("booking".into(), "NW-20418".into());
    let expected = [
        "TAG: refund",
        "NOTE: The refund for booking NW-20418 is on its way. (I'm a sample and move no money.)",
        "SUGGESTION: Your refund is on its way; it should arrive within a few days.",
    ];
    assert_eq!(ana.agent_presses("refund"), expected);
    assert!(ana.agent_presses("something else").is_empty());
}
