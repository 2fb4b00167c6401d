//! Notifications: what they say, when one is shown, and the service behind them.
//!
//! The policy is [`tandem_conversation::notice`], a function of state. This module compares what should be shown with
//! what is shown and acts on the difference. So a reconnect shows nothing twice, and a colleague's join withdraws the
//! notice. What an earlier run left standing is shown once more if it still calls the user: its buttons are dead. It
//! does not know which service shows them.

mod chimes;
mod left;
mod muting;
mod notices;
mod words;

use std::path::PathBuf;

use futures_util::future::BoxFuture;
use tandem_conversation::ConversationId;
use tokio::sync::{mpsc, watch};

pub(crate) use chimes::Chimes;
pub use left::Left;
pub(crate) use notices::{Notices, Poke};
pub use words::plain_line;

use crate::attention::Attention;

/// The subject of a notification; at most one is shown for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    Conversation(ConversationId),
    /// One for many conversations.
    Group,
    /// Many calls for help are open, for supervisors.
    Queue,
    /// The user tests notifications.
    Test,
}

/// The buttons of a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Join,
    Open,
    Snooze,
    /// Answer in the notification itself, where the service supports that.
    Reply,
}

impl Action {
    /// The action's name towards the service.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::Open => "open",
            Self::Snooze => "snooze",
            Self::Reply => "inline-reply",
        }
    }

    /// The button's label.
    #[must_use]
    pub fn label(self) -> String {
        let id = match self {
            Self::Join => "notice-act-join",
            Self::Open => "notice-act-open",
            Self::Snooze => "notice-act-snooze",
            Self::Reply => "notice-act-reply",
        };
        crate::words::say(id, &[])
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    Normal,
    /// Stays until the user acts.
    Urgent,
}

/// A notification in plain text, without control characters; the service escapes markup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    pub tag: Tag,
    pub title: String,
    pub body: String,
    pub actions: Vec<Action>,
    pub urgency: Urgency,
    /// None shows it silently.
    pub sound: Option<Sound>,
    /// The notification that it replaces.
    pub replaces: Option<ShownId>,
}

/// The sound of a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// The system's own.
    System,
    /// A WAV file, for notifiers that [play files](Notifier::plays_files).
    File(PathBuf),
}

/// The service's id of a shown notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShownId(pub u64);

/// The service accepted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: ShownId,
    /// The service's own name.
    pub server: String,
    /// Whether the user can notice it; at least as recent as [`Notifier::attention`].
    pub attention: Attention,
}

/// Why the service refused it, for the agent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotifyError(pub String);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaction {
    pub id: ShownId,
    pub did: Did,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    Pressed(Action),
    /// The user's text from its field.
    Replied(String),
    /// Closed by the user.
    Dismissed,
    /// The service that showed it is gone.
    Lost,
}

/// What a notifier reports by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Reaction(Reaction),
    /// The service that shows notifications from now on, by name, or why there is none.
    Service(Result<String, NotifyError>),
}

/// Shows notifications. Implementations must answer in bounded time, whatever their service does.
pub trait Notifier: Send + Sync + 'static {
    /// Sets the channel for news, instead of an earlier one: each sign-in has its own.
    fn attach(&self, news: mpsc::UnboundedSender<News>);

    /// Shows a notification, replacing another if it says so.
    fn show(&self, notification: Notification) -> BoxFuture<'_, Result<Receipt, NotifyError>>;

    /// Withdraws it if it is still shown.
    fn withdraw(&self, id: ShownId) -> BoxFuture<'_, ()>;

    /// Returns once everything withdrawn has left the screen; for programs that are about to end.
    fn settle(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    /// Whether the service plays sounds from files.
    fn plays_files(&self) -> bool {
        false
    }

    /// Whether the user can notice anything; constant where the system does not tell.
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
