//! Which conversation of a chat goes on in which: said by people, and never a move of turns.

use super::Draft;
use crate::event::{EventBody, GOES_ON_ELSEWHERE};
use crate::ids::ConversationId;
use crate::permission::Permission;
use crate::rejection::Rejection;
use crate::time::Time;

impl Draft<'_> {
    /// In progress, it ends here: the customer's next words come in the other one. Nobody asks for a review of a round
    /// that goes on.
    pub(super) fn go_on_in(&mut self, conversation: Option<ConversationId>) -> Result<(), Rejection> {
        self.is_another(conversation)?;
        let ends = conversation.is_some() && self.state.in_progress();
        if ends {
            self.engaged()?;
        }
        if self.state.goes_on_in != conversation {
            self.push(EventBody::GoesOnIn { conversation });
        }
        if ends {
            self.end(GOES_ON_ELSEWHERE.to_owned(), None);
        }
        Ok(())
    }

    /// The wait counts only where the conversation is in progress: a completed one awaits nobody.
    pub(super) fn go_on_from(
        &mut self,
        conversation: Option<ConversationId>,
        waits_since: Option<Time>,
    ) -> Result<(), Rejection> {
        self.is_another(conversation)?;
        if self.state.in_progress() && !self.envelope.permissions.has_all(Permission::ViewAll) {
            self.engaged()?;
        }
        if self.state.goes_on_from != conversation {
            let waits_since = waits_since.filter(|_| conversation.is_some() && self.state.in_progress());
            let waits_since = waits_since.map(|since| since.min(self.now()));
            self.push(EventBody::GoesOnFrom { conversation, waits_since });
        }
        Ok(())
    }

    fn is_another(&self, conversation: Option<ConversationId>) -> Result<(), Rejection> {
        if conversation == Some(self.state.id) {
            return Err(Rejection::invalid("conversation", "a conversation cannot go on in itself"));
        }
        Ok(())
    }
}
