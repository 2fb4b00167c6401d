//! Settings: a file, environment variables and flags, the later ones first. A wrong one is named, with its place and
//! the allowed values, and the hub does not start.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tandem_conversation::Ladder;

/// All settings of a hub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: String,
    /// Folder of the database and the files.
    pub data: PathBuf,
    /// What the company is called.
    pub account: String,
    /// Your Logic; none while it is not connected.
    pub logic: Option<LogicConfig>,
    pub rate_limits: bool,
    /// Where browsers reach this hub, for links that are handed over.
    pub public_url: Option<String>,
    /// Outgoing mail; none while it is not set up.
    pub mail: Option<MailConfig>,
    /// A writing model for better words; without one, Your Logic is asked for them.
    pub improve: Option<ImproveConfig>,
    /// When calls for help that nobody answers are made to more people.
    pub ladder: Ladder,
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
}

impl std::fmt::Debug for LogicConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogicConfig")
            .field("url", &self.url)
            .field("timeout_ms", &self.timeout_ms)
            .field("allow_private", &self.allow_private)
            .field("typing", &self.typing)
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

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    /// The file, variable or flag.
    pub place: String,
    pub problem: String,
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    pub listen: Option<String>,
    pub data: Option<PathBuf>,
}

/// `tandem.toml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    listen: Option<String>,
    data: Option<PathBuf>,
    account: Option<String>,
    rate_limits: Option<bool>,
    public_url: Option<String>,
    logic: Option<FileLogic>,
    mail: Option<FileMail>,
    improve: Option<FileImprove>,
    calls: Ladder,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileLogic {
    url: Option<String>,
    secret: Option<String>,
    timeout_ms: Option<i64>,
    allow_private: Option<bool>,
    typing: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileMail {
    url: Option<String>,
    from: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FileImprove {
    base_url: Option<String>,
    model: Option<String>,
    key: Option<String>,
}

impl Config {
    /// Reads the file that is named (or `tandem.toml` in the working folder if it exists), then the environment
    /// through `variable`, then the flags.
    ///
    /// # Errors
    /// The first setting that cannot be used.
    pub fn load(flags: &Flags, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let named = flags.config.clone().or_else(|| variable("TANDEM_CONFIG").map(PathBuf::from));
        let file = match named {
            Some(path) => read(&path)?,
            None if Path::new("tandem.toml").exists() => read(Path::new("tandem.toml"))?,
            None => File::default(),
        };
        let logic = file.logic.unwrap_or_default();
        let listen = flags.listen.clone().or_else(|| variable("TANDEM_LISTEN")).or(file.listen);
        let listen = listen.unwrap_or_else(|| "127.0.0.1:7700".into());
        if listen.parse::<std::net::SocketAddr>().is_err() {
            return Err(wrong(
                "listen (TANDEM_LISTEN, --listen)",
                format!("'{listen}' is not an address with a port, such as 127.0.0.1:7700"),
            ));
        }
        let data = flags.data.clone().or_else(|| variable("TANDEM_DATA").map(PathBuf::from)).or(file.data);
        let rate_limits = match variable("TANDEM_RATE_LIMITS").as_deref() {
            None => file.rate_limits.unwrap_or(true),
            Some("on") => true,
            Some("off") => false,
            Some(other) => return Err(wrong("TANDEM_RATE_LIMITS", format!("'{other}' is not allowed; use on or off"))),
        };
        let timeout_ms = match variable("TANDEM_LOGIC_TIMEOUT_MS") {
            Some(text) => text
                .parse()
                .map_err(|_| wrong("TANDEM_LOGIC_TIMEOUT_MS", format!("'{text}' is not a number of milliseconds")))?,
            None => logic.timeout_ms.unwrap_or(8_000),
        };
        if !(100..=120_000).contains(&timeout_ms) {
            return Err(wrong("logic.timeout_ms (TANDEM_LOGIC_TIMEOUT_MS)", "use 100 to 120000"));
        }
        let flag = |name: &str, file: Option<bool>, otherwise: bool| {
            let from = format!("TANDEM_{}", name.to_uppercase().replace('.', "_"));
            match variable(&from).as_deref() {
                None => Ok(file.unwrap_or(otherwise)),
                Some("true") => Ok(true),
                Some("false") => Ok(false),
                Some(other) => {
                    let problem = format!("'{other}' is not allowed; use true or false");
                    Err(wrong(&format!("{name} ({from})"), problem))
                }
            }
        };
        let allow_private = flag("logic.allow_private", logic.allow_private, true)?;
        let typing = flag("logic.typing", logic.typing, false)?;
        let given = |name: &str, file: Option<String>| variable(name).filter(|text| !text.is_empty()).or(file);
        let url = given("TANDEM_LOGIC_URL", logic.url);
        let secret = given("TANDEM_LOGIC_SECRET", logic.secret);
        let mail = file.mail.unwrap_or_default();
        let public_url = public_of(given("TANDEM_PUBLIC_URL", file.public_url))?;
        let mail =
            mail_of(given("TANDEM_MAIL_URL", mail.url), given("TANDEM_MAIL_FROM", mail.from), public_url.clone())?;
        let improve = file.improve.unwrap_or_default();
        let improve = improve_of(
            given("TANDEM_IMPROVE_BASE_URL", improve.base_url),
            given("TANDEM_IMPROVE_MODEL", improve.model),
            given("TANDEM_IMPROVE_KEY", improve.key),
        )?;
        Ok(Self {
            listen,
            data: data.unwrap_or_else(|| "tandem-data".into()),
            account: variable("TANDEM_ACCOUNT").or(file.account).unwrap_or_else(|| "Tandem".into()),
            logic: logic_of(url, secret, LogicSettings { timeout_ms, allow_private, typing })?,
            rate_limits,
            public_url,
            mail,
            improve,
            ladder: ladder_of(file.calls, &variable)?,
        })
    }
}

struct LogicSettings {
    timeout_ms: i64,
    allow_private: bool,
    typing: bool,
}

fn logic_of(
    url: Option<String>,
    secret: Option<String>,
    LogicSettings { timeout_ms, allow_private, typing }: LogicSettings,
) -> Result<Option<LogicConfig>, ConfigError> {
    let Some(url) = url else { return Ok(None) };
    let place = "logic.url (TANDEM_LOGIC_URL)";
    check_https(place, &url)?;
    let secret = secret.ok_or_else(|| wrong("logic.secret (TANDEM_LOGIC_SECRET)", "needed when logic.url is set"))?;
    if secret.len() < 16 {
        return Err(wrong("logic.secret (TANDEM_LOGIC_SECRET)", "shorter than 16 characters"));
    }
    Ok(Some(LogicConfig { url, secret, timeout_ms, allow_private, typing }))
}

fn check_https(place: &str, url: &str) -> Result<(), ConfigError> {
    let parsed = reqwest::Url::parse(url).map_err(|error| wrong(place, format!("'{url}' is not a URL: {error}")))?;
    if parsed.scheme() != "https" && !(parsed.scheme() == "http" && is_loopback(&parsed)) {
        return Err(wrong(place, "use https; plain http is allowed on this machine's own addresses only"));
    }
    Ok(())
}

fn is_loopback(url: &reqwest::Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

const PUBLIC_URL: &str = "public_url (TANDEM_PUBLIC_URL)";

fn public_of(url: Option<String>) -> Result<Option<String>, ConfigError> {
    let Some(url) = url else { return Ok(None) };
    check_https(PUBLIC_URL, &url)?;
    Ok(Some(url.trim_end_matches('/').to_owned()))
}

fn mail_of(
    url: Option<String>,
    from: Option<String>,
    public_url: Option<String>,
) -> Result<Option<MailConfig>, ConfigError> {
    let Some(url) = url else { return Ok(None) };
    let place = "mail.url (TANDEM_MAIL_URL)";
    // The address may carry a password, so it is not repeated.
    let parsed = reqwest::Url::parse(&url).map_err(|error| wrong(place, format!("not a URL: {error}")))?;
    let encrypted = parsed.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    match parsed.scheme() {
        "smtps" => {}
        "smtp" if encrypted || is_loopback(&parsed) => {}
        _ => return Err(wrong(place, "use smtps://… or smtp://…?tls=required; without TLS on this machine only")),
    }
    let from = from.ok_or_else(|| wrong("mail.from (TANDEM_MAIL_FROM)", "needed when mail.url is set"))?;
    if from.parse::<lettre::message::Mailbox>().is_err() {
        return Err(wrong("mail.from (TANDEM_MAIL_FROM)", format!("'{from}' is not an e-mail address")));
    }
    let public_url =
        public_url.ok_or_else(|| wrong(PUBLIC_URL, "needed when mail.url is set, for the links in mails"))?;
    Ok(Some(MailConfig { url, from, public_url }))
}

fn improve_of(
    base_url: Option<String>,
    model: Option<String>,
    key: Option<String>,
) -> Result<Option<ImproveConfig>, ConfigError> {
    let Some(base_url) = base_url else { return Ok(None) };
    check_https("improve.base_url (TANDEM_IMPROVE_BASE_URL)", &base_url)?;
    let place = "improve.model (TANDEM_IMPROVE_MODEL)";
    let model = model.ok_or_else(|| wrong(place, "needed when improve.base_url is set"))?;
    Ok(Some(ImproveConfig { base_url, model, key: key.unwrap_or_default() }))
}

fn ladder_of(mut ladder: Ladder, variable: impl Fn(&str) -> Option<String>) -> Result<Ladder, ConfigError> {
    for (name, ms) in [
        ("everyone_after_ms", &mut ladder.everyone_after_ms),
        ("supervisors_after_ms", &mut ladder.supervisors_after_ms),
        ("logic_after_ms", &mut ladder.logic_after_ms),
    ] {
        let from = format!("TANDEM_CALLS_{}", name.to_uppercase());
        if let Some(text) = variable(&from) {
            *ms = text.parse().map_err(|_| wrong(&from, format!("'{text}' is not a number of milliseconds")))?;
        }
        if !(1_000..=3_600_000).contains(ms) {
            return Err(wrong(&format!("calls.{name} ({from})"), "use 1000 to 3600000"));
        }
    }
    Ok(ladder)
}

fn read(path: &Path) -> Result<File, ConfigError> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&place, format!("cannot be read: {error}")))?;
    toml::from_str(&text).map_err(|error| wrong(&place, error.to_string()))
}

