//! `tandem-hub doctor`: checks what an operator would check, and changes nothing.

use std::cmp::Ordering;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tandem_conversation::{ConversationId, Position, Time};
use tandem_sql::Connection;

use crate::channels::whatsapp::number::{PURPOSE, is_followed, opened};
use crate::clock::Clock;
use crate::config::{Config, NewWhatsappNumber};
use crate::data::Data;
use crate::endpoint::Endpoint;
use crate::files::free_on_disk;
use crate::folder::{self, DATABASE};
use crate::health::{HUB_TIME, UNNAMED_PROXY, apart, listed};
use crate::listen::bind;
use crate::seal::Seal;
use crate::store::whatsapp::{self as numbers, Number, inbox};
use crate::store::{self, MIGRATIONS, StoreError, brands, conversations, events, identity_key, media, users};
use crate::{identity, mail, outgoing};

const PATIENCE: Duration = Duration::from_secs(5);
/// States per read.
const AT_ONCE: u32 = 1_000;
/// Events that are read, the newest first.
const EVENTS: u32 = 20_000;
/// Conversations that are named, at most.
const NAMED: usize = 5;
/// A running hub whose time differs more from the machine's is reported, in milliseconds. Its answer takes a while.
const APART_MS: i64 = 10_000;
/// 1 January 2026, in Unix milliseconds.
const EARLIEST: Time = Time(1_767_225_600_000);

/// Prints one line per check; false if one fails.
pub async fn doctor(config: &Config, mut say: impl FnMut(String)) -> bool {
    // Another part of the process may have installed a provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut is_well = true;
    let mut tell = |what: &str, found: anyhow::Result<String>| match found {
        Ok(words) => say(format!("ok     {what}: {words}")),
        Err(error) => {
            is_well = false;
            say(format!("WRONG  {what}: {error:#}"));
        }
    };
    tell("settings", Ok(format!("data folder from {}", config.data_from)));
    let (data, set) = (config.tables(), config.whatsapp.clone());
    let look = move || -> anyhow::Result<_> {
        ensure!(data.has_hub()?, "there is no database in {data}");
        Ok([
            ("schema", schema(&data).map(Some)),
            ("database", content(&data).map(Some)),
            ("users", users_and_brands(&data).map(Some)),
            ("conversations", conversations(&data).map(Some)),
            ("identity.key", key(&data).map(Some)),
            ("WhatsApp", whatsapp(&data, &set)),
            ("analytics", crate::analytics::describe(&data).map(Some)),
            ("files", files(&data).map(Some)),
            ("clock", clock(&data).map(Some)),
        ])
    };
    let looked = tokio::task::spawn_blocking(look).await;
    match looked.map_err(anyhow::Error::from).flatten() {
        Ok(found) => {
            tell("folder", folder::describe(&config.data));
            for (what, found) in found {
                if let Some(found) = found.transpose() {
                    tell(what, found);
                }
            }
            tell("disk", disk(&config.data, config.media.free_bytes));
        }
        Err(error) => tell("folder", Err(error)),
    }
    tell("address", listening(config).await);
    tell("Your Logic", your_logic(config).await);
    tell("mail", mail(config).await);
    is_well
}

fn schema(data: &Data) -> anyhow::Result<String> {
    let (found, known) = (data.schema()?, MIGRATIONS.len());
    let lacking = store::lacking(&data.peek()?, found)?;
    let missing: Vec<_> = lacking.data.iter().chain(&lacking.indices).collect();
    ensure!(missing.is_empty(), "{} lacking: restore a backup", listed(missing.iter(), NAMED));
    Ok(match found.cmp(&known) {
        Ordering::Equal => format!("{found}, the newest"),
        Ordering::Less => format!("{found}; the next start brings it to {known}"),
        Ordering::Greater => format!("{found}, of a newer version; this one knows {known} and can use it"),
    })
}

fn content(data: &Data) -> anyhow::Result<String> {
    if data.is_in_postgres() {
        return Ok("PostgreSQL answers".into());
    }
    let file = data.folder().join(DATABASE);
    let wrong = tandem_sqlite::check(&file)?;
    ensure!(wrong.is_empty(), "damaged: {}", wrong.join("; "));
    let bytes = file.metadata()?.len();
    Ok(format!("no fault found in {} MiB", bytes / (1 << 20)))
}

