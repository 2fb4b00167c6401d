//! What a webhook of the Cloud API says, read as far as it can be.
//!
//! Deliveries come at least once, in any order, many in one body, and in shapes that change without notice. So nothing
//! here fails as a whole: an unknown kind of message becomes content of unknown kind, an unknown change is named, and
//! what has no sender is listed as unread. Pure.

mod body;

use serde_json::Value;

pub(crate) use body::{Body, MediaKind, MediaRef};
use body::{clipped, digest, id, number, text, user_id, word};

/// A body, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Delivery {
    pub changes: Vec<Change>,
    /// Why parts could not be read, without quoting them.
    pub unread: Vec<String>,
}

/// One thing that happened, and at which of our numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// Meta's id of our number; none in changes of the whole account, and in some recordings.
    pub number: Option<String>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    Message(Box<Message>),
    /// Somebody wrote on the phone that shares the number with us.
    Echo(Box<Message>),
    Status(Box<Status>),
    /// A message of the past, handed over once when a phone is connected.
    History(Box<Message>),
    Call(Call),
    /// A customer's number or id has changed.
    Renumbered(Renumbered),
    /// A customer wants to hear no marketing, or to hear it again.
    Preference {
        who: Who,
        category: String,
        value: String,
        at_ms: Option<i64>,
    },
    Template {
        name: String,
        language: String,
        event: String,
    },
    /// Errors that belong to no message.
    Errors(Vec<ApiError>),
    /// Anything else, by the name of its field.
    Other {
        field: String,
        event: String,
    },
}

/// How the channel names a customer. At least one of them is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// The phone number, in digits.
    pub wa_id: Option<String>,
    /// The id that the company's account has for them; it can change.
    pub user_id: Option<String>,
    /// The same for all accounts of the company.
    pub parent_user_id: Option<String>,
}

impl Who {
    pub(crate) fn is_known(&self) -> bool {
        self.wa_id.is_some() || self.user_id.is_some() || self.parent_user_id.is_some()
    }

