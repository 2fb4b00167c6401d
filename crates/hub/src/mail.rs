//! Outgoing mail: external agents' invitations, sent through SMTP and retried until they clearly cannot be delivered.
//!
//! Each attempt makes its own token, so none is stored. An unconfirmed mail may have arrived, so every sent token
//! opens the link.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use tandem_conversation::{Command, ConversationId, LinkId, Time};
use tokio::task::JoinSet;

use crate::config::MailConfig;
use crate::engine::{Repeat, system_command};
use crate::guests::door::{self, Found};
use crate::health::Work;
use crate::hub::Hub;
use crate::secrets::{hash_token, new_token};
use crate::store::mails::{self, Mail};
use crate::store::{StoreError, conversations, links};
use uuid::Uuid;

/// How often the store is searched for mails due for another attempt.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Mails on their way at once: a server that is silent holds up each for a while, and should not hold up all.
const AT_ONCE: usize = 4;
/// Failed attempts after which the conversation is told, although more follow.
const TOLD_AFTER: usize = 2;
/// Time limit for one mail.
const WITHIN: Duration = Duration::from_secs(30);
/// Pauses before further attempts, in milliseconds. After the last one the mail is given up.
const PAUSES_MS: [i64; 5] = [5_000, 30_000, 120_000, 300_000, 900_000];
/// Maximum length of a shown reason, in characters.
const REASON_CHARS: usize = 300;

pub(crate) type Transport = AsyncSmtpTransport<Tokio1Executor>;

struct Failure {
    reason: String,
    /// Retrying is pointless.
    permanent: bool,
}

/// Sends queued mail for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>, config: MailConfig, transport: Transport) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let config = Arc::new(config);
    let mut sending = JoinSet::new();
    let mut links: HashMap<tokio::task::Id, LinkId> = HashMap::new();
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = hub.mails.notified() => {}
            Some(sent) = sending.join_next_with_id() => {
                let id = sent.map_or_else(|error| error.id(), |(id, ())| id);
                links.remove(&id);
            }
        }
        if sending.len() >= AT_ONCE {
            continue;
        }
        let now = hub.clock.now();
        // Those that are being sent may be due again.
        let most = u32::try_from(2 * AT_ONCE).unwrap_or(u32::MAX);
        let due = hub.database.read(move |connection| mails::due(connection, now, most)).await;
        hub.health.note(Work::Kept("the queue of mails"), &due);
        match due {
            Ok(mut due) => {
                due.retain(|mail| !links.values().any(|link| *link == mail.link));
                due.truncate(AT_ONCE - sending.len());
                for mail in due {
                    let (hub, config, transport, link) =
                        (Arc::clone(&hub), Arc::clone(&config), transport.clone(), mail.link);
                    let task = sending.spawn(async move {
                        if let Err(error) = send(&hub, &config, &transport, mail).await {
                            tracing::error!(%error, link.id = %link, "a mail could not be processed");
                        }
                    });
                    links.insert(task.id(), link);
                }
            }
            Err(error) => tracing::error!(%error, "cannot look for mails"),
        }
    }
}

/// The configured mail server.
///
/// # Errors
/// If the server's address is invalid.
pub(crate) fn transport(config: &MailConfig) -> Result<Transport, lettre::transport::smtp::Error> {
    let builder = Transport::from_url(&config.url)?.timeout(Some(WITHIN));
    Ok(builder.hello_name(ClientId::Domain(host_of(&config.public_url))).build())
}

async fn send(hub: &Hub, config: &MailConfig, transport: &Transport, mail: Mail) -> Result<(), StoreError> {
    let token = new_token();
    let (secret, link, attempt, now) = (hash_token(&token), mail.link, mail.attempts as usize, hub.clock.now());
    let pause = PAUSES_MS.get(attempt).copied();
    // Counted before the attempt: a crash costs one attempt and nothing else.
    let next = now.plus_ms(pause.unwrap_or_default().max(i64::try_from(WITHIN.as_millis()).unwrap_or(i64::MAX)));
    let wanted = hub.database.write(move |connection, _| {
        let known = links::get(connection, link)?;
        let state = known.map(|known| conversations::get(connection, known.conversation)).transpose()?.flatten();
        if !state.is_some_and(|state| state.is_invited(link)) {
            // They came by another way, or may no longer come.
            mails::finished(connection, link)?;
            return Ok(None);
        }
        links::add_secret(connection, link, &secret)?;
        mails::attempted(connection, link, next)?;
        door::find(connection, &secret)
    });
    let Some(found) = wanted.await? else { return Ok(()) };
    let outcome = match message(config, &hub.config.account, &mail.address, &found, &token, now) {
        Ok(message) => deliver(transport, message).await,
        Err(reason) => Err(Failure { reason, permanent: true }),
    };
    match outcome {
        Ok(()) => hub.database.write(move |connection, _| mails::finished(connection, link)).await,
        Err(failure) => {
            // It reaches reports and Your Logic, which need not know the partner's address.
            let (attempts, reason) = (attempt + 1, anonymous(&failure.reason));
            let conversation = found.link.conversation;
            let Some(pause) = pause.filter(|_| !failure.permanent) else {
                tracing::warn!(link.id = %link, attempts, why = reason, "a mail could not be sent");
                return tell(hub, conversation, link, reason, true).await;
            };
            tracing::warn!(link.id = %link, attempts, why = reason, again_s = pause / 1000, "a mail could not be sent yet");
            let next = hub.clock.now().plus_ms(pause);
            hub.database.write(move |connection, _| mails::again(connection, link, next)).await?;
            // The link may be over before all attempts are.
            match attempts == TOLD_AFTER {
                true => tell(hub, conversation, link, format!("{reason}; it is tried again"), false).await,
                false => Ok(()),
            }
        }
    }
}

