//! What messages say of earlier ones: reactions, edits, withdrawals. Webhooks come in any order, so what they are about
//! may still be to come.

use tandem_conversation::{
    Command, Content, ConversationId, DELETED, EventBody, Participant, Rejection, Time, TurnId, is_blank,
};
use tandem_sql::Connection;

use super::inbound::{Heard, device, execute};
use super::reports::{Taken, silent_line};
use super::webhook::{Body, MediaRef};
use crate::engine::{Engine, Repeat, system_command};
use crate::store::whatsapp::Number;
use crate::store::whatsapp::amended::{self, Amended, Author};
use crate::store::whatsapp::messages::{self, Known};
use crate::store::whatsapp::reactions::{self, Reaction};
use crate::store::whatsapp::unfetched;
use crate::store::{StoreError, events};

/// For how long customers may edit what they have written.
const EDITS_MS: i64 = 15 * 60_000;

/// Gives a message the reactions that wait for it; false if it is not here, or was never in the chat of one of them.
pub(super) fn react(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    message: &str,
) -> Result<bool, StoreError> {
    let waiting = reactions::waiting(connection, &number.key, message)?;
    if waiting.is_empty() {
        return Ok(true);
    }
    let Some(Known { conversation, turn, .. }) = messages::get(connection, &number.key, message)? else {
        return Ok(false);
    };
    reactions::done(connection, &number.key, message)?;
    if turn.0.is_nil() {
        // An answer to a request for a review, or withdrawn: nothing of it is shown.
        return Ok(true);
    }
    let contact = engine.state(connection, conversation)?.map(|state| state.contact);
    let mut are_of_chat = true;
    for Reaction { route, ours, emoji, received } in waiting {
        if contact != Some(route) {
            tracing::warn!(number = number.key, "a customer on WhatsApp named a message of another chat");
            are_of_chat = false;
            continue;
        }
        let by = if ours { device(number) } else { Participant::Customer };
        let command = Command::React { turn, emoji, received };
        if let Err(rejection) = execute(connection, engine, &by, conversation, command)? {
            tracing::warn!(number = number.key, %rejection, "a reaction on WhatsApp is refused");
        }
    }
    Ok(are_of_chat)
}

/// What a message says by now, which was written elsewhere.
#[derive(Debug)]
pub(super) struct Correction {
    content: Content,
    /// When it was written.
    at: Time,
}

/// Forgets what another chat has said of a message that is still to come: only the message itself tells whose it is. If it
/// was its author's, in a chat that is not theirs, it stands there no longer, and the words are given back.
pub(super) fn disown(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    (of, by): (&str, &Participant),
    is_theirs: bool,
) -> Result<Option<Correction>, StoreError> {
    let known = messages::get(connection, &number.key, of)?.filter(|known| known.is_turn() && is_theirs);
    let mut words = None;
    if let Some(Known { conversation, turn, .. }) = known {
        // Until it is edited again, what stands in its place was written when the edit was.
        let edited_at = amended::awaited(connection, &number.key, of)?.map(|awaited| awaited.at);
        words = words_of(connection, conversation, turn)?;
        words = words.map(|words| Correction { at: edited_at.map_or(words.at, |at| at.max(words.at)), ..words });
        if let Err(rejection) = execute(connection, engine, by, conversation, Command::WithdrawTurn { turn })? {
            tracing::warn!(number = number.key, %rejection, "an edit in the wrong chat on WhatsApp stays");
        }
    }
    amended::forget(connection, &number.key, of)?;
    messages::forget(connection, &number.key, of)?;
    Ok(words)
}

/// Whether the turn of a message was withdrawn, in this chat or another.
fn is_withdrawn(connection: &Connection, known: Known) -> Result<bool, StoreError> {
    Ok(known.is_turn() && events::amendments(connection, known.conversation)?.is_withdrawn(known.turn))
}

/// What a turn says now, and since when; none if it was withdrawn.
fn words_of(
    connection: &Connection,
    conversation: ConversationId,
    turn: TurnId,
) -> Result<Option<Correction>, StoreError> {
    let amendments = events::amendments(connection, conversation)?;
    let Some(mut event) = events::of_turn(connection, conversation, turn)? else { return Ok(None) };
    let EventBody::TurnAdded { received, .. } = event.body else { return Ok(None) };
    if amendments.is_withdrawn(turn) {
        return Ok(None);
    }
    amendments.apply(&mut event);
    let at = amendments.edited_at(turn).unwrap_or(received);
    Ok(event.body.content().map(|content| Correction { content: content.clone(), at }))
}

/// Gives a message that has come the words of its edit, which were written elsewhere. `first` is what it says itself.
pub(super) fn correct(
    connection: &Connection,
    engine: &mut Engine,
    number: &Number,
    (message, first): (&str, Content),
    Correction { content, at }: Correction,
) -> Result<(), StoreError> {
    let known = messages::get(connection, &number.key, message)?.filter(Known::is_turn);
    let Some(Known { conversation, turn, .. }) = known else { return Ok(()) };
    let text = content.text().to_owned();
    let content = match (first, content) {
        // A file stays: only the words below it are edited.
        (Content::Attachment { media, .. }, _) => Content::Attachment { media, text },
        // The file of the other chat is not this one's.
        (_, Content::Attachment { .. }) => Content::Text { text },
        (_, content) => content,
    };
    let command = Command::EditTurn { turn, content, received: at };
    if let Err(rejection) = execute(connection, engine, &Participant::Customer, conversation, command)? {
        tracing::warn!(number = number.key, %rejection, "an edit on WhatsApp is refused");
    }
    Ok(())
}

