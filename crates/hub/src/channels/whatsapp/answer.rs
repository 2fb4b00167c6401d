//! What the API's answer to a message means: taken, to be tried again, refused, or unknown. Pure.

use serde_json::Value;
use tandem_conversation::Remedy;

use super::webhook::ApiError;
use crate::delivery::{Outcome, Refusal};

/// What the way to the API came to.
pub(crate) enum Reply<'a> {
    /// An answer, with its status.
    Answered(u16, &'a [u8]),
    /// The connection failed before anything was sent.
    NotSent(String),
    /// Something was sent, and no answer came.
    Lost(String),
}

/// Errors after which the same request may succeed.
const AGAIN: [i64; 6] = [4, 80_007, 130_429, 131_056, 131_016, 131_057];

/// Errors that concern the whole number, and what its state is then called.
fn stops(code: i64) -> Option<&'static str> {
    match code {
        0 | 3 | 10 | 190 | 200..=299 | 131_005 => Some("token_invalid"),
        368 | 131_031 | 131_042 => Some("blocked"),
        131_045 | 133_010 => Some("not_registered"),
        _ => None,
    }
}

/// Reads what became of a message.
#[must_use]
pub(crate) fn outcome(reply: &Reply<'_>) -> Outcome {
    let (status, body) = match reply {
        Reply::NotSent(reason) => return Outcome::Again { reason: reason.clone() },
        Reply::Lost(reason) => return Outcome::Unknown { reason: reason.clone() },
        Reply::Answered(status, body) => (*status, *body),
    };
    let body: Value = serde_json::from_str(&crate::json::text(body)).unwrap_or_default();
    if (200..300).contains(&status) {
        let message = body.pointer("/messages/0/id").and_then(Value::as_str).filter(|id| !id.is_empty());
        return match message {
            Some(message) => Outcome::Accepted { message: message.to_owned() },
            None => Outcome::Unknown { reason: "the answer names no message".into() },
        };
    }
    let Some(error) = body.get("error").filter(|error| error.get("code").is_some()) else {
        return match status {
            429 => Outcome::Again { reason: "429 too many requests".into() },
            // Somebody on the way answered; the request may have passed.
            500..=599 => Outcome::Unknown { reason: format!("{status} without a reason") },
            401 | 403 => Outcome::Stopped { state: "token_invalid", reason: format!("{status} without a reason") },
            _ => Outcome::Refused(refused(i64::from(status), &format!("{status} without a reason"))),
        };
    };
    let error = ApiError::of(error);
    let reason = error.line();
    if status == 429 || AGAIN.contains(&error.code) {
        Outcome::Again { reason }
    } else if let Some(state) = stops(error.code) {
        Outcome::Stopped { state, reason }
    } else {
        Outcome::Refused(refused(error.code, &reason))
    }
}

/// Not one of Meta's codes: the hub cannot read its own file.
pub(crate) const UNREADABLE: i64 = 0;

/// A refusal of Meta's, which says why.
#[must_use]
pub(crate) fn refused(code: i64, why: &str) -> Refusal {
    let known = foreseen(code);
    Refusal { reason: format!("{} ({why})", known.reason), ..known }
}

/// The refusal that Meta would answer with.
#[must_use]
pub(crate) fn foreseen(code: i64) -> Refusal {
    let of_meta = (code != UNREADABLE).then(|| code.to_string());
    Refusal { code: of_meta, ..Refusal::new(explained(code), remedy(code)) }
}

/// A refusal in words for agents: what happened, and what they can do.
fn explained(code: i64) -> &'static str {
    match code {
        UNREADABLE => "The hub does not have the file any more as it was sent. Attach it again.",
        131_026 | 131_021 | 131_030 => {
            "This number cannot be reached on WhatsApp. Use another way to reach the customer."
        }
        131_047 => "The 24 hours after the customer's last message are over. Send a template instead.",
        131_049 => "WhatsApp holds back marketing messages to this customer for now. Try again tomorrow.",
        131_050 => "The customer does not want marketing messages. Nothing can be done.",
        131_051..=131_053 => "WhatsApp does not take this file or kind of message. Send it as another kind of file.",
        131_062 => "This template needs the customer's phone number, which is not known. Ask for it.",
        132_000..=132_999 => "WhatsApp does not take the template as it is. Choose another template.",
        130_497 => "WhatsApp does not deliver to this country. Use another way to reach the customer.",
        130_472 => "WhatsApp holds back messages to this customer as part of an experiment. Nothing can be done.",
        _ => "WhatsApp refused the message. Send it again.",
    }
}

