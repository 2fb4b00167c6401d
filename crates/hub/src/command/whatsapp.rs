//! `tandem-hub whatsapp`: our numbers on WhatsApp. A running hub uses a change at once.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Context as _, anyhow, bail, ensure};
use clap::Subcommand;
use serde_json::Value;

use crate::administration::{OPERATOR, audit};
use crate::channels::whatsapp::client::{WITHIN, ask, client};
use crate::channels::whatsapp::number::{Opened, opened};
use crate::channels::whatsapp::{signature, syncing};
use crate::clock::Clock;
use crate::config::{Config, NewWhatsappNumber};
use crate::month::Month;
use crate::setup::{add_whatsapp_number, whatsapp_seal};
use crate::store::whatsapp::messages::{self, Used};
use crate::store::whatsapp::{self, Number, inbox, templates};
use crate::terminal::say;

const VERIFY_TOKEN: &str = "TANDEM_WHATSAPP_VERIFY_TOKEN";
/// What the webhook must be subscribed to.
const NEEDED: [&str; 2] = ["messages", "message_template_status_update"];

/// Numbers on WhatsApp.
#[derive(Subcommand, Debug)]
pub enum WhatsappCommand {
    /// Add a number, or replace one with the same id
    ///
    /// The access token, the app secret and the verify token come from TANDEM_WHATSAPP_TOKEN,
    /// TANDEM_WHATSAPP_APP_SECRET and TANDEM_WHATSAPP_VERIFY_TOKEN, from standard input (one a line, in this order), or
    /// from prompts.
    Add {
        /// Name in the address of the webhook: lower-case letters, digits, hyphens
        #[arg(long)]
        id: String,
        /// The number in international form, such as "+34 600 123 456"
        #[arg(long)]
        number: String,
        /// Meta's id of the number
        #[arg(long)]
        phone_number_id: String,
        /// Meta's id of the WhatsApp Business account
        #[arg(long)]
        account_id: String,
        /// Id of the brand that its conversations belong to
        #[arg(long)]
        brand: Option<String>,
        /// Where the Cloud API is [default: https://graph.facebook.com/v25.0]
        #[arg(long)]
        base_url: Option<String>,
        /// Do not tell customers that their messages were read
        #[arg(long)]
        no_read_marks: bool,
        /// Replies that Meta does not charge, in a month: `usage` then says how many are left
        #[arg(long)]
        free_replies: Option<u32>,
        /// After how many hours of silence a message begins a new conversation [default: 24]
        #[arg(long)]
        new_after_h: Option<u32>,
        /// Messages that Meta takes from it per second [default: 80; 20 with a number that is also on a phone]
        #[arg(long)]
        per_second: Option<u32>,
        /// Read the three secrets from standard input
        #[arg(long)]
        secrets_stdin: bool,
    },
    /// List all numbers
    List,
    /// Ask Meta about a number, try its own webhook as Meta does, and say what is missing
    ///
    /// The verify token is tried if it stands in the settings or in TANDEM_WHATSAPP_VERIFY_TOKEN.
    Check {
        /// The number's id
        #[arg(long)]
        id: String,
    },
    /// Fetch and list the templates of a number's account
    Templates {
        /// The number's id
        #[arg(long)]
        id: String,
    },
    /// Say what a number's messages cost in a month, as Meta has reported it
    Usage {
        /// The number's id
        #[arg(long)]
        id: String,
        /// Such as 2026-11 [default: this month]
        #[arg(long)]
        month: Option<String>,
    },
    /// Remove a number: nothing is received or sent through it any more; its conversations stay
    Remove {
        /// The number's id
        #[arg(long)]
        id: String,
    },
}

impl WhatsappCommand {
    /// Runs the command and prints the result.
    ///
    /// # Errors
    /// Why the change was refused, for the operator. Nothing was changed.
    pub fn run(self, config: &Config) -> anyhow::Result<()> {
        match self {
            Self::Add {
                id,
                number,
                phone_number_id,
                account_id,
                brand,
                base_url,
                no_read_marks,
                free_replies,
                new_after_h,
                per_second,
                secrets_stdin,
            } => {
                not_of_settings(config, &id)?;
                let [access_token, app_secret, verify_token] = secrets(secrets_stdin)?;
                let key = id.clone();
                let new = NewWhatsappNumber {
                    key: id,
                    number,
                    phone_number_id,
                    account_id,
                    brand,
                    base_url,
                    access_token,
                    app_secret,
                    verify_token,
                    read_marks: !no_read_marks,
                    free_replies,
                    new_after_h,
                    per_second,
                };
                let display = add_whatsapp_number(config.tables(), new)?;
                audit(OPERATOR, &key, "whatsapp: added");
                say(format_args!("{display} is {key}"))?;
                say(format_args!("Webhook: {}", webhook_address(config, &key)))?;
            }
            Self::List => {
                for Number { key, display, phone_number_id, waba_id, state, detail, .. } in
                    config.tables().open()?.read_blocking(whatsapp::all)?
                {
                    say(format_args!(
                        "{key}\t{display}\tnumber {phone_number_id}\taccount {waba_id}\t{state} {detail}"
                    ))?;
                }
            }
            Self::Check { id } => check(config, &id)?,
            Self::Templates { id } => {
                let number = find(config, &id)?;
                let found = asked(syncing::fetch(&http()?, &number))?;
                let (account, now, kept) = (number.number.waba_id, Clock::system().now(), found.clone());
                config
                    .tables()
                    .open()?
                    .write_blocking(move |connection, ()| templates::replace(connection, &account, &kept, now))?;
                for template in found {
                    let slots = template.slots().len();
                    let (name, language, status) = (template.name, template.language, template.status);
                    say(format_args!("{name}\t{language}\t{status}\t{}\t{slots} values", template.category))?;
                }
            }
            Self::Usage { id, month } => usage(config, id, month.as_deref())?,
            Self::Remove { id } => {
                not_of_settings(config, &id)?;
                let key = id.clone();
                let removed =
                    config.tables().open()?.write_blocking(move |connection, ()| whatsapp::remove(connection, &key))?;
                if !removed {
                    bail!("there is no WhatsApp number '{id}'");
                }
                audit(OPERATOR, &id, "whatsapp: removed");
                say(format_args!("{id} is removed"))?;
            }
        }
        Ok(())
    }
}