    /// Whether both name the same person by the strictest name that both have.
    fn same(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| Some(one.as_ref()? == other.as_ref()?);
        same(&self.user_id, &other.user_id)
            .or_else(|| same(&self.parent_user_id, &other.parent_user_id))
            .or_else(|| same(&self.wa_id, &other.wa_id))
            .unwrap_or(false)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    /// Meta's id, or a digest of the message if it has none.
    pub id: String,
    pub who: Who,
    /// The name that the customer gave themselves.
    pub name: Option<String>,
    pub username: Option<String>,
    /// By the sender's clock, in milliseconds.
    pub sent_ms: Option<i64>,
    /// The message that it answers.
    pub quotes: Option<String>,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Status {
    /// The id of our message.
    pub id: String,
    /// The channel's own word.
    pub state: String,
    pub at_ms: Option<i64>,
    /// What we sent along with the message: the turn's id.
    pub tracker: Option<String>,
    pub errors: Vec<ApiError>,
    pub pricing: Option<Pricing>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pricing {
    pub billable: Option<bool>,
    pub category: String,
    pub model: String,
    pub kind: String,
}

/// An error as the API words it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub code: i64,
    pub title: String,
    pub detail: String,
}

impl ApiError {
    pub(crate) fn of(value: &Value) -> Self {
        let title = text(value, &["title"]).or_else(|| text(value, &["message"])).unwrap_or_default();
        let detail = text(value, &["error_data", "details"]).unwrap_or_default();
        Self { code: number(value, &["code"]).unwrap_or_default(), title, detail }
    }

    /// One line for people.
    pub(crate) fn line(&self) -> String {
        let parts = [&self.title, &self.detail].into_iter().filter(|part| !part.is_empty());
        let mut parts: Vec<_> = parts.map(String::as_str).collect();
        parts.dedup();
        format!("{} {}", self.code, parts.join(": ")).trim().to_owned()
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The same in all news of one call.
    pub id: String,
    pub who: Who,
    /// The name that the customer gave themselves.
    pub name: Option<String>,
    pub event: String,
    pub by_customer: bool,
    pub at_ms: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renumbered {
    pub id: String,
    pub before: Who,
    pub after: Who,
    pub at_ms: Option<i64>,
}

/// Reads a body whose signature was checked.
///
/// # Errors
/// Why it is no JSON at all, without quoting it.
pub(crate) fn read(bytes: &[u8]) -> Result<Delivery, String> {
    let text = crate::json::text(bytes);
    let body: Value = serde_json::from_str(&text).map_err(|error| crate::json::problem(&error))?;
    let mut delivery = Delivery::default();
    let Some(entries) = body.get("entry").and_then(Value::as_array) else {
        delivery.unread.push("it has no entries".into());
        return Ok(delivery);
    };
    for entry in entries {
        match entry.get("changes").and_then(Value::as_array) {
            Some(changes) => changes.iter().for_each(|change| delivery.add(change)),
            None => delivery.unread.push("an entry has no changes".into()),
        }
    }
    Ok(delivery)
}

impl Delivery {
    fn add(&mut self, change: &Value) {
        let Some(value) = change.get("value").filter(|value| value.is_object()) else {
            self.unread.push("a change has no value".into());
            return;
        };
        let number = text(value, &["metadata", "phone_number_id"]);
        let field = text(change, &["field"]).unwrap_or_else(|| field_of(value).to_owned());
        let before = (self.changes.len(), self.unread.len());
        let mut add = |what| self.changes.push(Change { number: number.clone(), what });
        // What stands where a list belongs would be passed over.
        let misshapen = |name: &&str| value.get(name).is_some_and(|part| !part.is_array() && !part.is_null());
        let mut unread: Vec<_> =
            LISTS.into_iter().filter(misshapen).map(|name| format!("its {name} are no list")).collect();
        let people = People::of(value);
        for call in list(value, "calls") {
            let by_customer = text(call, &["direction"]).is_none_or(|direction| direction == "USER_INITIATED");
            let who = people.complete(sender(call, "from", "from_user_id", "from_parent_user_id"));
            let event = text(call, &["event"]).unwrap_or_default();
            let id = id(call, &["id"]).unwrap_or_else(|| digest(call));
            let name = people.profile(&who, "name");
            add(What::Call(Call { id, who, name, event, by_customer, at_ms: time(call) }));
        }
        for message in list(value, "messages") {
            match one(message, value, &people) {
                Ok(what) => add(what),
                Err(why) => unread.push(why),
            }
        }
        // How far a call has come is no affair of messages.
        for status in list(value, "statuses").iter().filter(|_| field != "calls") {
            match status_of(status) {
                Ok(status) => add(What::Status(Box::new(status))),
                Err(why) => unread.push(why),
            }
        }
        for change in list(value, "user_id_update") {
            match renamed(change) {
                Some(change) => add(What::Renumbered(change)),
                None => unread.push("a change of an id names nobody".into()),
            }
        }
        for echo in ["message_echoes", "smb_message_echoes"].into_iter().flat_map(|name| list(value, name)) {
            let who = people.complete(sender(echo, "to", "to_user_id", "to_parent_user_id"));
            match message_of(echo, value, who, &people) {
                Ok(message) => add(What::Echo(Box::new(message))),
                Err(why) => unread.push(why),
            }
        }
        for thread in list(value, "history").iter().flat_map(|part| list(part, "threads")) {
            let customer = text(thread, &["id"]);
            for message in list(thread, "messages") {
                let who = Who { wa_id: customer.as_deref().and_then(phone), ..Who::default() };
                match message_of(message, value, who, &people) {
                    Ok(message) => add(What::History(Box::new(message))),
                    Err(why) => unread.push(why),
                }
            }
        }
        for preference in list(value, "user_preferences") {
            let named = Who { wa_id: text(preference, &["wa_id"]).as_deref().and_then(phone), ..Who::default() };
            let word = |name| text(preference, &[name]).unwrap_or_default();
            add(What::Preference {
                who: people.complete(named),
                category: word("category"),
                value: word("value").to_lowercase(),
                at_ms: time(preference),
            });
        }
        if field.starts_with("message_template_") {
            let part = |name| text(value, &[name]).unwrap_or_default();
            add(What::Template {
                name: part("message_template_name"),
                language: part("message_template_language"),
                event: part("event"),
            });
        }
        let errors: Vec<_> = list(value, "errors").iter().map(ApiError::of).collect();
        let are_theirs = ["messages", "calls"].into_iter().any(|name| !list(value, name).is_empty());
        if !errors.is_empty() && !are_theirs {
            add(What::Errors(errors));
        }
        self.unread.extend(unread);
        if before == (self.changes.len(), self.unread.len()) {
            // Something else stands where messages are expected.
            let known = |name: &str| LISTS.contains(&name) || BESIDE.contains(&name);
            let is_known = value.as_object().is_none_or(|parts| parts.keys().all(|name| known(name)));
            if FIELDS.contains(&field.as_str()) && !is_known {
                self.unread.push(format!("a change of {field} says nothing that is known"));
            }
            let event = text(value, &["event"]).unwrap_or_default();
            let what = What::Other { field: clipped(&field, 100), event };
            self.changes.push(Change { number, what });
        }
    }
}

/// The lists that a change may have.
const LISTS: [&str; 8] = [
    "messages",
    "statuses",
    "calls",
    "message_echoes",
    "smb_message_echoes",
    "history",
    "user_preferences",
    "user_id_update",
];

/// What else a change may have beside its lists.
const BESIDE: [&str; 4] = ["contacts", "errors", "messaging_product", "metadata"];
/// Fields whose changes consist of these lists; `unknown` stands for a change that does not name its field.
const FIELDS: [&str; 6] = ["calls", "history", "message_echoes", "messages", "smb_message_echoes", "unknown"];

/// What a change without a field is about.
fn field_of(value: &Value) -> &'static str {
    let has = |name: &str| value.get(name).is_some();
    if has("calls") {
        "calls"
    } else if has("messages") || has("statuses") {
        "messages"
    } else if has("message_template_name") {
        "message_template_status_update"
    } else {
        "unknown"
    }
}

/// The customers that a change names beside its messages.
struct People<'a>(Vec<(Who, &'a Value)>);

impl<'a> People<'a> {
    fn of(value: &'a Value) -> Self {
        Self(list(value, "contacts").iter().map(|contact| (contact_of(contact), contact)).collect())
    }

