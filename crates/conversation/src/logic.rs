//! Your Logic inside a conversation: what it was asked, what it may do, how it can fail.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;
use utoipa::ToSchema;

use crate::drawn::Drawn;
use crate::failure::LogicFailure;
use crate::handover::Handover;
use crate::help::HelpReason;
use crate::ids::{EngagementId, LinkId, MediaId, Position, RequestId, TurnId, UserId};
use crate::limits;
use crate::participant::Participant;
use crate::rejection::Rejection;
use crate::template::TemplateValue;
use crate::time::Time;
use crate::turn::{Choice, Media};

/// How long an event may wait for a question to Your Logic, in milliseconds. After that a person is called.
pub(crate) const ASK_WITHIN_MS: i64 = 30_000;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogicState {
    /// `engage_logic`: while false, Your Logic gets no requests.
    pub engaged: bool,
    /// The one outstanding request; `logic_working` is its presence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<LogicRequest>,
    /// Events that Your Logic has yet to be asked about, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<Pending>,
}

/// Maximum pending entries per conversation; further events are joined to the last.
pub(crate) const PENDING: usize = 32;

/// A pending question to Your Logic: one event, or several without a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Position of the newest event.
    pub position: Position,
    /// Time of the oldest event.
    pub time: Time,
    /// Silent turns only.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// Only the customer's messages: further ones may be joined.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub words: bool,
    /// The oldest event; none if there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Position>,
    /// Time of the newest event; none if there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

impl Pending {
    /// The oldest event.
    #[must_use]
    pub fn from(&self) -> Position {
        self.from.unwrap_or(self.position)
    }

    /// Time of the newest event.
    #[must_use]
    pub fn until(&self) -> Time {
        self.until.unwrap_or(self.time)
    }

    fn joins(&self, next: &Self) -> bool {
        self.words && next.words && self.silent == next.silent
    }

    fn join(&mut self, next: &Self) {
        self.from.get_or_insert(self.position);
        (self.position, self.until) = (next.position, Some(next.until()));
        self.silent &= next.silent;
        self.words &= next.words;
    }
}

impl LogicState {
    /// Whether there is something to ask, now that nothing is being asked.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.engaged && self.asked.is_none() && !self.pending.is_empty()
    }

    /// Adds an event. The list stays small: beyond its limit the newest entries are joined, whatever they are.
    pub(crate) fn add(&mut self, next: Pending) {
        let asked = self.asked.as_ref().map_or(Position::START, |asked| asked.trigger);
        let is_full = self.pending.len() >= PENDING;
        match self.pending.last_mut().filter(|last| is_full && last.position > asked) {
            Some(last) => last.join(&next),
            None => self.pending.push(next),
        }
    }

    /// The last event of the next question: what the customer wrote while Your Logic was busy is one question.
    pub(crate) fn next(&self) -> Option<&Pending> {
        let first = self.pending.first()?;
        self.pending[1..].iter().take_while(|next| first.joins(next)).last().or(Some(first))
    }

    /// Settles the request; everything up to `told` needs no further question.
    pub(crate) fn settle(&mut self, told: Position) {
        self.asked = None;
        self.pending.retain(|pending| pending.position > told);
        if let Some(from) = self.pending.first_mut().and_then(|first| first.from.as_mut())
            && *from <= told
        {
            *from = told.next();
        }
    }
}

/// One request in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogicRequest {
    pub id: RequestId,
    /// The event it is about.
    pub trigger: Position,
    pub asked: Time,
    /// A later answer is never sent to the customer.
    pub expires: Time,
    /// The event was a silent turn: a failure raises no call for help.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
}

/// `fallback_to_agent`: Your Logic could not continue, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Fallback {
    pub failure: LogicFailure,
    pub since: Time,
}

