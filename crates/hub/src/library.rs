//! The library of questions and quick replies, as HTTP and the command line change it alike, and as desks hear of it.
//!
//! Desks are told a stamp, and fetch the whole when they do not hold it. So a reconnect costs nothing, however large
//! the library is.

mod import;
mod shelf;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tandem_conversation::{
    Action, Audience, Choice, Item, ItemState, Media, Question, QuestionId, QuickReply, QuickReplyId, Rejection,
    Skills, Time, UserId,
};
use tandem_protocol::library::{
    ItemRemoval, Library, LibraryBrand, LibraryFile, QuestionDefinition, QuickReplyDefinition,
};
use tandem_sql::Connection;
use uuid::Uuid;

pub(crate) use import::{Plan, import, parse};

use crate::fanout::Input;
use crate::hub::Hub;
use crate::store::brands::{self, Brand};
use crate::store::library::{Changes, Prepared};
use crate::store::media::{self, Sender};
use crate::store::{StoreError, library, library_uses};
use shelf::Shelf;

/// Maximum delay until desks hear of a change.
const EVERY: Duration = Duration::from_millis(500);

/// Why a change of the library was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{0}")]
    Invalid(Rejection),
    #[error("'{title}' has the name {name} already: choose another one")]
    Taken { name: String, title: String },
    #[error("version {newest} was saved meanwhile: look at it, then change that one")]
    Changed { newest: u32 },
    #[error("the library is full: it holds {most} items at most; remove some first")]
    TooMany { most: usize },
    #[error("the library is full: its items have {found} bytes of at most {most}; shorten or remove some first")]
    TooLarge { found: usize, most: usize },
    #[error("there is no such item in the library, or it is not yours")]
    Unknown,
    #[error("this id belongs to another item: make a new one")]
    IdUsed,
    #[error("what everybody or a team sees is changed by those who manage settings; yours may be private")]
    NotYours,
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Self {
        Self::Invalid(rejection)
    }
}

/// The outer error is the store's, the inner one a refusal.
pub(crate) type Done<T> = Result<Result<T, Refused>, StoreError>;

/// Who changes the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Author {
    /// None on the command line.
    pub user: Option<UserId>,
    /// May change what everybody or a team sees.
    pub manages: bool,
}

/// Gives up with a refusal.
macro_rules! agreed {
    ($done:expr) => {
        match $done {
            Ok(value) => value,
            Err(refused) => return Ok(Err(Refused::from(refused))),
        }
    };
}

/// Adds a question, or saves a new version of the one with this id.
pub(crate) fn save_question(
    connection: &Connection,
    id: QuestionId,
    definition: QuestionDefinition,
    author: Author,
    at: Time,
) -> Done<Question> {
    let mut shelf = Shelf::new(connection);
    let question = agreed!(put_question(&mut shelf, id, definition, author, at)?);
    shelf.write()?;
    Ok(Ok(question))
}

/// Adds a quick reply, or saves a new version of the one with this id.
pub(crate) fn save_reply(
    connection: &Connection,
    id: QuickReplyId,
    definition: QuickReplyDefinition,
    author: Author,
    at: Time,
) -> Done<QuickReply> {
    let mut shelf = Shelf::new(connection);
    let reply = agreed!(put_reply(&mut shelf, id, definition, author, at)?);
    shelf.write()?;
    Ok(Ok(reply))
}

/// [`save_question`], not yet written.
fn put_question(
    shelf: &mut Shelf<'_>,
    id: QuestionId,
    definition: QuestionDefinition,
    author: Author,
    at: Time,
) -> Done<Question> {
    if !author.manages {
        return Ok(Err(Refused::NotYours));
    }
    let base = definition.version;
    let mut question = agreed!(definition.of(id, author.user, at).checked());
    let before = shelf.question(id)?;
    if before.is_none() && shelf.is_taken(id.0)? {
        return Ok(Err(Refused::IdUsed));
    }
    question.version = agreed!(next_version(before.as_ref().map(|before| before.version), base));
    agreed!(known_brands(shelf.connection(), "brands", &question.brands)?);
    if question.state != ItemState::Retired {
        let same = |other: &Question| other.id != id && other.state != ItemState::Retired;
        if let Some(other) = shelf.questions_named(&question.key)?.into_iter().find(same) {
            return Ok(Err(Refused::Taken { name: other.key, title: other.title }));
        }
    }
    agreed!(shelf.put(Item::Question(question.clone()), None)?);
    Ok(Ok(question))
}

