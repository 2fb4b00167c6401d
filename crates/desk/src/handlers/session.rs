//! Signing in and out, presence, and what the window is doing.

use std::collections::HashSet;

use tandem_conversation::{Availability, Conversation};
use tandem_protocol::agents::{AgentCommand, DeskFrame, Login, is_language_tag};
use tandem_sqlite::rusqlite::Connection;
use tokio::sync::oneshot;

use crate::address::{Trouble, Unusable, Verdict, verdict, ways};
use crate::cache::expect::expected_here;
use crate::cache::{CacheError, bookmarks, concerning, conversations, files, meta, outbox};
use crate::commands::Given;
use crate::desk::{Desk, UnlockError};
use crate::hub::{Hub, HubError, outdated};
use crate::link::Input;
use crate::memory::Chosen;
use crate::notify::Poke;
use crate::refusals::error;
use crate::rpc::{
    Customers, Looking, Nothing, OneConversation, RpcError, Seen, SetAvailability, SignIn, SignOut, Unlock,
};
use crate::vault::Refused;
use crate::view::{AppearanceSettings, BehindView, BoardLimits, NotificationSettings, SettingsView};
use crate::views::Reader;
use crate::words::{problem, say, sentence};
use crate::workplace::Workplace;

impl Desk {
    pub(crate) async fn sign_in(&self, request: SignIn) -> Result<Nothing, RpcError> {
        let hub = self.find_hub(&request.hub, request.plain).await?;
        let login = Login { email: request.email, password: request.password };
        let tokens = hub.login(&login).await.map_err(not_let_in)?;
        self.place()?.enter(hub, tokens, request.plain).await?;
        Ok(Nothing {})
    }

    /// The hub that an entered address means. No password is sent before it has answered as a hub.
    async fn find_hub(&self, entered: &str, plain: bool) -> Result<Hub, RpcError> {
        let ways = ways(entered).map_err(|unusable| error("session.address", unusable.to_string()))?;
        let plain = plain || self.config().allow_http;
        let mut first = None;
        for way in ways {
            // Nothing secret is in the question itself.
            let hub = self.config().hub_over(&way.address, true);
            let hub = hub.map_err(|failed| error("session.address", failed.to_string()))?;
            match verdict(&way, &hub.knock().await, plain) {
                Verdict::Enter => return Ok(hub),
                // What was tried first is what was meant.
                Verdict::Next(trouble) => first = first.or(Some(trouble)),
                Verdict::Refuse(Trouble { code, message }) => return Err(error(code, message)),
            }
        }
        let nothing = || Trouble { code: "session.address", message: Unusable::Missing.to_string() };
        let Trouble { code, message } = first.unwrap_or_else(nothing);
        Err(error(code, message))
    }

    pub(crate) async fn sign_out(&self, request: SignOut) -> Result<Nothing, RpcError> {
        let place = self.place()?;
        let Some(session) = place.link.borrow().session().cloned() else { return Ok(Nothing {}) };
        place.part_with(request.customers).await?;
        // Customers' data does not stay; drafts and unsent replies wait for the same user.
        self.wipe().await;
        session.end().await;
        Ok(Nothing {})
    }

    pub(crate) async fn unlock(&self, request: Unlock) -> Result<Nothing, RpcError> {
        opened(self.enter_passphrase(request.passphrase).await)
    }

    pub(crate) async fn ask_keychain_again(&self, _: Nothing) -> Result<Nothing, RpcError> {
        opened(self.try_again().await)
    }

    pub(crate) async fn give_up_cache(&self, _: Nothing) -> Result<Nothing, RpcError> {
        opened(self.start_afresh().await)
    }
}

/// Why the hub, which is one, does not sign the user in.
fn not_let_in(failed: HubError) -> RpcError {
    match failed {
        HubError::SessionEnded(reason) => error("session.wrong", reason.words()),
        HubError::Busy { reason, .. } => error("session.busy", reason.words()),
        HubError::Refused(problem) => match outdated(&problem) {
            Some(outdated) => error("session.outdated", outdated.words()),
            None if problem.code == "auth.suspended" => error("session.suspended", problem.detail),
            None => RpcError::from(&*problem),
        },
        HubError::Network(reason) => error("session.unreachable", reason.words()),
        HubError::Garbled(_) => {
            error("session.not_tandem", "Something answered that is not a Tandem hub. Check the address.")
        }
        other => error("session.failed", other.reason().words()),
    }
}