    /// A sender with everything that is told of them. One who is not named is the only contact, if there is one.
    fn complete(&self, who: Who) -> Who {
        let only = self.0.first().filter(|_| self.0.len() == 1 && !who.is_known());
        let found = self.0.iter().find(|(known, _)| known.same(&who)).or(only);
        let Some((known, _)) = found else { return who };
        Who {
            wa_id: who.wa_id.or_else(|| known.wa_id.clone()),
            user_id: who.user_id.or_else(|| known.user_id.clone()),
            parent_user_id: who.parent_user_id.or_else(|| known.parent_user_id.clone()),
        }
    }

    fn profile(&self, who: &Who, name: &str) -> Option<String> {
        let (_, contact) = self.0.iter().find(|(known, _)| known.same(who))?;
        let name = text(contact, &["profile", name]).or_else(|| text(contact, &[name]))?;
        let name = tandem_conversation::one_line(&name);
        (!name.is_empty()).then_some(name)
    }
}

fn contact_of(contact: &Value) -> Who {
    Who {
        wa_id: text(contact, &["wa_id"]).as_deref().and_then(phone),
        user_id: user_id(contact, &["user_id"]),
        parent_user_id: user_id(contact, &["parent_user_id"]),
    }
}

fn sender(message: &Value, number: &str, user: &str, parent: &str) -> Who {
    Who {
        wa_id: text(message, &[number]).as_deref().and_then(phone),
        user_id: user_id(message, &[user]),
        parent_user_id: user_id(message, &[parent]),
    }
}

/// A WhatsApp number: digits alone.
fn phone(text: &str) -> Option<String> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let good = (5..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| text.to_owned())
}