/// What Your Logic may do. An answer's actions all take effect, or none does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Action {
    Message {
        text: String,
        /// Speak even though the word is a person's.
        #[serde(default)]
        force: bool,
        /// Whether it only holds the line, such as "Let me look that up".
        #[serde(default)]
        holding: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<TurnId>,
    },
    /// Asks in the answer's own words (`text`, `choices`), or the library's (`key`).
    Question {
        #[serde(default)]
        text: String,
        #[serde(default)]
        choices: Vec<Choice>,
        /// The key of a question in the library; text and choices are then the library's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// The wished language; by default the conversation's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// Set by the hub.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        library: Option<Box<Drawn>>,
        #[serde(default)]
        force: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<TurnId>,
    },
    /// Sends a file that was uploaded before (`media`), or that the hub fetches (`url`).
    Attachment {
        /// The file's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<MediaId>)]
        media: Option<Media>,
        /// Where the hub fetches the file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        url: Option<String>,
        /// Name for a fetched file; by default, the name in its URL.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default)]
        text: String,
        #[serde(default)]
        force: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<TurnId>,
    },
    /// Sends a template: the only message that a channel with a window takes outside it.
    Template {
        name: String,
        language: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<TemplateValue>,
        #[serde(default)]
        force: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<TurnId>,
    },
    /// Sends what only this channel has, in the channel's own words. The hub adds whom it is for.
    Channel {
        #[ts(type = "Record<string, unknown>")]
        #[schema(value_type = Object)]
        whatsapp: Map<String, Value>,
        /// What it says, for the transcript.
        text: String,
        #[serde(default)]
        force: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<TurnId>,
    },
    Note {
        text: String,
        /// Makes the note a handover packet, summed up by the text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handover: Option<Box<Handover>>,
    },
    Suggestion {
        text: String,
    },
    NeedsHelp {
        /// False withdraws the call.
        value: bool,
        #[serde(default)]
        reason: String,
        /// The customer explicitly asked for a person.
        #[serde(default)]
        customer_asked: bool,
    },
    InviteAgent {
        user: UserId,
        /// Filled in by the hub from its list of users.
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        note: Option<String>,
    },
    InviteExternalAgent {
        name: String,
        /// Lifetime of the link, in seconds.
        ttl_s: u32,
        #[serde(default)]
        note: Option<String>,
        /// Where the hub mails the link to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// For a link that Your Logic hands over itself: SHA-256 of the link's token, in hexadecimal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret_hash: Option<String>,
        /// Set by the hub.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<LinkId>,
    },
    RemoveParticipant {
        engagement: EngagementId,
    },
    EngageLogic {
        value: bool,
    },
    Complete {
        #[serde(default)]
        resolution: String,
    },
    Reopen,
    /// Shows the customer a typing indicator. It exists in the live connection only, never in the log.
    Typing {
        value: bool,
    },
    Tag {
        #[serde(default)]
        add: Vec<String>,
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Asks the customer for feedback.
    Feedback {
        text: String,
    },
    /// Files a review of its own, of a turn or of the round.
    Review {
        /// What was looked at.
        #[serde(default)]
        question: String,
        /// 1 to 5.
        score: u8,
        #[serde(default)]
        comment: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        turn: Option<TurnId>,
        /// Who said the turn, set by the hub.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said_by: Option<Participant>,
    },
}

impl Action {
    /// The file that it sends, once there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Media> {
        match self {
            Self::Attachment { media, .. } => media.as_ref(),
            _ => None,
        }
    }

    /// The id that Your Logic chose for the turn that it adds.
    #[must_use]
    pub fn turn(&self) -> Option<TurnId> {
        match self {
            Self::Message { turn, .. }
            | Self::Question { turn, .. }
            | Self::Attachment { turn, .. }
            | Self::Template { turn, .. }
            | Self::Channel { turn, .. } => *turn,
            _ => None,
        }
    }

    /// The name and language of the template that it sends.
    #[must_use]
    pub fn template(&self) -> Option<(&str, &str)> {
        match self {
            Self::Template { name, language, .. } => Some((name, language)),
            _ => None,
        }
    }
}

/// What happens to an answer if the conversation has moved on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Control {
    /// Skip all events that are still pending.
    pub skip_to_latest: bool,
    /// Skip events up to this time.
    pub skip_to_time: Option<Time>,
    /// Drop this answer if the customer has acted since the request.
    pub ignore_on_customer_action: bool,
    /// Drop this answer if an agent has acted since the request.
    pub ignore_on_agent_action: bool,
}

/// What an answer says of the conversation and of its customer. It takes effect together with the actions, or not at
/// all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learnt {
    /// A patch of the conversation's custom data.
    pub custom: Map<String, Value>,
    /// The conversation's language (BCP 47).
    pub language: Option<String>,
    /// A patch of the customer's custom data.
    pub customer: Map<String, Value>,
    /// The customer's name.
    pub name: Option<String>,
}

/// Merges `patch` into `data`: objects merge, null removes, all else replaces (RFC 7396).
pub(crate) fn merge(data: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match (data.get_mut(key), value) {
            (_, Value::Null) => {
                data.remove(key);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, Value::Object(new)) => {
                let mut fresh = Map::new();
                merge(&mut fresh, new);
                data.insert(key.clone(), Value::Object(fresh));
            }
            (_, other) => {
                data.insert(key.clone(), other.clone());
            }
        }
    }
}

/// The patch that turns `from` into `to`. Neither contains nulls, because merged data has none.
#[must_use]
pub fn difference(from: &Map<String, Value>, to: &Map<String, Value>) -> Map<String, Value> {
    let gone = from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key.clone(), Value::Null));
    let changed = to.iter().filter(|(key, value)| from.get(*key) != Some(*value));
    let changed = changed.map(|(key, value)| match (from.get(key), value) {
        (Some(Value::Object(old)), Value::Object(new)) => (key.clone(), Value::Object(difference(old, new))),
        _ => (key.clone(), value.clone()),
    });
    gone.chain(changed).collect()
}