/// The next start would undo a change to a number of the settings.
fn not_of_settings(config: &Config, id: &str) -> anyhow::Result<()> {
    let is_set = config.whatsapp.iter().any(|number| number.key == id);
    ensure!(!is_set, "'{id}' is a number of the settings: change it there, and restart the hub");
    Ok(())
}

/// Asks Meta, and the hub's own address, and says everything that is missing.
fn check(config: &Config, id: &str) -> anyhow::Result<()> {
    let number = find(config, id)?;
    let fields = "display_phone_number,verified_name,quality_rating,code_verification_status,throughput,\
                  messaging_limit_tier";
    let path = format!("{}?fields={fields}", number.number.phone_number_id);
    let about = asked(ask(&http()?, &number, &path))?;
    let text = |at: &str| about.pointer(at).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    say(format_args!("Meta knows it as {} ({})", text("/display_phone_number"), text("/verified_name")))?;
    say(format_args!("Quality {}, verification {}", text("/quality_rating"), text("/code_verification_status")))?;
    say(format_args!("Messaging limit {}, throughput {}", text("/messaging_limit_tier"), text("/throughput/level")))?;
    let mut missing = Vec::new();
    let apps = asked(ask(&http()?, &number, &format!("{}/subscribed_apps", number.number.waba_id)))?;
    let apps: Vec<_> = apps.get("data").and_then(Value::as_array).into_iter().flatten().collect();
    if apps.is_empty() {
        missing.push("No app is subscribed to the account, so messages will not arrive: subscribe yours".to_owned());
    }
    let address = webhook_address(config, id);
    let app = apps.first().and_then(|app| app.pointer("/whatsapp_business_api_data/id")).and_then(Value::as_str);
    if let Some(app) = app {
        let by = Opened { access_token: format!("{app}|{}", number.app_secret), ..find(config, id)? };
        match asked(ask(&http()?, &by, &format!("{app}/subscriptions"))) {
            Ok(found) => missing.extend(not_subscribed(&found, &address)),
            Err(why) => say(format_args!("The fields of the webhook cannot be read ({why}): look at Meta's page"))?,
        }
    }
    missing.extend(handshake(config, &number, &address)?);
    let (database, key) = (config.tables().open()?, id.to_owned());
    let unread = database.read_blocking(move |connection| inbox::all_unread(connection, &key, 5))?;
    for one in unread {
        say(format_args!("Not understood, {}: {}", one.received, one.why))?;
    }
    let (key, now) = (id.to_owned(), Clock::system().now());
    database.write_blocking(move |connection, ()| whatsapp::set_state(connection, &key, whatsapp::OK, "", now))?;
    ensure!(missing.is_empty(), "{}.\nThen check again", missing.join(".\n"));
    say(format_args!("{id} works"))?;
    Ok(())
}

fn webhook_address(config: &Config, id: &str) -> String {
    let hub = config.public_url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    format!("{hub}/channels/whatsapp/{id}/webhook")
}

/// What an app's subscriptions lack.
fn not_subscribed(found: &Value, address: &str) -> Vec<String> {
    let all = found.get("data").and_then(Value::as_array).into_iter().flatten();
    let is_ours = |one: &&Value| one.get("object").and_then(Value::as_str) == Some("whatsapp_business_account");
    let Some(ours) = all.into_iter().find(is_ours) else {
        return vec![format!("The app has no webhook for WhatsApp: enter {address} and the verify token")];
    };
    let mut missing = Vec::new();
    match ours.get("callback_url").and_then(Value::as_str) {
        Some(posts) if posts != address => {
            missing.push(format!("Meta posts to {posts}, and the hub is at {address}: enter it, or set public_url"));
        }
        _ => {}
    }
    let fields: Vec<_> = ours.get("fields").and_then(Value::as_array).into_iter().flatten().collect();
    let has = |field: &str| fields.iter().any(|one| one.get("name").unwrap_or(one).as_str() == Some(field));
    let lacks: Vec<_> = NEEDED.iter().filter(|field| !has(field)).copied().collect();
    if !lacks.is_empty() {
        missing.push(format!("The webhook is not subscribed to {}", lacks.join(", ")));
    }
    missing
}

