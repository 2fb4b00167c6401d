//! Requests for reviews where no chat shows a card: their words, and links to a page that takes the answer.
//!
//! invariant: a link opens exactly one request. It holds a code that only this hub can make, so nothing is stored for it,
//! and it ends with the request.

pub(crate) mod page;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use tandem_conversation::{Conversation, ReviewId};
use uuid::Uuid;

use crate::hub::Hub;

const ID_BYTES: usize = 16;

/// What customers read, in one language.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    language: &'static str,
    ask: &'static str,
    /// Before the link, below the question.
    or_here: &'static str,
    rating: &'static str,
    /// With the score for `{n}`.
    score: &'static str,
    comment: &'static str,
    send: &'static str,
    change: &'static str,
    /// With the score for `{n}`.
    thanks: &'static str,
    missing: &'static str,
    too_long: &'static str,
    over: &'static str,
    decline: &'static str,
    never: &'static str,
    declined: &'static str,
    asked_no_more: &'static str,
    unknown: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    ask: "How was this conversation?",
    or_here: "Or here, with a comment:",
    rating: "Your rating",
    score: "{n} of 5, 5 is best",
    comment: "Anything to add? (optional)",
    send: "Send rating",
    change: "Change rating",
    thanks: "Thank you for your rating: {n} of 5",
    missing: "Choose a rating from 1 to 5.",
    too_long: "A comment has at most 2,000 characters.",
    over: "This rating is closed.",
    decline: "No, thanks",
    never: "Do not ask me again",
    declined: "You gave no rating. You can still do so.",
    asked_no_more: "We will not ask you again.",
    unknown: "This link is not valid.",
};

const GERMAN: Words = Words {
    language: "de",
    ask: "Wie war dieses Gespräch?",
    or_here: "Oder hier, mit einem Kommentar:",
    rating: "Ihre Bewertung",
    score: "{n} von 5, 5 ist am besten",
    comment: "Möchten Sie etwas ergänzen? (freiwillig)",
    send: "Bewertung senden",
    change: "Bewertung ändern",
    thanks: "Danke für Ihre Bewertung: {n} von 5",
    missing: "Wählen Sie eine Bewertung von 1 bis 5.",
    too_long: "Ein Kommentar hat höchstens 2.000 Zeichen.",
    over: "Diese Bewertung ist geschlossen.",
    decline: "Nein, danke",
    never: "Nicht mehr fragen",
    declined: "Sie haben nicht bewertet. Sie können es noch tun.",
    asked_no_more: "Wir fragen Sie nicht mehr.",
    unknown: "Dieser Link ist ungültig.",
};

/// The words of the first of these languages that has any; English otherwise.
fn words<'a>(languages: impl IntoIterator<Item = &'a str>) -> &'static Words {
    let known = |language: &str| {
        let base = language.trim().split('-').next()?;
        [&ENGLISH, &GERMAN].into_iter().find(|words| words.language.eq_ignore_ascii_case(base))
    };
    languages.into_iter().find_map(known).unwrap_or(&ENGLISH)
}

/// A request for a review as a message.
pub(crate) struct Question {
    /// The plan's question or ours, and the link, if the hub knows its own address.
    pub text: String,
    /// How customers decline.
    pub decline: &'static str,
}

pub(crate) fn question(hub: &Hub, state: &Conversation, review: ReviewId, text: &str) -> Question {
    let words = words(state.language.as_deref());
    let ask = if text.is_empty() { words.ask } else { text };
    let text = match &hub.config.public_url {
        Some(url) => format!("{ask}\n\n{} {url}/review/{}", words.or_here, Links::of(hub).give(review)),
        None => ask.to_owned(),
    };
    Question { text, decline: words.decline }
}

/// Whether these words decline a request for a review, as its message names that.
pub(crate) fn declines(language: Option<&str>, text: &str) -> bool {
    let plain = |text: &str| text.trim().trim_end_matches(['.', '!']).replace(',', "").to_lowercase();
    plain(text) == plain(words(language).decline)
}

/// Makes and reads the tokens of links.
struct Links(hmac::Key);

impl Links {
    fn of(hub: &Hub) -> Self {
        Self(hub.identity.key_for("links to reviews"))
    }

    /// The request's id and a code of 256 bits.
    fn give(&self, review: ReviewId) -> String {
        let code = hmac::sign(&self.0, review.0.as_bytes());
        URL_SAFE_NO_PAD.encode([review.0.as_bytes(), code.as_ref()].concat())
    }

    /// The request that a token opens.
    fn read(&self, token: &str) -> Option<ReviewId> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, code) = bytes.split_at_checked(ID_BYTES)?;
        hmac::verify(&self.0, id, code).ok()?;
        Some(ReviewId(Uuid::from_slice(id).ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_own_request_and_no_other_string_opens_any() {
        let links = Links(hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]));
        let review = ReviewId(Uuid::from_u128(1));
        let token = links.give(review);
        assert_eq!(links.read(&token), Some(review));
        let other = Links(hmac::Key::new(hmac::HMAC_SHA256, &[8; 32]));
        assert_eq!(other.read(&token), None, "another hub's");
        let forged = format!("{}{}", &links.give(ReviewId(Uuid::from_u128(2)))[..22], &token[22..]);
        let [cut, longer] = [&token[..60], &format!("{token}AAAA")].map(str::to_owned);
        for wrong in [forged, cut, longer, String::new(), "AAAA".into(), review.to_string(), "%%%".into()] {
            assert_eq!(links.read(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn pages_speak_the_first_known_language() {
        for (languages, expected) in [
            (vec!["de-AT", "en"], "de"),
            (vec!["fr", " de"], "de"),
            (vec!["en-GB", "de"], "en"),
            (vec!["fr"], "en"),
            (vec![""], "en"),
        ] {
            assert_eq!(words(languages.iter().copied()).language, expected, "{languages:?}");
        }
    }
}
