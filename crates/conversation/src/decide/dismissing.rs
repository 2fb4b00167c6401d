//! Calls for help that are not needed, and taking that back.

use super::Draft;
use crate::alone::{Attended, attended};
use crate::blank::is_blank;
use crate::engagement::EngagementKind;
use crate::event::EventBody;
use crate::help::{Dismissal, GoesOn, NeedsHelp};
use crate::ids::CallId;
use crate::label::check_remark;
use crate::participant::Participant;
use crate::rejection::Rejection;

impl Draft<'_> {
    /// Dismisses the call, if those who are named to go on are able to.
    pub(super) fn help_not_needed(&mut self, goes_on: Option<GoesOn>, reason: &str) -> Result<(), Rejection> {
        if self.state.help.is_none() {
            return Err(Rejection::NoCall);
        }
        let is_person_here = attended(&self.state, self.now()) == Attended::ByPerson;
        let Some(goes_on) = goes_on else {
            if !is_person_here {
                return Err(Rejection::CustomerAlone);
            }
            self.clear_help(None);
            return Ok(());
        };
        check_remark("reason", Some(reason))?;
        if is_blank(reason) {
            return Err(Rejection::invalid("reason", "say why help is not needed"));
        }
        match goes_on {
            GoesOn::Person if !is_person_here => return Err(Rejection::CustomerAlone),
            GoesOn::Logic if is_person_here => {
                return Err(Rejection::invalid(
                    "goesOn",
                    "people are engaged: they hand over to Your Logic themselves",
                ));
            }
            GoesOn::Logic if !self.context.logic_available => return Err(Rejection::LogicUnavailable),
            // Only participants may end others' engagements.
            GoesOn::Nobody if is_person_here => {
                self.engaged()?;
            }
            _ => {}
        }
        let dismissed = Some(Dismissal { goes_on, reason: reason.to_owned() });
        self.push(EventBody::HelpCleared { claimed_by: None, dismissed });
        match goes_on {
            GoesOn::Person => Ok(()),
            GoesOn::Logic => self.engage_logic(true),
            GoesOn::Nobody => {
                self.complete(reason.to_owned());
                Ok(())
            }
        }
    }

    /// Undoes the actor's own dismissal: a new call of the same reach, with everything else as it was before. The
    /// customer's wait goes on as if it had never ended.
    pub(super) fn restore_help(&mut self, call: CallId) -> Result<(), Rejection> {
        let dismissed = self.state.dismissed.as_deref();
        let dismissed = dismissed.filter(|dismissed| dismissed.help.call == call && dismissed.by.same(self.actor));
        let dismissed = dismissed.filter(|dismissed| !dismissed.is_over(self.now())).cloned();
        let dismissed = dismissed.ok_or(Rejection::UndoOver)?;
        if self.state.help.is_some() {
            return Ok(());
        }
        let taken = self.state.people().find_map(|engagement| engagement.person());
        if let Some(by) = taken.filter(|_| dismissed.agents.is_empty()) {
            return Err(Rejection::CallTaken { by: by.clone() });
        }
        if !self.state.in_progress() {
            self.reopen();
            for participant in dismissed.agents {
                self.begin_engagement(self.actor.clone(), EngagementKind::Agent { participant });
            }
        }
        if self.state.logic.engaged && !dismissed.engage_logic {
            self.push(EventBody::EngageLogicChanged { engaged: false });
        }
        let has_recovered = self.state.voices.iter().any(|v| v.by == Participant::Logic && v.at > dismissed.at);
        if let Some(fallback) = dismissed.fallback.filter(|_| self.state.fallback.is_none() && !has_recovered) {
            self.push_system(EventBody::FellBack { fallback });
        }
        let NeedsHelp { reason, by, reach, .. } = dismissed.help;
        let call = self.conversation().call_at(self.state.position.next());
        let widens_at = self.widens_at(reach);
        let help = NeedsHelp { call, reason, by, since: self.time(), reach, widens_at };
        self.push(EventBody::HelpRaised { help, waits_since: dismissed.waits_for_person });
        Ok(())
    }
}
