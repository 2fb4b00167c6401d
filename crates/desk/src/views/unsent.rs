//! What the user wrote or did and the hub does not have, although nothing waits any more: refused, or a draft in a
//! conversation where it can no longer be sent.

use std::collections::BTreeSet;
use std::str::FromStr;

use tandem_conversation::{CommandId, Content, Conversation, ConversationId, Participant, Time, TurnId};
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use super::Reader;
use crate::cache::bookmarks::{self, Kind};
use crate::cache::brands::Brands;
use crate::cache::expect::expected;
use crate::cache::{CacheError, conversations, files, outbox, refused};
use crate::refusals::{hidden, refusal};
use crate::view::{DraftsView, HitKind, HitView, NotSentView, SpanView};
use crate::words::{say, sentence};

/// Maximum drafts looked at.
const MOST: u32 = 500;

/// Maximum length of a hit, in characters.
const SHOWN_CHARS: usize = 200;

/// What is not sent, as commands name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotSent {
    Draft(Kind, ConversationId),
    Act(CommandId),
}

impl NotSent {
    fn key(self) -> String {
        match self {
            Self::Draft(Kind::Reply, of) => format!("reply-{of}"),
            Self::Draft(Kind::Note, of) => format!("note-{of}"),
            Self::Act(command) => format!("act-{command}"),
        }
    }
}

impl FromStr for NotSent {
    type Err = ();

    fn from_str(key: &str) -> Result<Self, ()> {
        let (kind, id) = key.split_once('-').ok_or(())?;
        let id = Uuid::parse_str(id).map_err(|_| ())?;
        match kind {
            "reply" => Ok(Self::Draft(Kind::Reply, ConversationId(id))),
            "note" => Ok(Self::Draft(Kind::Note, ConversationId(id))),
            "act" => Ok(Self::Act(CommandId(id))),
            _ => Err(()),
        }
    }
}

/// All of it, the newest first.
pub(crate) fn not_sent(connection: &Connection, reader: &Reader) -> Result<Vec<NotSentView>, CacheError> {
    let mut found = Vec::new();
    for of in written(connection)? {
        let place = Place::of(connection, reader, of)?;
        let drafts = bookmarks::drafts(connection, of)?;
        let files: Vec<String> = files::drafted(connection, of)?.into_iter().map(|file| file.name).collect();
        for kind in [Kind::Reply, Kind::Note] {
            found.extend(place.draft(connection, kind, &drafts, &files)?);
        }
    }
    for act in refused::all(connection)? {
        let place = Place::of(connection, reader, act.conversation)?;
        found.push(NotSentView {
            key: NotSent::Act(act.command).key(),
            conversation: act.conversation,
            name: match act.name.is_empty() {
                true => place.name(connection)?,
                false => act.name,
            },
            what: act.what,
            words: String::new(),
            files: Vec::new(),
            reason: sentence(&act.reason.words()),
            at: Some(act.at),
            visible: place.state.is_some(),
            may_note: false,
            holder: place.holder(),
        });
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.at.unwrap_or(Time(i64::MIN))));
    Ok(found)
}

/// Conversations with a draft.
fn written(connection: &Connection) -> Result<BTreeSet<ConversationId>, CacheError> {
    let mut written: BTreeSet<_> = bookmarks::written(connection, MOST)?.into_iter().collect();
    written.extend(files::drafted_in(connection, MOST)?);
    Ok(written)
}

/// A conversation, as far as this user can still see it and write in it.
struct Place<'a> {
    of: ConversationId,
    reader: &'a Reader,
    state: Option<Conversation>,
}

impl<'a> Place<'a> {
    fn of(connection: &Connection, reader: &'a Reader, of: ConversationId) -> Result<Self, CacheError> {
        let held = conversations::get(connection, of)?;
        let state = match held {
            Some(held) => {
                let waiting = outbox::of_conversation(connection, of)?;
                Some(expected(&held.state, &waiting, &reader.expecting()))
            }
            None => None,
        };
        Ok(Self { of, reader, state })
    }

    /// The customer's name; empty if nobody on this machine knows it.
    fn name(&self, connection: &Connection) -> Result<String, CacheError> {
        match &self.state {
            Some(state) => Ok(state.customer.name.clone()),
            None => bookmarks::name(connection, self.of),
        }
    }

    /// A draft that is not sent; none if it is empty, or can simply be sent.
    fn draft(
        &self,
        connection: &Connection,
        kind: Kind,
        drafts: &DraftsView,
        files: &[String],
    ) -> Result<Option<NotSentView>, CacheError> {
        let (words, files) = match kind {
            Kind::Reply => (&drafts.reply, files),
            Kind::Note => (&drafts.note, &[][..]),
        };
        let returned = drafts.returned.as_ref().filter(|why| why.note == (kind == Kind::Note));
        if words.is_empty() && files.is_empty() {
            return Ok(None);
        }
        let Some(reason) = returned.map(|why| sentence(&why.reason)).or_else(|| self.refuses(kind)) else {
            return Ok(None);
        };
        Ok(Some(NotSentView {
            key: NotSent::Draft(kind, self.of).key(),
            conversation: self.of,
            name: self.name(connection)?,
            what: say(if kind == Kind::Reply { "does-reply" } else { "does-note" }, &[]),
            words: words.clone(),
            files: files.to_vec(),
            reason,
            at: returned.and_then(|why| why.at),
            visible: self.state.is_some(),
            may_note: kind == Kind::Reply && !words.is_empty() && self.refuses(Kind::Note).is_none(),
            holder: self.holder(),
        }))
    }

