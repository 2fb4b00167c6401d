//! Decides the answer: a pure function from request to answer.
//!
//! The hub's rule: if a customer waits and the answer has no message, a person is called. So this stays silent only if
//! a person takes part or was already called.

use serde_json::Value;

use crate::bot;
use crate::dialogue::{Dialogue, Library, Place, Recorded};
use crate::translating;
use crate::wire::{Answer, Request};
use crate::wording;
use crate::words::{self, Words};

/// Maximum thinking time in seconds, whatever was recorded: well within the hub's deadline.
pub const MOST_THINKING_S: f64 = 5.0;

pub fn plan(library: &Library, request: &Request) -> Answer {
    let place = library.find(request);
    let by_customer = request.trigger.by.kind == "customer";
    match request.trigger.kind.as_str() {
        "TURN" | "ANSWER" if by_customer => match place {
            Some(Place { dialogue, next: Some(next) }) => Play { dialogue, request }.answer(next),
            _ => bot::answer(request),
        },
        "PREVIEW" => match place {
            Some(Place { dialogue, next: Some(next) }) => Play { dialogue, request }.answer(next),
            _ => bot::answer(request),
        },
        "IMPROVE" => improved(request),
        "TRANSLATE" => translated(request),
        "ENGAGEMENT_ENDED"
        | "ENGAGE_LOGIC_CHANGED"
        | "NEEDS_HELP_CHANGED"
        | "INVITATION_DECLINED"
        | "INVITATION_MISSED" => take_back(place, request),
        "BUTTON_PRESSED" => press(request),
        _ => Answer::default(),
    }
}

fn improved(request: &Request) -> Answer {
    let mut answer = Answer::default();
    answer.suggestion(&wording::better(&request.trigger.draft, request.conversation.language.as_deref()));
    answer
}

fn translated(request: &Request) -> Answer {
    let translations = request.trigger.translate.as_ref().map(translating::translations).unwrap_or_default();
    Answer { translations, ..Answer::default() }
}

/// No person is left: if the customer waits, say something.
fn take_back(place: Option<Place<'_>>, request: &Request) -> Answer {
    let mut answer = Answer::default();
    if request.trigger.kind == "NEEDS_HELP_CHANGED" && request.nobody_came() {
        answer.message(words::of(request.conversation.language.as_deref()).nobody_yet);
        return answer;
    }
    if request.person_is_there() || !request.conversation.in_progress || request.conversation.needs_help.is_some() {
        return answer;
    }
    if request.trigger.kind == "ENGAGEMENT_ENDED" {
        answer.custom.insert("tookBack".into(), true.into());
    }
    if request.customer_waits() {
        match place {
            Some(Place { dialogue, next: Some(next) }) => {
                let mut play = Play { dialogue, request }.answer_taken_back(next);
                play.custom.append(&mut answer.custom);
                return play;
            }
            _ => answer.message(words::of(request.conversation.language.as_deref()).back),
        }
    }
    answer
}

/// An agent pressed a custom button. Unknown actions are ignored.
fn press(request: &Request) -> Answer {
    let mut answer = Answer::default();
    if request.trigger.action.as_deref() == Some("refund") {
        let booking = request.conversation.custom.get("booking").and_then(Value::as_str);
        let what = booking.map_or_else(|| "this customer".to_owned(), |booking| format!("booking {booking}"));
        answer.tag("refund");
        answer.note(&format!("The refund for {what} is on its way. (I'm a sample and move no money.)"));
        answer.suggestion(words::of(request.conversation.language.as_deref()).refund);
    }
    answer
}

/// One step of a written dialogue.
struct Play<'a> {
    dialogue: &'a Dialogue,
    request: &'a Request,
}

