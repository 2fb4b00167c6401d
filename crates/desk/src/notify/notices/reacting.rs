//! What the user does with a notification.

use tandem_conversation::{ConversationId, NoticeKind, Section};
use tandem_protocol::agents::{AgentCommand, AlertOutcome, Me};

use super::super::{Action, Reaction};
use super::{Notices, SNOOZE_MS, Screen, Wanted};
use crate::cache::CacheError;
use crate::cache::notices::NoticeState;
use crate::view::{Change, Tone};

impl Notices {
    pub(super) async fn react(&self, screen: &mut Screen, reaction: Reaction) -> Result<(), CacheError> {
        if screen.group.is_some_and(|(id, _)| id == reaction.id) {
            return self.react_to_group(screen, reaction.action).await;
        }
        let standing = screen.standing.iter().map(|(id, standing)| (standing.id, *id, standing.kind));
        let found = standing.chain(screen.gone.iter().copied()).find(|(shown, ..)| *shown == reaction.id);
        let Some((_, id, kind)) = found else {
            if screen.test.take_if(|id| *id == reaction.id).is_some() && reaction.action == Action::Open {
                self.changes.tell(Change::Toast { tone: Tone::Good, text: "Notifications work.".into() });
            }
            return Ok(());
        };
        let after = match reaction.action {
            Action::Snooze => NoticeState::Snoozed { until: self.clock.now().plus_ms(SNOOZE_MS) },
            Action::Join | Action::Open | Action::Dismissed => NoticeState::Over,
        };
        if matches!(reaction.action, Action::Join | Action::Open) {
            self.report(id, kind, AlertOutcome::Clicked {}).await?;
        }
        match reaction.action {
            Action::Join => self.join(id, kind),
            Action::Open => {
                let section = screen.wanted.get(&id).and_then(|wanted| section(wanted, screen.me.as_ref()));
                self.changes.tell(Change::Open { id, section });
            }
            Action::Snooze | Action::Dismissed => {}
        }
        match screen.standing.get(&id) {
            Some(standing) if standing.id == reaction.id => self.take_away(screen, id, after).await,
            // It has gone already, and perhaps something newer stands there.
            _ => Ok(()),
        }
    }

    async fn react_to_group(&self, screen: &mut Screen, action: Action) -> Result<(), CacheError> {
        let Some((id, _)) = screen.group.take() else { return Ok(()) };
        let longest = screen.wanted.values().min_by_key(|wanted| wanted.notice.since);
        if let (Action::Open, Some(wanted)) = (action, longest) {
            let section = section(wanted, screen.me.as_ref());
            self.changes.tell(Change::Open { id: wanted.state.id, section });
        }
        for conversation in std::mem::take(&mut screen.grouped) {
            if let Some(kind) = screen.wanted.get(&conversation).map(|wanted| wanted.notice.kind) {
                self.remember(screen, conversation, kind, NoticeState::Over).await?;
            }
        }
        self.notifier.withdraw(id).await;
        Ok(())
    }

    /// The same way as Join in the window; the loop does not wait for the hub.
    fn join(&self, id: ConversationId, kind: NoticeKind) {
        let call = match kind {
            NoticeKind::HelpNeeded { call } => Some(call),
            _ => None,
        };
        let (commands, changes) = (self.commands.clone(), self.changes.clone());
        tokio::spawn(async move {
            match commands.give(id, AgentCommand::Join { call }).await {
                Ok(()) => changes.tell(Change::Open { id, section: Some(Section::My) }),
                Err(error) if error.code == "conversation.already_engaged" => {
                    changes.tell(Change::Open { id, section: Some(Section::My) });
                }
                Err(error) => {
                    let taken = error.code.starts_with("conversation.call_");
                    let tone = if taken { Tone::Plain } else { Tone::Bad };
                    changes.tell(Change::Toast { tone, text: error.message });
                }
            }
        });
    }
}

fn section(wanted: &Wanted, me: Option<&Me>) -> Option<Section> {
    let user = me?.user;
    if wanted.state.agent(user).is_some() || wanted.state.invitation_of(user).is_some() {
        return Some(Section::My);
    }
    wanted.state.help.is_some().then_some(Section::Help)
}