/// Does with the number's own address what Meta does. Says what is wrong with it.
fn handshake(config: &Config, number: &Opened, address: &str) -> anyhow::Result<Option<String>> {
    let set = config.whatsapp.iter().find(|set| set.key == number.number.key).map(|set| set.verify_token.clone());
    let token = set.or_else(|| std::env::var(VERIFY_TOKEN).ok());
    if token.is_none() {
        say(format_args!("The verify token was not tried: give it in {VERIFY_TOKEN}"))?;
    }
    let (client, challenge) = (http()?, uuid::Uuid::now_v7().simple().to_string());
    let asked = runtime()?.block_on(async {
        if let Some(token) = token {
            let query =
                [("hub.mode", "subscribe"), ("hub.verify_token", token.as_str()), ("hub.challenge", &challenge)];
            let proven = client.get(address).query(&query).timeout(WITHIN).send().await?;
            let status = proven.status();
            if status == 403 {
                return Ok(Some("The verify token is another one: add the number again with it".to_owned()));
            }
            if !status.is_success() || proven.text().await? != challenge {
                return Ok(Some(format!(
                    "No hub answers at {address} ({status}): set public_url, or look at the proxy"
                )));
            }
        }
        // Nothing has happened, so nothing comes of it.
        let body = r#"{"object":"whatsapp_business_account","entry":[]}"#;
        let header = signature::sign(body.as_bytes(), &number.app_secret);
        let posted = client.post(address).header(signature::HEADER, header).body(body).timeout(WITHIN).send().await?;
        let status = posted.status();
        let wrong =
            format!("A signed webhook is answered with {status} at {address}: set public_url, or look at the proxy");
        Ok::<_, reqwest::Error>((status != 200).then_some(wrong))
    });
    let unreachable = |_| Some(format!("Nobody answers at {address}: start the hub, or set public_url"));
    Ok(asked.unwrap_or_else(unreachable))
}

fn usage(config: &Config, id: String, month: Option<&str>) -> anyhow::Result<()> {
    let month = match month {
        None => Month::of(Clock::system().now()),
        Some(text) => Month::read(text).with_context(|| format!("month '{text}': write it as 2026-11"))?,
    };
    let free = find(config, &id)?.number.free_replies;
    let (from, to) = (month.start(), month.next().start());
    let used = config.tables().open()?.read_blocking(move |connection| messages::used(connection, &id, from, to))?;
    let replies = used.iter().filter(|one| one.is_reply()).fold(0_u32, |sum, one| sum.saturating_add(one.messages));
    if let Some(most) = free {
        say(format_args!("{month}: {} of {most} free replies", replies.min(most)))?;
    }
    for Used { category, kind, billable, messages } in used {
        let charged = match billable {
            Some(true) => "charged",
            Some(false) => "free",
            None => "unknown",
        };
        say(format_args!("{month}\t{category}\t{kind}\t{charged}\t{messages}"))?;
    }
    Ok(())
}

fn find(config: &Config, id: &str) -> anyhow::Result<Opened> {
    let key = id.to_owned();
    let number = config.tables().open()?.read_blocking(move |connection| whatsapp::by_key(connection, &key))?;
    let number = number.with_context(|| format!("there is no WhatsApp number '{id}'"))?;
    opened(number, &whatsapp_seal(&config.tables())?)
        .context("its secrets do not open with the key of this folder: add it again")
}

fn http() -> anyhow::Result<reqwest::Client> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    client().context("Cannot set up the connection")
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn asked<T>(answer: impl Future<Output = Result<T, String>>) -> anyhow::Result<T> {
    runtime()?.block_on(answer).map_err(|why| anyhow!("Meta says: {why}"))
}

/// Access token, app secret and verify token.
fn secrets(stdin: bool) -> anyhow::Result<[String; 3]> {
    const NAMES: [(&str, &str); 3] = [
        ("TANDEM_WHATSAPP_TOKEN", "Access token"),
        ("TANDEM_WHATSAPP_APP_SECRET", "App secret"),
        (VERIFY_TOKEN, "Verify token (choose one of 8 characters or more)"),
    ];
    let mut found = [String::new(), String::new(), String::new()];
    let mut lines = std::io::stdin().lock().lines();
    for (secret, (variable, prompt)) in found.iter_mut().zip(NAMES) {
        *secret = if stdin {
            lines.next().context("Give three lines on standard input")?.context("Cannot read standard input")?
        } else if let Ok(given) = std::env::var(variable) {
            given
        } else if std::io::stdin().is_terminal() {
            rpassword::prompt_password(format!("{prompt}: ")).context("Cannot read it")?
        } else {
            bail!("Give the secrets on standard input (--secrets-stdin) or in {variable}");
        };
    }
    Ok(found)
}
