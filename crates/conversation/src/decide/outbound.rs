//! What the channel takes from our side: contents, the window, reactions.

use super::Draft;
use crate::blank::{is_blank, one_line};
use crate::contents::CardPerson;
use crate::event::EventBody;
use crate::hearing::Window;
use crate::ids::TurnId;
use crate::limits;
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::time::Time;
use crate::turn::Content;

impl Draft<'_> {
    /// The content as it will be sent. A template's words come from the template, never from the sender.
    pub(super) fn outbound(&self, content: Content) -> Result<Content, Rejection> {
        let channel = self.state.channel;
        let (name, language, values, text) = match content {
            Content::Text { .. } | Content::Question { .. } | Content::Attachment { .. } => return Ok(content),
            Content::Card { people, .. } => return self.card(people),
            Content::Template { name, language, values, text } => (name, language, values, text),
            _ => return Err(Rejection::NotYours),
        };
        if !channel.facts().templates {
            return Err(Rejection::invalid("template", format!("{} has no templates", channel.name())));
        }
        let Some(known) = &self.context.templates else {
            let text = if is_blank(&text) { name.clone() } else { text };
            return Ok(Content::Template { name, language, values, text });
        };
        let template = known.iter().find(|template| template.name == name && template.language == language);
        let unknown = || Rejection::invalid("template", format!("there is no template '{name}' in '{language}'"));
        let text = template.ok_or_else(unknown)?.filled(&values)?;
        Ok(Content::Template { name, language, values, text })
    }

    /// A card with which the customer can reach those on it.
    fn card(&self, people: Vec<CardPerson>) -> Result<Content, Rejection> {
        let facts = self.state.channel.facts();
        if !facts.cards {
            return Err(Rejection::invalid("people", format!("{} has no contact cards", facts.name)));
        }
        for person in &people {
            if is_blank(&person.name) {
                return Err(Rejection::blank("name"));
            }
            if person.phones.iter().chain(&person.emails).all(|address| is_blank(address)) {
                return Err(Rejection::invalid("phones", "a card needs a phone number or an e-mail address"));
            }
        }
        Ok(Content::card(people))
    }

    /// Some channels take replies only for some time after the customer's last act, and templates always.
    pub(super) fn window_takes(&self, content: &Content) -> Result<(), Rejection> {
        if matches!(content, Content::Template { .. }) { Ok(()) } else { self.window_is_open() }
    }

    fn window_is_open(&self) -> Result<(), Rejection> {
        let facts = self.state.channel.facts();
        match self.state.window() {
            Some(window) if !Window::is_open(window, self.now()) => {
                let (channel, hours) = (facts.name.to_owned(), facts.window_hours.unwrap_or_default());
                Err(Rejection::WindowClosed { channel, hours })
            }
            _ => Ok(()),
        }
    }

    /// Reacts to a turn, or takes that back. A reaction wakes nobody.
    pub(super) fn react(&mut self, turn: TurnId, emoji: Option<&str>, received: Time) -> Result<(), Rejection> {
        let emoji = emoji.map(one_line).filter(|emoji| !is_blank(emoji));
        if emoji.as_ref().is_some_and(|emoji| emoji.chars().count() > limits::REACTION_CHARS) {
            return Err(Rejection::invalid("emoji", format!("longer than {} characters", limits::REACTION_CHARS)));
        }
        if matches!(self.actor, Participant::Agent { .. } | Participant::ExternalAgent { .. }) {
            let facts = self.state.channel.facts();
            if !facts.quotes {
                return Err(Rejection::invalid("turn", format!("{} has no reactions", facts.name)));
            }
            self.engaged()?;
            self.window_is_open()?;
            if emoji.as_deref().is_some_and(|emoji| !is_emoji(emoji)) {
                return Err(Rejection::invalid("emoji", "a reaction is an emoji"));
            }
        }
        self.push(EventBody::Reacted { turn, emoji, received: received.min(self.now()) });
        Ok(())
    }
}

/// Whether it can be an emoji: no words. What is one changes with every version of Unicode.
fn is_emoji(text: &str) -> bool {
    // Letters that are emoji: ℹ, Ⓜ, and those in squares.
    let is_letter = |c: char| c.is_alphabetic() && !matches!(c, 'ℹ' | 'Ⓜ' | '\u{1F170}'..='\u{1F251}');
    !text.contains(is_letter) && text.contains(|c: char| !c.is_ascii() && !c.is_whitespace())
}
