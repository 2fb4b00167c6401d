//! What Meta says of a number, and what is missing until messages come and go: asked of Meta, and tried with the hub's own
//! address as Meta does it.

use reqwest::Client;
use serde_json::Value;
use tandem_protocol::channels::{WhatsappCheck, WhatsappLack};

use super::client::{WITHIN, ask};
use super::number::Opened;
use super::signature;

/// What the webhook must be subscribed to.
const NEEDED: [&str; 2] = ["messages", "message_template_status_update"];
/// What it must also be subscribed to for a number that is used on a phone, whose messages are ours.
const NEEDED_SHARED: &str = "smb_message_echoes";
/// What Meta is asked about a number.
const FIELDS: &str = "display_phone_number,verified_name,quality_rating,code_verification_status,throughput,\
                      messaging_limit_tier";

/// What Meta says of a number; nothing is missing yet.
///
/// # Errors
/// Why Meta does not say it, in words for operators.
pub(crate) async fn about(client: &Client, number: &Opened) -> Result<WhatsappCheck, String> {
    let path = format!("{}?fields={FIELDS}", number.number.phone_number_id);
    let about = ask(client, number, &path).await?;
    let text = |at: &str| about.pointer(at).and_then(Value::as_str).unwrap_or("unknown").to_owned();
    Ok(WhatsappCheck {
        number: text("/display_phone_number"),
        name: text("/verified_name"),
        quality: text("/quality_rating"),
        verification: text("/code_verification_status"),
        limit: text("/messaging_limit_tier"),
        throughput: text("/throughput/level"),
        ..WhatsappCheck::default()
    })
}

/// Asks Meta, and tries the number's webhook at this address.
///
/// # Errors
/// Why Meta does not answer, in words for operators.
pub(crate) async fn check(
    client: &Client,
    number: &Opened,
    address: &str,
    verify_token: Option<&str>,
) -> Result<WhatsappCheck, String> {
    let mut check = WhatsappCheck { tried_token: verify_token.is_some(), ..about(client, number).await? };
    let apps = ask(client, number, &format!("{}/subscribed_apps", number.number.waba_id)).await?;
    let apps: Vec<_> = apps.get("data").and_then(Value::as_array).into_iter().flatten().collect();
    if apps.is_empty() {
        let detail = "No app is subscribed to the account, so messages will not arrive: subscribe yours";
        check.missing.push(lack("no_app", "", detail.into()));
    }
    let app = apps.first().and_then(|app| app.pointer("/whatsapp_business_api_data/id")).and_then(Value::as_str);
    if let Some(app) = app
        && let Ok(found) = ask(client, &app_of(app, number), &format!("{app}/subscriptions")).await
    {
        check.saw_fields = true;
        check.missing.extend(not_subscribed(&found, address, number.number.coexistence));
    }
    check.missing.extend(handshake(client, number, address, verify_token).await);
    Ok(check)
}

/// The app itself, which proves itself with its id and its secret.
fn app_of(app: &str, number: &Opened) -> Opened {
    Opened {
        number: number.number.clone(),
        access_token: format!("{app}|{}", number.app_secret),
        app_secret: number.app_secret.clone(),
    }
}

fn lack(code: &str, named: &str, detail: String) -> WhatsappLack {
    WhatsappLack { code: code.into(), named: named.into(), detail }
}

/// What an app's subscriptions lack.
fn not_subscribed(found: &Value, address: &str, coexistence: bool) -> Vec<WhatsappLack> {
    let all = found.get("data").and_then(Value::as_array).into_iter().flatten();
    let is_ours = |one: &&Value| one.get("object").and_then(Value::as_str) == Some("whatsapp_business_account");
    let Some(ours) = all.into_iter().find(is_ours) else {
        let detail = format!("The app has no webhook for WhatsApp: enter {address} and the verify token");
        return vec![lack("no_webhook", address, detail)];
    };
    let mut missing = Vec::new();
    match ours.get("callback_url").and_then(Value::as_str) {
        Some(posts) if posts != address => {
            let detail = format!("Meta posts to {posts}, and the hub is at {address}: enter it, or set public_url");
            missing.push(lack("other_address", posts, detail));
        }
        _ => {}
    }
    let fields: Vec<_> = ours.get("fields").and_then(Value::as_array).into_iter().flatten().collect();
    let has = |field: &str| fields.iter().any(|one| one.get("name").unwrap_or(one).as_str() == Some(field));
    let needed = NEEDED.into_iter().chain(coexistence.then_some(NEEDED_SHARED));
    let lacks: Vec<_> = needed.filter(|field| !has(field)).collect();
    if !lacks.is_empty() {
        let fields = lacks.join(", ");
        missing.push(lack("fields", &fields, format!("The webhook is not subscribed to {fields}")));
    }
    missing
}

/// Does with the number's own address what Meta does. Says what is wrong with it.
async fn handshake(
    client: &Client,
    number: &Opened,
    address: &str,
    verify_token: Option<&str>,
) -> Option<WhatsappLack> {
    let tried = async {
        if let Some(token) = verify_token {
            let challenge = uuid::Uuid::now_v7().simple().to_string();
            let query = [("hub.mode", "subscribe"), ("hub.verify_token", token), ("hub.challenge", &challenge)];
            let proven = client.get(address).query(&query).timeout(WITHIN).send().await?;
            let status = proven.status();
            if status == 403 {
                let detail = "The verify token is another one: add the number again with it";
                return Ok(Some(lack("verify_token", "", detail.into())));
            }
            if !status.is_success() || proven.text().await? != challenge {
                let detail = format!("No hub answers at {address} ({status}): set public_url, or look at the proxy");
                return Ok(Some(lack("no_hub", address, detail)));
            }
        }
        // Nothing has happened, so nothing comes of it.
        let body = r#"{"object":"whatsapp_business_account","entry":[]}"#;
        let header = signature::sign(body.as_bytes(), &number.app_secret);
        let posted = client.post(address).header(signature::HEADER, header).body(body).timeout(WITHIN).send().await?;
        let status = posted.status();
        let detail =
            format!("A signed webhook is answered with {status} at {address}: set public_url, or look at the proxy");
        Ok::<_, reqwest::Error>((status != 200).then(|| lack("unsigned", address, detail)))
    };
    let unreachable = |_| {
        let detail = format!("Nobody answers at {address}: start the hub, or set public_url");
        Some(lack("unreachable", address, detail))
    };
    tried.await.unwrap_or_else(unreachable)
}
