//! What was not sent: shown, discarded, or given to colleagues as a note.

use tandem_conversation::TurnId;
use tandem_protocol::agents::AgentCommand;
use uuid::Uuid;

use crate::cache::bookmarks::{self, Kind};
use crate::cache::{files, library, refused};
use crate::refusals::error;
use crate::rpc::{Nothing, OneNotSent, RpcError};
use crate::view::NotSentView;
use crate::views::{self, NotSent};
use crate::workplace::Workplace;

impl Workplace {
    pub(crate) async fn list_not_sent(&self, _: Nothing) -> Result<Vec<NotSentView>, RpcError> {
        let reader = self.reader()?;
        Ok(self.cache.read(move |connection| views::not_sent(connection, &reader)).await?)
    }

    /// Deletes the words and files.
    pub(crate) async fn discard_not_sent(&self, request: OneNotSent) -> Result<Nothing, RpcError> {
        let named = named(&request)?;
        let discarded = self.cache.write(move |connection, touched| {
            match named {
                NotSent::Draft(kind, of) => {
                    bookmarks::clear(connection, of, kind)?;
                    library::clear(connection, of, kind)?;
                    if kind == Kind::Reply {
                        files::remove_drafted(connection, of)?;
                    }
                    touched.conversation(of);
                }
                NotSent::Act(command) => refused::remove(connection, command)?,
            }
            touched.app();
            Ok(Nothing {})
        });
        Ok(discarded.await?)
    }

    /// Sends the words of a reply to colleagues as a note; mentions the one who handles the conversation.
    pub(crate) async fn note_not_sent(&self, request: OneNotSent) -> Result<Nothing, RpcError> {
        let NotSent::Draft(Kind::Reply, id) = named(&request)? else { return Err(gone()) };
        let all = self.list_not_sent(Nothing {}).await?;
        let one = all.into_iter().find(|one| one.key == request.key).ok_or_else(gone)?;
        if !one.may_note {
            return Err(error("conversation.refused", "You cannot write a note in this conversation."));
        }
        let text = match &one.holder {
            Some(name) => format!("@{name} {}", one.words),
            None => one.words.clone(),
        };
        let mentions = self.mentions_in(id, &text).await?;
        let note = AgentCommand::Note { turn: TurnId(Uuid::now_v7()), text, mentions, library: None };
        self.commands.give_as_note(id, note, one.words).await?;
        Ok(Nothing {})
    }
}

fn named(request: &OneNotSent) -> Result<NotSent, RpcError> {
    request.key.parse().map_err(|()| gone())
}

fn gone() -> RpcError {
    error("not_sent.gone", "This is not there any more.")
}
