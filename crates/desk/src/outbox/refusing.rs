//! What becomes of a command that the hub refused: words and files go back to their draft with the reason, and other acts
//! are kept until the user has seen to them.
//!
//! What was given after a join that is refused was meant for somebody who had joined. It is not sent, and comes back with
//! the join's reason, which is the true one.

use tandem_conversation::{ConversationId, Time};
use tandem_protocol::Problem;
use tandem_protocol::agents::AgentCommand;
use tandem_sqlite::rusqlite::Connection;

use super::{Outbox, Outcome};
use crate::cache::bookmarks::{self, Kind, Returned};
use crate::cache::expect::{Expecting, expected};
use crate::cache::outbox::{self, Queued};
use crate::cache::{CacheError, buttons, conversations, files, library, meta, refused};
use crate::changes::Changes;
use crate::hub::HubError;
use crate::reason::Reason;
use crate::refusals::{claimed, hidden};
use crate::session::Session;
use crate::view::{Change, Tone};
use crate::words::say;

/// What the user hears of a refused command.
struct Told {
    what: String,
    /// The customer's name.
    name: String,
    is_turn: bool,
    is_note: bool,
    /// Words or a file are in the draft again.
    is_back: bool,
}

impl Outbox {
    pub(super) async fn refused(
        &self,
        queued: Queued,
        problem: Box<Problem>,
        changes: &Changes,
    ) -> Result<(), CacheError> {
        let id = queued.id;
        // A waiting caller shows the reason, and its dialog still has the words.
        let alone = self.is_alone(id);
        let why = Why { reason: Reason::from(&*problem), now: self.clock.hub_now() };
        let reason = why.reason.clone();
        let refused = queued.clone();
        let told = self
            .cache
            .write(move |connection, touched| {
                // Unless it was cancelled at the last moment: then everything is where it belongs.
                if outbox::get(connection, id)?.is_none() {
                    return Ok(Vec::new());
                }
                let followers = followers(connection, &refused)?;
                let first = why.give_up(connection, &refused, alone)?;
                let mut told = Vec::new();
                for follower in &followers {
                    told.push(why.give_up(connection, follower, true)?);
                }
                // What was written says why as well.
                let is_said = first.is_back || told.iter().any(|one| one.is_back);
                if alone && !is_said && !refused.is_receipt() {
                    why.keep(connection, &refused, &first)?;
                }
                told.insert(0, first);
                conversations::derive_for_outbox(connection, touched, refused.conversation)?;
                Ok(told)
            })
            .await?;
        if told.is_empty() {
            self.waiter(id);
            return Ok(());
        }
        tracing::info!(command.id = %id, code = %problem.code, "a command was refused");
        if (alone || told.len() > 1) && !queued.is_receipt() {
            let text = said(&told, &reason.words());
            changes.tell(Change::Toast { tone: Tone::Bad, text });
        }
        if let Some(waiter) = self.waiter(id) {
            let _ = waiter.send(Outcome::Refused(problem));
        }
        Ok(())
    }
}

struct Why {
    reason: Reason,
    now: Time,
}

impl Why {
    /// Takes a command out of the outbox. Words return to the draft if nobody waits for them (`alone`), or the draft is
    /// where they came from.
    fn give_up(&self, connection: &Connection, queued: &Queued, alone: bool) -> Result<Told, CacheError> {
        let of = queued.conversation;
        let what = buttons::intent(connection, &queued.command)?;
        let known = outbox::name_of(connection, queued.id)?;
        let held = conversations::get(connection, of)?;
        let name = held.map_or_else(|| known.clone(), |held| held.state.customer.name);
        let reason = match name.is_empty() {
            true => self.reason.clone(),
            false => self.reason.clone().naming("customer", &name),
        };
        outbox::remove(connection, queued.id)?;
        library::give_back(connection, queued.id)?;
        let file = files::of_command(connection, queued.id)?;
        if file.is_some() {
            files::give_back(connection, queued.id, Some(&reason))?;
        }
        let is_turn = outbox::turn_of(&queued.command).is_some();
        let words = outbox::words_of(&queued.command).filter(|_| is_turn || alone);
        let why = |kind| Returned::new(kind, reason.clone(), self.now);
        match words {
            Some((kind, words)) if is_turn => bookmarks::give_back(connection, of, kind, words, Some(&why(kind)))?,
            Some((kind, words)) => {
                let why = why(kind).of_act(&queued.command)?;
                bookmarks::give_back(connection, of, kind, words, Some(&why))?;
            }
            // Without a text the file itself shows the reason.
            None if file.is_some() => bookmarks::explain(connection, of, &why(Kind::Reply))?,
            None => {}
        }
        let is_back = words.is_some() || file.is_some();
        if is_back {
            bookmarks::know_name(connection, of, &known)?;
        }
        let is_note = matches!(queued.command, AgentCommand::Note { .. });
        Ok(Told { what, name, is_turn, is_note, is_back })
    }

    /// Keeps an act without words until the user has seen to it.
    fn keep(&self, connection: &Connection, queued: &Queued, told: &Told) -> Result<(), CacheError> {
        refused::add(connection, queued, &told.name, &self.reason, self.now)
    }
}

/// Unsent commands that were given in the belief that this one, which brings the user into the conversation, succeeds.
fn followers(connection: &Connection, refused: &Queued) -> Result<Vec<Queued>, CacheError> {
    if !matches!(refused.command, AgentCommand::Join { .. } | AgentCommand::TakeOver {}) {
        return Ok(Vec::new());
    }
    let mut waiting = outbox::of_conversation(connection, refused.conversation)?;
    waiting.retain(|queued| !queued.accepted && !queued.is_receipt() && queued.attempts == 0);
    let (held, me) = (conversations::get(connection, refused.conversation)?, meta::me(connection)?);
    let (Some(held), Some(me)) = (held, me) else { return Ok(waiting) };
    let mut followers = Vec::new();
    let mut before: Vec<Queued> = Vec::new();
    for queued in waiting {
        let expecting = Expecting::of(me.clone(), queued.created);
        let state = expected(&held.state, &before, &expecting);
        match expecting.decide(&state, &queued.command) {
            Ok(_) => before.push(queued),
            Err(_) => followers.push(queued),
        }
    }
    Ok(followers)
}

/// One message for all that was refused together.
fn said(told: &[Told], reason: &str) -> String {
    let Some(first) = told.first() else { return String::new() };
    let name = if first.name.is_empty() { say("returned-anyone", &[]) } else { first.name.clone() };
    let args = [("name", name.into()), ("what", first.what.as_str().into()), ("reason", reason.into())];
    let id = match (first.is_turn, first.is_note) {
        (true, false) => "returned-reply",
        (true, true) => "returned-note",
        (false, _) => "returned-act",
    };
    let kept = told.iter().any(|one| one.is_back).then(|| say("returned-kept", &[]));
    [Some(say(id, &args)), kept].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The hub does not say why it hides a conversation, but it tells those who were called to it who took the call.
pub(super) async fn explained<T>(
    session: &Session,
    id: ConversationId,
    answer: Result<T, HubError>,
) -> Result<T, HubError> {
    let problem = match answer {
        Err(HubError::Refused(problem)) if problem.code == "conversation.unknown" => problem,
        other => return other,
    };
    // Older hubs have no answer.
    let claim = session.with_token(|token| async move { session.hub.claim(&token, id, None).await }).await;
    let why = claim.map_or_else(|_| hidden(), |claim| claimed(&claim));
    Err(HubError::Refused(Box::new(why.told_by(*problem))))
}
