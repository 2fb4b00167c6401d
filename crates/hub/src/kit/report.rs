//! The result of a check, for people and programs.

use std::fmt;

use serde::Serialize;

use super::judge::{Finding, Verdict};

#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    pub check: &'static str,
    pub verdict: Verdict,
    /// The evidence.
    pub seen: String,
    /// Why it matters.
    pub why: &'static str,
    /// What to do if it fails.
    pub todo: &'static str,
}

/// All checks of one endpoint.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub url: String,
    /// Of 100: a pass counts whole, a warning half.
    pub score: usize,
    pub passed: usize,
    pub warned: usize,
    pub failed: usize,
    pub checks: Vec<Entry>,
}

impl Report {
    pub(super) fn new(url: &str, checks: Vec<Entry>) -> Self {
        let count = |verdict| checks.iter().filter(|entry| entry.verdict == verdict).count();
        let (passed, warned, failed) = (count(Verdict::Pass), count(Verdict::Warn), count(Verdict::Fail));
        let score = (2 * passed + warned) * 50 / checks.len().max(1);
        Self { url: url.to_owned(), score, passed, warned, failed, checks }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.url)?;
        for Entry { check, verdict, seen, why, todo } in &self.checks {
            let mark = match verdict {
                Verdict::Pass => "pass",
                Verdict::Warn => "WARN",
                Verdict::Fail => "FAIL",
            };
            writeln!(f, "  {mark}  {check}: {seen}")?;
            if *verdict != Verdict::Pass {
                writeln!(f, "        why: {why}\n        do:  {todo}")?;
            }
        }
        write!(f, "\n{} of 100: {} passed, {} warned, {} failed", self.score, self.passed, self.warned, self.failed)
    }
}

/// Name, reason and advice of a check.
#[derive(Clone, Copy)]
pub(super) struct Check {
    name: &'static str,
    why: &'static str,
    todo: &'static str,
}

impl Check {
    pub fn found(self, finding: Finding) -> Entry {
        let Finding { verdict, seen } = finding;
        Entry { check: self.name, verdict, seen, why: self.why, todo: self.todo }
    }
}

