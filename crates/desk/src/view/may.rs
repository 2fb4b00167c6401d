//! What the user may do in a conversation.

use serde::Serialize;
use ts_rs::TS;

/// Which actions make sense for this user, so that the interface needs no rules of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MayView {
    pub join: bool,
    pub reply: bool,
    /// To quote turns in replies.
    pub quote: bool,
    /// To react to turns.
    pub react: bool,
    /// To ask for the customer's phone number, which is not known.
    pub ask_number: bool,
    /// To send a template of the channel, also where it takes nothing else.
    pub template: bool,
    /// To send a contact card.
    pub card: bool,
    pub note: bool,
    pub leave: bool,
    pub complete: bool,
    pub ask_for_help: bool,
    /// To say so, and to name who goes on.
    pub help_not_needed: bool,
    pub invite: bool,
    /// To hand it to a colleague, or to assign it.
    pub transfer: bool,
    pub invite_external: bool,
    /// The links of the external agents who are there or invited.
    pub revoke_link: bool,
    pub delegate: bool,
    pub take_over: bool,
    /// To call more people to the open call for help.
    pub widen: bool,
    pub decline: bool,
    pub snooze: bool,
    pub end_snooze: bool,
    /// To add or remove tags.
    pub tag: bool,
    pub edit_customer: bool,
    /// To go on in a new conversation of the same chat.
    pub continue_new: bool,
    /// To say that it belongs to the one before in its chat.
    pub belong: bool,
    /// To say that it does not belong to the one before.
    pub not_belong: bool,
}