impl Heard<'_> {
    /// A reaction; false if its message is not here, for which it waits. Of each side the newest counts, in whatever order
    /// they come.
    pub(super) fn reacted(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        to: &str,
        emoji: Option<&str>,
    ) -> Result<bool, StoreError> {
        let (ours, emoji) = (*self.by != Participant::Customer, emoji.map(str::to_owned));
        let reaction = Reaction { route: self.route, ours, emoji, received: self.at };
        Ok(!reactions::put(connection, &self.number.key, to, &reaction)? || react(connection, engine, self.number, to)?)
    }

    /// A message is withdrawn before it is here: its place says so, and it is known if it still comes. Nobody reads its words.
    /// False if it is here.
    pub(super) fn withdrawn_before(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        of: &str,
    ) -> Result<bool, StoreError> {
        if messages::get(connection, &self.number.key, of)?.is_some() {
            return Ok(false);
        }
        let known = match engine.going_on(connection, self.route, |_| true)? {
            Some(conversation) => {
                let place = silent_line(DELETED, String::new(), None, self.at);
                let turn = place.turn;
                engine.hear(connection, conversation, self.by, place, Repeat::Once)??;
                self.execute(connection, engine, conversation, Command::WithdrawTurn { turn })??;
                Known::turn(conversation, turn, self.part())
            }
            None => Known::NO_TURN,
        };
        messages::put(connection, &self.number.key, of, &known)?;
        self.await_message(connection, of, true)?;
        Ok(true)
    }

    /// The message itself comes, and its edit or withdrawal stands in its place already. A file that the edit did not have
    /// is given to it, with the words of the edit.
    pub(super) fn comes(self, connection: &Connection, engine: &mut Engine) -> Result<Taken, StoreError> {
        amended::came(connection, &self.number.key, &self.message.id)?;
        self.note_id(connection, &self.message.id)?;
        let Body::Media(media) = &self.message.body else { return Ok(Taken::Whole) };
        let known = messages::get(connection, &self.number.key, &self.message.id)?.filter(Known::is_turn);
        let Some(known) = known else { return Ok(Taken::Whole) };
        let Known { conversation, turn, .. } = known;
        let amendments = events::amendments(connection, conversation)?;
        let Some(mut event) = events::of_turn(connection, conversation, turn)? else { return Ok(Taken::Whole) };
        amendments.apply(&mut event);
        let owed = unfetched::get::<MediaRef>(connection, conversation, turn)?;
        let caption = match (event.body.content(), owed) {
            (None | Some(Content::Attachment { .. }), _) => return Ok(Taken::Whole),
            _ if amendments.is_withdrawn(turn) => return Ok(Taken::Whole),
            (_, Some(owed)) => owed.media.caption,
            (Some(content), None) => content.text().to_owned(),
        };
        let media = MediaRef { caption, ..media.clone() };
        unfetched::done(connection, turn)?;
        let command = Command::EditTurn { turn, content: self.brought(&media), received: self.at };
        engine.execute(connection, &system_command(conversation, command), Repeat::Once, None)??;
        self.owe(connection, known, &media)?;
        Ok(Taken::Whole)
    }

    /// Notes whether an id has named who speaks of a message, or has said it: nobody with another id changes it.
    pub(super) fn note_id(&self, connection: &Connection, message: &str) -> Result<(), StoreError> {
        match self.message.who.user_id {
            Some(_) => messages::set_by_id(connection, &self.number.key, message),
            None => Ok(()),
        }
    }

    /// What the message says itself; none if it can have no edit.
    pub(super) fn first_words(&self) -> Option<Content> {
        match &self.message.body {
            Body::Said(content) => Some(content.clone()),
            Body::Media(media) => Some(self.brought(media)),
            _ => None,
        }
    }

    /// What our own phone says is ours.
    pub(super) fn part(&self) -> Option<u32> {
        (*self.by != Participant::Customer).then_some(0)
    }

    pub(super) fn author(&self) -> Author {
        Author { route: self.route, ours: *self.by != Participant::Customer }
    }

    /// Notes that a message that stands in its chat is still to come.
    fn await_message(&self, connection: &Connection, of: &str, withdrawn: bool) -> Result<(), StoreError> {
        let amended = Amended { author: self.author(), at: self.at, withdrawn, awaited: true };
        amended::put(connection, &self.number.key, of, &amended)?;
        self.note_id(connection, of)
    }

    /// Forgets what another chat has said of a message that has not come.
    pub(super) fn disown(&self, connection: &Connection, engine: &mut Engine, of: &str) -> Result<(), StoreError> {
        let Some(awaited) = amended::awaited(connection, &self.number.key, of)? else { return Ok(()) };
        // What is withdrawn stays so.
        let is_ours = awaited.author.ours && self.author().ours;
        if awaited.author.is(connection, self.author())? || (is_ours && awaited.withdrawn) {
            return Ok(());
        }
        disown(connection, engine, self.number, (of, self.by), is_ours).map(drop)
    }

    /// Takes in an edit: of an earlier message, or in place of one that is still to come. That is known when it comes.
    pub(super) fn edits(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        (of, body): (&str, &Body),
        taken: &mut Taken,
    ) -> Result<Option<Known>, StoreError> {
        let (new, alone) = self.edited(connection, of, body)?;
        let received = self.at;
        let edit = |turn| Command::EditTurn { turn, content: new, received };
        let is_about = self.about(connection, engine, of, edit)?;
        let first = messages::get(connection, &self.number.key, of)?;
        match first {
            Some(_) if is_about => return Ok(None),
            Some(known) if known == Known::NO_TURN || is_withdrawn(connection, known)? => {
                *taken = Taken::Nothing("an edit is about a message that was withdrawn");
                return Ok(None);
            }
            Some(known) if self.is_here(connection, engine, known)? => {
                *taken = Taken::Nothing("an edit is about a message of somebody else");
                return Ok(None);
            }
            _ => {}
        }
        let known = self.say(connection, engine, &alone, self.at.plus_ms(-EDITS_MS))?;
        if let Body::Media(media) = body {
            self.owe(connection, known, media)?;
        }
        if first.is_none() {
            messages::put(connection, &self.number.key, of, &known)?;
            self.await_message(connection, of, false)?;
            react(connection, engine, self.number, of)?;
        }
        Ok(Some(known))
    }

    /// Edits or withdraws an earlier message of this chat; false if that is not known. The words of one that was
    /// withdrawn change no more, and older words do not replace newer ones.
    pub(super) fn about(
        &self,
        connection: &Connection,
        engine: &mut Engine,
        message: &str,
        command: impl FnOnce(TurnId) -> Command,
    ) -> Result<bool, StoreError> {
        let known = messages::get(connection, &self.number.key, message)?.filter(Known::is_turn);
        let Some(known) = known else { return Ok(false) };
        if !self.is_here(connection, engine, known)? {
            tracing::warn!(number = self.number.key, "a customer on WhatsApp named a message of another chat");
            return Ok(false);
        }
        if known.part.is_some() == (*self.by == Participant::Customer) {
            tracing::warn!(number = self.number.key, "somebody on WhatsApp changes what the other side has said");
            return Ok(false);
        }
        let command = command(known.turn);
        let amendments = events::amendments(connection, known.conversation)?;
        let newer = amendments.edited_at(known.turn);
        let has_newer = newer.map_or_else(|| self.is_older_than(connection, known), |at| Ok(at > self.at))?;
        if (has_newer && matches!(command, Command::EditTurn { .. })) || amendments.is_withdrawn(known.turn) {
            return Ok(true);
        }
        let done = self.execute(connection, engine, known.conversation, command)?;
        if let Err(rejection) = &done {
            tracing::warn!(number = self.number.key, %rejection, "what was said about an earlier message is refused");
        }
        Ok(done.is_ok())
    }

    /// Whether it was written before the turn.
    fn is_older_than(&self, connection: &Connection, known: Known) -> Result<bool, StoreError> {
        let event = events::of_turn(connection, known.conversation, known.turn)?;
        Ok(matches!(event.map(|event| event.body), Some(EventBody::TurnAdded { received, .. }) if received > self.at))
    }

    /// What an edited message says now, in its place, and what the new words are by themselves. Of a file, only the words
    /// below it can be edited.
    pub(super) fn edited(
        &self,
        connection: &Connection,
        of: &str,
        body: &Body,
    ) -> Result<(Content, Content), StoreError> {
        let (words, alone) = match body {
            Body::Said(Content::Text { text }) => (text, Content::Text { text: text.clone() }),
            Body::Said(content) => return Ok((content.clone(), content.clone())),
            // With a file, or a reason why there is none, if it was named.
            Body::Media(media) if self.file.is_some() || is_blank(&media.caption) => {
                (&media.caption, self.brought(media))
            }
            Body::Media(media) => (&media.caption, Content::Text { text: media.caption.clone() }),
            _ => return Err(Rejection::invalid("edit", "nothing else can be edited").into()),
        };
        let known = messages::get(connection, &self.number.key, of)?.filter(Known::is_turn);
        let Some(known) = known else { return Ok((alone.clone(), alone)) };
        let mut first = events::of_turn(connection, known.conversation, known.turn)?;
        if let Some(event) = &mut first {
            events::amendments(connection, known.conversation)?.apply(event);
        }
        Ok(match first.as_ref().and_then(|event| event.body.content()) {
            Some(Content::Attachment { media: file, .. }) => {
                (Content::Attachment { media: file.clone(), text: words.clone() }, alone)
            }
            _ => (alone.clone(), alone),
        })
    }
}
