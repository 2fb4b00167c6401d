//! Requests from outside the window: links and the tray. They wait until the window can show them.
//!
//! A link can only open a conversation, or the dialog that begins one, with a number in it: nothing is sent. Any other link
//! results in a message and nothing else.

use reqwest::Url;
use tandem_conversation::{Channel, Contact, ContactKind, ConversationId, Section};

use crate::plain_line;
use crate::view::WantedView;
use crate::words::say;

/// Prefix of links to conversations.
const CONVERSATION: &str = "tandem://conversation/";
/// Prefix of links that begin a conversation.
const NEW: &str = "tandem://new";
/// Length of an id in its usual form.
const ID_LENGTH: usize = 36;
/// Maximum shown length of an invalid link.
const SHOWN: usize = 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Conversation(ConversationId),
    Section(Section),
    /// Write first to this number, in international form.
    Start(String),
    Nowhere(String),
}

impl Wanted {
    /// Accepts exactly `tandem://conversation/ID` and `tandem://new?channel=whatsapp&contact=%2B34600123456`, as browsers
    /// pass them on; anything else is invalid.
    pub(crate) fn of_link(link: &str) -> Self {
        if let Some(to) = begins(link) {
            return Self::Start(to);
        }
        let id = link.strip_prefix(CONVERSATION).map(|rest| rest.strip_suffix('/').unwrap_or(rest));
        match id.filter(|id| id.len() == ID_LENGTH).and_then(|id| id.parse().ok()) {
            Some(id) => Self::Conversation(id),
            None => Self::Nowhere(say("refused-address", &[("link", plain_line(link, SHOWN).into())])),
        }
    }

    /// Messages are for everyone; anything else needs a signed-in user.
    pub(crate) fn needs_sign_in(&self) -> bool {
        !matches!(self, Self::Nowhere(_))
    }
}

impl From<Option<Wanted>> for WantedView {
    fn from(wanted: Option<Wanted>) -> Self {
        match wanted {
            None => Self::Nothing,
            Some(Wanted::Conversation(id)) => Self::Conversation { id },
            Some(Wanted::Section(section)) => Self::Section { section },
            Some(Wanted::Start(to)) => Self::Start { to },
            Some(Wanted::Nowhere(reason)) => Self::Nowhere { reason },
        }
    }
}

/// The number to which a link begins a conversation: a channel that the company can write on first, one contact, and
/// nothing else.
fn begins(link: &str) -> Option<String> {
    let rest = link.strip_prefix(NEW)?;
    if !(rest.starts_with('?') || rest.starts_with("/?")) || link.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let url = Url::parse(link).ok().filter(|url| url.fragment().is_none())?;
    let mut pairs: Vec<_> = url.query_pairs().collect();
    pairs.sort();
    let [(channel, key), (contact, to)] = pairs.as_slice() else { return None };
    let may_begin = Channel::EVERY.iter().any(|one| one.facts().templates && one.facts().key == key.as_ref());
    if channel != "channel" || contact != "contact" || !may_begin {
        return None;
    }
    Contact::new(ContactKind::Phone, to).ok().map(|contact| contact.value)
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    const ID: &str = "0192b0a8-7f4e-7c3a-9d21-5b8e0f1a2b3c";

    #[test]
    fn a_link_opens_its_conversation_and_does_nothing_else() {
        let opens = Wanted::Conversation(ID.parse().unwrap());
        let upper = ID.to_uppercase();
        for link in [format!("tandem://conversation/{ID}"), format!("tandem://conversation/{ID}/")] {
            assert_eq!(Wanted::of_link(&link), opens, "{link}");
        }
        assert_eq!(Wanted::of_link(&format!("tandem://conversation/{upper}")), opens);
        for link in [
            String::new(),
            "tandem:".into(),
            "tandem://".into(),
            "tandem://conversation".into(),
            "tandem://conversation/".into(),
            "tandem://conversation/1".into(),
            "tandem://conversation/not-an-id-not-an-id-not-an-id-not-an".into(),
            format!("tandem://conversation//{ID}"),
            format!("tandem://conversation/{ID}/complete"),
            format!("tandem://conversation/{ID}?do=complete"),
            format!("tandem://conversation/{ID}#join"),
            format!("tandem://conversation/{{{ID}}}"),
            format!("tandem://conversation/urn:uuid:{ID}"),
            format!("tandem://conversation/{}", ID.replace('-', "")),
            format!("tandem://conversation/../{ID}"),
            format!("tandem://maya@conversation/{ID}"),
            format!("tandem://conversation:80/{ID}"),
            format!("tandem://join/{ID}"),
            format!("https://example.com/conversation/{ID}"),
            format!(" tandem://conversation/{ID}"),
            format!("tandem://conversation/{ID}\n"),
            "file:///etc/passwd".into(),
            "javascript:alert(1)".into(),
        ] {
            assert!(matches!(Wanted::of_link(&link), Wanted::Nowhere(_)), "{link:?}");
        }
    }

    #[test]
    fn a_link_begins_a_conversation_with_one_number_and_nothing_else() {
        let begins = Wanted::Start("+34600123456".into());
        for link in [
            "tandem://new?channel=whatsapp&contact=%2B34600123456",
            "tandem://new/?contact=%2B34600123456&channel=whatsapp",
            "tandem://new?channel=whatsapp&contact=%2B34%20600%20123%20456",
        ] {
            assert_eq!(Wanted::of_link(link), begins, "{link}");
        }
        for link in [
            "tandem://new",
            "tandem://new?",
            "tandem://new?contact=%2B34600123456",
            "tandem://new?channel=whatsapp",
            "tandem://new?channel=webchat&contact=%2B34600123456",
            "tandem://new?channel=whatsapp&contact=600123456",
            "tandem://new?channel=whatsapp&contact=maya@northwind.example",
            "tandem://new?channel=whatsapp&contact=%2B34600123456&contact=%2B34600123457",
            "tandem://new?channel=whatsapp&contact=%2B34600123456&template=sale",
            "tandem://new?channel=whatsapp&contact=%2B34600123456#send",
            "tandem://new/now?channel=whatsapp&contact=%2B34600123456",
            "tandem://newer?channel=whatsapp&contact=%2B34600123456",
            "tandem://maya@new?channel=whatsapp&contact=%2B34600123456",
            "tandem://new?channel=whatsapp&contact=%2B34600123456\n",
        ] {
            assert!(matches!(Wanted::of_link(link), Wanted::Nowhere(_)), "{link:?}");
        }
    }

    #[test]
    fn a_foreign_link_is_repeated_shortly_and_harmlessly() {
        let Wanted::Nowhere(words) = Wanted::of_link(&format!("tandem://\u{202e}\u{7}{}", "x".repeat(100_000))) else {
            panic!("it leads somewhere");
        };
        assert!(words.chars().count() < 250 && !words.contains(['\u{202e}', '\u{7}']), "{words}");
    }
}
