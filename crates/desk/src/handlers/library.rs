//! The library at the desk: found, inserted and asked from the cache, so that it works offline.

use std::sync::Arc;

use tandem_conversation::{
    Channel, Content, Conversation, ConversationId, Drawn, EventBody, Media, QuestionId, Rejection, TurnId, UsedReply,
    carries, first_gap, is_verbatim,
};
use tandem_sqlite::rusqlite::Connection;

use crate::browser::Copied;
use crate::cache::bookmarks::Kind;
use crate::cache::{CacheError, conversations, events, library};
use crate::handlers::seen::Seen;
use crate::library::{Asking, Shelf, Shelves};
use crate::refusals::{error, refusal, unknown_conversation};
use crate::rpc::{AskQuestion, FindInLibrary, InsertReply, Nothing, RpcError};
use crate::view::{InsertedView, LibraryView, OfferView};
use crate::views;
use crate::words::{say, sentence};
use crate::workplace::Workplace;

/// Maximum offers.
const MOST: u32 = 50;

/// What a look into the library needs from the cache.
struct Opened {
    state: Conversation,
    shelf: Arc<Shelf>,
}

impl Workplace {
    /// Items that fit what was typed, the most used in the conversation's brand first.
    pub(crate) async fn find_in_library(&self, request: FindInLibrary) -> Result<LibraryView, RpcError> {
        let FindInLibrary { id, query, note, limit } = request;
        let (agent, shelves) = (self.reader()?.name, self.shelf.clone());
        let found = self.cache.read(move |connection| {
            let Some(Opened { state, shelf }) = open(connection, &shelves, id)? else { return Ok(None) };
            let asking = Asking { state: &state, agent: &agent, note };
            let limit = usize::try_from(limit.clamp(1, MOST)).unwrap_or_default();
            Ok(Some(shelf.find(&query, &asking, &library::uses(connection)?, limit)))
        });
        found.await?.ok_or_else(|| unknown_conversation(id))
    }

    /// A quick reply's words for the field. The draft is remembered to have them.
    pub(crate) async fn insert_reply(&self, request: InsertReply) -> Result<InsertedView, RpcError> {
        let InsertReply { id, reply, note } = request;
        let (agent, shelves) = (self.reader()?.name, self.shelf.clone());
        let inserted = self.cache.write(move |connection, _| {
            let Some(Opened { state, shelf }) = open(connection, &shelves, id)? else {
                return Ok(Err(unknown_conversation(id)));
            };
            let asking = Asking { state: &state, agent: &agent, note };
            let known = shelf.reply(reply).filter(|reply| shelf.is_offered_reply(reply, &state));
            let Some((known, (spoken, resolved))) =
                known.and_then(|known| Some((known, shelf.filled(known, &asking)?)))
            else {
                return Ok(Err(error("library.gone", "This quick reply is not offered here any more.")));
            };
            let question = known.question.filter(|_| !note).and_then(|question| shelf.question(question));
            let question = question.filter(|question| shelf.is_offered_question(question, &state));
            let used = UsedReply { id: known.id, version: known.version };
            let words = resolved.text.clone();
            library::insert(connection, id, kind_of(note), &library::Inserted { used, words })?;
            let view = InsertedView {
                problem: None,
                gap: first_gap(&resolved.text).map(|gap| gap.shown),
                text: resolved.text,
                language: spoken.language,
                wanted: spoken.is_wanted,
                question: question.and_then(|question| shelf.question_view(question, &asking)),
            };
            Ok(Ok((view, known.attachments.clone(), state.channel)))
        });
        let (view, files, channel) = inserted.await??;
        let problem = self.add_files(id, note, channel, files).await;
        Ok(InsertedView { problem, ..view })
    }

    /// Adds a quick reply's files to the draft; says why some could not be added.
    async fn add_files(&self, id: ConversationId, note: bool, channel: Channel, files: Vec<Media>) -> Option<String> {
        if note && !files.is_empty() {
            return Some(say("refused-note-files", &[]));
        }
        let mut problems = Vec::new();
        for media in files {
            let added = match carries(channel, &media) {
                Some(why) => Err(why),
                None => self.add_file(id, &media).await.map_err(|why| sentence(&why.message)),
            };
            let not_added = |why: String| {
                say("refused-file-not-added", &[("file", media.name.as_str().into()), ("reason", why.into())])
            };
            problems.extend(added.err().map(not_added));
        }
        (!problems.is_empty()).then(|| problems.join(" "))
    }

    async fn add_file(&self, id: ConversationId, media: &Media) -> Result<(), RpcError> {
        let bytes = self.file(media.id).await?.bytes.clone();
        let (name, content_type, length) = (media.name.clone(), media.content_type.clone(), bytes.len() as u64);
        let content = Box::new(std::io::Cursor::new(bytes));
        self.add_copied(id, Copied { name, content_type, bytes: length, content }).await.map(drop)
    }