/// Tells the conversation that a mail could not be sent.
async fn tell(
    hub: &Hub,
    conversation: ConversationId,
    link: LinkId,
    reason: String,
    is_over: bool,
) -> Result<(), StoreError> {
    let command = system_command(conversation, Command::FailMail { link, reason });
    hub.database
        .write(move |connection, engine| {
            // If they came meanwhile, no one needs to know.
            let _ = engine.execute(connection, &command, Repeat::Once, None)?;
            if is_over { mails::finished(connection, link) } else { Ok(()) }
        })
        .await
}

/// The server's words for the log, in one line and without addresses.
fn anonymous(words: &str) -> String {
    let words = words.split_whitespace().map(|word| if word.contains('@') { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(REASON_CHARS).collect()
}

/// Whether the mail server takes connections: TLS and the sign-in included, nothing is sent.
///
/// # Errors
/// What the server, or the way to it, refuses.
pub(crate) async fn probe(config: &MailConfig, within: Duration) -> anyhow::Result<String> {
    let host = reqwest::Url::parse(&config.url).ok();
    let host = host.as_ref().and_then(|url| url.host_str()).unwrap_or("the mail server").to_owned();
    let transport = transport(config)?;
    match tokio::time::timeout(within, transport.test_connection()).await {
        Ok(Ok(true)) => Ok(format!("{host} accepts this hub")),
        Ok(Ok(false)) => bail!("{host} ends the connection after the greeting"),
        Ok(Err(error)) => bail!("{host} cannot be used: {}", words(&error)),
        Err(_) => bail!("{host} does not answer within {} s", within.as_secs()),
    }
}

async fn deliver(transport: &Transport, message: Message) -> Result<(), Failure> {
    let is_ascii = message.envelope().to().iter().all(|address| AsRef::<str>::as_ref(address).is_ascii());
    match tokio::time::timeout(WITHIN, transport.send(message)).await {
        Ok(Ok(_)) => Ok(()),
        // A server that takes no addresses of other scripts will not take them in an hour either.
        Ok(Err(error)) if !is_ascii && error.is_client() => {
            let reason = "the mail server takes no addresses with letters beyond ASCII".to_owned();
            Err(Failure { reason, permanent: true })
        }
        Ok(Err(error)) => Err(Failure { reason: words(&error), permanent: error.is_permanent() }),
        Err(_) => Err(Failure { reason: "the mail server does not answer".into(), permanent: false }),
    }
}

/// The mail server's own words, if any.
fn words(error: &lettre::transport::smtp::Error) -> String {
    let code = error.status().map(|code| code.to_string());
    let detail = std::error::Error::source(error).map_or_else(|| error.to_string(), chain_of);
    match code {
        Some(code) => format!("{code} {detail}"),
        None => detail,
    }
}

/// An error with its causes: the outer one of TLS says only that a connection failed.
fn chain_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        cause = next.source();
    }
    words
}

/// Plain text, without anything about the customer.
fn message(
    config: &MailConfig,
    company: &str,
    address: &str,
    found: &Found,
    token: &str,
    now: Time,
) -> Result<Message, String> {
    let from: Mailbox = config.from.parse().map_err(|_| "the sender's address cannot be used".to_owned())?;
    let to: lettre::Address = address.parse().map_err(|_| "the address cannot be used".to_owned())?;
    let who = match found.inviter() {
        Some(name) => format!("{name} of {company}"),
        None => company.to_owned(),
    };
    let text = format!(
        "{who} asks you ({name}) to take part in a conversation with a customer.\n\n\
         {url}/guest/{token}\n\n\
         The link is for you alone: it works in the first browser that opens it, for {left}.\n\
         Please do not forward it.\n",
        name = found.name,
        url = config.public_url,
        left = duration(found.seconds_left(now)),
    );
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(format!("{company} invites you to a conversation"))
        .message_id(Some(format!("<{}@{}>", Uuid::now_v7(), host_of(&config.public_url))))
        // RFC 3834: suppresses automatic replies.
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(text)
        .map_err(|error| error.to_string())
}

fn host_of(url: &str) -> String {
    let host = reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "tandem".into())
}

#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

fn duration(seconds: i64) -> String {
    let minutes = (seconds + 59) / 60;
    match (minutes / (24 * 60), minutes / 60, minutes) {
        (_, _, 1) => "1 minute".into(),
        (_, 0, minutes) => format!("{minutes} minutes"),
        (_, 1, 60) => "1 hour".into(),
        (0 | 1, hours, minutes) if minutes % 60 == 0 => format!("{hours} hours"),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, ..) => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::{anonymous, duration};

    #[test]
    fn the_log_has_the_servers_words_without_addresses() {
        let said = "450 4.2.0 <ops@aerolinx.example>:\r\n Recipient\u{7} greylisted, ask postmaster@aerolinx.example";
        assert_eq!(anonymous(said), "450 4.2.0 (address) Recipient greylisted, ask (address)");
    }

    #[test]
    fn a_time_to_live_reads_like_one() {
        let read: Vec<_> = [60, 900, 3_600, 5_400, 4 * 3_600, 86_400, 7 * 86_400].map(duration).into();
        assert_eq!(read, ["1 minute", "15 minutes", "1 hour", "1 h 30 min", "4 hours", "24 hours", "7 days"]);
    }
}
