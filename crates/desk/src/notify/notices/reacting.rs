//! Reactions to notifications.

use tandem_conversation::{Content, ConversationId, NoticeKind, Permission, Position, Queue, Section, TurnId};
use tandem_protocol::agents::{AgentCommand, AlertOutcome, Me};
use uuid::Uuid;

use super::super::{Action, Did, Reaction, ShownId};
use super::showing::is_calm;
use super::{Gone, Notices, SNOOZE_MS, Screen, Standing, Wanted};
use crate::cache::CacheError;
use crate::cache::bookmarks::{self, Kind, Returned};
use crate::cache::notices::NoticeState;
use crate::reason::Reason;
use crate::view::{Change, Tone};
use crate::words::say;

impl Notices {
    pub(super) async fn react(&self, screen: &mut Screen, reaction: Reaction) -> Result<(), CacheError> {
        let Reaction { id: shown, did } = reaction;
        if screen.group.is_some_and(|(id, _)| id == shown) {
            return self.react_to_group(screen, &did).await;
        }
        if screen.queue_shown.as_ref().is_some_and(|queue| queue.id == shown) {
            return self.react_to_queue(screen, &did).await;
        }
        let Some(Gone { of: id, kind, position, .. }) = found(screen, shown) else {
            if screen.test.take_if(|id| *id == shown).is_some() && did == Did::Pressed(Action::Open) {
                self.changes.tell(Change::Toast { tone: Tone::Good, text: say("notice-works", &[]) });
            }
            return Ok(());
        };
        let after = match did {
            Did::Pressed(Action::Snooze) => NoticeState::Snoozed { until: self.clock.now().plus_ms(SNOOZE_MS) },
            // Still relevant: the next service shows it again.
            Did::Lost => NoticeState::Snoozed { until: self.clock.now() },
            _ => NoticeState::Over,
        };
        if matches!(did, Did::Pressed(Action::Join | Action::Open | Action::Reply) | Did::Replied(_)) {
            self.report(id, kind, AlertOutcome::Clicked {}).await?;
        }
        match did {
            Did::Pressed(Action::Join) => self.join(id, kind),
            Did::Pressed(Action::Open | Action::Reply) => {
                let wanted = screen.wanted.get(&id);
                let section = wanted.and_then(|wanted| section(wanted, screen.me.as_ref()));
                let key = wanted.and_then(|wanted| key(wanted, kind, screen.me.as_ref()));
                self.changes.tell(Change::Open { id, section, key });
            }
            Did::Replied(text) => self.reply(id, text, position),
            Did::Pressed(Action::Snooze) | Did::Dismissed | Did::Lost => {}
        }
        match screen.standing.get(&id) {
            Some(standing) if standing.id == shown => self.take_away(screen, id, after).await,
            // It is already gone, and a newer one may be shown.
            _ => Ok(()),
        }
    }

    async fn react_to_group(&self, screen: &mut Screen, did: &Did) -> Result<(), CacheError> {
        let Some((id, _)) = screen.group.take() else { return Ok(()) };
        if *did == Did::Lost {
            return Ok(());
        }
        let calling = screen.wanted.values().filter(|wanted| !is_calm(wanted.notice.kind));
        let longest = calling.min_by_key(|wanted| (wanted.since(), wanted.state.id));
        if let (Did::Pressed(Action::Open), Some(wanted)) = (did, longest) {
            let section = section(wanted, screen.me.as_ref());
            self.changes.tell(Change::Open { id: wanted.state.id, section, key: None });
        }
        self.forget_grouped(screen).await?;
        self.notifier.withdraw(id).await;
        Ok(())
    }

    /// The user has reacted to the one notification for many: none of them is shown again by itself.
    async fn forget_grouped(&self, screen: &mut Screen) -> Result<(), CacheError> {
        for conversation in std::mem::take(&mut screen.grouped) {
            if let Some(kind) = screen.wanted.get(&conversation).map(|wanted| wanted.notice.kind) {
                self.remember(screen, conversation, kind, NoticeState::Over).await?;
            }
        }
        Ok(())
    }

    async fn react_to_queue(&self, screen: &mut Screen, did: &Did) -> Result<(), CacheError> {
        // Without a notification of their own, the queue's stood for the calls, too.
        if *did != Did::Lost && screen.group.is_none() {
            self.forget_grouped(screen).await?;
        }
        match did {
            Did::Pressed(_) | Did::Replied(_) => self.open_queue(screen).await,
            Did::Dismissed => self.hide_queue(screen).await,
            Did::Lost => {
                screen.queue_shown = None;
                self.remember_queue(screen, Queue::Short).await
            }
        }
    }

