//! Translations of turns and replies. They stand beside the words; nothing here sends or changes a word.

use tandem_conversation::{ConversationId, TurnId};
use tandem_protocol::agents::{TRANSLATED_TURNS, Translate, Translated, TranslatedTurn};

use crate::cache::conversations;
use crate::cache::translations::{self, Translation};
use crate::refusals::{error, unknown_conversation};
use crate::rpc::{Nothing, ReadTranslated, RpcError, TranslateTurns, Words};
use crate::view::{TranslatedReplyView, TranslatedView};
use crate::views::{Languages, customers_language, words_of_turn};
use crate::words::{Spoken, say, spoken};
use crate::workplace::Workplace;

impl Workplace {
    /// The languages of the user, the interface's own unless others were chosen.
    pub(super) fn languages(&self, possible: bool) -> Languages {
        let own = match spoken() {
            Spoken::En => "en",
            Spoken::De => "de",
        };
        let reads = self.memory.settings().reads;
        let reads = if reads.is_empty() { vec![own.to_owned()] } else { reads };
        let to = reads.iter().find(|reads| crate::language::is_same(reads, own)).or(reads.first());
        Languages { possible, to: to.cloned().unwrap_or_default(), reads }
    }

    /// The user reads a conversation in translation, or as it was written.
    pub(crate) async fn read_translated(&self, request: ReadTranslated) -> Result<Nothing, RpcError> {
        let ReadTranslated { id, on } = request;
        self.cache.write(move |connection, touched| translations::set(connection, touched, id, on)).await?;
        Ok(Nothing {})
    }

    /// Fetches translations of turns in one request, and keeps them.
    pub(crate) async fn translate(&self, request: TranslateTurns) -> Result<TranslatedView, RpcError> {
        let (reader, TranslateTurns { id, mut turns }) = (self.reader()?, request);
        turns.truncate(TRANSLATED_TURNS);
        let to = reader.languages.to.clone();
        let language = to.clone();
        let wanted = self.cache.read(move |connection| {
            let mut wanted: Vec<(TurnId, String)> = Vec::new();
            for turn in turns {
                let Some(words) = words_of_turn(connection, id, turn)? else { continue };
                if translations::get(connection, turn, &language, &words)?.is_none() {
                    wanted.push((turn, words));
                }
            }
            Ok(wanted)
        });
        let wanted = wanted.await?;
        if wanted.is_empty() {
            return Ok(TranslatedView { untranslated: Vec::new() });
        }
        let ask = Translate { to: to.clone(), turns: wanted.iter().map(|(turn, _)| *turn).collect(), text: None };
        let Translated { by, turns, left_out, .. } = self.ask_for_translation(id, ask).await?;
        let missing = |turn: &TurnId| !left_out.contains(turn) && !turns.iter().any(|made| made.turn == *turn);
        let untranslated = wanted.iter().map(|(turn, _)| *turn).filter(missing).collect();
        let keep = self.cache.write(move |connection, touched| {
            for TranslatedTurn { turn, text, from } in turns {
                let Some((_, words)) = wanted.iter().find(|(wanted, _)| *wanted == turn) else { continue };
                // What was withdrawn meanwhile leaves nothing behind.
                if words_of_turn(connection, id, turn)?.is_some() {
                    translations::keep(connection, id, turn, &to, words, &Translation { text, from, by })?;
                }
            }
            touched.conversation(id);
            translations::make_room(connection)
        });
        keep.await?;
        Ok(TranslatedView { untranslated })
    }

    /// A reply in the customer's language.
    pub(crate) async fn translate_reply(&self, request: Words) -> Result<TranslatedReplyView, RpcError> {
        let Words { id, text } = request;
        let state = self.cache.read(move |connection| {
            let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
            Ok(Some((customers_language(connection, &held.state)?, held.state.id)))
        });
        let (to, id) = state.await?.ok_or_else(|| unknown_conversation(id))?;
        let to = to.ok_or_else(|| error("translate.language", say("translate-no-language", &[])))?;
        let made =
            self.ask_for_translation(id, Translate { to: to.clone(), turns: Vec::new(), text: Some(text) }).await?;
        let text = made.text.unwrap_or_default();
        Ok(TranslatedReplyView { text, to, by: made.by })
    }

    async fn ask_for_translation(&self, id: ConversationId, wanted: Translate) -> Result<Translated, RpcError> {
        let asked = self.ask_hub("failed-translation", |session, token| {
            let wanted = wanted.clone();
            async move { session.hub.translate(&token, id, wanted).await }
        });
        asked.await
    }
}
