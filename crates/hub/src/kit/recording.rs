//! Recorded conversations (`docs/replay-format.md`), reduced to what a replay needs: what the customer said and how
//! our side reacted.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// One recorded conversation.
#[derive(Debug)]
pub(super) struct Recording {
    pub id: String,
    pub customer: String,
    pub language: Option<String>,
    pub steps: Vec<Step>,
}

/// Consecutive customer messages and the reaction to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub said: Vec<Said>,
    pub then: Recorded,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub text: String,
    /// The pressed choice.
    pub choice: Option<String>,
}

/// Our side's reaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Recorded {
    /// The AI answered by itself; each text with its menu labels.
    Answered(Vec<Spoken>),
    /// A person answered.
    HandedOver,
    /// Nothing.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    pub text: String,
    /// Ids and labels.
    pub menu: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    customer: String,
    name: Option<String>,
    language: Option<String>,
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    role: String,
    action: String,
    #[serde(default)]
    text: String,
    label: Option<String>,
    #[serde(default)]
    options: Vec<Value>,
}

/// Reads all conversations of a file (`.jsonl` or `.jsonl.gz`).
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Recording>> {
    let file = File::open(path).with_context(|| format!("Cannot open {}", path.display()))?;
    let packed = path.extension().is_some_and(|end| end == "gz");
    let plain: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let lines = BufReader::new(plain).lines().enumerate();
    lines
        .map(|(number, line)| {
            let place = || format!("{}, line {}", path.display(), number + 1);
            parse(&line.with_context(place)?).with_context(place)
        })
        .collect()
}

pub(super) fn read_all(paths: &[PathBuf]) -> anyhow::Result<Vec<Recording>> {
    Ok(paths.iter().map(|path| read(path)).collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn parse(line: &str) -> anyhow::Result<Recording> {
    let line: Line = serde_json::from_str(line)?;
    let id = line.id.as_str().map_or_else(|| line.id.to_string(), str::to_owned);
    let unnamed = || format!("Customer {}", line.customer.chars().take(8).collect::<String>());
    let customer = line.name.clone().unwrap_or_else(unnamed);
    Ok(Recording { id, customer, language: line.language, steps: steps(line.turns) })
}

/// Stops at the first handover: what the AI would have said beside a person is unknown.
fn steps(turns: Vec<Turn>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for turn in turns {
        let speaks = !turn.text.trim().is_empty();
        match (turn.role.as_str(), turn.action.as_str()) {
            ("customer", "utter" | "choose") if speaks => {
                let choice = turn.label.filter(|_| turn.action == "choose");
                let said = Said { text: turn.text, choice };
                match steps.last_mut().filter(|step| step.then == Recorded::Ended) {
                    Some(step) => step.said.push(said),
                    None => steps.push(Step { said: vec![said], then: Recorded::Ended }),
                }
            }
            ("agent", "pick_suggestion") if speaks => {
                let Some(step) = steps.last_mut() else { continue };
                let spoken = Spoken { menu: menu(&turn.options), text: turn.text };
                match &mut step.then {
                    Recorded::Answered(all) => all.push(spoken),
                    then => *then = Recorded::Answered(vec![spoken]),
                }
            }
            ("agent", "utter") => {
                let Some(step) = steps.last_mut() else { break };
                // A person followed the AI's answer without the customer waiting.
                if step.then == Recorded::Ended {
                    step.then = Recorded::HandedOver;
                }
                break;
            }
            _ => {}
        }
    }
    steps
}

/// Plain strings are only the recording's list of intents.
fn menu(options: &[Value]) -> Vec<(String, String)> {
    let text = |option: &Value, field: &str| option.get(field)?.as_str().map(str::to_owned);
    options.iter().filter_map(|option| Some((text(option, "id")?, text(option, "label")?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Recorded, parse};

    #[test]
    fn a_recording_is_what_was_said_and_what_followed_up_to_the_hand_over() {
        let line = r#"{"id": 7, "customer": "abcdefghij", "completion": "Complete", "turns": [
            {"t": 0, "role": "customer", "action": "utter", "text": "hi"},
            {"t": 1, "role": "customer", "action": "utter", "text": "my bill?"},
            {"t": 1, "role": "kb", "action": "return_item", "item": {}},
            {"t": 2, "role": "agent", "action": "pick_suggestion", "text": "Which?",
             "options": ["plain", {"id": "a", "label": "A"}]},
            {"t": 5, "role": "customer", "action": "choose", "label": "a", "text": "A"},
            {"t": 6, "role": "agent", "action": "utter", "text": "Maya here"},
            {"t": 7, "role": "customer", "action": "utter", "text": "thanks"}]}"#;
        let recording = parse(line).unwrap();
        assert_eq!((recording.id.as_str(), recording.customer.as_str()), ("7", "Customer abcdefgh"));
        let [first, second] = recording.steps.as_slice() else { panic!("two steps: {:?}", recording.steps) };
        assert_eq!(first.said.len(), 2, "what comes before one answer belongs together");
        let Recorded::Answered(spoken) = &first.then else { panic!("{first:?}") };
        assert_eq!(spoken[0].menu, [("a".to_owned(), "A".to_owned())]);
        assert_eq!((second.said[0].choice.as_deref(), &second.then), (Some("a"), &Recorded::HandedOver));
    }

    #[test]
    fn a_customer_without_an_answer_ends_the_recording() {
        let line = r#"{"id": "x", "customer": "c", "turns": [{"role": "customer", "action": "utter", "text": "hi"}]}"#;
        assert_eq!(parse(line).unwrap().steps[0].then, Recorded::Ended);
        assert!(parse("{").is_err());
    }
}