    /// Same path as Join in the window; the loop does not wait for the hub.
    fn join(&self, id: ConversationId, kind: NoticeKind) {
        let call = match kind {
            NoticeKind::HelpNeeded { call } => Some(call),
            _ => None,
        };
        let (commands, changes) = (self.commands.clone(), self.changes.clone());
        tokio::spawn(async move {
            match commands.claim(id, call).await {
                Ok(_) => changes.tell(Change::Open { id, section: Some(Section::My), key: None }),
                Err(error) if error.code == "conversation.already_engaged" => {
                    changes.tell(Change::Open { id, section: Some(Section::My), key: None });
                }
                Err(error) if error.code.starts_with("conversation.call_") => {
                    changes.tell(Change::Taken { id, text: error.message });
                }
                Err(error) => changes.tell(Change::Toast { tone: Tone::Bad, text: Reason::from(error).words() }),
            }
        });
    }

    /// Same path as Send in the window. A refused text becomes a draft with the reason, and the conversation opens.
    fn reply(&self, id: ConversationId, text: String, written_against: Position) {
        if text.trim().is_empty() {
            return;
        }
        let reply = AgentCommand::Reply {
            turn: TurnId(Uuid::now_v7()),
            content: Content::Text { text: text.clone() },
            written_against,
            mind_customer: self.memory.settings().mind_customer,
            while_in_progress: true,
            library: None,
            reply_to: None,
            asks_number: false,
        };
        let (locked, hold) = (self.memory.attention().locked, self.memory.undo());
        let (commands, changes, cache) = (self.commands.clone(), self.changes.clone(), self.cache.clone());
        let clock = self.clock.clone();
        tokio::spawn(async move {
            let given = match locked {
                true => Err(Reason::own("desk.screen_locked", "returned-locked-screen", &[])),
                false => commands.give_held(id, reply, hold).await.map_err(Reason::from),
            };
            let Err(why) = given else { return };
            let reason = why.words();
            let why = Returned::new(Kind::Reply, why, clock.hub_now());
            let kept = cache.write(move |connection, touched| {
                touched.conversation(id);
                bookmarks::give_back(connection, id, Kind::Reply, &text, Some(&why))
            });
            let kept = match kept.await {
                Ok(()) => "returned-in-draft",
                Err(error) => {
                    tracing::error!(%error, conversation.id = %id, "an answer could not be kept");
                    "returned-in-draft.lost"
                }
            };
            changes.tell(Change::Open { id, section: None, key: None });
            let text = say(kept, &[("reason", reason.into())]);
            changes.tell(Change::Toast { tone: Tone::Bad, text });
        });
    }
}

/// The subject of this notification, current or just withdrawn.
fn found(screen: &Screen, shown: ShownId) -> Option<Gone> {
    let stands = |(of, standing): (&ConversationId, &Standing)| {
        let Standing { id, kind, position, .. } = *standing;
        Gone { id, of: *of, kind, position }
    };
    screen.standing.iter().map(stands).chain(screen.gone.iter().copied()).find(|gone| gone.id == shown)
}

fn section(wanted: &Wanted, me: Option<&Me>) -> Option<Section> {
    let me = me?;
    if wanted.state.agent(me.user).is_some() || wanted.state.invitation_of(me.user).is_some() {
        return Some(Section::My);
    }
    if wanted.state.help.is_some() {
        return Some(Section::Help);
    }
    (wanted.state.in_progress() && me.permissions.has_all(Permission::ViewAll)).then_some(Section::All)
}

/// The entry that a notice is about, unless it is about the end.
fn key(wanted: &Wanted, kind: NoticeKind, me: Option<&Me>) -> Option<String> {
    let me = me?;
    match kind {
        NoticeKind::Mentioned { position } => {
            let mention = wanted.state.mention_of(me.user, &me.permissions)?;
            (mention.position == position).then(|| mention.turn.to_string())
        }
        NoticeKind::LowScore { review } => {
            let asked = wanted.state.review.as_deref().filter(|asked| asked.id == review)?;
            asked.answer.as_ref().map(|answer| format!("{}-{}", wanted.state.id, answer.position))
        }
        _ => None,
    }
}