    /// Why nothing can be written here; none if it can.
    fn refuses(&self, kind: Kind) -> Option<String> {
        let Some(state) = &self.state else {
            return Some(hidden().words());
        };
        let turn = TurnId(Uuid::max());
        let command = match kind {
            Kind::Note => AgentCommand::Note { turn, text: "?".into(), mentions: Vec::new(), library: None },
            Kind::Reply => AgentCommand::Reply {
                turn,
                content: Content::Text { text: "?".into() },
                written_against: state.position,
                mind_customer: false,
                while_in_progress: false,
                library: None,
                reply_to: None,
                asks_number: false,
            },
        };
        self.reader.expecting().decide(state, &command).err().map(|why| refusal(&why).message)
    }

    /// Another agent who handles it.
    fn holder(&self) -> Option<String> {
        let people = self.state.as_ref()?.people().filter_map(|engagement| engagement.person());
        let mut others = people.filter_map(|person| match person {
            Participant::Agent { user, name } if *user != self.reader.user => Some(name.clone()),
            _ => None,
        });
        others.next()
    }
}

/// Drafts, and words that wait to be sent, that contain all words of the query.
pub(crate) fn drafts_with(connection: &Connection, reader: &Reader, query: &str) -> Result<Vec<HitView>, CacheError> {
    let asked = query.to_lowercase();
    let asked: Vec<&str> = asked.split_whitespace().collect();
    if asked.is_empty() || query.contains(':') {
        return Ok(Vec::new());
    }
    let mut texts: Vec<(ConversationId, Time, String)> = Vec::new();
    for of in written(connection)? {
        let drafts = bookmarks::drafts(connection, of)?;
        let at = drafts.returned.as_ref().and_then(|why| why.at).unwrap_or(reader.now);
        let files = files::drafted(connection, of)?.into_iter().map(|file| file.name);
        texts.extend([drafts.reply, drafts.note].into_iter().chain(files).map(|text| (of, at, text)));
    }
    for queued in outbox::shown(connection, MOST)? {
        let words = outbox::words_of(&queued.command).map(|(_, words)| words.to_owned());
        texts.extend(words.map(|words| (queued.conversation, queued.created, words)));
    }
    let mut hits = Vec::new();
    let brands = Brands::read(connection)?;
    for (of, time, text) in texts {
        let found = text.to_lowercase();
        if text.is_empty() || !asked.iter().all(|word| found.contains(word)) {
            continue;
        }
        let state = conversations::get(connection, of)?.map(|held| held.state);
        let channel = state.as_ref().map(|state| state.channel);
        let brand = state.as_ref().and_then(|state| brands.told(state.brand, &reader.access())).map(str::to_owned);
        let name = match state {
            Some(state) => state.customer.name,
            None => bookmarks::name(connection, of)?,
        };
        let by = Participant::Agent { user: reader.user, name: reader.name.clone() };
        hits.push(HitView {
            key: String::new(),
            conversation: of,
            name,
            channel,
            brand,
            time,
            by: Some(by),
            kind: HitKind::Draft,
            attachment: false,
            snippet: vec![SpanView { text: text.chars().take(SHOWN_CHARS).collect(), hit: false }],
        });
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{Role, Skills, UserId};

    use super::*;
    use crate::cache::refused::tests::given;
    use crate::cache::testing::connection;
    use crate::reason::Reason;
    use crate::views::Languages;

    #[test]
    fn an_act_has_the_name_that_became_known_after_it() {
        let (connection, of) = (connection(), ConversationId(Uuid::from_u128(1)));
        let join = given(2, AgentCommand::Join { call: None });
        refused::add(&connection, &join, "", &Reason::said("", "Liam Chen took the call."), Time(0)).unwrap();
        bookmarks::know_name(&connection, of, "Declan O'Rourke").unwrap();
        let reader = Reader {
            user: UserId(Uuid::from_u128(3)),
            name: "Maya Ortiz".into(),
            permissions: Role::Agent.permissions(),
            skills: Skills::default(),
            languages: Languages::default(),
            now: Time(0),
        };
        assert_eq!(not_sent(&connection, &reader).unwrap()[0].name, "Declan O'Rourke");
    }

    #[test]
    fn a_key_names_one_thing() {
        let id = Uuid::from_u128(7);
        for one in [
            NotSent::Draft(Kind::Reply, ConversationId(id)),
            NotSent::Draft(Kind::Note, ConversationId(id)),
            NotSent::Act(CommandId(id)),
        ] {
            assert_eq!(one.key().parse(), Ok(one));
        }
        for foreign in ["", "reply", "reply-", "draft-00000000-0000-0000-0000-000000000007", "reply-7"] {
            assert_eq!(foreign.parse::<NotSent>(), Err(()));
        }
    }
}