    /// Asks a question of the library as it is.
    pub(crate) async fn ask_question(&self, request: AskQuestion) -> Result<Nothing, RpcError> {
        let AskQuestion { id, question, written_against, anyway, reopen, now } = request;
        let shelves = self.shelf.clone();
        let found = self.cache.read(move |connection| {
            let Some(Opened { state, shelf }) = open(connection, &shelves, id)? else { return Ok(None) };
            let known = shelf.question(question).filter(|question| shelf.is_offered_question(question, &state));
            Ok(Some(known.and_then(|known| Some((shelf.asked(known, &state)?.content(), known.version)))))
        });
        let content = found.await?.ok_or_else(|| unknown_conversation(id))?;
        let (content, version) = content.ok_or_else(|| refusal(&Rejection::NoQuestion))?;
        let library = Some(Drawn::question(question, version));
        let seen = Seen { written_against: (!anyway).then_some(written_against), reopen };
        let command = self.reply_with(id, content, seen, library).await?;
        self.commands.give_held(id, command, self.hold(now)).await?;
        Ok(Nothing {})
    }

    /// What a text was drawn from the library, and that it has no gap left.
    pub(super) async fn drawn(&self, id: ConversationId, note: bool, text: &str) -> Result<Option<Drawn>, RpcError> {
        if let Some(gap) = first_gap(text) {
            return Err(error("library.gap", say("refused-gap", &[("gap", gap.shown.into())])));
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        let shelves = self.shelf.clone();
        let read = move |connection: &Connection| {
            let inserted = library::inserted(connection, id, kind_of(note))?;
            let holds = match inserted.as_slice() {
                [only] => open(connection, &shelves, id)?
                    .and_then(|opened| opened.shelf.reply(only.used.id).map(|reply| reply.holding)),
                _ => None,
            };
            let holds = holds.unwrap_or_default();
            Ok::<_, CacheError>((inserted, holds))
        };
        let (inserted, holds) = self.cache.read(read).await?;
        if inserted.is_empty() {
            return Ok(None);
        }
        let edited = !inserted.iter().all(|one| is_verbatim(&one.words, text));
        // With other words beside them, they may be an answer.
        let holding = holds && inserted.iter().all(|one| one.words.trim() == text.trim());
        let quick_replies = inserted.into_iter().map(|one| one.used).take(MOST_MARKED).collect();
        Ok(Some(Drawn { quick_replies, edited, holding, ..Drawn::default() }))
    }

    /// What a reply was drawn from: the library, and the suggestion with which it began. The words of the current one count
    /// also if nobody says that they were taken.
    pub(super) async fn drawn_from(
        &self,
        id: ConversationId,
        text: &str,
        suggestion: Option<TurnId>,
    ) -> Result<Option<Drawn>, RpcError> {
        let drawn = self.drawn(id, false, text).await?;
        let read = move |connection: &Connection| {
            let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
            let current = views::suggestion(connection, &held.state)?.map(|one| (one.turn, one.text));
            let Some(taken) = suggestion.filter(|taken| current.as_ref().is_none_or(|(turn, _)| turn != taken)) else {
                return Ok(current);
            };
            // Another has come meanwhile.
            let found = events::turn(connection, id, taken)?.map(|event| event.body);
            Ok::<_, CacheError>(match found {
                Some(EventBody::TurnAdded { turn, .. }) => match turn.content {
                    Content::Suggestion { text, .. } => Some((turn.id, text)),
                    _ => None,
                },
                _ => None,
            })
        };
        let Some((turn, words)) = self.cache.read(read).await? else { return Ok(drawn) };
        let is_same = words.trim() == text.trim();
        if text.trim().is_empty() || !(is_same || suggestion.is_some()) {
            return Ok(drawn);
        }
        let drawn = drawn.unwrap_or_default();
        Ok(Some(Drawn { suggestion: Some(turn), edited: drawn.edited || !is_same, ..drawn }))
    }
}

/// A question that was taken back, to be chosen again; none if it is not offered any more.
pub(super) fn question_again(
    connection: &Connection,
    shelves: &Shelves,
    agent: &str,
    id: ConversationId,
    question: QuestionId,
) -> Result<Option<OfferView>, CacheError> {
    let Some(Opened { state, shelf }) = open(connection, shelves, id)? else { return Ok(None) };
    let known = shelf.question(question).filter(|question| shelf.is_offered_question(question, &state));
    let asking = Asking { state: &state, agent, note: false };
    Ok(known.and_then(|known| shelf.question_view(known, &asking)))
}

/// Quick replies that one turn is marked with.
const MOST_MARKED: usize = tandem_conversation::limits::QUICK_REPLIES;

fn kind_of(note: bool) -> Kind {
    if note { Kind::Note } else { Kind::Reply }
}

/// The conversation, and the library as it is cached now. None if the conversation is not cached.
fn open(connection: &Connection, shelves: &Shelves, id: ConversationId) -> Result<Option<Opened>, CacheError> {
    let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
    let stamp = library::stamp(connection)?.unwrap_or_default();
    let shelf = shelves.current(&stamp, || Ok::<_, CacheError>(library::whole(connection)?.unwrap_or_default()))?;
    Ok(Some(Opened { state: held.state, shelf }))
}
