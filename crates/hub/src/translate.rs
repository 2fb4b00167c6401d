//! Turns and unsent replies in another language: from a writing model if one is configured, otherwise from Your Logic.
//!
//! Translations are read beside the words and never stand for them: nothing is recorded, sent or indexed.

use tandem_conversation::{Content, ConversationId, EventBody, Rejection, TurnId, is_blank, limits};
use tandem_protocol::agents::{
    Improver, TRANSLATED_CHARS, TRANSLATED_TURNS, Translate, Translated, TranslatedTurn, is_language_tag,
};
use tandem_protocol::logic::{TextBody, TranslateBody, TranslationBody};
use tandem_sql::Connection;

use crate::hub::Hub;
use crate::logic::{Wish, dry_run};
use crate::store::{StoreError, conversations, events};

/// Why there is no translation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TranslateError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// For the agent.
    #[error("{0}")]
    Failed(String),
}

impl From<Rejection> for TranslateError {
    fn from(rejection: Rejection) -> Self {
        Self::Store(rejection.into())
    }
}

/// Whether a model or Your Logic is available.
pub(crate) fn is_possible(hub: &Hub) -> bool {
    hub.model.is_some() || hub.logic.is_some()
}

pub(crate) async fn translate(hub: &Hub, id: ConversationId, wanted: Translate) -> Result<Translated, TranslateError> {
    check(&wanted)?;
    let Translate { to, turns, text } = wanted;
    if let Some(text) = text {
        let (mut made, by) = ask(hub, id, to, vec![text]).await?;
        let text = made.pop().flatten().ok_or_else(|| nothing(by))?.text;
        if text.chars().count() > limits::TEXT_CHARS {
            return Err(TranslateError::Failed("The translation is too long for a message.".into()));
        }
        return Ok(Translated { by, turns: Vec::new(), left_out: Vec::new(), text: Some(text) });
    }
    let words = hub.database.read(move |connection| words_of(connection, id, &turns)).await?;
    let (words, left_out) = fitting(words);
    let Some(((first, _), _)) = words.split_first() else {
        let by = if hub.model.is_some() { Improver::Model } else { Improver::Logic };
        return Ok(Translated { by, turns: Vec::new(), left_out, text: None });
    };
    tracing::debug!(turn.id = %first, turns = words.len(), "turns are translated");
    let (turns, texts): (Vec<_>, Vec<_>) = words.into_iter().unzip();
    let (made, by) = ask(hub, id, to, texts).await?;
    let made = turns.into_iter().zip(made).filter_map(|(turn, made)| {
        let TranslationBody { text, from, .. } = made?;
        Some(TranslatedTurn { turn, text, from: from.filter(|from| is_language_tag(from)) })
    });
    let turns: Vec<_> = made.collect();
    if turns.is_empty() {
        return Err(nothing(by));
    }
    Ok(Translated { by, turns, left_out, text: None })
}

fn check(wanted: &Translate) -> Result<(), Rejection> {
    if !is_language_tag(&wanted.to) {
        return Err(Rejection::invalid("to", "a language as a tag of BCP 47 is needed, such as de or pt-BR"));
    }
    match &wanted.text {
        Some(_) if !wanted.turns.is_empty() => Err(Rejection::invalid("text", "ask for turns or for a text, not both")),
        Some(text) if is_blank(text) || text.chars().count() > limits::TEXT_CHARS => {
            Err(Rejection::invalid("text", format!("between 1 and {} characters are needed", limits::TEXT_CHARS)))
        }
        None if wanted.turns.is_empty() || wanted.turns.len() > TRANSLATED_TURNS => {
            let found = wanted.turns.len();
            Err(Rejection::invalid("turns", format!("between 1 and {TRANSLATED_TURNS} turns are needed, not {found}")))
        }
        _ => Ok(()),
    }
}

/// One answer for each text: none for what was not translated.
async fn ask(
    hub: &Hub,
    id: ConversationId,
    to: String,
    texts: Vec<String>,
) -> Result<(Vec<Option<TranslationBody>>, Improver), TranslateError> {
    let names: Vec<_> = (1..=texts.len()).map(|number| number.to_string()).collect();
    let texts = names.iter().zip(texts).map(|(id, text)| TextBody { id: id.clone(), text }).collect();
    let wanted = TranslateBody { to, texts };
    let (mut answer, by) = match &hub.model {
        Some(model) => (model.translate(&wanted).await.map_err(TranslateError::Failed)?, Improver::Model),
        None => {
            let answer = dry_run(hub, id, Wish::Translate(wanted)).await?;
            let answer = answer.map_err(|failure| TranslateError::Failed(failure.line()))?;
            (answer.translations, Improver::Logic)
        }
    };
    // An id that was not asked for, or twice, counts for nothing more.
    let made = names.iter().map(|name| {
        let at = answer.iter().position(|one| one.id == *name)?;
        Some(answer.swap_remove(at)).filter(|one| !is_blank(&one.text) && one.text.chars().count() <= TRANSLATED_CHARS)
    });
    Ok((made.collect(), by))
}

fn nothing(by: Improver) -> TranslateError {
    TranslateError::Failed(match by {
        Improver::Logic => "Your Logic did not translate this.".into(),
        Improver::Model => "The writing model did not translate this.".into(),
    })
}

/// The newest words of the turns that customers can see. Withdrawn ones have none.
fn words_of(
    connection: &Connection,
    id: ConversationId,
    turns: &[TurnId],
) -> Result<Vec<(TurnId, String)>, StoreError> {
    let state = conversations::get(connection, id)?.ok_or(Rejection::Unknown)?;
    let amendments = match state.channel.facts().quotes {
        true => events::amendments(connection, id)?,
        false => events::Amendments::default(),
    };
    let mut words = Vec::with_capacity(turns.len());
    for turn in turns {
        let Some(mut event) = events::of_turn(connection, id, *turn)? else { continue };
        amendments.apply(&mut event);
        let EventBody::TurnAdded { turn, .. } = event.body else { continue };
        match &turn.content {
            Content::Note { .. } | Content::Suggestion { .. } => {}
            content if is_blank(content.text()) => {}
            content => words.push((turn.id, content.text().to_owned())),
        }
    }
    Ok(words)
}

/// As many as one request takes, and the others.
fn fitting(words: Vec<(TurnId, String)>) -> (Vec<(TurnId, String)>, Vec<TurnId>) {
    let (mut fit, mut left_out, mut chars) = (Vec::new(), Vec::new(), 0);
    for (turn, text) in words {
        chars += text.chars().count();
        if chars <= TRANSLATED_CHARS || fit.is_empty() {
            fit.push((turn, text));
        } else {
            left_out.push(turn);
        }
    }
    (fit, left_out)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::TurnId;
    use uuid::Uuid;

    use super::{TRANSLATED_CHARS, fitting};

    #[test]
    fn one_request_takes_what_fits_and_names_the_rest() {
        let words = |number: u128, chars: usize| (TurnId(Uuid::from_u128(number)), "x".repeat(chars));
        let half = TRANSLATED_CHARS / 2;
        let (fit, left_out) = fitting(vec![words(1, half), words(2, half), words(3, 1)]);
        assert_eq!((fit.len(), left_out), (2, vec![TurnId(Uuid::from_u128(3))]));
        assert_eq!(
            fitting(vec![words(1, TRANSLATED_CHARS + 1)]).0.len(),
            1,
            "a turn that is too long alone is asked alone"
        );
    }
}
