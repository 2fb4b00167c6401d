//! Engagements as they start and end.

use super::open::Open;
use super::rows::{Ended, EngagementRow, ExternalAgentRow, Kind, QueueOutcome, StartCause, Who};
use super::tables::{Rows, put};
use crate::engagement::{EndReason, Engagement, EngagementKind};
use crate::event::Event;
use crate::ids::{EngagementId, LinkId, UserId};
use crate::participant::{Participant, ParticipantKind};

impl Open {
    /// An engagement started. Returns the person, if it is one.
    pub(super) fn start(
        &mut self,
        engagement: &Engagement,
        event: &Event,
        version: u64,
        rows: &mut Rows,
    ) -> Option<Who> {
        let kind = kind_of(&engagement.kind);
        let who = engagement.person().or(engagement.invitee()).and_then(Who::of);
        let (agent_id, external_agent_id) = ids(who);
        let row = EngagementRow {
            engagement_id: engagement.id,
            conversation_id: event.conversation,
            round_no: self.round.row.id.no,
            kind,
            agent_id,
            external_agent_id,
            started_at: event.time,
            ended_at: None,
            start_cause: self.start_cause(kind, who),
            end_reason: None,
            end_detail: None,
            queue_ms: None,
            queue_outcome: (kind == Kind::Queue && !self.imported()).then_some(QueueOutcome::Open),
            person_wait_ms: None,
            invitation_ms: None,
            engagement_ms: None,
            wrap_up_ms: None,
            handle_ms: None,
            shared_ms: None,
            agent_first_reply_ms: None,
            turns: 0,
            left_waiting: false,
        };
        let person = who.filter(|_| kind.is_person());
        match kind {
            Kind::Queue => self.round.want(event.time),
            Kind::Invitation => self.invite(engagement, event, version, rows),
            _ => person.into_iter().for_each(|who| self.round.come(who)),
        }
        put(&mut rows.engagements, version, row.engagement_id, row.clone());
        self.command.begun.push(row.engagement_id);
        self.engagements.push(row);
        person
    }

    fn start_cause(&self, kind: Kind, who: Option<Who>) -> StartCause {
        match kind {
            Kind::Agent if self.command.reopened => StartCause::Reopening,
            Kind::Agent if who.is_some_and(|who| self.command.accepted.contains(&who)) => StartCause::Invitation,
            // A claim or a takeover shows only in the events after it.
            Kind::Agent => StartCause::Join,
            Kind::ExternalAgent => StartCause::Link,
            Kind::Invitation => StartCause::Invitation,
            Kind::Logic | Kind::SelfService | Kind::Queue => StartCause::Auto,
        }
    }

    fn invite(&mut self, engagement: &Engagement, event: &Event, version: u64, rows: &mut Rows) {
        let Some(Participant::ExternalAgent { link, name }) = engagement.invitee() else { return };
        let agent = ExternalAgentRow {
            external_agent_id: *link,
            conversation_id: event.conversation,
            name: name.clone(),
            invited_at: event.time,
            opened_at: None,
            ended_at: None,
            end: None,
        };
        put(&mut rows.external_agents, version, *link, agent.clone());
        self.external_agents.push(agent);
    }

    pub(super) fn end(
        &mut self,
        id: EngagementId,
        was: &Engagement,
        end: &EndReason,
        event: &Event,
        version: u64,
        rows: &mut Rows,
    ) {
        let Some(mut row) = self.take(id) else { return };
        let reason = Ended::of(end);
        let ms = Some(event.time.since(row.started_at)).filter(|_| !self.imported());
        row.ended_at = Some(event.time);
        row.end_reason = Some(reason);
        if let EndReason::Left { why } = end {
            row.end_detail = Some(why.clone()).filter(|why| !why.is_empty());
        }
        match row.kind {
            Kind::Queue => {
                row.queue_ms = ms;
                row.queue_outcome = self.queue_outcome(reason, &event.actor).filter(|_| !self.imported());
            }
            Kind::Invitation => row.invitation_ms = ms,
            Kind::Agent | Kind::ExternalAgent => {
                (row.engagement_ms, row.handle_ms) = (ms, ms);
                row.left_waiting = self.customer_waits();
            }
            Kind::Logic | Kind::SelfService => row.engagement_ms = ms,
        }
        if reason == Ended::TakenOver {
            mark(self, &event.actor, &[StartCause::Join, StartCause::Claim], StartCause::Takeover, version, rows);
        }
        if let Some(who) = was.person().and_then(Who::of) {
            let others = self.engagements.iter().any(|other| other.kind.is_person());
            self.round.leave(who, reason, others);
        }
        if let Some(invitee) = was.invitee().and_then(Who::of).filter(|_| reason == Ended::Accepted) {
            self.command.accepted.push(invitee);
        } else if let Some(agent) = self.dismiss(reason, event.time, &row) {
            put(&mut rows.external_agents, version, agent.external_agent_id, agent);
        }
        put(&mut rows.engagements, version, id, row.clone());
        if row.kind == Kind::Queue {
            self.round.unwant(row);
        }
    }

    fn queue_outcome(&self, end: Ended, by: &Participant) -> Option<QueueOutcome> {
        let without_person =
            matches!(by.kind(), ParticipantKind::Customer | ParticipantKind::System | ParticipantKind::Logic);
        Some(if self.is_person_there() {
            QueueOutcome::Answered
        } else if end == Ended::Completed && without_person {
            QueueOutcome::GivenUp
        } else {
            QueueOutcome::Returned
        })
    }
}

/// Corrects why an engagement of this command started: later events of the same command say more.
pub(super) fn mark(
    open: &mut Open,
    by: &Participant,
    from: &[StartCause],
    cause: StartCause,
    version: u64,
    rows: &mut Rows,
) {
    let Some((Some(agent), _)) = Who::of(by).map(|who| ids(Some(who))) else { return };
    let begun = &open.command.begun;
    let own = |row: &&mut EngagementRow| row.kind == Kind::Agent && row.agent_id == Some(agent);
    let own = open.engagements.iter_mut().find(own);
    if let Some(row) = own.filter(|row| begun.contains(&row.engagement_id) && from.contains(&row.start_cause)) {
        row.start_cause = cause;
        put(&mut rows.engagements, version, row.engagement_id, row.clone());
    }
}

fn kind_of(kind: &EngagementKind) -> Kind {
    match kind {
        EngagementKind::Agent { .. } => Kind::Agent,
        EngagementKind::ExternalAgent { .. } => Kind::ExternalAgent,
        EngagementKind::Logic => Kind::Logic,
        EngagementKind::SelfService => Kind::SelfService,
        EngagementKind::Queue => Kind::Queue,
        EngagementKind::Invitation { .. } => Kind::Invitation,
    }
}

fn ids(who: Option<Who>) -> (Option<UserId>, Option<LinkId>) {
    match who {
        Some(Who::Agent(user)) => (Some(user), None),
        Some(Who::External(link)) => (None, Some(link)),
        None => (None, None),
    }
}
