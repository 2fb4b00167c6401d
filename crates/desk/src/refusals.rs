//! Errors in words for the agent.

use tandem_conversation::{ConversationId, Participant, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::Claim;

use crate::cache::CacheError;
use crate::reason::Reason;
use crate::rpc::RpcError;
use crate::words::sentence;

/// An error with a stable code and a message for the agent.
pub(crate) fn error(code: &str, message: impl Into<String>) -> RpcError {
    RpcError { code: code.to_owned(), message: message.into() }
}

impl From<CacheError> for RpcError {
    fn from(failed: CacheError) -> Self {
        Self::from(&failed)
    }
}

impl From<&CacheError> for RpcError {
    fn from(failed: &CacheError) -> Self {
        failed.log();
        error("desk.cache", format!("The cache on this machine failed: {failed}."))
    }
}

pub(crate) fn locked() -> RpcError {
    error("desk.locked", "The data on this machine is locked: unlock it first.")
}

pub(crate) fn signed_out() -> RpcError {
    error("desk.signed_out", "Sign in first.")
}

pub(crate) fn unknown_conversation(_: ConversationId) -> RpcError {
    error("conversation.unknown", "This conversation is not on this machine any more.")
}

impl From<Reason> for RpcError {
    fn from(reason: Reason) -> Self {
        Self { message: reason.words(), code: reason.code }
    }
}

impl From<RpcError> for Reason {
    fn from(RpcError { code, message }: RpcError) -> Self {
        Self::said(&code, message)
    }
}

/// The hub's refusal.
impl From<&Problem> for RpcError {
    fn from(problem: &Problem) -> Self {
        Self::from(Reason::from(problem))
    }
}

/// How a call for help ended, for somebody who was called.
pub(crate) fn claimed(claim: &Claim) -> Reason {
    let customer = claim.customer.as_str();
    match &claim.by {
        Some(Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. }) => taken(name, customer),
        _ => Reason::own("conversation.call_over", "error-conversation-call_over", &[("customer", customer)]),
    }
}

/// `name` took the call of `customer` first.
pub(crate) fn taken(name: &str, customer: &str) -> Reason {
    let named = [("name", name), ("customer", customer)];
    Reason::own("conversation.call_taken", "error-conversation-call_taken", &named)
}

/// The hub shows the conversation no more, and says nothing else.
pub(crate) fn hidden() -> Reason {
    Reason::own("conversation.hidden", "error-conversation-hidden", &[])
}

/// Fields whose names the screen does not show. Their problems stand alone.
const UNNAMED: [&str; 11] =
    ["call", "email", "phone", "contact", "to", "ttlS", "expires", "reviewBy", "until", "mentions", "secretHash"];

/// A refusal as a sentence.
fn worded(rejection: &Rejection) -> String {
    let words = match rejection {
        Rejection::Invalid { field, problem } if UNNAMED.contains(&field.as_str()) => sentence(problem),
        other => sentence(&other.to_string()),
    };
    if words.ends_with(['.', '?', '!']) { words } else { words + "." }
}

/// The hub's refusal in words for the agent, who does not know the names of its fields.
pub(crate) fn for_agents(mut problem: Problem) -> Problem {
    let rejection = problem.rejection.clone().and_then(|rejection| serde_json::from_value(rejection).ok());
    if let Some(rejection @ Rejection::Invalid { .. }) = rejection {
        problem.detail = worded(&rejection);
    }
    problem
}

/// Why a change of the user's password, role or suspension ended the sign-in; none for other codes.
pub(crate) fn signed_out_by(code: &str) -> Option<Reason> {
    let words = match code {
        "auth.ended_password" => "lost-sign-in.password",
        "auth.ended_role" => "lost-sign-in.role",
        "auth.ended_suspended" => "lost-sign-in.suspended",
        _ => return None,
    };
    Some(Reason::own(code, words, &[]))
}

/// A local refusal with the hub's wording.
pub(crate) fn refusal(rejection: &Rejection) -> RpcError {
    Reason::of_rejection(rejection, worded(rejection)).into()
}

#[cfg(test)]
mod tests {
    use tandem_conversation::Rejection;
    use tandem_protocol::Problem;

    use super::{for_agents, refusal};

    #[test]
    fn agents_read_the_same_of_the_hub_and_of_their_desk_without_names_of_fields() {
        for (rejection, words) in [
            (Rejection::invalid("email", "this is not an e-mail address"), "This is not an e-mail address."),
            (Rejection::invalid("ttlS", "a link lives longer"), "A link lives longer."),
            (Rejection::invalid("title", "longer than 100 characters"), "Title: longer than 100 characters."),
            (Rejection::invalid("texts.de", "too long"), "Texts.de: too long."),
        ] {
            let mut problem = Problem::new(422, "input.invalid", rejection.to_string());
            problem.rejection = serde_json::to_value(&rejection).ok();
            assert_eq!((for_agents(problem).detail.as_str(), refusal(&rejection).message.as_str()), (words, words));
        }
    }
}