/// The user's conversations, without those that only invite the user.
fn engaged(connection: &Connection, reader: &Reader) -> Result<Vec<Conversation>, CacheError> {
    let mut found = Vec::new();
    for id in concerning::mine(connection)? {
        let held = conversations::get(connection, id)?;
        found.extend(held.map(|held| held.state).filter(|state| state.agent(reader.user).is_some()));
    }
    Ok(found)
}

/// How many conversations have a draft of the user's.
fn drafted(connection: &Connection) -> Result<u32, CacheError> {
    let mut all: HashSet<_> = bookmarks::written(connection, u32::MAX)?.into_iter().collect();
    all.extend(files::drafted_in(connection, u32::MAX)?);
    Ok(u32::try_from(all.len()).unwrap_or(u32::MAX))
}

fn opened(done: Result<(), UnlockError>) -> Result<Nothing, RpcError> {
    done.map(|()| Nothing {}).map_err(|failed| match failed {
        UnlockError::Refused(Refused::Wrong) => error("desk.wrong_passphrase", Refused::Wrong.to_string()),
        UnlockError::Refused(Refused::TooShort) => error("desk.passphrase_too_short", Refused::TooShort.to_string()),
        other => error("desk.locked", sentence(&format!("{other}."))),
    })
}

/// A customer whom the user could not leave, and why.
fn not_left(name: &str, why: Option<RpcError>) -> String {
    match why.map(|RpcError { code, message }| problem(&code, &[], message)) {
        Some(reason) => say("refused-not-left.why", &[("name", name.into()), ("reason", reason.into())]),
        None => say("refused-not-left.no-answer", &[("name", name.into())]),
    }
}

impl Workplace {
    /// What stays behind when the user signs out.
    pub(crate) async fn behind(&self, _: Nothing) -> Result<BehindView, RpcError> {
        let (reader, live) = (self.reader()?, self.link.borrow().live().is_some());
        let now = self.clock.hub_now();
        let behind = self.cache.read(move |connection| {
            let mine = engaged(connection, &reader)?;
            let (queued, held) = outbox::counts(connection, now)?;
            Ok(BehindView {
                customers: mine.into_iter().map(|state| state.customer.name).collect(),
                drafts: drafted(connection)?,
                // While the hub is there, signing out sends what is held back.
                queued: if live { queued } else { queued + held },
                live,
            })
        });
        Ok(behind.await?)
    }

    /// Leaves the user's customers before the user signs out. The user stays signed in unless the hub has taken all.
    async fn part_with(&self, customers: Customers) -> Result<(), RpcError> {
        let ask_for_help = match customers {
            Customers::Stay => return Ok(()),
            Customers::Leave => false,
            Customers::AskForHelp => true,
        };
        if self.link.borrow().live().is_none() {
            return Err(error("desk.offline", "You are offline: the hub cannot be told that you leave."));
        }
        let reader = self.reader()?;
        let mine = self.cache.read(move |connection| engaged(connection, &reader)).await?;
        let mut failed = Vec::new();
        for state in mine {
            let leave = AgentCommand::Leave { reason: say("said-left-reason", &[]), ask_for_help };
            match self.commands.give(state.id, leave).await {
                Ok(Given::Accepted) => {}
                Ok(Given::Waits) => failed.push(not_left(&state.customer.name, None)),
                Err(refused) => failed.push(not_left(&state.customer.name, Some(refused))),
            }
        }
        match failed.is_empty() {
            true => Ok(()),
            false => {
                let names = failed.join(", ");
                Err(error("session.customers", say("refused-not-left", &[("names", names.into())])))
            }
        }
    }

