//! Keeps the templates of our accounts, and how Meta sees our numbers, as Meta has them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tandem_conversation::{Template, TemplateButton, Time};
use tandem_sql::Connection;
use tokio::time::MissedTickBehavior;

use super::checking::about;
use super::client::ask;
use super::number::{self, Opened};
use crate::engine::Engine;
use crate::hub::Hub;
use crate::store::StoreError;
use crate::store::whatsapp::{self, templates};

/// How often templates are fetched without being told, in milliseconds.
const EVERY_MS: i64 = 15 * 60_000;
/// How often new numbers are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Templates per request, and requests per account.
const PAGE: usize = 100;
const PAGES: usize = 60;

/// Fetches for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut fetched = HashMap::new();
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = hub.whatsapp_templates.notified() => fetched.clear(),
        }
        if let Err(error) = due(&hub, &mut fetched).await {
            tracing::error!(%error, "templates of WhatsApp cannot be stored");
        }
    }
}

/// Fetches what was not fetched for a while.
async fn due(hub: &Arc<Hub>, fetched: &mut HashMap<String, Time>) -> Result<(), StoreError> {
    let now = hub.clock.now();
    for number in hub.database.read(whatsapp::all).await? {
        if fetched.get(&number.key).is_some_and(|at| !is_old(*at, now)) {
            continue;
        }
        fetched.insert(number.key.clone(), now);
        let Some(opened) = number::find(hub, &number.key).await? else { continue };
        match fetch(&hub.whatsapp, &opened).await {
            Ok(found) => {
                let (account, now) = (opened.number.waba_id.clone(), hub.clock.now());
                hub.database.write(move |connection, _| templates::replace(connection, &account, &found, now)).await?;
            }
            Err(why) => tracing::warn!(number = number.key, why, "templates of WhatsApp cannot be fetched"),
        }
        match about(&hub.whatsapp, &opened).await {
            Ok(said) => {
                let key = number.key;
                let keep = move |connection: &Connection, _: &mut Engine| {
                    whatsapp::set_standing(connection, &key, &said.quality, &said.limit)
                };
                hub.database.write(keep).await?;
            }
            Err(why) => tracing::warn!(number = number.key, why, "Meta does not say how it sees a number"),
        }
    }
    Ok(())
}

/// Whether what was fetched then is to be fetched again.
fn is_old(fetched: Time, now: Time) -> bool {
    now.since(fetched) >= EVERY_MS
}

/// All templates of the number's account.
///
/// # Errors
/// Why they cannot be fetched, in words for operators.
pub(crate) async fn fetch(client: &reqwest::Client, opened: &Opened) -> Result<Vec<Template>, String> {
    let mut found = Vec::new();
    let mut after = String::new();
    for _ in 0..PAGES {
        let path = format!("{}/message_templates?limit={PAGE}{after}", opened.number.waba_id);
        let page = ask(client, opened, &path).await?;
        found.extend(page.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(template));
        match page.pointer("/paging/cursors/after").and_then(Value::as_str) {
            Some(next) if page.pointer("/paging/next").is_some() => after = format!("&after={next}"),
            _ => break,
        }
    }
    Ok(found)
}

/// A template as Meta describes it; none without name and body.
fn template(value: &Value) -> Option<Template> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let components = value.get("components").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let part = |kind: &str| components.iter().find(move |one| text(one, "type").eq_ignore_ascii_case(kind));
    let header = part("HEADER");
    let format = header.map(|header| text(header, "format")).unwrap_or_default();
    let is_text = format.is_empty() || format == "TEXT";
    let buttons = part("BUTTONS").and_then(|one| one.get("buttons")).and_then(Value::as_array);
    let button =
        |one: &Value| TemplateButton { kind: text(one, "type"), label: text(one, "text"), url: text(one, "url") };
    let found = Template {
        name: text(value, "name"),
        language: text(value, "language"),
        category: text(value, "category"),
        status: text(value, "status"),
        header: header.filter(|_| is_text).map(|header| text(header, "text")).unwrap_or_default(),
        header_file: if is_text { String::new() } else { format },
        body: part("BODY").map(|body| text(body, "text")).unwrap_or_default(),
        footer: part("FOOTER").map(|footer| text(footer, "text")).unwrap_or_default(),
        buttons: buttons.into_iter().flatten().map(button).collect(),
    };
    (!found.name.is_empty() && !found.body.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn templates_are_fetched_every_quarter_of_an_hour() {
        let fetched = Time(1_000_000);
        assert!(!is_old(fetched, fetched) && !is_old(fetched, fetched.plus_ms(EVERY_MS - 1)));
        assert!(is_old(fetched, fetched.plus_ms(15 * 60_000)));
    }

    #[test]
    fn a_template_is_read_from_its_components() {
        let described = json!({
            "name": "delay", "language": "en", "category": "UTILITY", "status": "APPROVED", "components": [
                { "type": "HEADER", "format": "IMAGE" },
                { "type": "BODY", "text": "Hello {{1}}" },
                { "type": "FOOTER", "text": "Aerolinx" },
                { "type": "BUTTONS", "buttons": [{ "type": "URL", "text": "Track", "url": "https://a.test/{{1}}" }] },
            ],
        });
        let found = template(&described).unwrap();
        assert_eq!((found.header.as_str(), found.header_file.as_str()), ("", "IMAGE"));
        assert_eq!((found.body.as_str(), found.footer.as_str(), found.slots().len()), ("Hello {{1}}", "Aerolinx", 2));
        for broken in [json!({}), json!({ "name": "a" }), json!({ "name": "a", "components": 7 }), json!(null)] {
            assert_eq!(template(&broken), None, "{broken}");
        }
    }
}