fn one(message: &Value, value: &Value, people: &People<'_>) -> Result<What, String> {
    if text(message, &["type"]).as_deref() == Some("system") {
        return renumbered(message).map(What::Renumbered).ok_or_else(|| "a system message names nobody".into());
    }
    let who = people.complete(sender(message, "from", "from_user_id", "from_parent_user_id"));
    message_of(message, value, who, people).map(|message| What::Message(Box::new(message)))
}

fn message_of(message: &Value, value: &Value, who: Who, people: &People<'_>) -> Result<Message, String> {
    if !message.is_object() {
        return Err("a message is no object".into());
    }
    if !who.is_known() {
        return Err("a message has no sender".into());
    }
    if text(message, &["group_id"]).is_some() {
        return Err("a message belongs to a group".into());
    }
    let id_of = |path: &[&str]| id(message, path);
    Ok(Message {
        id: id_of(&["id"]).unwrap_or_else(|| digest(message)),
        name: people.profile(&who, "name"),
        username: people.profile(&who, "username"),
        sent_ms: time(message),
        quotes: id_of(&["context", "id"]).or_else(|| id_of(&["context", "message_id"])),
        body: Body::of(message, &list(value, "errors").iter().map(ApiError::of).collect::<Vec<_>>()),
        who,
    })
}

fn renumbered(message: &Value) -> Option<Renumbered> {
    let system = message.get("system")?;
    let part = |name: &str| text(system, &[name]);
    let user = |name: &str| user_id(system, &[name]);
    let from = sender(message, "from", "from_user_id", "from_parent_user_id");
    let before = Who {
        wa_id: from.wa_id,
        user_id: user("previous_user_id").or(from.user_id),
        parent_user_id: user("previous_parent_user_id").or(from.parent_user_id),
    };
    let after = Who {
        wa_id: part("wa_id").or_else(|| part("new_wa_id")).as_deref().and_then(phone),
        user_id: user("user_id"),
        parent_user_id: user("parent_user_id"),
    };
    let id = id(message, &["id"]).unwrap_or_else(|| digest(message));
    (before.is_known() && after.is_known()).then_some(Renumbered { id, before, after, at_ms: time(message) })
}

/// A change of ids that is told by itself.
fn renamed(change: &Value) -> Option<Renumbered> {
    let of = |when: &str| Who {
        wa_id: text(change, &["wa_id"]).as_deref().and_then(phone),
        user_id: user_id(change, &["user_id", when]),
        parent_user_id: user_id(change, &["parent_user_id", when]),
    };
    let (before, after) = (of("previous"), of("current"));
    let is_news = before != after && before.is_known() && after.is_known();
    is_news.then(|| Renumbered { id: digest(change), before, after, at_ms: time(change) })
}

fn status_of(status: &Value) -> Result<Status, String> {
    let (Some(id), Some(state)) = (id(status, &["id"]), text(status, &["status"])) else {
        return Err("a status has no message or no state".into());
    };
    let pricing = status.get("pricing").filter(|pricing| pricing.is_object()).map(|pricing| {
        let part = |name| word(pricing, name);
        let billable = pricing.get("billable").and_then(Value::as_bool);
        Pricing { billable, category: part("category"), model: part("pricing_model"), kind: part("type") }
    });
    Ok(Status {
        id,
        state: clipped(&tandem_conversation::one_line(&state), 100).to_lowercase(),
        at_ms: time(status),
        tracker: text(status, &["biz_opaque_callback_data"]),
        errors: list(status, "errors").iter().map(ApiError::of).collect(),
        pricing,
    })
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Seconds since 1970, as text or number, in milliseconds.
fn time(value: &Value) -> Option<i64> {
    number(value, &["timestamp"])
        .filter(|seconds| (0..=253_402_300_799).contains(seconds))
        .map(|seconds| seconds * 1000)
}

#[cfg(test)]
mod tests;