    pub(crate) async fn set_settings(&self, request: SettingsView) -> Result<Nothing, RpcError> {
        let most = SettingsView::LONGEST_UNDO_S;
        if let Some(undo_s) = request.undo_s.filter(|undo_s| *undo_s > most) {
            let message = format!("Undo send takes 0 to {most} seconds, not {undo_s}.");
            return Err(error("settings.undo", message));
        }
        let text = request.appearance.map_or(100, |appearance| appearance.text_percent);
        if !AppearanceSettings::TEXT_PERCENT.contains(&text) {
            return Err(error("settings.text", format!("The size of text is 50 to 300 percent, not {text}.")));
        }
        let volume = request.notifications.volume;
        if volume > NotificationSettings::LOUDEST {
            return Err(error("settings.volume", format!("The volume is 0 to 100 percent, not {volume}.")));
        }
        let (low, highest) = (request.notifications.low_score_up_to, NotificationSettings::HIGHEST_LOW);
        if !(1..=highest).contains(&low) {
            return Err(error("settings.low_score", format!("A low score is 1 to {highest} of 5, not {low}.")));
        }
        if request.reads.len() > SettingsView::MOST_READ || !request.reads.iter().all(|tag| is_language_tag(tag)) {
            let message =
                format!("Up to {} languages are taken, as tags such as de or pt-BR.", SettingsView::MOST_READ);
            return Err(error("settings.reads", message));
        }
        if let Some(limit) = request.board.every().into_iter().find(|limit| *limit > BoardLimits::MOST) {
            let message = format!("A limit of the board is at most {}, not {limit}.", BoardLimits::MOST);
            return Err(error("settings.board", message));
        }
        let before = self.memory.settings();
        let reads_others = before.reads != request.reads;
        // What is read again after the commit has to know them.
        self.memory.set_settings(request.clone());
        let written = self.cache.write(move |connection, touched| {
            touched.app();
            if reads_others {
                touched.everything();
            }
            meta::put(connection, meta::SETTINGS, &request)
        });
        if let Err(failed) = written.await {
            self.memory.set_settings(before);
            return Err(failed.into());
        }
        let _ = self.pokes.send(Poke::All);
        Ok(Nothing {})
    }

    pub(crate) async fn set_availability(&self, request: SetAvailability) -> Result<Nothing, RpcError> {
        let SetAvailability { availability, absence } = request;
        let absence = absence.filter(|_| availability == Availability::Away);
        self.memory.choose(Chosen { availability, absence: absence.clone() });
        self.cache
            .write(move |connection, touched| {
                touched.app();
                match absence {
                    Some(absence) => meta::put(connection, meta::ABSENCE, &absence)?,
                    None => meta::remove(connection, meta::ABSENCE)?,
                }
                meta::put(connection, meta::AVAILABILITY, &availability)
            })
            .await?;
        self.tell_presence();
        Ok(Nothing {})
    }

    /// Sends presence to the hub and re-evaluates notices.
    pub(crate) fn tell_presence(&self) {
        let _ = self.sync.send(Input::Say(DeskFrame::Presence(self.memory.whereabouts())));
        let _ = self.pokes.send(Poke::All);
    }

    pub(crate) async fn typing(&self, request: OneConversation) -> Result<Nothing, RpcError> {
        let (id, now) = (request.id, self.clock.hub_now());
        let waiting = self.cache.read(move |connection| outbox::of_conversation(connection, id)).await?;
        // While words are held back, nothing tells that there are any.
        if !waiting.iter().any(|queued| queued.is_held(now)) {
            let _ = self.sync.send(Input::Say(DeskFrame::Typing { conversation: id }));
        }
        Ok(Nothing {})
    }