/// Merges data of one person under two identities; `sure` wins. If the result is too large, `sure` alone.
#[must_use]
pub fn joined(sure: &Map<String, Value>, other: &Map<String, Value>) -> Map<String, Value> {
    let mut joined = other.clone();
    merge(&mut joined, sure);
    if check_custom("", &joined).is_ok() { joined } else { sure.clone() }
}

/// Refuses custom data beyond its limit.
pub(crate) fn check_custom(field: &str, custom: &Map<String, Value>) -> Result<(), Rejection> {
    let bytes = serde_json::to_string(custom).map_or(usize::MAX, |json| json.len());
    if bytes > limits::CUSTOM_BYTES {
        return Err(Rejection::invalid(field, format!("larger than {} bytes", limits::CUSTOM_BYTES)));
    }
    check_shape(field, custom)
}

/// Keys that begin so mean something else to the parser: data with such a key would not be read as it was written.
const RESERVED: &str = "$serde_json::private::";

/// Refuses custom data, or a patch of it, that could not be read again: nested too deep, or with reserved keys.
pub(crate) fn check_shape(field: &str, custom: &Map<String, Value>) -> Result<(), Rejection> {
    // The map itself is the first level.
    let mut level: Vec<&Map<String, Value>> = vec![custom];
    let mut lists: Vec<&Vec<Value>> = Vec::new();
    for _ in 0..limits::CUSTOM_DEPTH {
        if level.iter().flat_map(|map| map.keys()).any(|key| key.starts_with(RESERVED)) {
            return Err(Rejection::invalid(field, format!("a key begins with {RESERVED}, which is reserved")));
        }
        let values = level.iter().flat_map(|map| map.values()).chain(lists.iter().flat_map(|list| list.iter()));
        let (mut maps, mut inner) = (Vec::new(), Vec::new());
        for value in values {
            match value {
                Value::Object(map) => maps.push(map),
                Value::Array(list) => inner.push(list),
                _ => {}
            }
        }
        (level, lists) = (maps, inner);
    }
    if level.is_empty() && lists.is_empty() {
        return Ok(());
    }
    Err(Rejection::invalid(field, format!("nested deeper than {} levels", limits::CUSTOM_DEPTH)))
}

/// The reason for help that Your Logic gives with `NEEDS_HELP`.
pub(crate) fn help_reason(detail: String, customer_asked: bool) -> HelpReason {
    if customer_asked { HelpReason::CustomerAsked { detail } } else { HelpReason::LogicAsked { detail } }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::{check_custom, difference, joined, merge};
    use crate::limits::CUSTOM_DEPTH;

    #[test]
    fn data_that_could_not_be_read_again_is_refused() {
        let nested = |levels: usize, around: fn(Value) -> Value| {
            let inner = (1..levels).fold(Value::from(1), |inner, _| around(inner));
            Map::from_iter([("a".to_owned(), inner)])
        };
        for around in [|inner| serde_json::json!({ "a": inner }), |inner| serde_json::json!([inner])] {
            let around: fn(Value) -> Value = around;
            assert_eq!(check_custom("custom", &nested(CUSTOM_DEPTH, around)), Ok(()));
            let refused = check_custom("custom", &nested(CUSTOM_DEPTH + 1, around)).unwrap_err().to_string();
            assert!(refused.contains("nested deeper than 32 levels"), "{refused}");
        }
        for data in [
            serde_json::json!({ "a": 1, "$serde_json::private::RawValue": "{" }),
            serde_json::json!({ "a": [{ "$serde_json::private::Number": "1" }] }),
        ] {
            let refused = check_custom("custom", data.as_object().unwrap()).unwrap_err().to_string();
            assert!(refused.contains("reserved"), "{refused}");
        }
    }

    fn data() -> impl Strategy<Value = Map<String, Value>> {
        let leaf = prop_oneof![any::<bool>().prop_map(Value::from), (0..9).prop_map(Value::from)];
        let tree = leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                proptest::collection::btree_map("[a-d]", inner, 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        });
        proptest::collection::btree_map("[a-d]", tree, 0..4).prop_map(|entries| entries.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_is_known_of_one_person_twice_is_joined(sure in data(), other in data()) {
            let both = joined(&sure, &other);
            let mut with_sure = both.clone();
            merge(&mut with_sure, &sure);
            prop_assert_eq!(&with_sure, &both, "what is sure stays");
            prop_assert!(other.keys().all(|key| both.contains_key(key)), "and nothing else is lost");
            prop_assert_eq!(joined(&both, &other), both, "twice is as good as once");
        }

        #[test]
        fn what_differs_makes_one_of_the_other(from in data(), to in data()) {
            let mut merged = from.clone();
            merge(&mut merged, &difference(&from, &to));
            prop_assert_eq!(&merged, &to);
            prop_assert!(difference(&to, &to).is_empty());
        }
    }
}
