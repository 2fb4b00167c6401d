//! Your Logic's commands, and its failures.

use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization as _;

use super::Draft;
use crate::blank::one_line;
use crate::channel::Channel;
use crate::command::Invitee;
use crate::drawn::Drawn;
use crate::event::EventBody;
use crate::failure::LogicFailure;
use crate::help::HelpReason;
use crate::ids::{LinkId, RequestId, TurnId};
use crate::label::{check_label, check_remark};
use crate::limits;
use crate::logic::{Action, Control, Fallback, Learnt, LogicRequest, check_custom, check_shape, help_reason, merge};
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::review::check_review;
use crate::time::Time;
use crate::turn::{Content, Turn, check_link_ttl};

impl Draft<'_> {
    pub(super) fn ask_logic(&mut self, request: RequestId, expires: Time) -> Result<(), Rejection> {
        let logic = &self.state.logic;
        let next = logic.next().filter(|_| logic.engaged && logic.asked.is_none());
        let next = next.ok_or(Rejection::LogicBusy)?;
        let request =
            LogicRequest { id: request, trigger: next.position, asked: self.now(), expires, silent: next.silent };
        self.push(EventBody::LogicAsked { request });
        Ok(())
    }

    pub(super) fn fail_logic(&mut self, request: RequestId, failure: LogicFailure) {
        let Some(asked) = self.state.logic.asked.clone().filter(|asked| asked.id == request) else { return };
        self.push_system(EventBody::LogicFailed { request, trigger: asked.trigger, failure: failure.clone() });
        self.why = HelpReason::LogicFailed { failure: failure.clone() };
        if asked.silent || !self.state.in_progress() {
            return;
        }
        let first = self.state.fallback.is_none();
        if first {
            let fallback = Fallback { failure: failure.clone(), since: self.time() };
            self.push_system(EventBody::FellBack { fallback });
        }
        // A person who is engaged already knows; further failures would only be noise.
        if first || self.state.people().next().is_none() {
            self.raise_help(Participant::System, HelpReason::LogicFailed { failure });
        }
    }

    pub(super) fn answer_logic(
        &mut self,
        request: Option<RequestId>,
        later: bool,
        control: &Control,
        learnt: &Learnt,
        actions: &[Action],
    ) -> Result<(), Rejection> {
        self.takes_back = self.is_taken_back(actions);
        let Some(id) = request else {
            self.learn(learnt)?;
            let named = |(action, rejection): (Option<usize>, Rejection)| match (action, rejection) {
                (None, rejection) => rejection,
                // The first action meets the conversation as it was. What a later one meets may be the answer's own
                // doing, so its place matters.
                (Some(action @ 1..), rejection) if !matches!(rejection, Rejection::Invalid { .. }) => {
                    Rejection::of_action(action, &rejection.to_string())
                }
                (Some(action), rejection) => rejection.within(&format!("actions[{action}]")),
            };
            return self.act_all(actions).map_err(named);
        };
        let Some(asked) = self.state.logic.asked.clone().filter(|asked| asked.id == id) else {
            return self.keep_late(actions);
        };
        self.why = HelpReason::LogicSilent;
        let customer_acted = self.state.last_customer > asked.trigger;
        let person_acted = self.state.last_person_voice().is_some_and(|voice| voice.position > asked.trigger);
        // The request carried all turns so far; only newer ones are news to its answer.
        self.overtaken = self
            .state
            .last_person_voice()
            .is_some_and(|voice| voice.position > asked.trigger && voice.at >= asked.asked);
        let ignored =
            (control.ignore_on_customer_action && customer_acted) || (control.ignore_on_agent_action && person_acted);
        if !ignored {
            let before = self.clone();
            let done = match self.learn(learnt) {
                Ok(()) => self.act_all(actions).map_err(|(action, rejection)| match action {
                    Some(action) => LogicFailure::Refused { action, detail: rejection.to_string() },
                    None => LogicFailure::Malformed { detail: rejection.to_string() },
                }),
                Err(rejection) => Err(LogicFailure::Malformed { detail: rejection.to_string() }),
            };
            if let Err(failure) = done {
                if later {
                    return Err(failure.refusal());
                }
                *self = before;
                self.fail_logic(id, failure);
                return Ok(());
            }
        }
        let pending = &self.state.logic.pending;
        let skipped_to = if control.skip_to_latest {
            pending.last().map(|last| last.position)
        } else {
            let until = control.skip_to_time;
            pending.iter().filter(|p| until.is_some_and(|until| p.until() <= until)).map(|p| p.position).next_back()
        };
        let skipped_to = skipped_to.filter(|to| *to > asked.trigger);
        self.push(EventBody::LogicAnswered { request: id, trigger: asked.trigger, skipped_to, ignored });
        // Your Logic has recovered only when it speaks again; receiving requests is not enough.
        let spoke = self.state.voices.iter().any(|v| v.by == Participant::Logic && v.position > asked.trigger);
        if self.state.fallback.is_some() && spoke {
            self.push_system(EventBody::FallbackCleared);
        }
        Ok(())
    }

    /// A late answer is never sent; its words are kept for the agents.
    fn keep_late(&mut self, actions: &[Action]) -> Result<(), Rejection> {
        let words = actions.iter().enumerate().filter_map(|(i, action)| match action {
            Action::Message { text, .. }
            | Action::Question { text, .. }
            | Action::Channel { text, .. }
            | Action::Suggestion { text }
            | Action::Feedback { text } => Some((i, text.clone())),
            // Like one that comes while a person answers.
            Action::Attachment { media, text, .. } if text.is_empty() => Some((i, media.as_ref()?.name.clone())),
            Action::Attachment { text, .. } => Some((i, text.clone())),
            _ => None,
        });
        let words: Vec<_> = words.collect();
        if words.is_empty() {
            return Err(Rejection::NoRequest);
        }
        words.into_iter().try_for_each(|(i, text)| {
            let kept = self.suggest(text, Some("answered too late"));
            kept.map_err(|rejection| rejection.within(&format!("actions[{i}]")))
        })
    }

    /// Carries out all actions. The error has the index of the refused one; none if there are too many.
    fn act_all(&mut self, actions: &[Action]) -> Result<(), (Option<usize>, Rejection)> {
        if actions.len() > limits::ACTIONS {
            let problem = format!("{} are too many, at most {} are carried out", actions.len(), limits::ACTIONS);
            return Err((None, Rejection::invalid("actions", problem)));
        }
        actions
            .iter()
            .enumerate()
            .try_for_each(|(i, action)| self.act(action).map_err(|rejection| (Some(i), rejection)))
    }

    fn act(&mut self, action: &Action) -> Result<(), Rejection> {
        match action {
            Action::Message { text, force, holding, turn } => {
                let before = self.events.len();
                self.say(Content::Text { text: text.clone() }, *force, *turn)?;
                let added = self.added(before)?;
                added.holding = *holding && matches!(added.content, Content::Text { .. });
                Ok(())
            }
            Action::Question { text, choices, key, library, force, turn, .. } => {
                if let (Some(key), None) = (key, library) {
                    let problem = format!("there is no active question '{key}' for this conversation in the library");
                    return Err(Rejection::invalid("key", problem));
                }
                let content = Content::Question { text: text.clone(), choices: choices.clone() };
                self.say_from(content, *force, *turn, library.clone())
            }
            Action::Attachment { media, text, force, turn, .. } => {
                let media =
                    media.clone().ok_or_else(|| Rejection::invalid("media", "an attachment needs media or url"))?;
                let content = self.with_file(Content::Attachment { media, text: text.clone() })?;
                self.say(content, *force, *turn)
            }
            Action::Template { name, language, values, force, turn } => {
                let (name, language, values) = (name.clone(), language.clone(), values.clone());
                self.say(Content::Template { name, language, values, text: String::new() }, *force, *turn)
            }
            Action::Channel { whatsapp, text, force, turn } => self.say_raw(whatsapp, text, *force, *turn),
            Action::Feedback { text } => self.ask_feedback(text),
            // The hub files it beside the log: agents read reviews of themselves, and no others.
            Action::Review { question, score, comment, turn, said_by } => {
                check_review(question, *score, comment)?;
                match (turn, said_by) {
                    (Some(_), None) => Err(Rejection::invalid("turn", "no turn of ours has this id")),
                    _ => Ok(()),
                }
            }
            Action::Note { text, handover } => {
                let turn = self.fresh_turn()?;
                self.note(turn, text, &[], handover.clone())
            }
            Action::Suggestion { text } => self.suggest(text.clone(), None),
            Action::NeedsHelp { value: true, reason, customer_asked } => {
                check_remark("reason", Some(reason))?;
                if !self.state.in_progress() {
                    return Err(Rejection::Completed);
                }
                self.raise_help(Participant::Logic, help_reason(reason.clone(), *customer_asked));
                Ok(())
            }
            Action::NeedsHelp { value: false, .. } => {
                self.clear_help(None);
                Ok(())
            }
            Action::InviteAgent { user, name, note } => {
                let name = name.clone().ok_or_else(|| Rejection::invalid("user", "no such user"))?;
                self.invite(&Invitee::Colleague { user: *user, name }, note.as_ref())
            }
            Action::InviteExternalAgent { name, ttl_s, note, link, .. } => {
                let link = match link {
                    Some(link) => *link,
                    None => LinkId(self.fresh_turn()?.0),
                };
                check_link_ttl(*ttl_s)?;
                let expires = self.now().plus_ms(i64::from(*ttl_s) * 1000);
                self.invite(&Invitee::External { link, name: name.clone(), expires }, note.as_ref())
            }
            Action::RemoveParticipant { engagement } => self.remove(*engagement),
            Action::EngageLogic { value } => self.engage_logic(*value),
            Action::Complete { resolution } => {
                if !self.state.in_progress() {
                    return Err(Rejection::Completed);
                }
                check_remark("resolution", Some(resolution))?;
                self.complete(resolution.clone());
                Ok(())
            }
            Action::Reopen => {
                self.reopen();
                Ok(())
            }
            Action::Typing { .. } => Ok(()),
            Action::Tag { add, remove } => self.tag(add, remove),
        }
    }

    /// One voice: while the word is a person's, or if one has answered meanwhile, a message becomes a suggestion.
    pub(super) fn say(&mut self, content: Content, force: bool, turn: Option<TurnId>) -> Result<(), Rejection> {
        self.say_from(content, force, turn, None)
    }

    /// A message in the channel's own words. What becomes a suggestion keeps the text alone.
    fn say_raw(
        &mut self,
        raw: &Map<String, Value>,
        text: &str,
        force: bool,
        turn: Option<TurnId>,
    ) -> Result<(), Rejection> {
        let channel = self.state.channel;
        if channel != Channel::Whatsapp {
            return Err(Rejection::invalid("whatsapp", format!("this conversation is on {}", channel.name())));
        }
        let bytes = serde_json::to_string(raw).map_or(usize::MAX, |json| json.len());
        if bytes > limits::RAW_BYTES {
            return Err(Rejection::invalid("whatsapp", format!("{bytes} bytes, more than {}", limits::RAW_BYTES)));
        }
        let kind = raw.get("type").and_then(Value::as_str).filter(|kind| raw.contains_key(*kind));
        if kind.is_none() {
            return Err(Rejection::invalid("whatsapp", "needs a type, and a field of that name"));
        }
        let before = self.events.len();
        self.say(Content::Text { text: text.to_owned() }, force, turn)?;
        let added = self.added(before)?;
        if matches!(added.content, Content::Text { .. }) {
            added.raw = Some(Box::new(raw.clone()));
        }
        Ok(())
    }

    fn say_from(
        &mut self,
        content: Content,
        force: bool,
        turn: Option<TurnId>,
        library: Option<Box<Drawn>>,
    ) -> Result<(), Rejection> {
        let content = self.outbound(content)?.checked()?;
        let why = self.why_not_said();
        if !force && why.is_some() {
            let text = match &content {
                Content::Attachment { media, text } if text.is_empty() => media.name.clone(),
                other => other.text().to_owned(),
            };
            return self.suggest(text, why);
        }
        let id = match turn {
            Some(id) => id,
            None => self.fresh_turn()?,
        };
        self.window_takes(&content)?;
        let engagement = self.state.engagement_of(self.actor).map(|e| e.id);
        let turn = Turn { library, ..Turn::new(id, engagement, content) };
        self.add(turn, self.now())?;
        Ok(())
    }

    /// Why Your Logic has not the word; none if it has.
    pub(super) fn why_not_said(&self) -> Option<&'static str> {
        let word = self.state.word(self.context.person_typing_until);
        if !self.logic_engaged && !self.state.logic.engaged {
            Some("Your Logic is switched off here")
        } else if !self.takes_back && word.is_a_persons(self.now(), self.context.person_silent_ms) {
            Some("a person is answering")
        } else if self.overtaken {
            Some("a person has answered meanwhile")
        } else {
            None
        }
    }

    /// Whether these actions give the conversation back to Your Logic, in any order.
    fn is_taken_back(&self, actions: &[Action]) -> bool {
        let is_removed =
            |id| actions.iter().any(|a| matches!(a, Action::RemoveParticipant { engagement } if *engagement == id));
        actions.iter().any(|action| matches!(action, Action::EngageLogic { value: true }))
            || self.state.people().all(|person| is_removed(person.id))
    }

    pub(super) fn suggest(&mut self, text: String, why: Option<&str>) -> Result<(), Rejection> {
        let content = Content::Suggestion { text, why: why.map(str::to_owned) }.checked()?;
        let engagement = self.state.engagement_of(self.actor).map(|e| e.id);
        let turn = Turn::new(self.fresh_turn()?, engagement, content);
        self.add(turn, self.now())?;
        Ok(())
    }

    fn fresh_turn(&mut self) -> Result<TurnId, Rejection> {
        self.fresh = self.fresh.checked_sub(1).ok_or_else(|| Rejection::invalid("actions", "too many"))?;
        let id = self.context.fresh.get(self.fresh).copied();
        id.map(TurnId).ok_or_else(|| Rejection::invalid("actions", "too many"))
    }

    pub(super) fn engage_logic(&mut self, engaged: bool) -> Result<(), Rejection> {
        if engaged && !self.context.logic_available {
            return Err(Rejection::LogicUnavailable);
        }
        if self.state.logic.engaged != engaged {
            self.push(EventBody::EngageLogicChanged { engaged });
        }
        if engaged && self.state.fallback.is_some() {
            self.push_system(EventBody::FallbackCleared);
        }
        Ok(())
    }

    pub(super) fn change_custom(&mut self, patch: &Map<String, Value>) -> Result<(), Rejection> {
        if patch.is_empty() {
            return Ok(());
        }
        check_shape("custom", patch)?;
        let mut merged = self.state.custom.clone();
        merge(&mut merged, patch);
        check_custom("custom", &merged)?;
        if merged != self.state.custom {
            self.push(EventBody::CustomChanged { patch: patch.clone() });
        }
        Ok(())
    }

    pub(super) fn change_customer(&mut self, patch: &Map<String, Value>) -> Result<(), Rejection> {
        if patch.is_empty() {
            return Ok(());
        }
        check_shape("customer.custom", patch)?;
        let mut merged = self.state.customer.custom.clone();
        merge(&mut merged, patch);
        check_custom("customer.custom", &merged)?;
        if merged != self.state.customer.custom {
            self.push(EventBody::CustomerChanged { patch: patch.clone() });
        }
        Ok(())
    }

    pub(super) fn rename_customer(&mut self, name: &str) -> Result<(), Rejection> {
        check_label("customer.name", name)?;
        if self.state.customer.name != name {
            self.push(EventBody::CustomerRenamed { name: name.to_owned() });
        }
        Ok(())
    }

    fn set_language(&mut self, language: &str) -> Result<(), Rejection> {
        check_label("conversation.language", language)?;
        if self.state.language.as_deref() != Some(language) {
            self.push(EventBody::LanguageChanged { language: language.to_owned() });
        }
        Ok(())
    }

    fn learn(&mut self, Learnt { custom, language, customer, name }: &Learnt) -> Result<(), Rejection> {
        self.change_custom(custom).map_err(|rejection| rejection.within("conversation"))?;
        self.change_customer(customer)?;
        language.as_deref().map_or(Ok(()), |language| self.set_language(language))?;
        name.as_deref().map_or(Ok(()), |name| self.rename_customer(name))
    }

    /// A tag is one line. Two that differ only in case or in how their letters are composed are the same.
    pub(super) fn tag(&mut self, add: &[String], remove: &[String]) -> Result<(), Rejection> {
        let too_many = || Rejection::invalid("add", format!("more than {} tags", limits::TAGS));
        let mut added: Vec<String> = Vec::new();
        for (i, tag) in add.iter().enumerate() {
            let (field, tag) = (format!("add[{i}]"), one_line(tag).nfc().collect::<String>());
            check_label(&field, &tag)?;
            if self.actor.user().is_some() && tag.chars().count() > limits::TAG_CHARS {
                return Err(Rejection::invalid(&field, format!("longer than {} characters", limits::TAG_CHARS)));
            }
            if !self.state.tags.iter().chain(&added).any(|known| is_same_tag(known, &tag)) {
                added.push(tag);
            }
            if added.len() > limits::TAGS {
                return Err(too_many());
            }
        }
        let is_out = |tag: &&String| remove.iter().any(|removed| is_same_tag(tag, removed));
        let removed: Vec<_> = self.state.tags.iter().filter(is_out).cloned().collect();
        if self.state.tags.len() + added.len() - removed.len() > limits::TAGS {
            return Err(too_many());
        }
        if !added.is_empty() || !removed.is_empty() {
            self.push(EventBody::TagsChanged { added, removed });
        }
        Ok(())
    }
}

fn is_same_tag(one: &str, other: &str) -> bool {
    let folded = |tag: &str| tag.nfc().collect::<String>().to_lowercase();
    one == other || folded(one) == folded(other)
}
