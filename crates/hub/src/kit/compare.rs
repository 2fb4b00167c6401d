//! Compares a new version's answers with the recorded ones: pure.

use std::fmt;

use serde::Serialize;
use tandem_conversation::{Action, LogicFailure};

use super::judge::{calls, speaks, told};
use super::recording::{Recorded, Spoken};

/// How an answer differs from the recorded one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    Same,
    DifferentWords,
    /// The recording hands over; the new version answers by itself.
    AnsweredInstead,
    /// The recording answers by itself; the new version hands over.
    HandedOverInstead,
    Failed,
}

/// A new answer beside the recorded one.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    pub conversation: String,
    /// The customer's last message.
    pub said: String,
    pub difference: Difference,
    pub recorded: String,
    pub now: String,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplayReport {
    pub url: String,
    pub conversations: usize,
    pub asked: usize,
    pub same: usize,
    pub different_words: usize,
    pub answered_instead: usize,
    pub handed_over_instead: usize,
    pub failed: usize,
    /// The first differences.
    pub differences: Vec<Comparison>,
}

/// Compares one answer; none if the recording has nothing to compare.
pub(super) fn compare(recorded: &Recorded, now: &Result<Vec<Action>, LogicFailure>) -> Option<Difference> {
    let actions = match (recorded, now) {
        (Recorded::Ended, _) => return None,
        (_, Err(_)) => return Some(Difference::Failed),
        (_, Ok(actions)) => actions,
    };
    Some(match (recorded, hands_over(actions)) {
        (Recorded::HandedOver, true) => Difference::Same,
        (Recorded::HandedOver, false) => Difference::AnsweredInstead,
        (_, true) => Difference::HandedOverInstead,
        (Recorded::Answered(spoken), false) if plain(&words(spoken)) == plain(&said(actions)) => Difference::Same,
        _ => Difference::DifferentWords,
    })
}

/// Whether a person is called: explicitly, or by the hub because a waiting customer gets no answer.
fn hands_over(actions: &[Action]) -> bool {
    actions.iter().any(calls) || !actions.iter().any(speaks)
}

/// The recorded answer as text.
pub(super) fn recorded_text(recorded: &Recorded) -> String {
    match recorded {
        Recorded::Answered(spoken) => words(spoken),
        Recorded::HandedOver => "(handed over to a person)".into(),
        Recorded::Ended => String::new(),
    }
}

/// The new answer as text.
pub(super) fn answer_text(now: &Result<Vec<Action>, LogicFailure>) -> String {
    match now {
        Err(failure) => told(failure),
        Ok(actions) if hands_over(actions) => format!("{} (handed over to a person)", said(actions)).trim().to_owned(),
        Ok(actions) => said(actions),
    }
}

fn words(spoken: &[Spoken]) -> String {
    let line = |one: &Spoken| with_menu(&one.text, one.menu.iter().map(|(_, label)| label.as_str()));
    spoken.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn said(actions: &[Action]) -> String {
    let line = |action: &Action| match action {
        Action::Message { text, .. } | Action::Channel { text, .. } | Action::Feedback { text } => Some(text.clone()),
        Action::Question { key: Some(key), .. } => Some(format!("[question {key}]")),
        Action::Question { text, choices, .. } => Some(with_menu(text, choices.iter().map(|c| c.label.as_str()))),
        Action::Attachment { media, url, name, text, .. } => {
            let called = name.as_ref().or(url.as_ref()).or(media.as_ref().map(|media| &media.name));
            Some(format!("[{}] {text}", called.map_or("", String::as_str)).trim().to_owned())
        }
        _ => None,
    };
    actions.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn with_menu<'a>(text: &str, labels: impl Iterator<Item = &'a str>) -> String {
    let labels: Vec<_> = labels.collect();
    if labels.is_empty() { text.to_owned() } else { format!("{text} [{}]", labels.join(" | ")) }
}

/// Text without differences of typing and transport.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl ReplayReport {
    /// Counts one comparison; keeps the first differences.
    pub(super) fn add(&mut self, one: Comparison, room: usize) {
        self.asked += 1;
        *match one.difference {
            Difference::Same => &mut self.same,
            Difference::DifferentWords => &mut self.different_words,
            Difference::AnsweredInstead => &mut self.answered_instead,
            Difference::HandedOverInstead => &mut self.handed_over_instead,
            Difference::Failed => &mut self.failed,
        } += 1;
        if one.difference != Difference::Same && self.differences.len() < room {
            self.differences.push(one);
        }
    }
}

impl fmt::Display for ReplayReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.url)?;
        for one in &self.differences {
            let kind = match one.difference {
                Difference::Same => "same",
                Difference::DifferentWords => "different words",
                Difference::AnsweredInstead => "answered instead of handing over",
                Difference::HandedOverInstead => "handed over instead of answering",
                Difference::Failed => "failed",
            };
            writeln!(f, "  {}: {kind}", one.conversation)?;
            for (who, text) in [("customer", &one.said), ("recorded", &one.recorded), ("now     ", &one.now)] {
                writeln!(f, "    {who}: {}", text.replace('\n', "\n              "))?;
            }
        }
        writeln!(f, "\n{} conversations, {} answers: {} the same", self.conversations, self.asked, self.same)?;
        write!(
            f,
            "{} in different words, {} answered instead of handing over, {} handed over instead of answering, {} failed",
            self.different_words, self.answered_instead, self.handed_over_instead, self.failed
        )
    }
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Action, Choice, LogicFailure};

    use super::Difference::{AnsweredInstead, DifferentWords, Failed, HandedOverInstead, Same};
    use super::{Recorded, Spoken, compare};

    fn message(text: &str) -> Action {
        Action::Message { text: text.into(), force: false, holding: false, turn: None }
    }

    fn help() -> Action {
        Action::NeedsHelp { value: true, reason: String::new(), customer_asked: false }
    }

    fn answered(text: &str, menu: &[&str]) -> Recorded {
        let menu = menu.iter().map(|label| ((*label).to_owned(), (*label).to_owned())).collect();
        Recorded::Answered(vec![Spoken { text: text.into(), menu }])
    }

    #[test]
    fn every_answer_stands_somewhere_to_the_recorded_one() {
        let choices = vec![Choice { id: "1".into(), label: "Yes".into() }];
        let question = Action::Question {
            text: "Sure?".into(),
            choices,
            force: false,
            turn: None,
            key: None,
            language: None,
            library: None,
        };
        for (recorded, now, difference) in [
            (answered("Hello  there", &[]), vec![message("hello there")], Some(Same)),
            (answered("Hello", &[]), vec![message("Good morning")], Some(DifferentWords)),
            (answered("Sure?", &["Yes"]), vec![question.clone()], Some(Same)),
            (answered("Sure?", &["Yes", "No"]), vec![question], Some(DifferentWords)),
            (answered("Hello", &[]), vec![message("One moment"), help()], Some(HandedOverInstead)),
            (answered("Hello", &[]), vec![], Some(HandedOverInstead)),
            (Recorded::HandedOver, vec![message("One moment"), help()], Some(Same)),
            (Recorded::HandedOver, vec![], Some(Same)),
            (Recorded::HandedOver, vec![message("I know!")], Some(AnsweredInstead)),
            (Recorded::Ended, vec![message("x")], None),
        ] {
            assert_eq!(compare(&recorded, &Ok(now.clone())), difference, "{recorded:?} and {now:?}");
        }
        let failure = Err(LogicFailure::Status { status: 500 });
        assert_eq!(compare(&Recorded::HandedOver, &failure), Some(Failed));
    }
}
