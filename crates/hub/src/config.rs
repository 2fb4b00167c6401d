//! Settings. A flag wins over a variable, a variable over the file. Every wrong one is named with its place and the
//! allowed values, and nothing starts.
//!
//! A setting is read in [`Config::load`] by one line with its name; variable, place in the file and the words for a
//! wrong value follow from the name.

mod check;
mod read;
mod settings;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use ipnet::IpNet;
use tandem_conversation::{Ladder, PERSON_SILENT_MS};

pub use settings::{ConfigError, Environment, Flags};

/// Longest body of a request to Your Logic unless configured, in bytes: what common servers take.
const REQUEST_BYTES: i64 = 1_000_000;

/// All settings of a hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: String,
    /// Folder of the database and the files; absolute.
    pub data: PathBuf,
    /// What named the folder, such as `--data` or `default`.
    pub data_from: String,
    /// What the company is called.
    pub account: String,
    /// Your Logic; none while it is not connected.
    pub logic: Option<LogicConfig>,
    pub rate_limits: bool,
    /// Proxies whose word counts for who is asking; without them the connection's own address counts.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections at the same time; as many as the process may open files if none.
    pub max_connections: Option<usize>,
    /// Where browsers reach this hub, for links that are handed over.
    pub public_url: Option<String>,
    /// Outgoing mail; none while it is not set up.
    pub mail: Option<MailConfig>,
    /// A writing model for better words; without one, Your Logic is asked for them.
    pub improve: Option<ImproveConfig>,
    /// When calls for help that nobody answers are made to more people.
    pub ladder: Ladder,
    pub media: MediaConfig,
    pub retention: Retention,
    pub home: Home,
    /// Whether the API's description is served.
    pub docs: bool,
}

/// How much of files is taken, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaConfig {
    /// Largest file.
    pub max_bytes: u64,
    /// What one visitor may send in 24 hours.
    pub visitor_day_bytes: u64,
    pub visitor_day_files: u64,
    /// What may be sent through one link of an external agent in 24 hours.
    pub link_day_bytes: u64,
    pub link_day_files: u64,
    /// What everybody together may send in 24 hours.
    pub hub_day_bytes: u64,
    /// What has to stay free on the disk; below it only words are taken.
    pub free_bytes: u64,
    /// Whether files that Your Logic names by address may lie at private addresses, and be fetched without TLS.
    pub allow_private: bool,
}

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

/// What the hub's address shows a browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Home {
    /// A line with the account's name.
    #[default]
    Neutral,
    /// The page of an invented company with a web chat, for trying.
    Demo,
    /// Another page, such as the company's own.
    Redirect(String),
}

/// How many days something is kept that is only needed for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Answers to commands, for senders that repeat them.
    pub commands_days: i64,
    /// Web chats in which nobody ever wrote.
    pub sessions_days: i64,
    /// Diagnoses of requests to Your Logic.
    pub requests_days: i64,
    /// The ledger of calls for help that are over.
    pub alerts_days: i64,
    /// Mails and tokens of external agents' links that are over.
    pub links_days: i64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { commands_days: 7, sessions_days: 30, requests_days: 30, alerts_days: 90, links_days: 90 }
    }
}

/// Where Your Logic is and what it proves itself with.
#[derive(Clone, PartialEq, Eq)]
pub struct LogicConfig {
    pub url: String,
    /// Shared secret: bearer token and signing key.
    pub secret: String,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: i64,
    /// Whether it may have an address that only this network knows.
    pub allow_private: bool,
    /// Whether it hears that a customer is writing.
    pub typing: bool,
    /// How long a person may let the customer wait before its messages are sent again, in milliseconds.
    pub person_silent_ms: i64,
    /// Longest body of a request to it, in bytes; older turns are left out.
    pub request_bytes: i64,
}

impl LogicConfig {
    /// With all other settings as they are unless configured.
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

/// How mail goes out.
#[derive(Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// Of the mail server, with user and password: `smtps://…`, or `smtp://…?tls=required`.
    pub url: String,
    /// Who writes, such as `Northwind <chat@northwind.example>`.
    pub from: String,
    /// Where browsers reach this hub, for the links in mails.
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
    /// Up to and including the version, such as `https://models.example/v1`.
    pub base_url: String,
    pub model: String,
    /// Empty for endpoints that ask for none.
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
    /// The settings that hold where nothing else is said, over the data of a folder.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        Self {
            listen: "127.0.0.1:7700".into(),
            data,
            data_from: "default".into(),
            account: "Tandem".into(),
            logic: None,
            rate_limits: true,
            trusted_proxies: Vec::new(),
            max_connections: None,
            public_url: None,
            mail: None,
            improve: None,
            ladder: Ladder::default(),
            media: MediaConfig::default(),
            retention: Retention::default(),
            home: Home::default(),
            docs: true,
        }
    }
}
