//! Settings. Flags override variables, variables override the file. Each invalid setting is reported with its place
//! and the allowed values, and the hub does not start.
//!
//! [`Config::load`] reads a setting in one line by its name. Variable, place in the file and error text follow from
//! the name.

mod check;
mod read;
mod settings;
#[cfg(test)]
mod tests;
mod whatsapp;

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use tandem_conversation::{Ladder, PERSON_SILENT_MS};

use crate::data::Data;
pub use crate::data::PostgresUrl;
pub use settings::{ConfigError, Environment, Flags};
pub use whatsapp::NewWhatsappNumber;

/// Default limit for a request body to Your Logic, in bytes: what common servers accept.
const REQUEST_BYTES: i64 = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: String,
    /// Address and port of `/metrics`; none serves none.
    pub metrics: Option<String>,
    /// Folder of the database and the files; absolute.
    pub data: PathBuf,
    /// The database of PostgreSQL that holds the tables; without it, they are in the folder.
    pub postgres: Option<PostgresUrl>,
    /// Where the folder came from, such as `--data` or `default`.
    pub data_from: String,
    /// The company's name.
    pub account: String,
    /// Your Logic; none while it is not connected.
    pub logic: Option<LogicConfig>,
    /// What agents and customers call Your Logic; none for the words of their languages.
    pub logic_name: Option<String>,
    pub rate_limits: bool,
    /// Proxies whose headers are trusted for the peer's address.
    pub trusted_proxies: Vec<IpNet>,
    /// Maximum number of connections; without it, the process's limit of open files.
    pub max_connections: Option<usize>,
    /// The hub's address for browsers, for links in invitations.
    pub public_url: Option<String>,
    /// Outgoing mail, if configured.
    pub mail: Option<MailConfig>,
    /// A writing model for better wording; without one, Your Logic is asked.
    pub improve: Option<ImproveConfig>,
    /// When unanswered calls for help widen.
    pub ladder: Ladder,
    /// Why users may be away, in the order of the menu.
    pub reasons: Vec<String>,
    pub media: MediaConfig,
    pub retention: Retention,
    pub analytics: AnalyticsConfig,
    /// Numbers on WhatsApp. At each start they replace those with the same id.
    pub whatsapp: Vec<NewWhatsappNumber>,
    pub home: Home,
    /// Whether to serve the API description.
    pub docs: bool,
    /// Whether agents see who looks at their conversations without taking part.
    pub tells_watching: bool,
    /// How long the database may answer nobody before requests are refused. No setting.
    pub patience: Duration,
}

/// Limits for files, and where they may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaConfig {
    /// Maximum size of one file.
    pub max_bytes: u64,
    /// Limit for one visitor in 24 hours.
    pub visitor_day_bytes: u64,
    pub visitor_day_files: u64,
    /// Limit for one external agent's link in 24 hours.
    pub link_day_bytes: u64,
    pub link_day_files: u64,
    /// Limit for everyone together in 24 hours.
    pub hub_day_bytes: u64,
    /// Free space to keep on the disk. Below it, files are refused and text still works.
    pub free_bytes: u64,
    /// Whether file addresses from Your Logic may be private and without TLS.
    pub allow_private: bool,
}

const REASONS: [&str; 5] = ["Break", "Lunch", "Meeting", "Training", "After-call work"];

const MIB: u64 = 1024 * 1024;

impl Default for MediaConfig {
    fn default() -> Self {
        Self {
            max_bytes: 10 * MIB,
            visitor_day_bytes: 50 * MIB,
            visitor_day_files: 100,
            link_day_bytes: 500 * MIB,
            link_day_files: 500,
            hub_day_bytes: 20_480 * MIB,
            free_bytes: 1_024 * MIB,
            allow_private: false,
        }
    }
}

/// What figures depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnalyticsConfig {
    /// The account's time zone, by its IANA name: its days, unless a question names another.
    pub zone: String,
}

impl Default for AnalyticsConfig {
    fn default() -> Self {
        Self { zone: "UTC".into() }
    }
}