fn wrong(place: &str, problem: impl Into<String>) -> ConfigError {
    ConfigError { place: place.into(), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::{Config, Flags};

    fn load(variables: &[(&str, &str)]) -> Result<Config, String> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::load(&Flags::default(), find).map_err(|error| error.to_string())
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_place() {
        for (variables, place) in [
            (vec![("TANDEM_LISTEN", "everywhere")], "TANDEM_LISTEN"),
            (vec![("TANDEM_RATE_LIMITS", "maybe")], "TANDEM_RATE_LIMITS"),
            (vec![("TANDEM_LOGIC_URL", "ftp://logic")], "TANDEM_LOGIC_URL"),
            (vec![("TANDEM_LOGIC_URL", "http://logic.example")], "TANDEM_LOGIC_URL"),
            (vec![("TANDEM_LOGIC_URL", "https://logic.example")], "TANDEM_LOGIC_SECRET"),
            (vec![("TANDEM_LOGIC_TIMEOUT_MS", "soon")], "TANDEM_LOGIC_TIMEOUT_MS"),
            (vec![("TANDEM_LOGIC_TIMEOUT_MS", "1")], "TANDEM_LOGIC_TIMEOUT_MS"),
            (vec![("TANDEM_LOGIC_ALLOW_PRIVATE", "no")], "TANDEM_LOGIC_ALLOW_PRIVATE"),
            (vec![("TANDEM_LOGIC_TYPING", "on")], "logic.typing (TANDEM_LOGIC_TYPING)"),
            (vec![("TANDEM_PUBLIC_URL", "http://hub.example")], "TANDEM_PUBLIC_URL"),
            (vec![("TANDEM_MAIL_URL", "smtp://mail.example")], "TANDEM_MAIL_URL"),
            (vec![("TANDEM_MAIL_URL", "smtp://mail.example?tls=opportunistic")], "TANDEM_MAIL_URL"),
            (vec![("TANDEM_MAIL_URL", "smtps://mail.example")], "TANDEM_MAIL_FROM"),
            (vec![("TANDEM_MAIL_URL", "smtps://mail.example"), ("TANDEM_MAIL_FROM", "nobody")], "TANDEM_MAIL_FROM"),
            (
                vec![("TANDEM_MAIL_URL", "smtps://mail.example"), ("TANDEM_MAIL_FROM", "a@b.example")],
                "TANDEM_PUBLIC_URL",
            ),
            (vec![("TANDEM_IMPROVE_BASE_URL", "http://models.example/v1")], "TANDEM_IMPROVE_BASE_URL"),
            (vec![("TANDEM_IMPROVE_BASE_URL", "https://models.example/v1")], "TANDEM_IMPROVE_MODEL"),
            (vec![("TANDEM_CALLS_LOGIC_AFTER_MS", "never")], "TANDEM_CALLS_LOGIC_AFTER_MS"),
            (vec![("TANDEM_CALLS_EVERYONE_AFTER_MS", "5")], "calls.everyone_after_ms"),
        ] {
            let error = load(&variables).unwrap_err();
            assert!(error.contains(place), "'{error}' must name {place}");
        }
    }

    #[test]
    fn without_settings_the_hub_listens_on_this_machine_only() {
        assert_eq!(load(&[]).unwrap().listen, "127.0.0.1:7700");
    }

    #[test]
    fn an_unknown_key_in_the_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tandem.toml");
        std::fs::write(&path, "lisen = \"127.0.0.1:1\"\n").unwrap();
        let flags = Flags { config: Some(path), ..Flags::default() };
        let error = Config::load(&flags, |_| None).unwrap_err().to_string();
        assert!(error.contains("lisen"), "'{error}' must name the key");
    }
}