/// Without these nobody signs in, and no chat opens.
fn users_and_brands(data: &Data) -> anyhow::Result<String> {
    if data.schema()? < MIGRATIONS.len() {
        return Ok("are of an older version, and not looked at".into());
    }
    let connection = data.peek()?;
    let (users, brands) = (users::all(&connection)?.len(), brands::all(&connection)?.len());
    Ok(format!("all {users} can be read, and {brands} brands"))
}

/// Reads every state, and the newest events.
fn conversations(data: &Data) -> anyhow::Result<String> {
    let connection = data.peek()?;
    let (mut count, mut anew, mut lost, mut newer) = (0, Vec::new(), Vec::new(), Vec::new());
    let mut after = ConversationId(uuid::Uuid::nil());
    loop {
        let looked = conversations::look_everywhere(&connection, after, AT_ONCE)?;
        count += looked.count;
        for (id, error) in looked.unreadable {
            let kind = match error {
                StoreError::Newer { .. } => &mut newer,
                _ if events::state(&connection, id, Position(u32::MAX)).is_ok() => &mut anew,
                _ => &mut lost,
            };
            kind.push(id);
        }
        match looked.last {
            Some(last) => after = last,
            None => break,
        }
    }
    let (damaged, read) = events::look(&connection, EVENTS)?;
    let mut wrong = Vec::new();
    let mut name = |ids: &[ConversationId], what: &str| {
        if !ids.is_empty() {
            wrong.push(format!("{} {what}: {}", ids.len(), listed(ids.iter(), NAMED)));
        }
    };
    name(&lost, "cannot be read, nor made again from their events (a backup may have them)");
    name(&anew, "cannot be read; the running hub makes them again from their events");
    name(&damaged, "have damaged messages or events, which are left out");
    ensure!(wrong.is_empty(), "of {count}, {}", wrong.join("; "));
    Ok(match newer.len() {
        0 => format!("all {count} can be read, with the newest {read} events"),
        of => format!(
            "{of} of {count} were written by a newer version, and cannot be changed by this one: {}",
            listed(newer.iter(), NAMED)
        ),
    })
}

/// How the numbers are; none if there are none. `set` are those of the settings.
fn whatsapp(data: &Data, set: &[NewWhatsappNumber]) -> anyhow::Result<Option<String>> {
    let connection = data.peek()?;
    // The folder may be of an older version.
    if !numbers::are_kept(&connection)? {
        return Ok(None);
    }
    let all = numbers::all(&connection)?;
    if all.is_empty() && set.is_empty() {
        return Ok(None);
    }
    let closed = closed(data.folder(), &connection, &all)?;
    ensure!(
        closed.is_empty(),
        "the secrets of {} were made with another identity.key, so Meta's messages are refused: restore that key, or add \
         the numbers again",
        closed.join(", ")
    );
    let (mut well, mut wrong) = (Vec::new(), Vec::new());
    for number in all {
        let (waiting, unread) = (numbers::waiting(&connection, &number.key)?, inbox::count(&connection, &number.key)?);
        let line = format!("{}: {waiting} to be sent, {unread} not understood", number.key);
        match number.state == numbers::OK {
            true => well.push(line),
            false => wrong.push(format!("{line}; {} since {}: {}", number.state, number.since, number.detail)),
        }
    }
    wrong.extend(unlike(data.folder(), &connection, set)?);
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok((!well.is_empty()).then(|| well.join("; ")))
}

/// Numbers whose secrets do not open: to Meta they are not there.
fn closed<'a>(data: &Path, connection: &Connection, all: &'a [Number]) -> anyhow::Result<Vec<&'a str>> {
    ensure!(identity::Secrets::check(data, connection)?, "the secrets of its numbers need the missing identity.key");
    let seal = Seal::new(&identity::Secrets::open(data, connection)?.key_for(PURPOSE));
    let is_closed = |number: &&Number| opened((*number).clone(), &seal).is_none();
    Ok(all.iter().filter(is_closed).map(|number| number.key.as_str()).collect())
}

/// What keeps numbers from being as the settings say.
fn unlike(data: &Path, connection: &Connection, set: &[NewWhatsappNumber]) -> anyhow::Result<Vec<String>> {
    if set.is_empty() {
        return Ok(Vec::new());
    }
    ensure!(identity::Secrets::check(data, connection)?, "the secrets of its numbers need the missing identity.key");
    let seal = Seal::new(&identity::Secrets::open(data, connection)?.key_for(PURPOSE));
    let mut found = Vec::new();
    for number in set {
        match is_followed(connection, &seal, number)? {
            Ok(true) => {}
            Ok(false) => found.push(format!("{}: the hub has not been started with these settings yet", number.key)),
            Err(why) => found.push(format!("{}: {why}", number.key)),
        }
    }
    Ok(found)
}