impl Play<'_> {
    fn answer(&self, next: usize) -> Answer {
        let taken_back = self.request.conversation.custom.contains_key("tookBack");
        let called = self.request.conversation.needs_help.is_some();
        let mut answer = if self.request.person_is_there() || called {
            self.help_the_agent(next)
        } else if taken_back {
            self.answer_taken_back(next)
        } else {
            self.speak(next)
        };
        self.introduce(&mut answer);
        self.finish(next, called, &mut answer);
        answer
    }

    /// Our turns between the customer's turn and their next one, without those already played.
    fn ours(&self, next: usize) -> impl Iterator<Item = (usize, &Recorded)> {
        let turns = self.dialogue.turns.iter().enumerate().skip(next);
        let ours = turns.skip_while(|(_, turn)| !turn.speaks());
        let played = self.request.remembered("played");
        ours.take_while(|(_, turn)| !turn.is_customers()).filter(move |(at, _)| *at >= played)
    }

    fn speak(&self, next: usize) -> Answer {
        let mut answer = Answer::default();
        for (at, turn) in self.ours(next) {
            if turn.is_persons() && self.request.trigger.silent {
                break;
            }
            if turn.is_persons() {
                self.hand_over(&mut answer);
                self.suggest(next, at, &mut answer);
                break;
            }
            if turn.is_assistants() {
                say(turn, &mut answer);
                answer.think_s = answer.think_s.max(self.thinking(next, turn));
            } else if turn.role == "agent" && turn.action == "note" {
                answer.note(&turn.text);
            }
            answer.custom.insert("played".into(), (at + 1).into());
        }
        let ends = self.ends(next);
        if answer.actions.is_empty() && self.request.customer_waits() && !ends {
            answer.message(self.words().here);
        }
        answer
    }

    fn hand_over(&self, answer: &mut Answer) {
        answer.message(self.words().colleague);
        let last = self.request.trigger.turn.as_ref();
        let asked = last.is_some_and(|turn| bot::asks_for_a_person(&turn.content));
        let reason = self.dialogue.help.as_deref().unwrap_or("In the recording, a person answered here.");
        answer.needs_help(reason, asked);
        if let Some(parts) = self.dialogue.handover.as_ref().and_then(Value::as_object) {
            let rests_on = last.map(|turn| turn.id.as_str()).filter(|id| !id.is_empty());
            answer.handover(parts, rests_on);
        }
    }

    /// A person takes part or was called: only suggest what the recorded person typed.
    fn help_the_agent(&self, next: usize) -> Answer {
        let mut answer = Answer::default();
        self.suggest(next, 0, &mut answer);
        answer
    }

    fn suggest(&self, next: usize, from: usize, answer: &mut Answer) {
        for (at, turn) in self.ours(next).filter(|(at, turn)| *at >= from && turn.speaks()) {
            answer.suggestion(&turn.text);
            answer.custom.insert("played".into(), (at + 1).into());
        }
    }

    /// People handed the conversation back: now we say what the recorded person typed.
    fn answer_taken_back(&self, next: usize) -> Answer {
        let mut answer = Answer::default();
        for (at, turn) in self.ours(next).filter(|(_, turn)| turn.speaks()) {
            say(turn, &mut answer);
            answer.custom.insert("played".into(), (at + 1).into());
        }
        if answer.actions.is_empty() && self.request.customer_waits() {
            answer.message(self.words().back);
        }
        answer
    }

    /// Adds the company's data about this customer to the first answer.
    fn introduce(&self, answer: &mut Answer) {
        if self.request.conversation.custom.get("dialogue") != Some(&Value::from(self.dialogue.id())) {
            answer.custom.insert("dialogue".into(), self.dialogue.id().into());
            answer.custom.extend(self.dialogue.custom.clone());
            if let Some(brand) = &self.dialogue.brand {
                answer.custom.insert("company".into(), brand.as_str().into());
            }
        }
        if self.request.conversation.language != self.dialogue.language {
            answer.language.clone_from(&self.dialogue.language);
        }
    }

    /// The dialogue ends here with nothing left to do.
    fn finish(&self, next: usize, called: bool, answer: &mut Answer) {
        let by_person = self.dialogue.turns.iter().any(Recorded::is_persons);
        let quiet = called || by_person || self.request.person_is_there() || !self.request.conversation.in_progress;
        if quiet || !self.ends(next) {
            return;
        }
        if self.dialogue.completion == "Complete" {
            answer.complete("Settled by Your Logic");
        } else if answer.actions.is_empty() && self.request.customer_waits() {
            answer.message(self.words().here);
        }
    }

    /// Whether the customer says nothing more.
    fn ends(&self, next: usize) -> bool {
        !self.dialogue.turns.iter().skip(next).any(Recorded::is_customers)
    }

    fn thinking(&self, next: usize, turn: &Recorded) -> f64 {
        let asked = self.dialogue.turns.get(next.saturating_sub(1)).and_then(|asked| asked.t);
        let (Some(asked), Some(answered)) = (asked, turn.t) else { return 0.0 };
        (answered - asked).clamp(0.0, MOST_THINKING_S)
    }

    fn words(&self) -> &'static Words {
        words::of(self.dialogue.language.as_deref())
    }
}

fn say(turn: &Recorded, answer: &mut Answer) {
    let text = |option: &Value, field: &str| option.get(field)?.as_str().map(str::to_owned);
    let choices: Vec<_> =
        turn.options.iter().filter_map(|option| Some((text(option, "id")?, text(option, "label")?))).collect();
    if choices.is_empty() {
        return answer.message(&turn.text);
    }
    let choices: Vec<_> = choices.iter().map(|(id, label)| (id.as_str(), label.as_str())).collect();
    answer.question(&turn.text, &choices);
}
