//! Customers on WhatsApp: phones that play dialogues through a Cloud API of our own.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::cloud_api::{CloudApi, Phone, Taken, Webhooks};
use crate::dialogue::{Dialogue, Turn};

/// How long a customer waits for the button that they want to tap, at the dialogue's pace.
const MENU_WITHIN: Duration = Duration::from_secs(60);
/// Between two attempts to reach the hub.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// A webhook in which nothing happened.
const EMPTY: &str = r#"{"object":"whatsapp_business_account","entry":[]}"#;
/// The first of the customers' numbers.
const FIRST_NUMBER: u64 = 49_151_555_000;

/// The phones of one town.
pub struct Phones {
    api: Arc<CloudApi>,
    hooks: Webhooks,
    /// How many times faster than written.
    speed: f64,
}

/// Seconds since 1970, by the phones' clock.
#[expect(clippy::disallowed_methods, reason = "phones have a clock of their own")]
#[must_use]
pub fn seconds() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_secs()).unwrap_or_default()
}

impl Phones {
    #[must_use]
    pub fn new(api: Arc<CloudApi>, hooks: Webhooks, speed: f64) -> Self {
        Self { api, hooks, speed }
    }

    /// Waits until the hub knows the number.
    pub async fn connected(&self) {
        while !matches!(self.hooks.post(EMPTY).await, Ok(200)) {
            tokio::time::sleep(TRY_AGAIN).await;
        }
    }

    /// Plays all dialogues, one beginning `stagger` after another; returns how many were played to their end.
    pub async fn play(&self, dialogues: &[Arc<Dialogue>], stagger: Duration) -> usize {
        let began = seconds();
        let all = dialogues.iter().zip(0_u32..).map(|(dialogue, place)| async move {
            tokio::time::sleep((stagger * place).div_f64(self.speed)).await;
            let number = FIRST_NUMBER + u64::from(place);
            let phone = Phone::new(&number.to_string(), &dialogue.name());
            self.plays(&phone, dialogue, &format!("wamid.{began}.{place}")).await.is_ok()
        });
        join_all(all).await.into_iter().filter(|is_whole| *is_whole).count()
    }

    /// Reports on everything that arrives: it is delivered, and read at once. Never ends.
    pub async fn report(&self) {
        let mut reported = 0;
        loop {
            let all = self.api.until(|api| Some(api.taken()).filter(|all| all.len() > reported)).await;
            let new = all[reported..].iter().flat_map(|taken| ["sent", "delivered", "read"].map(|s| taken.status(s)));
            // A hub that is away is told again when the next message comes.
            if self.hooks.statuses(new.collect()).await.is_ok() {
                reported = all.len();
            } else {
                tokio::time::sleep(TRY_AGAIN).await;
            }
        }
    }

    async fn plays(&self, phone: &Phone, dialogue: &Dialogue, ids: &str) -> anyhow::Result<()> {
        let mut before = 0.0;
        for (turn, place) in dialogue.customer_turns().zip(0_u32..) {
            let at = turn.t.unwrap_or(before + 5.0).max(before);
            tokio::time::sleep(Duration::from_secs_f64((at - before) / self.speed)).await;
            before = at;
            let message = match turn.is_choice() {
                true => self.tapped(phone, &turn.text).await,
                false => self.said(dialogue, turn),
            };
            self.hooks.message(phone, &format!("{ids}.{place}"), message, 0).await?;
        }
        Ok(())
    }

    /// The tap on what is wanted, or its words if nobody offers it.
    async fn tapped(&self, phone: &Phone, title: &str) -> Value {
        let offer = self.api.until(|api| {
            let hers = |taken: &&Taken| taken.request["to"] == phone.number.as_str();
            api.taken().iter().rev().filter(hers).find_map(|taken| taken.tap(title))
        });
        let offer = tokio::time::timeout(MENU_WITHIN.div_f64(self.speed), offer).await;
        offer.unwrap_or_else(|_| text(title))
    }

    /// Words, or a picture with words.
    fn said(&self, dialogue: &Dialogue, turn: &Turn) -> Value {
        let picture = turn.media.as_ref().and_then(|name| std::fs::read(dialogue.media.join(name)).ok());
        let Some(bytes) = picture else { return text(&turn.text) };
        let mime = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        let (id, sha256) = self.api.add_file(mime, &bytes);
        json!({ "type": "image", "image": { "id": id, "mime_type": mime, "sha256": sha256, "caption": turn.text } })
    }
}

fn text(words: &str) -> Value {
    json!({ "type": "text", "text": { "body": words } })
}
