//! Who may send which command, as one table. Read access is decided before (`may_read`).

use super::Draft;
use crate::command::Command;
use crate::participant::ParticipantKind::{self, Agent, Customer, Device, ExternalAgent, Logic, System};
use crate::permission::Permission;
use crate::rejection::Rejection;

/// What an agent needs to be in the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Handling conversations is enough, or the command itself checks more: an engagement, an invitation, a link.
    Handles,
    /// Observing is enough: users who view all conversations need not handle any.
    LooksOn,
    /// Engaged in this conversation, or viewing all of them.
    TakesPart,
}

const OURS: &[ParticipantKind] = &[Agent, ExternalAgent];

/// Which kinds of participants may send a command, and what agents among them need to be.
fn rule_of(command: &Command) -> (&'static [ParticipantKind], Standing) {
    use Standing::{Handles, LooksOn, TakesPart};
    match command {
        // Where templates exist, the company may write first.
        Command::Start(opening) if opening.channel.facts().templates => (&[Customer, Agent, System], Handles),
        Command::Start(_) => (&[Customer, System], Handles),
        Command::Write { .. } => (&[Customer, Device], Handles),
        Command::GiveFeedback { .. }
        | Command::DeclineReview { .. }
        | Command::Hear { .. } => (&[Customer], Handles),
        Command::WithdrawTurn { .. } => (&[Customer, Device], Handles),
        // The hub brings a file that could not be fetched before.
        Command::EditTurn { .. } => (&[Customer, Device, System], Handles),
        Command::React { .. } => (&[Customer, Agent, ExternalAgent, Device], Handles),
        Command::Quoting { command, .. } => match &**command {
            quoting @ (Command::Write { .. } | Command::Reply { .. }) => rule_of(quoting),
            _ => (&[], Handles),
        },
        Command::AskingNumber { command } => match &**command {
            Command::Reply { .. } => (&[Agent], Handles),
            _ => (&[], Handles),
        },
        // Only within an engagement; a reply to a completed conversation begins one.
        Command::Reply { .. } | Command::Leave { .. } | Command::AskForHelp { .. } | Command::PressButton { .. } => {
            (OURS, Handles)
        }
        Command::Note { .. } => (OURS, LooksOn),
        Command::Drawn { command, .. } => match &**command {
            Command::Reply { .. } | Command::Quoting { .. } => (&[Agent], Handles),
            Command::Note { .. } => (&[Agent], LooksOn),
            _ => (&[], Handles),
        },
        Command::HavingSeen { command, .. } => match &**command {
            ending @ (Command::Complete { .. } | Command::Delegate { .. } | Command::HelpNotNeeded { .. }) => {
                rule_of(ending)
            }
            _ => (&[], Handles),
        },
        Command::Receive { .. } => (&[Customer, Agent, ExternalAgent], LooksOn),
        // Each begins an engagement, or looks for the sender's own engagement or invitation.
        Command::Join { .. }
        | Command::Reopen
        | Command::TakeOver
        | Command::Invite { .. }
        | Command::Accept { .. }
        | Command::Decline { .. }
        | Command::Remove { .. }
        | Command::Delegate { .. }
        | Command::RestoreHelp { .. }
        | Command::GradeHandover { .. }
        // In progress, only a participant may end it, or say what it belongs to.
        | Command::GoOnIn { .. }
        | Command::GoOnFrom { .. }
        | Command::Snooze { .. }
        | Command::EndSnooze => (&[Agent], Handles),
        // The hub completes what has lost its brand.
        Command::Complete { .. } => (&[Agent, System], Handles),
        // Only participants may end what others began. Supervisors assign conversations.
        Command::HelpNotNeeded { .. }
        | Command::CallMore { .. }
        | Command::Withdraw { .. }
        | Command::Transfer { .. }
        | Command::EngageLogic { .. }
        | Command::Tag { .. } => (&[Agent], TakesPart),
        Command::RevokeLink { .. } | Command::EditCustomer { .. } => (&[Agent, System], TakesPart),
        Command::RenameCustomer { .. } => (&[Customer, Agent, Logic, System], Handles),
        Command::OpenLink { .. } => (&[ExternalAgent], Handles),
        Command::AnswerLogic { .. } => (&[Logic], Handles),
        Command::ChangeCustom { .. } | Command::ChangeCustomer { .. } => (&[Logic, System], Handles),
        Command::Tick
        | Command::WidenHelp { .. }
        | Command::AskLogic { .. }
        | Command::FailLogic { .. }
        | Command::FailMail { .. }
        | Command::AttestCustomer { .. }
        | Command::LinkCustomer { .. }
        | Command::Dismiss { .. }
        | Command::Progress { .. } => (&[System], Handles),
    }
}

impl Draft<'_> {
    /// Refuses senders who may not send this command at all.
    pub(super) fn permit(&self, command: &Command) -> Result<(), Rejection> {
        let (kinds, standing) = rule_of(command);
        if !kinds.contains(&self.actor.kind()) {
            return Err(Rejection::NotYours);
        }
        if self.actor.kind() != Agent {
            return Ok(());
        }
        let held = &self.envelope.permissions;
        let views_all = held.has_all(Permission::ViewAll);
        if !(held.has(Permission::Handle) || standing == Standing::LooksOn && views_all) {
            return Err(Rejection::Forbidden { permission: Permission::Handle });
        }
        if standing == Standing::TakesPart && !views_all {
            self.engaged()?;
        }
        Ok(())
    }
}
