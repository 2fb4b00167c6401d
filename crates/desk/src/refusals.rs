//! Errors in words for the agent.

use tandem_conversation::{ConversationId, Participant, Rejection};
use tandem_protocol::Problem;
use tandem_protocol::agents::Claim;

use crate::cache::CacheError;
use crate::rpc::RpcError;
use crate::words::say;

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

/// How a call for help ended, for somebody who was called.
pub(crate) fn claimed(claim: &Claim) -> RpcError {
    let customer = claim.customer.as_str();
    match &claim.by {
        Some(Participant::Agent { name, .. } | Participant::ExternalAgent { name, .. }) => {
            let args = [("name", name.as_str().into()), ("customer", customer.into())];
            error("conversation.call_taken", say("refused-call-taken", &args))
        }
        _ => error("conversation.call_over", say("refused-call-over", &[("customer", customer.into())])),
    }
}

/// Fields whose names the screen does not show. Their problems stand alone.
const UNNAMED: [&str; 10] =
    ["email", "phone", "contact", "to", "ttlS", "expires", "reviewBy", "until", "mentions", "secretHash"];

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

/// Why somebody else ended the sign-in, in words for its user.
pub(crate) fn signed_out_by(code: &str) -> Option<String> {
    let words = match code {
        "auth.ended_password" => "lost-sign-in.password",
        "auth.ended_role" => "lost-sign-in.role",
        "auth.ended_suspended" => "lost-sign-in.suspended",
        _ => return None,
    };
    Some(say(words, &[]))
}

/// A local refusal with the hub's wording.
pub(crate) fn refusal(rejection: &Rejection) -> RpcError {
    let code = serde_json::to_value(rejection).ok();
    let code = code.as_ref().and_then(|value| value.get("code")).and_then(|code| code.as_str());
    error(code.unwrap_or("conversation.refused"), worded(rejection))
}

/// Capitalises the first letter.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
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