/// What helps against a refusal.
fn remedy(code: i64) -> Remedy {
    match code {
        131_026 | 131_021 | 131_030 | 130_497 => Remedy::OtherContact,
        131_047 | 132_000..=132_999 => Remedy::Template,
        UNREADABLE | 131_050..=131_053 | 131_062 | 130_472 => Remedy::Nothing,
        _ => Remedy::SendAgain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::whatsapp::recorded;

    fn of(status: u16, body: &str) -> Outcome {
        outcome(&Reply::Answered(status, body.as_bytes()))
    }

    fn answered(code: i64) -> Outcome {
        of(400, &format!(r#"{{"error":{{"code":{code},"message":"no","error_data":{{"details":"why"}}}}}}"#))
    }

    #[test]
    fn a_message_counts_as_taken_only_with_its_id() {
        let taken = r#"{"messages":[{"id":"wamid.A"}]}"#;
        assert_eq!(of(200, taken), Outcome::Accepted { message: "wamid.A".into() });
        for unclear in ["{}", "", "not json", r#"{"messages":[]}"#, r#"{"messages":[{"id":7}]}"#] {
            assert!(matches!(of(200, unclear), Outcome::Unknown { .. }), "{unclear}");
        }
    }

    #[test]
    fn what_may_have_been_taken_is_never_tried_again() {
        for status in [500, 502, 503, 504] {
            assert!(matches!(of(status, "<html>"), Outcome::Unknown { .. }), "{status}");
        }
        assert!(matches!(outcome(&Reply::Lost("timeout".into())), Outcome::Unknown { .. }));
        assert!(matches!(outcome(&Reply::NotSent("refused".into())), Outcome::Again { .. }));
        assert!(matches!(of(429, ""), Outcome::Again { .. }));
    }

    #[test]
    fn every_error_has_one_meaning() {
        for code in AGAIN {
            assert!(matches!(answered(code), Outcome::Again { .. }), "{code}");
        }
        for (code, name) in [(190, "token_invalid"), (205, "token_invalid"), (131_031, "blocked")] {
            assert!(matches!(answered(code), Outcome::Stopped { state, .. } if state == name), "{code}");
        }
        let Outcome::Refused(refusal) = answered(131_047) else { panic!("the window is closed") };
        assert!(refusal.reason.contains("24 hours") && refusal.reason.ends_with("(131047 no: why)"), "{refusal:?}");
        assert_eq!((refusal.code.as_deref(), foreseen(UNREADABLE).code), (Some("131047"), None));
        let helps = [131_026, 131_047, 132_001, 131_050, 131_049, 131_062].map(remedy);
        use Remedy::{Nothing, OtherContact, SendAgain, Template};
        assert_eq!(
            helps,
            [OtherContact, Template, Template, Nothing, SendAgain, Nothing],
            "a number has to be asked for"
        );
    }

    #[test]
    fn every_recorded_code_is_understood() {
        let Some(text) = recorded::file("whatsapp/error_codes.json") else { return };
        let classes: Value = serde_json::from_str(&text).unwrap();
        let digits = |text: &str| {
            let parts = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<i64>().ok());
            parts.collect::<Vec<_>>()
        };
        let codes: Vec<_> =
            classes.as_array().unwrap().iter().flat_map(|class| digits(class["codes"].as_str().unwrap())).collect();
        assert!(codes.len() > 50);
        for code in codes {
            let outcome = answered(code);
            let understood = matches!(outcome, Outcome::Again { .. } | Outcome::Stopped { .. } | Outcome::Refused(_));
            assert!(understood && !explained(code).is_empty(), "{code}: {outcome:?}");
        }
    }
}