/// What `/` shows in a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// The account's name and nothing else.
    #[default]
    Neutral,
    /// The page of an invented company with a web chat, for trials.
    Demo,
    /// Another page, such as the company's own.
    Redirect(String),
}

/// How many days each kind of temporary data is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Answers to commands, for senders that repeat them.
    pub commands_days: i64,
    /// Web chats without any message.
    pub sessions_days: i64,
    /// Diagnoses of requests to Your Logic.
    pub requests_days: i64,
    /// The ledger of ended calls for help.
    pub alerts_days: i64,
    /// Users' presence.
    pub activity_days: i64,
    /// Mails and tokens of external agents' ended links.
    pub links_days: i64,
    /// Words that customers withdrew. They are hidden at once.
    pub withdrawn_days: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            commands_days: 7,
            sessions_days: 30,
            requests_days: 30,
            alerts_days: 90,
            activity_days: 400,
            links_days: 90,
            withdrawn_days: 30,
        }
    }
}

/// Where Your Logic is and how the hub authenticates.
#[derive(Clone, PartialEq, Eq)]
pub struct LogicConfig {
    pub url: String,
    /// Shared secret: bearer token and signing key.
    pub secret: String,
    /// Time limit for an answer, in milliseconds.
    pub timeout_ms: i64,
    /// Whether it may have a private address.
    pub allow_private: bool,
    /// Whether it receives typing signals.
    pub typing: bool,
    /// How long a waiting customer may hear nothing from a person before Your Logic's messages are sent again, in
    /// milliseconds.
    pub person_silent_ms: i64,
    /// Maximum body of a request to it, in bytes; the oldest turns are dropped first.
    pub request_bytes: i64,
}

impl LogicConfig {
    /// All other settings have their defaults.
    #[must_use]
    pub fn at(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret: secret.into(),
            timeout_ms: 8_000,
            allow_private: true,
            typing: false,
            person_silent_ms: PERSON_SILENT_MS,
            request_bytes: REQUEST_BYTES,
        }
    }
}

impl std::fmt::Debug for LogicConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogicConfig")
            .field("url", &self.url)
            .field("timeout_ms", &self.timeout_ms)
            .field("allow_private", &self.allow_private)
            .field("typing", &self.typing)
            .field("person_silent_ms", &self.person_silent_ms)
            .field("request_bytes", &self.request_bytes)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// The mail server with user and password: `smtps://…`, or `smtp://…?tls=required`.
    pub url: String,
    /// Sender, such as `Northwind <chat@northwind.example>`.
    pub from: String,
    /// The hub's address for browsers, for links in mails.
    pub public_url: String,
}

impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// A writing model behind an OpenAI-compatible endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct ImproveConfig {
    /// Including the version, such as `https://models.example/v1`.
    pub base_url: String,
    pub model: String,
    /// Empty for endpoints without authentication.
    pub key: String,
}

impl std::fmt::Debug for ImproveConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImproveConfig")
            .field("base_url", &self.base_url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// Where everything is kept.
    #[must_use]
    pub fn tables(&self) -> Data {
        Data::new(self.data.clone(), self.postgres.clone())
    }

    /// The address that Meta posts to about a number of WhatsApp.
    pub(crate) fn webhook_of(&self, number: &str) -> String {
        let hub = self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen));
        format!("{hub}/channels/whatsapp/{number}/webhook")
    }

    /// The defaults, over the data of a folder.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self {
            listen: "127.0.0.1:7700".into(),
            metrics: None,
            data,
            postgres: None,
            data_from: "default".into(),
            account: "Tandem".into(),
            logic: None,
            logic_name: None,
            rate_limits: true,
            trusted_proxies: Vec::new(),
            max_connections: None,
            public_url: None,
            mail: None,
            improve: None,
            ladder: Ladder::default(),
            reasons: REASONS.map(str::to_owned).into(),
            media: MediaConfig::default(),
            retention: Retention::default(),
            analytics: AnalyticsConfig::default(),
            whatsapp: Vec::new(),
            home: Home::default(),
            docs: true,
            tells_watching: true,
            patience: Duration::from_secs(10),
        }
    }
}