pub(super) const REACHED: Check = Check {
    name: "reachable",
    why: "Nothing else can be checked; while the hub cannot reach it, every customer waits for the agents.",
    todo: "Start the service, and compare host, port and scheme of the URL. Nothing else was tried.",
};
pub(super) const OPENING: Check = Check {
    name: "opening",
    why: "The first words decide whether the customer stays; without an answer a person is called.",
    todo: "Answer CONVERSATION_STARTED with 200 (or 204) and the first TURN with MESSAGE, QUESTION or NEEDS_HELP.",
};
pub(super) const QUESTION: Check = Check {
    name: "answer by choice",
    why: "Customers press the choices of a menu; that comes as ANSWER with the id of the choice in `turn.content.choice`.",
    todo: "Treat the trigger ANSWER like a TURN whose words are the choice's label.",
};
pub(super) const FREE_TEXT: Check = Check {
    name: "free text",
    why: "Customers may ignore a menu and write whatever they like.",
    todo: "Answer what you do not understand with a question, or with NEEDS_HELP.",
};
pub(super) const COURTESY: Check = Check {
    name: "closing courtesy",
    why: "An answer to 'thank you, bye' is only noise.",
    todo: "Answer requests whose `trigger.silent` is true without actions.",
};
pub(super) const HANDOVER: Check = Check {
    name: "asking for a person",
    why: "Ignoring a customer who asks for a person loses them; agents who know the reason help faster.",
    todo: "Answer with a MESSAGE that says so, and NEEDS_HELP with a `reason` and `customerAsked`.",
};
pub(super) const TAKE_OVER: Check = Check {
    name: "a person takes part",
    why: "Events continue after a person has joined; your messages then become suggestions, unless they have `force`.",
    todo: "Answer ENGAGEMENT_STARTED and every TURN with 200; prefer SUGGESTION while `engagements` holds an agent.",
};
pub(super) const HAND_BACK: Check = Check {
    name: "a person hands back",
    why: "After ENGAGE_LOGIC_CHANGED or ENGAGEMENT_ENDED the customer may be waiting for you alone.",
    todo: "Check whether the customer's last turn has an answer; if not, say something or call a person.",
};
pub(super) const BUTTON: Check = Check {
    name: "custom button",
    why: "Agents press the buttons that your company has defined; an error falls back to the agents with that reason.",
    todo: "Answer BUTTON_PRESSED with 200, also when you do not know `trigger.action`.",
};
pub(super) const LINKED: Check = Check {
    name: "customer linked",
    why: "A customer who signs in becomes known to you; an error falls back to the agents with that reason.",
    todo: "Answer CUSTOMER_LINKED with 200; `customer.contacts` holds your own id of the customer.",
};
pub(super) const GRADED: Check = Check {
    name: "handover graded",
    why: "The agent who takes over grades your packet; an error falls back to the agents with that reason.",
    todo: "Answer HANDOVER_GRADED with 200, and use `trigger.graded` to improve your packets.",
};
pub(super) const INVITED: Check = Check {
    name: "partners by link",
    why: "An invitation whose link reaches no one is refused, together with the whole answer.",
    todo: "Give each INVITE_EXTERNAL_AGENT an `email`, or the `secretHash` of a token that you hand over yourself.",
};
pub(super) const PREVIEW: Check = Check {
    name: "preview",
    why: "Agents ask what you would say next; `dryRun` is true and there must be no side effects.",
    todo: "Answer PREVIEW as you would answer the customer's last turn, at once, without side effects.",
};
pub(super) const IMPROVE: Check = Check {
    name: "better wording",
    why: "Agents ask for a better wording of a reply; yours is shown beside theirs and never sent automatically.",
    todo: "Answer IMPROVE with one SUGGESTION that improves `trigger.draft`, or with no actions.",
};
pub(super) const TRANSLATE: Check = Check {
    name: "translations",
    why: "Agents read customers in languages that they do not know; your translations are shown beside the words.",
    todo: "Answer TRANSLATE with `translations`, one for each id of `trigger.translate.texts`, or with none.",
};
pub(super) const REPEATED: Check = Check {
    name: "the same request twice",
    why: "After a restart a hub repeats its outstanding requests under the same `requestId`.",
    todo: "Compute answers from the request alone, or remember them by `requestId`.",
};
pub(super) const BURST: Check = Check {
    name: "many at once",
    why: "Conversations are asked about in parallel, events within one strictly in order.",
    todo: "Serve requests concurrently, without state shared between conversations.",
};
pub(super) const HUGE: Check = Check {
    name: "long conversation",
    why: "A request carries up to 200 turns, and up to 1,000,000 bytes unless `logic.request_bytes` says otherwise.",
    todo: "Let your server accept bodies of `logic.request_bytes`, 1,000,000 bytes unless the hub says otherwise.",
};
pub(super) const NEW_FIELDS: Check = Check {
    name: "unknown fields",
    why: "The protocol grows by fields; a service that refuses them breaks with the next hub.",
    todo: "Ignore fields that you do not know.",
};
pub(super) const NEW_TRIGGER: Check = Check {
    name: "unknown trigger",
    why: "The protocol grows by triggers; an error falls back to the agents.",
    todo: "Answer triggers that you do not know with 200 and no actions.",
};
pub(super) const TRUNCATED: Check = Check {
    name: "truncated JSON",
    why: "A request that cannot be understood must have no effect.",
    todo: "Parse the body, and answer 400 if that fails.",
};
pub(super) const WRONG_TYPES: Check = Check {
    name: "wrong types",
    why: "A request that cannot be understood must have no effect.",
    todo: "Check the fields that you read, and answer 400 if one is not what it should be.",
};
pub(super) const WRONG_BEARER: Check = Check {
    name: "wrong bearer secret",
    why: "Anyone who finds the address could talk to your service.",
    todo: "Compare the Authorization header with the secret and answer 401.",
};
pub(super) const UNSIGNED: Check = Check {
    name: "no signature",
    why: "A bearer secret alone leaks with one log line.",
    todo: "Require the headers webhook-id, webhook-timestamp and webhook-signature; verify them with a Standard Webhooks library.",
};
pub(super) const WRONG_SIGNATURE: Check = Check {
    name: "wrong signature",
    why: "Only the signature proves that the body is the hub's.",
    todo: "Verify webhook-signature over the raw bytes with a Standard Webhooks library and answer 401.",
};
pub(super) const ALTERED: Check = Check {
    name: "signature of another body",
    why: "Someone who saw one request could forge another.",
    todo: "Verify the signature over the raw bytes that came, before parsing them.",
};
pub(super) const STALE: Check = Check {
    name: "old request replayed",
    why: "Someone who recorded a request could send it again later.",
    todo: "Refuse timestamps more than five minutes away from now; the Standard Webhooks libraries do.",
};
pub(super) const FIELDS: Check = Check {
    name: "fields that count",
    why: "The hub ignores fields that it does not know; a misspelt one does nothing.",
    todo: "Compare the names with docs/your-logic.schema.json, LogicResponseBody.",
};
pub(super) const TIMES: Check = Check {
    name: "time to answer",
    why: "An answer after `expires` is never sent to the customer; the conversation falls back to the agents.",
    todo: "Answer within the timeout, or raise `logic.timeout_ms` at the hub.",
};
pub(super) const LATER: Check = Check {
    name: "later answers",
    why: "An answer promised with 202 must reach the hub before `expires`.",
    todo: "POST it with the bearer secret and the `requestId` to /api/v1/logic/conversations/{id}/responses of the hub.",
};
pub(super) const STILL_THERE: Check = Check {
    name: "still there afterwards",
    why: "No request may stop the service for others.",
    todo: "Find what crashed or hangs: the checks above say what was sent.",
};
