//! The customer's commands, and their identification.

use super::Draft;
use crate::blank::{is_blank, one_line};
use crate::contact::{Contact, ContactKind, Former, LinkSource};
use crate::customer::CustomerRef;
use crate::engagement::{EndReason, EngagementKind};
use crate::event::EventBody;
use crate::ids::{ContactId, TurnId};
use crate::label::check_label;
use crate::logic::check_custom;
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::time::Time;
use crate::turn::{Content, Turn};

impl Draft<'_> {
    pub(super) fn write(&mut self, turn: TurnId, content: Content, received: Time) -> Result<(), Rejection> {
        let content = self.written(content)?.checked()?;
        // Agents who answer outside are never silent while somebody waits for them.
        let may_be_silent = *self.actor == Participant::Customer || !self.state.in_progress();
        let silent = may_be_silent && content.asks_nothing();
        let by_choice = matches!(content, Content::Answer { .. });
        if !silent {
            self.reopen();
        }
        let turn = Turn { silent, ..Turn::new(turn, None, content) };
        self.add(turn, received.min(self.now()))?;
        if *self.actor != Participant::Customer {
            // The customer has been answered outside, so nobody is called.
            self.clear_help(None);
        }
        if self.state.in_progress() && *self.actor == Participant::Customer {
            self.follow_self_service(by_choice, silent);
        }
        Ok(())
    }

    /// An edit counts like a new turn: a question reopens the conversation, a courtesy does not. If the customer has
    /// gone on in another conversation, it reopens nothing. The hub also edits, when a file arrives late; that reopens
    /// nothing either.
    pub(super) fn edit_turn(&mut self, turn: TurnId, content: Content, received: Time) -> Result<(), Rejection> {
        let content = self.written(content)?.checked()?;
        let silent = content.asks_nothing() || self.state.goes_on_in.is_some();
        if !silent && *self.actor == Participant::Customer {
            self.reopen();
        }
        self.push(EventBody::TurnEdited { turn, content, silent, received: received.min(self.now()) });
        Ok(())
    }

    /// Takes in what an agent found out. It proves nothing, so nobody becomes another customer by it.
    pub(super) fn edit_customer(
        &mut self,
        name: Option<&str>,
        email: Option<&str>,
        phone: Option<&str>,
    ) -> Result<(), Rejection> {
        let mut noted = self.state.customer.noted.clone();
        for (kind, field, address) in [(ContactKind::Email, "email", email), (ContactKind::Phone, "phone", phone)] {
            let Some(address) = address else { continue };
            noted.retain(|contact| contact.kind != kind);
            if is_blank(address) {
                continue;
            }
            let usable = match kind {
                ContactKind::Email => "this is not an e-mail address",
                _ => "write the phone number with its country: +34 600 123 456",
            };
            let contact = Contact::new(kind, address).map_err(|_| Rejection::invalid(field, usable))?;
            if !self.state.customer.contacts.contains(&contact) {
                noted.push(contact);
            }
        }
        noted.sort();
        if let Some(name) = name {
            self.rename_customer(&one_line(name))?;
        }
        if noted != self.state.customer.noted {
            self.push(EventBody::CustomerNoted { contacts: noted });
        }
        Ok(())
    }

    /// Links the conversation to a customer, replacing the previous one.
    pub(super) fn link_customer(
        &mut self,
        customer: &CustomerRef,
        contact: ContactId,
        source: &LinkSource,
    ) -> Result<(), Rejection> {
        check_label("customer.name", &customer.name)?;
        check_custom("customer.custom", &customer.custom)?;
        if self.state.customer != *customer || self.state.contact != contact {
            let was = Former { id: self.state.customer.id, name: self.state.customer.name.clone() };
            let (customer, source) = (customer.clone(), source.clone());
            self.push(EventBody::CustomerLinked { customer, contact, was, source });
        }
        Ok(())
    }

    /// An answer by choice takes its text from the question, never from the sender.
    fn written(&self, content: Content) -> Result<Content, Rejection> {
        match content {
            Content::Answer { question, choice, .. } => {
                let open = self.state.questions.iter().find(|open| open.turn == question).ok_or(Rejection::NoTurn)?;
                let chosen = open.choices.iter().find(|c| c.id == choice);
                let chosen = chosen.ok_or_else(|| Rejection::invalid("choice", "not a choice of this question"))?;
                Ok(Content::Answer { question, choice, text: chosen.label.clone() })
            }
            Content::Text { .. } | Content::Attachment { .. } => self.with_file(content),
            Content::Location { .. }
            | Content::Card { .. }
            | Content::Order { .. }
            | Content::Form { .. }
            | Content::Unknown { .. } => Ok(content),
            _ => Err(Rejection::NotYours),
        }
    }

    fn follow_self_service(&mut self, by_choice: bool, silent: bool) {
        let serving = self.state.engagements.iter().find(|e| e.kind == EngagementKind::SelfService).map(|e| e.id);
        match (by_choice, serving) {
            (true, None) if self.state.people().next().is_none() => {
                self.begin_engagement(Participant::System, EngagementKind::SelfService);
            }
            (false, Some(id)) if !silent => self.end_engagement(Participant::System, id, EndReason::Over),
            _ => {}
        }
    }
}
