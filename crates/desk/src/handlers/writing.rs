//! Commands that change a conversation, and drafts.

use std::time::Duration;

use tandem_conversation::{Content, ConversationId, Drawn, EventBody, Position, Rejection, TurnId};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use crate::cache::bookmarks::{self, Kind};
use crate::cache::expect::expected;
use crate::cache::tags::{self, Used};
use crate::cache::{CacheError, Touched, buttons, conversations, events, files, library, meta, outbox};
use crate::handlers::library::question_again;
use crate::handlers::seen::Seen;
use crate::refusals::{error, refusal, unknown_conversation};
use crate::rpc::{
    ChangeTags, Dismiss, Draft, EditCustomer, Finish, GradeHandover, InviteColleague, Join, Leave, Nothing, OneCommand,
    OneConversation, PutOff, React, Retry, RpcError, SendNote, SendReply, TakeBack, Words,
};
use crate::view::{Change, QueuedView, SettingsView, TakenBackView, UsedTagView};
use crate::views;
use crate::words::say;
use crate::workplace::Workplace;

/// Maximum lines of the outbox shown.
const QUEUED: u32 = 200;
/// Maximum tags offered.
const TAGS: u32 = 300;

impl Workplace {
    pub(crate) async fn join(&self, request: Join) -> Result<Nothing, RpcError> {
        self.commands.claim(request.id, request.call).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn send(&self, request: SendReply) -> Result<Nothing, RpcError> {
        let SendReply { id, text, written_against, anyway, reopen, now, files, reply_to, suggestion } = request;
        let seen = Seen { written_against: (!anyway).then_some(written_against), reopen };
        let hold = self.hold(now);
        let drawn = self.drawn_from(id, &text, suggestion).await?;
        match files.is_empty() {
            true => {
                let command = quoting(self.reply_with(id, Content::Text { text }, seen, drawn).await?, reply_to);
                self.commands.give_held(id, command, hold).await?;
                Ok(Nothing {})
            }
            false => self.send_files(id, text, seen, files, hold, (drawn, reply_to)).await,
        }
    }

    /// Sends a failed turn's text again.
    pub(crate) async fn retry(&self, request: Retry) -> Result<Nothing, RpcError> {
        let Retry { id, turn } = request;
        let found = self.cache.read(move |connection| events::turn(connection, id, turn)).await?;
        let content = match found.map(|event| event.body) {
            Some(EventBody::TurnAdded { turn, .. }) => turn.content,
            _ => return Err(error("conversation.no_turn", "This turn is not on this machine any more.")),
        };
        self.reply(id, content, Seen { written_against: None, reopen: false }, Duration::ZERO, None).await
    }

    /// How long a turn is held back, so that it can be taken back.
    pub(super) fn hold(&self, now: bool) -> Duration {
        if now { Duration::ZERO } else { self.memory.undo() }
    }

    pub(super) async fn reply(
        &self,
        id: ConversationId,
        content: Content,
        seen: Seen,
        hold: Duration,
        library: Option<Drawn>,
    ) -> Result<Nothing, RpcError> {
        let command = self.reply_with(id, content, seen, library).await?;
        self.commands.give_held(id, command, hold).await?;
        Ok(Nothing {})
    }

    pub(super) async fn reply_with(
        &self,
        id: ConversationId,
        content: Content,
        seen: Seen,
        library: Option<Drawn>,
    ) -> Result<AgentCommand, RpcError> {
        let expecting = self.reader()?.expecting();
        let about = move |connection: &Connection| -> Result<_, CacheError> {
            let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
            let waiting = outbox::of_conversation(connection, id)?;
            let in_progress = expected(&held.state, &waiting, &expecting).in_progress();
            let settings: Option<SettingsView> = meta::get(connection, meta::SETTINGS)?;
            Ok(Some((held.state.position, in_progress, settings.unwrap_or_default())))
        };
        let about = self.cache.read(about).await?;
        let (position, in_progress, settings) = about.ok_or_else(|| unknown_conversation(id))?;
        let Seen { written_against, reopen } = seen;
        if !in_progress && !reopen {
            return Err(refusal(&Rejection::Completed));
        }
        Ok(AgentCommand::Reply {
            turn: TurnId(Uuid::now_v7()),
            content,
            written_against: written_against.map_or(position, |against| against.min(position)),
            mind_customer: settings.mind_customer && written_against.is_some(),
            while_in_progress: in_progress,
            library,
            reply_to: None,
            asks_number: false,
        })
    }

    /// Asks the customer for their phone number. Where the channel has no such question, nothing is said.
    pub(crate) async fn ask_for_number(&self, request: Words) -> Result<Nothing, RpcError> {
        let Words { id, text } = request;
        let mut command =
            self.reply_with(id, Content::Text { text }, Seen { written_against: None, reopen: false }, None).await?;
        if let AgentCommand::Reply { asks_number, .. } = &mut command {
            *asks_number = true;
        }
        self.give(id, command).await
    }

    pub(crate) async fn react(&self, request: React) -> Result<Nothing, RpcError> {
        let React { id, turn, emoji } = request;
        self.give(id, AgentCommand::React { turn, emoji }).await
    }

    pub(crate) async fn note(&self, request: SendNote) -> Result<Nothing, RpcError> {
        let SendNote { id, text, now } = request;
        let library = self.drawn(id, true, &text).await?;
        let mentions = self.mentions_in(id, &text).await?;
        let note = AgentCommand::Note { turn: TurnId(Uuid::now_v7()), text, mentions, library };
        self.commands.give_held(id, note, self.hold(now)).await?;
        Ok(Nothing {})
    }

    pub(crate) async fn ask_for_help(&self, request: Words) -> Result<Nothing, RpcError> {
        self.give(request.id, AgentCommand::AskForHelp { reason: request.text }).await
    }

    pub(crate) async fn help_not_needed(&self, request: Dismiss) -> Result<Nothing, RpcError> {
        let Dismiss { id, goes_on, reason, seen } = request;
        let seen = self.seen_of(id, seen).await?;
        self.give(id, AgentCommand::HelpNotNeeded { goes_on: Some(goes_on), reason, seen }).await
    }

    /// Undoes the user's dismissal of the call for help. One that was not sent yet is only cancelled.
    pub(crate) async fn restore_help(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let (id, expecting) = (request.id, self.reader()?.expecting());
        let found = self.cache.read(move |connection| {
            let waiting = outbox::of_conversation(connection, id)?;
            let dismissal = |queued: &&outbox::Queued| matches!(queued.command, AgentCommand::HelpNotNeeded { .. });
            let queued = waiting.iter().rev().find(dismissal).filter(|queued| !queued.accepted);
            let held = conversations::get(connection, id)?;
            // The hub may have the dismissal before its event is here.
            let dismissed = held.and_then(|held| expected(&held.state, &waiting, &expecting).dismissed);
            Ok((queued.map(|queued| (queued.id, queued.attempts)), dismissed))
        });
        let (queued, dismissed) = found.await?;
        if let Some((command, 0)) = queued {
            self.cancel(OneCommand { command }).await?;
            return Ok(Nothing {});
        }
        let over = || error("conversation.undo_over", "It is too late to undo this.");
        let call = dismissed.ok_or_else(over)?.help.call;
        self.give(id, AgentCommand::RestoreHelp { call }).await
    }

    /// Calls the next people to the open call for help.
    pub(crate) async fn call_more(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let id = request.id;
        let held = self.cache.read(move |connection| conversations::get(connection, id)).await?;
        let help = held.ok_or_else(|| unknown_conversation(id))?.state.help;
        let call = help.ok_or_else(|| refusal(&Rejection::NoCall))?.call;
        self.give(id, AgentCommand::CallMore { call }).await
    }

    pub(crate) async fn leave(&self, request: Leave) -> Result<Nothing, RpcError> {
        let Leave { id, reason, ask_for_help } = request;
        self.give(id, AgentCommand::Leave { reason, ask_for_help }).await
    }

    pub(crate) async fn complete(&self, request: Finish) -> Result<Nothing, RpcError> {
        let seen = self.seen_of(request.id, request.seen).await?;
        self.give(request.id, AgentCommand::Complete { resolution: request.text, seen }).await
    }

    pub(crate) async fn delegate(&self, request: Finish) -> Result<Nothing, RpcError> {
        let note = Some(request.text).filter(|text| !text.trim().is_empty());
        let seen = self.seen_of(request.id, request.seen).await?;
        self.give(request.id, AgentCommand::Delegate { turn: TurnId(Uuid::now_v7()), note, seen }).await
    }

    /// What the user has seen of a conversation, at most what is on this machine; none if it is not here.
    async fn seen_of(&self, id: ConversationId, seen: Option<Position>) -> Result<Option<Position>, RpcError> {
        let held = self.cache.read(move |connection| conversations::get(connection, id)).await?;
        let here = held.map(|held| held.state.position);
        Ok(here.map(|here| seen.map_or(here, |seen| seen.min(here))))
    }

    pub(crate) async fn take_over(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        self.give(request.id, AgentCommand::TakeOver {}).await
    }

    pub(crate) async fn invite(&self, request: InviteColleague) -> Result<Nothing, RpcError> {
        let note = request.note.filter(|text| !text.trim().is_empty());
        self.give(request.id, AgentCommand::Invite { user: request.user, note }).await
    }

    pub(crate) async fn transfer(&self, request: InviteColleague) -> Result<Nothing, RpcError> {
        let note = request.note.filter(|text| !text.trim().is_empty());
        self.give(request.id, AgentCommand::Transfer { user: request.user, note }).await
    }

    pub(crate) async fn grade_handover(&self, request: GradeHandover) -> Result<Nothing, RpcError> {
        let GradeHandover { id, turn, grade } = request;
        self.give(id, AgentCommand::GradeHandover { turn, grade }).await
    }

    pub(crate) async fn tag(&self, request: ChangeTags) -> Result<Nothing, RpcError> {
        let ChangeTags { id, add, remove } = request;
        self.give(id, AgentCommand::Tag { add, remove }).await
    }

    pub(crate) async fn edit_customer(&self, request: EditCustomer) -> Result<Nothing, RpcError> {
        let EditCustomer { id, name, email, phone } = request;
        self.give(id, AgentCommand::EditCustomer { name, email, phone }).await
    }

    /// The tags that are offered: those in use on this machine, the most frequent first.
    pub(crate) async fn list_tags(&self, _: Nothing) -> Result<Vec<UsedTagView>, RpcError> {
        let used = self.cache.read(|connection| tags::used(connection, TAGS)).await?;
        Ok(used.into_iter().map(|Used { tag, uses }| UsedTagView { tag, uses }).collect())
    }

    pub(crate) async fn snooze(&self, request: PutOff) -> Result<Nothing, RpcError> {
        let PutOff { id, until } = request;
        if until.is_some_and(|until| until <= self.clock.hub_now()) {
            return Err(error("input.invalid", say("refused-past", &[])));
        }
        self.give(id, AgentCommand::Snooze { until }).await
    }

    pub(crate) async fn end_snooze(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        self.give(request.id, AgentCommand::EndSnooze {}).await
    }

    pub(crate) async fn decline(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let (reader, id) = (self.reader()?, request.id);
        let held = self.cache.read(move |connection| conversations::get(connection, id)).await?;
        let held = held.ok_or_else(|| unknown_conversation(id))?;
        let invitation = held.state.invitation_of(reader.user);
        let engagement = invitation.map(|engagement| engagement.id);
        let engagement = engagement.ok_or_else(|| error("conversation.no_engagement", "This invitation is over."))?;
        self.give(id, AgentCommand::Decline { engagement }).await
    }

    pub(crate) async fn draft(&self, request: Draft) -> Result<Nothing, RpcError> {
        let Draft { id, text, note, base } = request;
        let is_other = self
            .cache
            .write(move |connection, touched| {
                let before = bookmarks::drafts(connection, id)?;
                let (kind, known) = match note {
                    true => (Kind::Note, &before.note),
                    false => (Kind::Reply, &before.reply),
                };
                let kept = base.map_or_else(|| text.clone(), |base| bookmarks::rewritten(known, &base, &text));
                bookmarks::set_draft(connection, id, kind, &kept)?;
                if kept.trim().is_empty() {
                    library::clear(connection, id, kind)?;
                }
                // Lists show that a draft exists, not its text. Its author is told if the stored text differs.
                if known.is_empty() != kept.is_empty() || before.returned.is_some() || kept != text {
                    touched.conversation(id);
                }
                Ok(kept != *known)
            })
            .await?;
        if is_other && self.is_in_two_windows(id).await? {
            self.changes.tell(Change::Conversation { id });
        }
        Ok(Nothing {})
    }

    pub(crate) async fn list_outbox(&self, _: Nothing) -> Result<Vec<QueuedView>, RpcError> {
        let now = self.clock.hub_now();
        let listed = self.cache.read(move |connection| {
            let mut views = Vec::new();
            for queued in outbox::shown(connection, QUEUED)?.into_iter().filter(|queued| !queued.is_held(now)) {
                let held = conversations::get(connection, queued.conversation)?;
                views.push(QueuedView {
                    command: queued.id,
                    conversation: queued.conversation,
                    name: match held {
                        Some(held) => held.state.customer.name,
                        None => outbox::name_of(connection, queued.id)?,
                    },
                    what: buttons::intent(connection, &queued.command)?,
                    words: words_in(&queued),
                    since: queued.created,
                    attempts: queued.attempts,
                });
            }
            Ok(views)
        });
        Ok(listed.await?)
    }

    pub(crate) async fn cancel(&self, request: OneCommand) -> Result<Nothing, RpcError> {
        let command = request.command;
        let cancelled = self.cache.write(move |connection, touched| {
            let Some(queued) = outbox::get(connection, request.command)? else {
                return Ok(Err(error("outbox.gone", "It has been sent already.")));
            };
            if queued.attempts > 0 {
                let message = "It may have reached the hub already: its answer is awaited.";
                return Ok(Err(error("outbox.on_its_way", message)));
            }
            take_out(connection, touched, &queued)?;
            Ok(Ok(Nothing {}))
        });
        let cancelled = cancelled.await?;
        if cancelled.is_ok() {
            self.outbox.cancelled(command);
        }
        cancelled
    }

    /// Takes the last turns back into the draft of their conversation, as long as they wait.
    pub(crate) async fn take_back(&self, request: TakeBack) -> Result<TakenBackView, RpcError> {
        let agent = self.reader()?.name;
        let shelves = self.shelf.clone();
        let taken = self.cache.write(move |connection, touched| {
            let send = match request.command {
                None => outbox::last_send(connection, QUEUED)?,
                Some(command) => outbox::send_of(connection, command)?,
            };
            // The last first: each one's words stand above those after it.
            for queued in send.iter().rev() {
                take_out(connection, touched, queued)?;
            }
            let Some(last) = send.last() else { return Ok((send, TakenBackView::default())) };
            let question = match outbox::question_of(&last.command) {
                Some(question) => question_again(connection, &shelves, &agent, last.conversation, question)?,
                None => None,
            };
            let note = matches!(last.command, AgentCommand::Note { .. });
            let quote = match send.iter().find_map(|queued| outbox::quoted_by(&queued.command)) {
                Some(quoted) => views::quote(connection, last.conversation, quoted)?,
                None => None,
            };
            let view = TakenBackView { id: Some(last.conversation), note, question, quote };
            Ok((send, view))
        });
        let (taken, view) = taken.await?;
        taken.iter().for_each(|queued| self.outbox.cancelled(queued.id));
        Ok(view)
    }

    async fn give(&self, id: ConversationId, command: AgentCommand) -> Result<Nothing, RpcError> {
        self.commands.give(id, command).await?;
        Ok(Nothing {})
    }
}

/// The same reply, quoting this turn.
pub(super) fn quoting(mut command: AgentCommand, quoted: Option<TurnId>) -> AgentCommand {
    if let AgentCommand::Reply { reply_to, .. } = &mut command {
        *reply_to = quoted;
    }
    command
}

/// Moves a command's words and file from the outbox back into the draft.
fn take_out(connection: &Connection, touched: &mut Touched, queued: &outbox::Queued) -> Result<(), CacheError> {
    outbox::remove(connection, queued.id)?;
    library::give_back(connection, queued.id)?;
    files::give_back(connection, queued.id, None)?;
    if let Some((kind, words)) = outbox::words_of(&queued.command) {
        bookmarks::give_back(connection, queued.conversation, kind, words, None)?;
    }
    conversations::derive_for_outbox(connection, touched, queued.conversation)
}

/// A line of the outbox: the file's name, if any, and the text.
fn words_in(queued: &outbox::Queued) -> String {
    let words = match &queued.command {
        AgentCommand::Reply { content, .. } => Some(content.text()).filter(|text| !text.is_empty()),
        other => outbox::words_of(other).map(|(_, words)| words),
    };
    let file = outbox::media_of(&queued.command).map(|media| media.name.as_str());
    [file, words].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
