//! The library as one change sees it: what is stored, and what the change is about to write.
//!
//! A change judges each item against the others and writes at the end, so that a large one can be judged on a reader
//! and occupies the writer only for its rows.

use std::collections::HashMap;

use tandem_conversation::{Item, Question, QuestionId, QuickReply, QuickReplyId, UserId, limits};
use tandem_sql::Connection;
use uuid::Uuid;

use super::Refused;
use crate::store::StoreError;
use crate::store::library::{self, Prepared, Size};

pub(super) struct Shelf<'c> {
    connection: &'c Connection,
    /// In the order in which they are written; an item once.
    new: Vec<(Item, Prepared)>,
    /// Places in `new`, by id and by name.
    by_id: HashMap<Uuid, usize>,
    by_name: HashMap<String, Vec<usize>>,
    /// What owners have with `new`; summed once for each.
    sizes: HashMap<Option<UserId>, Size>,
}

impl<'c> Shelf<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        let (by_id, by_name, sizes) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { connection, new: Vec::new(), by_id, by_name, sizes }
    }

    pub(super) fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// Whether this change has put the item already.
    pub(super) fn has_new(&self, id: Uuid) -> bool {
        self.by_id.contains_key(&id)
    }

    fn new_of(&self, id: Uuid) -> Option<&(Item, Prepared)> {
        self.new.get(*self.by_id.get(&id)?)
    }

    pub(super) fn question(&self, id: QuestionId) -> Result<Option<Question>, StoreError> {
        match self.new_of(id.0) {
            Some((Item::Question(question), _)) => Ok(Some(question.clone())),
            Some(_) => Ok(None),
            None => library::question(self.connection, id),
        }
    }

    /// A quick reply, with its owner if it is private.
    pub(super) fn reply(&self, id: QuickReplyId) -> Result<Option<(QuickReply, Option<UserId>)>, StoreError> {
        match self.new_of(id.0) {
            Some((Item::QuickReply(reply), prepared)) => Ok(Some((reply.clone(), prepared.owner))),
            Some(_) => Ok(None),
            None => library::quick_reply(self.connection, id),
        }
    }

    pub(super) fn is_taken(&self, id: Uuid) -> Result<bool, StoreError> {
        Ok(self.has_new(id) || library::is_taken(self.connection, id)?)
    }

    /// The questions with this key, retired ones included.
    pub(super) fn questions_named(&self, key: &str) -> Result<Vec<Question>, StoreError> {
        let stored = library::questions_named(self.connection, key)?;
        let new = self.new_named(key).filter_map(|(item, _)| match item {
            Item::Question(question) => Some(question.clone()),
            Item::QuickReply(_) => None,
        });
        Ok(new.chain(stored.into_iter().filter(|question| !self.has_new(question.id.0))).collect())
    }

    /// The shared quick replies with this shortcut, and those of `user`, retired ones included.
    pub(super) fn replies_named(&self, shortcut: &str, user: Option<UserId>) -> Result<Vec<QuickReply>, StoreError> {
        let stored = library::replies_named(self.connection, shortcut, user)?;
        let new = self.new_named(shortcut).filter_map(|(item, prepared)| match item {
            Item::QuickReply(reply) if prepared.owner.is_none() || prepared.owner == user => Some(reply.clone()),
            _ => None,
        });
        Ok(new.chain(stored.into_iter().filter(|reply| !self.has_new(reply.id.0))).collect())
    }

    fn new_named(&self, name: &str) -> impl Iterator<Item = &(Item, Prepared)> {
        self.by_name.get(name).into_iter().flatten().filter_map(|at| self.new.get(*at))
    }

    /// Takes the item if there is room for it. A change puts an item once.
    pub(super) fn put(&mut self, item: Item, owner: Option<UserId>) -> Result<Result<(), Refused>, StoreError> {
        let prepared = Prepared::of(&item, owner)?;
        let (most, most_bytes) = match owner {
            None => (limits::SHARED_ITEMS, limits::SHARED_BYTES),
            Some(_) => (limits::OWN_ITEMS, limits::OWN_BYTES),
        };
        let before = self.size(owner)?;
        let mut after = before + prepared.size();
        let replaced = library::weight(self.connection, prepared.id)?;
        if let Some((was, size)) = replaced {
            if was == owner {
                after = after - size;
            } else {
                let theirs = self.size(was)? - size;
                self.sizes.insert(was, theirs);
            }
        }
        // What does not grow is always allowed: otherwise a full library could not be put right.
        if after.items > most && after.items > before.items {
            return Ok(Err(Refused::TooMany { most }));
        }
        if after.bytes > most_bytes && after.bytes > before.bytes {
            return Ok(Err(Refused::TooLarge { found: after.bytes, most: most_bytes }));
        }
        self.sizes.insert(owner, after);
        self.by_id.insert(prepared.id, self.new.len());
        self.by_name.entry(prepared.name.clone()).or_default().push(self.new.len());
        self.new.push((item, prepared));
        Ok(Ok(()))
    }

    fn size(&mut self, owner: Option<UserId>) -> Result<Size, StoreError> {
        if let Some(size) = self.sizes.get(&owner) {
            return Ok(*size);
        }
        let size = library::size(self.connection, owner)?;
        self.sizes.insert(owner, size);
        Ok(size)
    }

    /// What is to be written.
    pub(super) fn prepared(self) -> Vec<Prepared> {
        self.new.into_iter().map(|(_, prepared)| prepared).collect()
    }

    pub(super) fn write(self) -> Result<(), StoreError> {
        let connection = self.connection;
        self.prepared().iter().try_for_each(|prepared| library::put(connection, prepared))
    }
}