/// [`save_reply`], not yet written.
fn put_reply(
    shelf: &mut Shelf<'_>,
    id: QuickReplyId,
    definition: QuickReplyDefinition,
    author: Author,
    at: Time,
) -> Done<QuickReply> {
    let base = definition.version;
    let mut reply = agreed!(definition.of(id, author.user, at).checked());
    let before = shelf.reply(id)?;
    let may_be_before = before.as_ref().is_none_or(|(_, owner)| match owner {
        Some(owner) => author.user == Some(*owner),
        None => author.manages,
    });
    if !may_be_before {
        let is_private = before.is_some_and(|(_, owner)| owner.is_some());
        return Ok(Err(if is_private { Refused::Unknown } else { Refused::NotYours }));
    }
    if before.is_none() && shelf.is_taken(id.0)? {
        return Ok(Err(Refused::IdUsed));
    }
    let owner = match (&reply.scope, author.user) {
        (Audience::Mine, Some(user)) => Some(user),
        (Audience::Mine, None) => {
            return Ok(Err(Rejection::invalid("scope", "a private quick reply belongs to a signed-in user").into()));
        }
        _ if author.manages => None,
        _ => return Ok(Err(Refused::NotYours)),
    };
    reply.version = agreed!(next_version(before.as_ref().map(|(before, _)| before.version), base));
    let kept = before.as_ref().map(|(before, _)| before.attachments.as_slice()).unwrap_or_default();
    agreed!(fill_files(shelf.connection(), &mut reply.attachments, kept, author)?);
    if let Audience::Team { brands } = &reply.scope {
        agreed!(known_brands(shelf.connection(), "scope.brands", brands)?);
    }
    if let Some(asked) = reply.question
        && shelf.question(asked)?.is_none_or(|question| question.state == ItemState::Retired)
    {
        return Ok(Err(Rejection::invalid("question", "there is no such question in the library").into()));
    }
    if reply.state != ItemState::Retired {
        // Private ones of others are nobody's business, so they do not stand in the way.
        let same = |other: &QuickReply| other.id != id && other.state != ItemState::Retired && other.meets(&reply);
        if let Some(other) = shelf.replies_named(&reply.shortcut, owner)?.into_iter().find(same) {
            return Ok(Err(Refused::Taken { name: other.shortcut, title: other.title }));
        }
    }
    agreed!(shelf.put(Item::QuickReply(reply.clone()), owner)?);
    Ok(Ok(reply))
}

fn next_version(newest: Option<u32>, base: Option<u32>) -> Result<u32, Refused> {
    match (newest, base) {
        (Some(newest), Some(base)) if base != newest => Err(Refused::Changed { newest }),
        (newest, _) => Ok(newest.unwrap_or_default() + 1),
    }
}

fn known_brands(connection: &Connection, field: &str, keys: &[String]) -> Result<Result<(), Rejection>, StoreError> {
    for key in keys {
        if brands::by_key(connection, key)?.is_none() {
            return Ok(Err(Rejection::invalid(field, format!("there is no brand '{key}'"))));
        }
    }
    Ok(Ok(()))
}

/// Only ids are trusted: the rest comes from the store. A file is its author's own, or was there before.
fn fill_files(
    connection: &Connection,
    files: &mut [Media],
    kept: &[Media],
    author: Author,
) -> Result<Result<(), Rejection>, StoreError> {
    for (at, file) in files.iter_mut().enumerate() {
        if let Some(before) = kept.iter().find(|before| before.id == file.id) {
            *file = before.clone();
            continue;
        }
        let own = media::get(connection, file.id)?.filter(|stored| {
            let is_mine = author.user.is_some_and(|user| stored.sender == Sender::User(user));
            is_mine && stored.conversation.is_none() && stored.meant_for.is_none()
        });
        match own {
            Some(stored) => *file = stored.media,
            None => {
                let problem = "there is no such file of yours: upload it to /api/v1/library/files first";
                return Ok(Err(Rejection::invalid(&format!("attachments[{at}]"), problem)));
            }
        }
    }
    Ok(Ok(()))
}

/// Removes a question; one that was asked, or that a quick reply asks, is retired.
pub(crate) fn remove_question(connection: &Connection, id: QuestionId, author: Author, at: Time) -> Done<ItemRemoval> {
    if !author.manages {
        return Ok(Err(Refused::NotYours));
    }
    let Some(question) = library::question(connection, id)? else { return Ok(Err(Refused::Unknown)) };
    let is_used = library_uses::is_used(connection, id.0)? || library::is_asked(connection, id)?;
    if is_used && question.state != ItemState::Retired {
        let (state, version) = (ItemState::Retired, question.version + 1);
        let retired = Question { state, version, by: author.user, at, ..question };
        library::put(connection, &Prepared::of(&Item::Question(retired), None)?)?;
    } else if !is_used {
        library::remove(connection, id.0)?;
    }
    Ok(Ok(ItemRemoval { retired: is_used }))
}