    pub(crate) async fn seen(&self, request: Seen) -> Result<Nothing, RpcError> {
        let (reader, id) = (self.reader()?, request.id);
        if self.memory.attention().is_away() {
            return Err(error("desk.nobody_there", "This screen is unattended."));
        }
        let receipt = self
            .cache
            .write(move |connection, touched| {
                let Some(held) = conversations::get(connection, id)? else { return Ok(None) };
                let state = &held.state;
                let up_to = request.up_to.min(state.position);
                let is_new = bookmarks::see(connection, id, up_to)?;
                if is_new {
                    conversations::derive_again(connection, touched, id, &reader.access())?;
                }
                // Only news is worth a message: unseen turns of the customer, mentions, and reminders.
                // A join that the hub has accepted may be here before its event.
                let shown = expected_here(connection, state)?;
                let news = shown.agent(reader.user).is_some() && state.last_customer > state.receipts.desk_seen;
                // Joining marks the call as read here, and tells no one.
                let news = news && (is_new || up_to >= state.last_customer);
                let mention = state.mention_of(reader.user, &reader.permissions);
                let mentioned = is_new && mention.is_some_and(|mention| mention.position <= up_to);
                let reminder = state.snoozes.iter().find(|snooze| snooze.is_of(reader.user));
                let reminded = reminder.and_then(|snooze| snooze.over).is_some_and(|over| over.position <= up_to);
                Ok((news || mentioned || is_new && reminded).then_some(up_to))
            })
            .await?;
        if let Some(up_to) = receipt {
            self.outbox.confirm(id, tandem_conversation::Stage::Seen, up_to).await;
        }
        Ok(Nothing {})
    }

    pub(crate) async fn looking(&self, request: Looking) -> Result<Nothing, RpcError> {
        self.looks(request.window, request.id);
        Ok(Nothing {})
    }

    pub(crate) async fn test_notification(&self, _: Nothing) -> Result<Nothing, RpcError> {
        let (answer, shown) = oneshot::channel();
        let _ = self.pokes.send(Poke::Test(answer));
        match shown.await {
            Ok(Ok(())) => Ok(Nothing {}),
            Ok(Err(failed)) => Err(error("notifications.failed", failed.0)),
            Err(_) => Err(error("desk.ended", "The desk is shutting down.")),
        }
    }
}

#[cfg(test)]
mod tests {
    use tandem_protocol::Problem;

    use super::*;
    use crate::reason::Reason;
    use crate::words::tests::in_german;

    #[test]
    fn customers_who_were_not_left_are_named_in_the_user_s_language() {
        let refused =
            || RpcError { code: "conversation.completed".into(), message: "The conversation is completed.".into() };
        let said = || {
            let names = [not_left("Carmen Menzel", None), not_left("Jana Novak", Some(refused()))].join(", ");
            say("refused-not-left", &[("names", names.into())])
        };
        assert_eq!(
            said(),
            "You are still signed in. Not left: Carmen Menzel (no answer), Jana Novak (The conversation is completed.)."
        );
        assert_eq!(
            in_german(said),
            "Sie sind noch angemeldet. Nicht verlassen: Carmen Menzel (keine Antwort), Jana Novak (Das Gespräch ist abgeschlossen.)."
        );
    }

    #[test]
    fn the_reason_why_a_user_is_not_let_in_is_told_apart() {
        let problem =
            |status, code: &str| HubError::Refused(Box::new(Problem::new(status, code, "In the hub's words.")));
        let busy = HubError::Busy { reason: Reason::said("", "Come back later."), retry_after: None };
        for (failed, code, words) in [
            (
                HubError::SessionEnded(Reason::said("", "Wrong e-mail or password.")),
                "session.wrong",
                "Wrong e-mail or password.",
            ),
            (problem(403, "auth.suspended"), "session.suspended", "In the hub's words."),
            (problem(426, "client.too_old"), "session.outdated", "Update Tandem."),
            (problem(429, "auth.too_many"), "auth.too_many", "In the hub's words."),
            (busy, "session.busy", "Come back later."),
            (HubError::Network(Reason::said("", "No answer.")), "session.unreachable", "No answer."),
            (HubError::Garbled("expected value at line 1".into()), "session.not_tandem", "not a Tandem hub"),
        ] {
            let said = not_let_in(failed);
            assert_eq!(said.code, code);
            assert!(said.message.contains(words), "{said:?}");
            assert!(!said.message.contains("line 1"), "no parser's words: {said:?}");
        }
    }
}
