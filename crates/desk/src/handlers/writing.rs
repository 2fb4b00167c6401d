//! Commands that change a conversation.

use tandem_conversation::TurnId;
use tandem_protocol::agents::AgentCommand;
use uuid::Uuid;

use super::commands::Words as Written;
use super::{error, unknown_conversation};
use crate::cache::{bookmarks, conversations};
use crate::desk::Desk;
use crate::rpc::{Draft, InviteColleague, Join, Leave, Nothing, OneConversation, RpcError, Send, Words};

impl Desk {
    pub(crate) async fn join(&self, request: Join) -> Result<Nothing, RpcError> {
        self.ask(request.id, AgentCommand::Join { call: request.call }).await
    }

    pub(crate) async fn send(&self, request: Send) -> Result<Nothing, RpcError> {
        let Send { id, text, written_against, anyway } = request;
        self.inner.commands.write(id, Written::Reply { text, written_against, anyway }).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn note(&self, request: Words) -> Result<Nothing, RpcError> {
        self.inner.commands.write(request.id, Written::Note { text: request.text }).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn ask_for_help(&self, request: Words) -> Result<Nothing, RpcError> {
        self.ask(request.id, AgentCommand::AskForHelp { reason: request.text }).await
    }

    pub(crate) async fn help_not_needed(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        self.ask(request.id, AgentCommand::HelpNotNeeded {}).await
    }

    pub(crate) async fn leave(&self, request: Leave) -> Result<Nothing, RpcError> {
        let Leave { id, reason, ask_for_help } = request;
        self.ask(id, AgentCommand::Leave { reason, ask_for_help }).await
    }

    pub(crate) async fn complete(&self, request: Words) -> Result<Nothing, RpcError> {
        self.ask(request.id, AgentCommand::Complete { resolution: request.text }).await
    }

    pub(crate) async fn delegate(&self, request: Words) -> Result<Nothing, RpcError> {
        let note = Some(request.text).filter(|text| !text.trim().is_empty());
        self.ask(request.id, AgentCommand::Delegate { turn: TurnId(Uuid::now_v7()), note }).await
    }

    pub(crate) async fn take_over(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        self.ask(request.id, AgentCommand::TakeOver {}).await
    }

    pub(crate) async fn invite(&self, request: InviteColleague) -> Result<Nothing, RpcError> {
        let note = request.note.filter(|text| !text.trim().is_empty());
        self.ask(request.id, AgentCommand::Invite { user: request.user, note }).await
    }

    pub(crate) async fn decline(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let (reader, id) = (self.reader()?, request.id);
        let held = self.inner.cache.read(move |connection| conversations::get(connection, id)).await?;
        let held = held.ok_or_else(|| unknown_conversation(id))?;
        let invitation = held.state.invitation_of(reader.user);
        let engagement = invitation.map(|engagement| engagement.id);
        let engagement = engagement.ok_or_else(|| error("conversation.no_engagement", "This invitation is over."))?;
        self.ask(id, AgentCommand::Decline { engagement }).await
    }

    pub(crate) async fn draft(&self, request: Draft) -> Result<Nothing, RpcError> {
        let Draft { id, text, base } = request;
        self.inner
            .cache
            .write(move |connection, touched| {
                let known = bookmarks::draft(connection, id)?;
                let was_empty = known.is_empty();
                let text = base.map_or(text.clone(), |base| bookmarks::rewritten(&known, &base, &text));
                bookmarks::set_draft(connection, id, &text)?;
                // Lists show that there is a draft, not its words.
                if was_empty != text.is_empty() {
                    touched.conversation(id);
                }
                Ok(())
            })
            .await?;
        Ok(Nothing {})
    }

    async fn ask(&self, id: tandem_conversation::ConversationId, command: AgentCommand) -> Result<Nothing, RpcError> {
        self.inner.commands.ask(id, command).await?;
        Ok(Nothing {})
    }
}