/// Removes a quick reply; one that was used is retired.
pub(crate) fn remove_reply(connection: &Connection, id: QuickReplyId, author: Author, at: Time) -> Done<ItemRemoval> {
    let Some((reply, owner)) = library::quick_reply(connection, id)? else { return Ok(Err(Refused::Unknown)) };
    match owner {
        Some(owner) if author.user != Some(owner) => return Ok(Err(Refused::Unknown)),
        None if !author.manages => return Ok(Err(Refused::NotYours)),
        _ => {}
    }
    let is_used = library_uses::is_used(connection, id.0)?;
    if is_used && reply.state != ItemState::Retired {
        let (state, version) = (ItemState::Retired, reply.version + 1);
        let retired = QuickReply { state, version, by: author.user, at, ..reply };
        library::put(connection, &Prepared::of(&Item::QuickReply(retired), owner)?)?;
    } else if !is_used {
        library::remove(connection, id.0)?;
    }
    Ok(Ok(ItemRemoval { retired: is_used }))
}

/// What everybody and teams have, as a file. Files of quick replies stay on this hub.
pub(crate) fn export(connection: &Connection) -> Result<LibraryFile, StoreError> {
    let is_kept = |state: ItemState| state != ItemState::Retired;
    let questions = library::questions(connection)?.into_iter().filter(|question| is_kept(question.state));
    let replies = library::shared_replies(connection)?.into_iter().filter(|reply| is_kept(reply.state));
    Ok(LibraryFile {
        questions: questions.map(QuestionDefinition::from).collect(),
        quick_replies: replies
            .map(|reply| QuickReplyDefinition { attachments: Vec::new(), ..QuickReplyDefinition::from(reply) })
            .collect(),
    })
}

/// The keys of the brands that a user serves; none means all.
fn served(skills: &Skills, known: &[Brand]) -> Vec<String> {
    skills.brands.iter().map(|id| brands::key_of(*id, known)).collect()
}

/// Everything that a user may use now.
pub(crate) fn told_to(
    connection: &Connection,
    user: UserId,
    skills: &Skills,
    log: Uuid,
) -> Result<Library, StoreError> {
    let known = brands::all(connection)?;
    let serves = served(skills, &known);
    let is_served = |question: &Question| {
        question.brands.is_empty() || serves.is_empty() || question.brands.iter().any(|key| serves.contains(key))
    };
    let mut questions = library::questions(connection)?;
    questions.retain(|question| question.state == ItemState::Active && is_served(question));
    let mut quick_replies = library::shared_replies(connection)?;
    quick_replies.retain(|reply| reply.is_for(&serves));
    quick_replies.extend(library::own_replies(connection, user)?);
    quick_replies.retain(|reply| reply.state == ItemState::Active);
    let ids: HashSet<Uuid> =
        questions.iter().map(|question| question.id.0).chain(quick_replies.iter().map(|reply| reply.id.0)).collect();
    let mut uses = library_uses::by_brand(connection)?;
    uses.retain(|uses| ids.contains(&uses.item));
    let brand = |brand: Brand| LibraryBrand {
        id: brand.id,
        key: brand.look.id,
        name: brand.look.name,
        language: brand.language,
        first_reply_s: brand.targets.first_reply_s,
        next_reply_s: brand.targets.next_reply_s,
    };
    Ok(Library {
        stamp: Changes::read(connection)?.stamp(log, user, skills),
        questions,
        quick_replies,
        brands: known.into_iter().map(brand).collect(),
        uses,
    })
}

/// For rehearsals without a library: a question that names a key is asked with a choice of that name.
pub(crate) fn as_if_known(actions: &mut [Action]) {
    for action in actions {
        if let Action::Question { text, choices, key: Some(key), library, .. } = action {
            *text = format!("[question {key}]");
            *choices = vec![Choice { id: key.clone(), label: key.clone() }];
            *library = Some(Box::default());
        }
    }
}

/// Tells desks when what they see of the library has changed. Runs as long as the hub.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut known = None;
    loop {
        match hub.database.read(library::changes).await {
            Ok(count) if known != Some(count) => match hub.database.read(Changes::read).await {
                Ok(changes) => {
                    known = Some(count);
                    hub.fanout.send(Input::Library(changes)).await;
                }
                Err(error) => tracing::error!(%error, "cannot read how the library changed"),
            },
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "cannot look whether the library changed"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = hub.library_changed.notified() => {}
        }
    }
}
