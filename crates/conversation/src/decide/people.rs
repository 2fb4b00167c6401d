//! Commands of agents and external agents.

use super::Draft;
use super::mentions::mentions_of;
use crate::blank::{is_blank, one_line};
use crate::command::{Command, Invitee};
use crate::engagement::{EndReason, Engagement, EngagementKind};
use crate::event::EventBody;
use crate::handover::{Grade, Handover};
use crate::help::{HelpReason, Reach};
use crate::ids::{CallId, EngagementId, LinkId, Position, TurnId, UserId};
use crate::label::{check_label, check_remark};
use crate::limits;
use crate::mention::Named;
use crate::participant::Participant;
use crate::permission::Permission;
use crate::rejection::Rejection;
use crate::time::Time;
use crate::turn::{Content, Turn};

impl Draft<'_> {
    pub(super) fn run_person(&mut self, command: &Command) -> Result<(), Rejection> {
        match command {
            Command::Reply { turn, content, written_against, mind_customer, while_in_progress, received } => {
                if *while_in_progress && !self.state.in_progress() {
                    return Err(Rejection::Completed);
                }
                self.reply(*turn, content, *written_against, *mind_customer, *received)
            }
            Command::Note { turn, text, mentions } => self.note(*turn, text, mentions, None),
            Command::Join { call } => self.join(*call),
            Command::Leave { reason, ask_for_help } => self.leave(reason, *ask_for_help),
            Command::Complete { resolution } => {
                match self.actor {
                    Participant::System if !self.state.in_progress() => return Err(Rejection::Completed),
                    Participant::System => {}
                    _ => drop(self.engaged()?),
                }
                check_remark("resolution", Some(resolution))?;
                self.complete(resolution.clone());
                Ok(())
            }
            Command::Reopen => {
                if self.state.in_progress() {
                    return Err(Rejection::InProgress);
                }
                self.join(None)
            }
            Command::AskForHelp { reason } => {
                self.engaged()?;
                check_remark("reason", Some(reason))?;
                self.raise_help(self.actor.clone(), HelpReason::AgentAsked { detail: reason.clone() });
                Ok(())
            }
            Command::HelpNotNeeded { goes_on, reason } => self.help_not_needed(*goes_on, reason),
            Command::RestoreHelp { call } => self.restore_help(*call),
            Command::CallMore { call } => self.call_more(*call),
            Command::Invite { invitee, note } => self.invite(invitee, note.as_ref()),
            Command::Transfer { user, name, note } => self.transfer(*user, name, note.as_ref()),
            Command::Accept { engagement } => {
                self.my_invitation(*engagement)?;
                self.join(None)
            }
            Command::Decline { engagement } => {
                self.my_invitation(*engagement)?;
                self.end_invitation(self.actor.clone(), *engagement, EndReason::Declined);
                Ok(())
            }
            Command::Withdraw { engagement } => {
                self.find(*engagement, |e| e.invitee().is_some())?;
                self.end_invitation(self.actor.clone(), *engagement, EndReason::Withdrawn);
                Ok(())
            }
            Command::Remove { engagement } => {
                self.engaged()?;
                self.remove(*engagement)
            }
            Command::TakeOver => self.take_over(),
            Command::Delegate { note, turn } => self.delegate(note.as_ref(), *turn),
            Command::PressButton { action } => {
                check_label("action", action)?;
                self.engaged()?;
                let title = Some(self.context.button.clone().ok_or(Rejection::NoButton)?);
                self.push(EventBody::ButtonPressed { action: action.clone(), title });
                Ok(())
            }
            Command::GradeHandover { turn, grade } => self.grade(*turn, *grade),
            Command::Dismiss { user } => {
                self.dismiss(*user);
                Ok(())
            }
            Command::OpenLink { link } => self.open_link(*link),
            Command::RevokeLink { link } => self.revoke_link(*link),
            _ => Err(Rejection::NotYours),
        }
    }

    /// The agent who works with a packet grades it, even after leaving; the last grade counts.
    fn grade(&mut self, turn: TurnId, grade: Grade) -> Result<(), Rejection> {
        let open = self.state.handover.as_ref().filter(|open| open.turn == turn).ok_or(Rejection::NoTurn)?;
        let is_same = open.graded.as_ref().is_some_and(|graded| graded.grade == grade && graded.by.same(self.actor));
        if !self.state.left.iter().any(|past| self.actor.user() == Some(past.user)) {
            self.engaged()?;
        }
        if !is_same {
            self.push(EventBody::HandoverGraded { turn, grade });
        }
        Ok(())
    }

    /// The actor's own engagement; without one they cannot act in the conversation.
    pub(super) fn engaged(&self) -> Result<EngagementId, Rejection> {
        if let Some(engagement) = self.state.engagement_of(self.actor) {
            return Ok(engagement.id);
        }
        Err(match (self.actor, self.state.in_progress()) {
            (Participant::ExternalAgent { .. }, _) => Rejection::LinkOver,
            (_, false) => Rejection::Completed,
            (_, true) => Rejection::NotEngaged,
        })
    }

    fn find(&self, id: EngagementId, which: impl Fn(&Engagement) -> bool) -> Result<&Engagement, Rejection> {
        self.state.engagements.iter().find(|e| e.id == id && which(e)).ok_or(Rejection::NoEngagement)
    }

    fn my_invitation(&self, id: EngagementId) -> Result<&Engagement, Rejection> {
        self.find(id, |e| e.invitee().is_some_and(|invitee| invitee.same(self.actor)))
    }

    fn reply(
        &mut self,
        turn: TurnId,
        content: &Content,
        written_against: Position,
        mind_customer: bool,
        received: Time,
    ) -> Result<(), Rejection> {
        let content = self.outbound(self.with_file(content.clone())?)?.checked()?;
        if self.state.in_progress() || self.actor.user().is_none() {
            self.engaged()?;
        }
        self.is_there(written_against)?;
        let news = self.state.last_voice_beside(self.actor).map_or(Position::START, |voice| voice.position);
        let news = if mind_customer { news.max(self.state.last_loud) } else { news };
        if news > written_against {
            return Err(Rejection::MovedOn { since: written_against });
        }
        self.window_takes(&content)?;
        if !self.state.in_progress() {
            self.reopen();
            self.begin_engagement(self.actor.clone(), EngagementKind::Agent { participant: self.actor.clone() });
        }
        let engagement = Some(self.engaged()?);
        let written_against = (self.state.last_loud > written_against).then_some(written_against);
        let turn = Turn { written_against, ..Turn::new(turn, engagement, content) };
        self.add(turn, received.min(self.now()))?;
        Ok(())
    }

    pub(super) fn note(
        &mut self,
        turn: TurnId,
        text: &str,
        named: &[Named],
        handover: Option<Box<Handover>>,
    ) -> Result<(), Rejection> {
        let mentions = mentions_of(&self.state, self.actor, named)?;
        let content = Content::Note { text: text.to_owned(), mentions, handover }.checked()?;
        let engagement = self.state.engagement_of(self.actor).map(|e| e.id);
        if engagement.is_none() && matches!(self.actor, Participant::ExternalAgent { .. }) {
            return Err(Rejection::LinkOver);
        }
        let turn = Turn::new(turn, engagement, content);
        self.add(turn, self.now())?;
        Ok(())
    }

    fn join(&mut self, call: Option<CallId>) -> Result<(), Rejection> {
        if self.state.engagement_of(self.actor).is_some() {
            return Err(Rejection::AlreadyEngaged);
        }
        if let Some(call) = call
            && self.state.help.as_ref().is_none_or(|help| help.call != call)
        {
            return Err(match &self.state.last_claim {
                Some(by) => Rejection::CallTaken { by: by.clone() },
                None => Rejection::CallOver,
            });
        }
        self.reopen();
        let actor = self.actor.clone();
        let own = |e: &Engagement| e.invitee().is_some_and(|invitee| invitee.same(self.actor));
        let from = self.state.engagements.iter().filter(|e| own(e)).find_map(Engagement::transferred_by).cloned();
        self.end_where(&actor, &EndReason::Accepted, own);
        self.begin_engagement(actor.clone(), EngagementKind::Agent { participant: actor.clone() });
        self.clear_help(Some(actor.clone()));
        // Supervisors who assign a conversation take no part themselves.
        if let Some(from) = from {
            let theirs = |e: &Engagement| e.person().is_some_and(|person| person.same(&from));
            self.end_where(&actor, &EndReason::Transferred, theirs);
        }
        Ok(())
    }

    fn leave(&mut self, reason: &str, ask_for_help: bool) -> Result<(), Rejection> {
        let engagement = self.engaged()?;
        check_remark("reason", Some(reason))?;
        if ask_for_help {
            self.raise_help(self.actor.clone(), HelpReason::AgentAsked { detail: reason.to_owned() });
        }
        self.why = HelpReason::LastPersonLeft;
        self.end_engagement(self.actor.clone(), engagement, EndReason::Left { why: reason.to_owned() });
        Ok(())
    }

    pub(super) fn invite(&mut self, invitee: &Invitee, note: Option<&String>) -> Result<(), Rejection> {
        check_remark("note", note.map(String::as_str))?;
        if *self.actor != Participant::Logic {
            self.engaged()?;
        }
        if !self.state.in_progress() {
            return Err(Rejection::Completed);
        }
        let (participant, expires) = self.invitee(invitee)?;
        self.begin_invitation(participant, expires, note, false)
    }

    /// An invitation that ends the sender's part when it is accepted. Until then nothing changes for the customer.
    fn transfer(&mut self, user: UserId, name: &str, note: Option<&String>) -> Result<(), Rejection> {
        check_remark("note", note.map(String::as_str))?;
        if !self.state.in_progress() {
            return Err(Rejection::Completed);
        }
        let participant = Participant::Agent { user, name: name.to_owned() };
        let expires = self.now().plus_ms(self.context.invitation_ms);
        self.begin_invitation(participant, expires, note, true)
    }

    /// Whom an invitation is for, and when it ends unanswered.
    fn invitee(&self, invitee: &Invitee) -> Result<(Participant, Time), Rejection> {
        Ok(match invitee {
            Invitee::Colleague { user, name } => {
                (Participant::Agent { user: *user, name: name.clone() }, self.now().plus_ms(self.context.invitation_ms))
            }
            Invitee::External { link, name, expires } => {
                let held = &self.envelope.permissions;
                if self.actor.user().is_some() && !held.has(Permission::InviteExternal) {
                    return Err(Rejection::Forbidden { permission: Permission::InviteExternal });
                }
                let name = one_line(name);
                check_label("name", &name)?;
                // The lifetime counts from receipt, so part of it may have passed.
                if !(1..=limits::LINK_MAX_MS).contains(&expires.since(self.now())) {
                    return Err(Rejection::invalid("expires", "a link lives between 1 minute and 7 days"));
                }
                (Participant::ExternalAgent { link: *link, name }, *expires)
            }
        })
    }

    fn begin_invitation(
        &mut self,
        participant: Participant,
        expires: Time,
        note: Option<&String>,
        transfer: bool,
    ) -> Result<(), Rejection> {
        let there = |e: &Engagement| {
            e.person().is_some_and(|p| p.same(&participant)) || e.invitee().is_some_and(|p| p.same(&participant))
        };
        if self.state.engagements.iter().any(there) {
            return Err(Rejection::AlreadyEngaged);
        }
        let by = self.actor.clone();
        let kind =
            EngagementKind::Invitation { invitee: participant, by: by.clone(), expires, note: note.cloned(), transfer };
        self.begin_engagement(by, kind);
        Ok(())
    }

    pub(super) fn remove(&mut self, id: EngagementId) -> Result<(), Rejection> {
        self.find(id, |e| e.person().is_some())?;
        self.why = HelpReason::LastPersonLeft;
        self.end_engagement(self.actor.clone(), id, EndReason::Removed);
        Ok(())
    }

    /// A user lost access: stops waiting for them, and leaves no customer alone with them.
    fn dismiss(&mut self, user: UserId) {
        let invited = self.state.invitation_of(user).map(|invitation| invitation.id);
        if let Some(id) = invited {
            self.end_invitation(self.actor.clone(), id, EndReason::Withdrawn);
        }
        if let Some(id) = self.state.agent(user).map(|engagement| engagement.id) {
            self.why = HelpReason::LastPersonLeft;
            self.end_engagement(self.actor.clone(), id, EndReason::Removed);
        }
    }

    /// Calls the next people before their time. Whether Your Logic is told that no one came is not a person's to say.
    fn call_more(&mut self, call: CallId) -> Result<(), Rejection> {
        let help = self.state.help.as_ref().ok_or(Rejection::NoCall)?;
        if help.call != call {
            return Err(Rejection::CallOver);
        }
        if help.reach >= Reach::Supervisors {
            return Err(Rejection::invalid("call", "everyone who can be called is called already"));
        }
        if let Some(widened) = self.widened() {
            self.push(widened);
        }
        Ok(())
    }

    fn take_over(&mut self) -> Result<(), Rejection> {
        if self.state.engagement_of(self.actor).is_none() {
            self.join(None)?;
        }
        let actor = self.actor.clone();
        let others =
            |e: &Engagement| matches!(&e.kind, EngagementKind::Agent { participant } if !participant.same(&actor));
        self.end_where(&actor, &EndReason::TakenOver, others);
        if self.state.logic.engaged {
            self.push(EventBody::EngageLogicChanged { engaged: false });
        }
        Ok(())
    }

    fn delegate(&mut self, note: Option<&String>, turn: TurnId) -> Result<(), Rejection> {
        let engagement = self.engaged()?;
        if !self.context.logic_available {
            return Err(Rejection::LogicUnavailable);
        }
        if let Some(text) = note.filter(|text| !is_blank(text)) {
            self.note(turn, text, &[], None)?;
        }
        if !self.state.logic.engaged {
            self.push(EventBody::EngageLogicChanged { engaged: true });
        }
        if self.state.fallback.is_some() {
            self.push(EventBody::FallbackCleared);
        }
        self.clear_help(None);
        self.end_engagement(self.actor.clone(), engagement, EndReason::Delegated);
        Ok(())
    }

    fn open_link(&mut self, link: LinkId) -> Result<(), Rejection> {
        let Participant::ExternalAgent { link: own, .. } = self.actor else { return Err(Rejection::NotYours) };
        if *own != link {
            return Err(Rejection::NotYours);
        }
        if self.state.engagement_of(self.actor).is_some() {
            self.push(EventBody::LinkUsed { link });
            return Ok(());
        }
        let invited = self.state.engagements.iter().find(|e| e.invitee().is_some_and(|i| i.same(self.actor)));
        let invited = invited.ok_or(Rejection::LinkOver)?.clone();
        let expires = invited.expires().ok_or(Rejection::LinkOver)?;
        let participant = invited.invitee().ok_or(Rejection::LinkOver)?.clone();
        self.push(EventBody::LinkUsed { link });
        self.end_engagement(participant.clone(), invited.id, EndReason::Accepted);
        self.begin_engagement(participant.clone(), EngagementKind::ExternalAgent { participant, expires });
        Ok(())
    }

    /// The link's mail fails: the inviter must know, unless the link is already used or ended.
    pub(super) fn fail_mail(&mut self, link: LinkId, reason: &str) -> Result<(), Rejection> {
        check_remark("reason", Some(reason))?;
        let name = match self.state.of_link(link).and_then(Engagement::invitee) {
            Some(Participant::ExternalAgent { name, .. }) => name.clone(),
            _ => return Err(Rejection::NoEngagement),
        };
        // The words are the mail server's.
        self.push(EventBody::MailFailed { link, name, reason: one_line(reason) });
        Ok(())
    }

    fn revoke_link(&mut self, link: LinkId) -> Result<(), Rejection> {
        let id = self.state.of_link(link).ok_or(Rejection::NoEngagement)?.id;
        self.why = HelpReason::LinkOver;
        self.end_engagement(self.actor.clone(), id, EndReason::Revoked);
        Ok(())
    }
}