fn key(data: &Data) -> anyhow::Result<String> {
    let connection = data.peek()?;
    if identity::Secrets::check(data.folder(), &connection)? {
        return Ok("is there".into());
    }
    ensure!(!identity_key::has_key(&connection)?, "is missing: restore it from a backup");
    Ok("will be created at the first start".into())
}

/// Newest files that are looked for on the disk.
const FILES: i64 = 1_000;

fn files(data: &Data) -> anyhow::Result<String> {
    let folder = data.folder().join(folder::MEDIA);
    ensure!(folder.is_dir(), "{} is missing: restore it from a backup", folder.display());
    let connection = data.peek()?;
    let (mut count, mut wrong) = (0, Vec::new());
    media::each_named(&connection, FILES, |file, bytes, _| {
        count += 1;
        let name = file.to_string();
        if folder.join(&name).metadata().map_or(true, |found| found.len() != bytes) {
            wrong.push(name);
        }
    })?;
    ensure!(
        wrong.is_empty(),
        "{} of the newest {count} are missing or damaged: restore them from a backup into {}: {}",
        wrong.len(),
        folder.display(),
        listed(wrong.iter(), NAMED)
    );
    Ok(format!("the newest {count} are there"))
}

/// The hub takes no files with less free space than `least`, in bytes.
fn disk(data: &Path, least: u64) -> anyhow::Result<String> {
    let Some(free) = free_on_disk(data) else { return Ok("this system does not say how much is free".into()) };
    ensure!(
        free >= least,
        "{} MiB are free, which is less than the {} MiB of media.free_mib: files are refused",
        free >> 20,
        least >> 20
    );
    Ok(format!("{} GiB are free", free >> 30))
}

fn clock(data: &Data) -> anyhow::Result<String> {
    let now = Clock::system().now();
    ensure!(now > EARLIEST, "it is before 2026");
    let connection = data.peek()?;
    let newest: Option<i64> = connection.query_row("SELECT max(updated) FROM conversations", [], |row| row.get(0))?;
    let ahead_ms = newest.map_or(0, |newest| newest - now.0);
    ensure!(ahead_ms < 60_000, "the newest conversation is {} s ahead of it", ahead_ms / 1000);
    Ok("agrees with the newest conversation".into())
}

async fn listening(config: &Config) -> anyhow::Result<String> {
    let Some(holder) = folder::holder(&config.data) else {
        let address = &config.listen;
        bind(address).await?;
        return Ok(format!("{address} is free"));
    };
    // `serve --listen` may have named another than the settings.
    let address = holder.address.map_or_else(|| config.listen.clone(), |address| address.to_string());
    let answer = outgoing::client().timeout(PATIENCE).build()?.get(format!("http://{address}/readyz")).send().await;
    let answer = answer.with_context(|| format!("the running hub does not answer on {address}"))?;
    if !answer.status().is_success() {
        bail!("the hub on {address} is not ready: {}", answer.text().await.unwrap_or_default());
    }
    let told = answer.headers().get(HUB_TIME).and_then(|time| time.to_str().ok()?.parse().ok());
    if let Some(ahead_ms) = told.map(|time| Clock::system().now().since(Time(time)))
        && ahead_ms.abs() >= APART_MS
    {
        bail!("{}; it follows by 6 s a minute, and a restart sets it at once", apart(ahead_ms));
    }
    if let Some(proxy) = answer.headers().get(UNNAMED_PROXY).and_then(|proxy| proxy.to_str().ok()) {
        bail!(
            "the proxy at {proxy} is not trusted, so all its visitors share one rate limit: name it in trusted_proxies"
        );
    }
    Ok(format!("the hub on {address} is ready"))
}

async fn mail(config: &Config) -> anyhow::Result<String> {
    match &config.mail {
        Some(mail) => mail::probe(mail, PATIENCE).await,
        None => Ok("is not set up".into()),
    }
}

/// Asks as the running hub would.
async fn your_logic(config: &Config) -> anyhow::Result<String> {
    let Some(settings) = &config.logic else { return Ok("is not connected".into()) };
    let status = Endpoint::new(settings.clone())?.probe(PATIENCE).await;
    let status = status.map_err(|why| anyhow::anyhow!("{} does not answer: {why}", settings.url))?;
    Ok(format!("{} answers (status {status} to a GET probe)", settings.url))
}
