//! Why something did not happen, as data. It becomes words where it is shown, in the language of the window: a reason may be
//! kept for longer than its language.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use tandem_conversation::Rejection;
use tandem_protocol::Problem;

use crate::words::{Spoken, problem, say_whole};

type Values = BTreeMap<String, String>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// Stable, from the hub or from this desk; empty if there is none.
    #[serde(default)]
    pub code: String,
    /// This desk's own sentence in the catalogue. Without one the code has its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sentence: Option<String>,
    /// What the sentence names.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    values: Values,
    /// In English, as the hub or this desk says it. It stands where the catalogue has no sentence.
    #[serde(rename = "reason")]
    said: String,
}

impl Reason {
    /// As the hub or the desk says it, for a code that the catalogue may know.
    pub(crate) fn said(code: &str, said: impl Into<String>) -> Self {
        Self { code: code.to_owned(), said: said.into(), ..Self::default() }
    }

    /// A sentence of the catalogue.
    pub(crate) fn own(code: &str, sentence: &str, values: &[(&str, &str)]) -> Self {
        let values: Values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let said = Spoken::En.say(sentence, &args(&values));
        Self { code: code.to_owned(), sentence: Some(sentence.to_owned()), values, said }
    }

    /// A sentence about the connection, which needs no code.
    pub(crate) fn lost(sentence: &str) -> Self {
        Self::own("", sentence, &[])
    }

    /// A local refusal, which `said` puts into words.
    pub(crate) fn of_rejection(rejection: &Rejection, said: String) -> Self {
        let typed = serde_json::to_value(rejection).unwrap_or_default();
        let code = typed["code"].as_str().unwrap_or("conversation.refused").to_owned();
        Self { code, sentence: None, values: values_of(&typed), said }
    }

    /// As an older version kept it: the words alone.
    pub(crate) fn read(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_else(|_| Self::said("", kept))
    }

    /// With what is known beside the hub's answer, unless that named it.
    pub(crate) fn naming(mut self, name: &str, value: &str) -> Self {
        self.values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        self
    }

    /// As if the hub had answered so.
    pub(crate) fn told_by(self, problem: Problem) -> Problem {
        let rejection = serde_json::to_value(&self.values).ok();
        Problem { code: self.code, detail: self.said, rejection, ..problem }
    }

    pub(crate) fn words(&self) -> String {
        match &self.sentence {
            // A later version may have no such sentence.
            Some(sentence) => say_whole(sentence, &args(&self.values)).unwrap_or_else(|| self.said.clone()),
            None => problem(&self.code, &args(&self.values), self.said.clone()),
        }
    }
}

impl From<&Problem> for Reason {
    fn from(problem: &Problem) -> Self {
        let values = problem.rejection.as_ref().map(values_of).unwrap_or_default();
        Self { code: problem.code.clone(), sentence: None, values, said: problem.detail.clone() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

fn args(values: &Values) -> Vec<(&str, fluent_bundle::FluentValue<'_>)> {
    values.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect()
}

/// What a typed rejection names: its texts and numbers, and people by their names.
fn values_of(rejection: &serde_json::Value) -> Values {
    let mut values = Values::new();
    for (name, value) in rejection.as_object().into_iter().flatten() {
        let person = value.get("name").and_then(|name| name.as_str());
        match (person, value) {
            (Some(person), _) => values.insert("name".into(), person.to_owned()),
            (None, serde_json::Value::String(text)) if name != "code" => values.insert(name.clone(), text.clone()),
            (None, serde_json::Value::Number(number)) => values.insert(name.clone(), number.to_string()),
            _ => None,
        };
    }
    values
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Participant, Position, UserId};
    use uuid::Uuid;

    use super::*;
    use crate::words::tests::in_german;

    fn of(rejection: &Rejection) -> Reason {
        let mut problem = Problem::new(409, "conversation.refused", format!("{rejection}."));
        problem.rejection = serde_json::to_value(rejection).ok();
        problem.code = serde_json::to_value(rejection).unwrap()["code"].as_str().unwrap().to_owned();
        Reason::from(&problem)
    }

    #[test]
    fn a_kept_reason_is_said_in_the_language_in_which_it_is_read() {
        let liam = Participant::Agent { user: UserId(Uuid::nil()), name: "Liam Chen".into() };
        for (reason, english, german) in [
            (
                of(&Rejection::MovedOn { since: Position(3) }),
                "the conversation has moved on since you wrote this: read what is new, then decide.",
                "Seit Sie das geschrieben haben, ist das Gespräch weitergegangen: Lesen Sie das Neue und entscheiden Sie dann.",
            ),
            (
                of(&Rejection::CallTaken { by: liam.clone() }),
                "Liam Chen took this call for help.",
                "Liam Chen hat diesen Hilferuf angenommen.",
            ),
            (
                of(&Rejection::CallTaken { by: liam }).naming("customer", "Declan"),
                "Liam Chen took this call for help.",
                "Liam Chen hat den Hilferuf von Declan angenommen.",
            ),
            (
                of(&Rejection::WindowClosed { channel: "WhatsApp".into(), hours: 24 }),
                "WhatsApp takes replies only within 24 hours after the customer's last message: send a template.",
                "WhatsApp nimmt Antworten nur bis 24 Stunden nach der letzten Nachricht des Kunden an: Senden Sie eine Vorlage.",
            ),
            (Reason::lost("lost-quiet"), "The hub has stopped answering.", "Der Server antwortet nicht mehr."),
            (Reason::said("hub.new", "Something new."), "Something new.", "Something new."),
        ] {
            let kept = Reason::read(&serde_json::to_string(&reason).unwrap());
            assert_eq!(kept, reason);
            assert_eq!((kept.words().as_str(), in_german(|| kept.words()).as_str()), (english, german));
        }
    }

    #[test]
    fn what_was_said_in_german_is_english_in_an_english_window() {
        let reason = in_german(|| {
            Reason::own("conversation.call_over", "error-conversation-call_over", &[("customer", "Declan")])
        });
        assert_eq!(reason.words(), "Declan does not need help any more.");
    }

    #[test]
    fn an_older_version_s_reason_stays_as_it_was_kept() {
        assert_eq!(in_german(|| Reason::read("Somebody took it.").words()), "Somebody took it.");
        let draft = r#"{"note":false,"code":"hub.unheard_of","reason":"Something is new.","at":null}"#;
        assert_eq!(in_german(|| Reason::read(draft).words()), "Something is new.");
    }
}
