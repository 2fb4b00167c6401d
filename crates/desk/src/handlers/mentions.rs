//! Mentions follow from a note's text, so that drafts stay plain text and never differ from what is read.

use tandem_conversation::{ConversationId, UserId};
use tandem_protocol::agents::Colleague;

use crate::cache::conversations;
use crate::refusals::unknown_conversation;
use crate::rpc::{Nothing, OneConversation, RpcError};
use crate::view::{InboxView, MentionableView};
use crate::views;
use crate::workplace::Workplace;

impl Workplace {
    /// Colleagues whom a note in this conversation may mention.
    pub(crate) async fn mentionable(&self, request: OneConversation) -> Result<Vec<MentionableView>, RpcError> {
        let about = self.colleagues_about(request.id).await?;
        let seeing = about.colleagues.into_iter().filter(|(_, sees)| *sees);
        let view = |(colleague, _): (Colleague, bool)| MentionableView {
            invited: about.invited.contains(&colleague.user),
            colleague: colleague.into(),
        };
        Ok(seeing.map(view).collect())
    }

    /// What colleagues want of the user.
    pub(crate) async fn list_inbox(&self, _: Nothing) -> Result<Vec<InboxView>, RpcError> {
        let reader = self.reader()?;
        Ok(self.cache.read(move |connection| views::inbox(connection, &reader)).await?)
    }

    /// Colleagues named after an `@` in `text`. Includes those who cannot see the conversation: the hub refuses, and
    /// the text comes back.
    pub(crate) async fn mentions_in(&self, id: ConversationId, text: &str) -> Result<Vec<UserId>, RpcError> {
        if !text.contains('@') {
            return Ok(Vec::new());
        }
        Ok(named_in(text, &self.colleagues_about(id).await?.colleagues))
    }

    async fn colleagues_about(&self, id: ConversationId) -> Result<About, RpcError> {
        let reader = self.reader()?;
        let held = self.cache.read(move |connection| conversations::get(connection, id)).await?;
        let state = held.ok_or_else(|| unknown_conversation(id))?.state;
        let mut all = self.memory.colleagues();
        // Before the hub sent the list of users, participants are known anyway.
        let take_part = state.engagements.iter().filter_map(|one| one.person().or(one.invitee())?.colleague());
        for (user, name) in take_part {
            if all.iter().all(|known| known.user != user) {
                let name = name.to_owned();
                all.push(unknown(user, name));
            }
        }
        let others = all.into_iter().filter(|colleague| colleague.user != reader.user);
        let colleagues = others.map(|colleague| {
            let sees = state.is_mentionable(colleague.user, colleague.sees_all);
            (colleague, sees)
        });
        let invited = state.engagements.iter().filter_map(|one| one.invitee()?.user()).collect();
        Ok(About { colleagues: colleagues.collect(), invited })
    }
}

/// Whom a note in a conversation may name.
struct About {
    /// All other users by name, and whether they can see the conversation.
    colleagues: Vec<(Colleague, bool)>,
    /// Those who have not accepted yet.
    invited: Vec<UserId>,
}

/// A colleague of whom only the name is known.
fn unknown(user: UserId, name: String) -> Colleague {
    Colleague {
        user,
        name,
        online: false,
        available: false,
        status: None,
        absence: None,
        sees_all: false,
        suspended: false,
        capacity: None,
    }
}

/// The longest name after each `@`; among namesakes, those who can see the conversation.
fn named_in(text: &str, colleagues: &[(Colleague, bool)]) -> Vec<UserId> {
    let mut found: Vec<UserId> = Vec::new();
    for (at, _) in text.match_indices('@') {
        if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            continue;
        }
        let after = &text[at + 1..];
        let named = colleagues.iter().filter(|(colleague, _)| begins_with(after, &colleague.name));
        let Some(longest) = named.clone().map(|(colleague, _)| colleague.name.len()).max() else { continue };
        let namesakes: Vec<_> = named.filter(|(colleague, _)| colleague.name.len() == longest).collect();
        let can_see = namesakes.iter().any(|(_, sees)| *sees);
        for (colleague, sees) in namesakes {
            if *sees == can_see && !found.contains(&colleague.user) {
                found.push(colleague.user);
            }
        }
    }
    found
}

/// Whether `text` begins with this whole name, ignoring case.
fn begins_with(text: &str, name: &str) -> bool {
    let (mut rest, mut wanted) = (text.chars().flat_map(char::to_lowercase), name.chars().flat_map(char::to_lowercase));
    !name.trim().is_empty()
        && wanted.all(|letter| rest.next() == Some(letter))
        && rest.next().is_none_or(|next| !next.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn whom_a_note_names() {
        let of = |number: u128, name: &str, sees| {
            let user = UserId(Uuid::from_u128(number));
            (unknown(user, name.into()), sees)
        };
        let colleagues = [
            of(1, "Maya Ortiz", true),
            of(2, "Maya", true),
            of(3, "Jonas Berg", false),
            of(4, "Zoë Ünal", true),
            of(5, "Sam Lee", false),
            of(6, "Sam Lee", true),
        ];
        for (text, expected) in [
            ("Hello", vec![]),
            ("@Maya Ortiz, please look", vec![1]),
            ("@maya ortiz", vec![1]),
            ("@Maya", vec![2]),
            ("@Maya Ortizzz", vec![2]),
            ("@Mayax", vec![]),
            ("(@ZOË ÜNAL)", vec![4]),
            ("@Jonas Berg cannot see it, which the hub will say", vec![3]),
            ("@Sam Lee", vec![6]),
            ("@Maya and @Maya Ortiz and @Maya", vec![2, 1]),
            ("carmen@Maya Ortiz.example", vec![]),
            ("@", vec![]),
        ] {
            let found: Vec<_> = named_in(text, &colleagues).into_iter().map(|user| user.0.as_u128()).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
