//! Notifications: who shows them, what they say, and when one stands.
//!
//! The policy is [`tandem_conversation::notice`], a function of state. This module compares what should stand with
//! what stands and acts on the difference, so that a reconnect shows nothing twice and a colleague's join takes the
//! notice away. It never knows which service shows them.

mod muting;
mod notices;
mod words;

use futures_util::future::BoxFuture;
use tandem_conversation::ConversationId;
use tokio::sync::{mpsc, watch};

pub use muting::Attention;
pub(crate) use notices::{Notices, Poke};
pub use words::plain_line;

/// What a notification is about; one stands for each at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    Conversation(ConversationId),
    /// Many at once.
    Group,
    /// So many calls for help are open that supervisors should know.
    Queue,
    /// The user tries whether notifications work.
    Test,
}

/// What the user may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Join,
    Open,
    Snooze,
    /// Answer in the notification itself, where the service has a field for that.
    Reply,
}

impl Action {
    /// The name of the action between us and the service.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Open => "open",
            Self::Snooze => "snooze",
            Self::Reply => "inline-reply",
        }
    }

    /// What stands on the button.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Join => "Join",
            Self::Open => "Open",
            Self::Snooze => "Snooze",
            Self::Reply => "Reply",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Normal,
    /// Stays until somebody acts.
    Urgent,
}

/// One notification. Plain text, without control characters; the service escapes what it takes for markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub tag: Tag,
    pub title: String,
    pub body: String,
    pub actions: Vec<Action>,
    pub urgency: Urgency,
    /// With the system's own sound.
    pub sound: bool,
    /// The one that it takes the place of.
    pub replaces: Option<ShownId>,
}

/// Names a shown notification to the service that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShownId(pub u64);

/// The service has taken it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: ShownId,
    /// The service's own name.
    pub server: String,
    /// Whether its user can notice it; not older than what [`Notifier::attention`] says.
    pub attention: Attention,
}

/// The service did not take it; in words for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(pub String);

/// What the user did with a shown notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub id: ShownId,
    pub did: Did,
}

/// What became of a shown notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    Pressed(Action),
    /// The user wrote this in its field.
    Replied(String),
    /// Closed by the user.
    Dismissed,
    /// The service that showed it has gone, and it with it.
    Lost,
}

/// What a notifier tells by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Reaction(Reaction),
    /// What shows notifications from now on, by name, or why nothing does.
    Service(Result<String, NotifyError>),
}

/// Shows notifications. Implementations must answer in bounded time, whatever their service does.
pub trait Notifier: Send + Sync + 'static {
    /// Where news are told. Called once, before anything is shown.
    fn attach(&self, news: mpsc::UnboundedSender<News>);

    /// Shows one, in place of another if it says so.
    fn show(&self, notification: Notification) -> BoxFuture<'_, Result<Receipt, NotifyError>>;

    /// Takes one away, if it is still there.
    fn withdraw(&self, id: ShownId) -> BoxFuture<'_, ()>;

    /// Whether its user can notice anything; where the system says nothing, nothing changes.
    fn attention(&self) -> watch::Receiver<Attention> {
        watch::channel(Attention::default()).1
    }
}

/// For desks without a notification service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Notifier for Silent {
    fn attach(&self, _: mpsc::UnboundedSender<News>) {}

    fn show(&self, _: Notification) -> BoxFuture<'_, Result<Receipt, NotifyError>> {
        Box::pin(async { Err(NotifyError("This desk runs without notifications.".into())) })
    }

    fn withdraw(&self, _: ShownId) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}
