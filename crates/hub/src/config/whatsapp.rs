//! Numbers on WhatsApp, as operators name them: in the settings, on the command line, by HTTP.

use std::collections::BTreeMap;

use tandem_protocol::channels::ReadReceipts;

use super::check;
use super::settings::Settings;

/// The setting that holds the numbers: a list of tables.
const NUMBERS: &str = "whatsapp";

/// A number on WhatsApp, with its secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct NewWhatsappNumber {
    /// The name in the address of its webhook.
    pub key: String,
    /// In international form.
    pub number: String,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the WhatsApp Business account.
    pub account_id: String,
    /// The key of the brand that its conversations belong to.
    pub brand: Option<String>,
    /// Where the Cloud API is; none for Meta's own.
    pub base_url: Option<String>,
    pub access_token: String,
    pub app_secret: String,
    pub verify_token: String,
    /// When customers are told that their messages were read.
    pub read_receipts: ReadReceipts,
    /// Whether customers are told that somebody is typing; none for the default.
    pub typing: Option<bool>,
    /// Replies that cost nothing, in a month; none if that is not known.
    pub free_replies: Option<u32>,
    /// After how many hours of silence a message begins a new conversation; none for the default.
    pub new_after_h: Option<u32>,
    /// Messages that it takes per second; none for the default.
    pub per_second: Option<u32>,
    /// Whether it is also used in the app on a phone.
    pub coexistence: bool,
}

impl std::fmt::Debug for NewWhatsappNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewWhatsappNumber").field("key", &self.key).finish_non_exhaustive()
    }
}

impl NewWhatsappNumber {
    /// What cannot work: the fields, and why. No secret is repeated.
    pub(crate) fn problems(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.key.is_empty() || self.key.len() > 64 || !self.key.chars().all(plain) {
            found.push(("id", format!("'{}': use lower-case letters, digits and hyphens, at most 64", self.key)));
        }
        for (name, id) in [("phone_number_id", &self.phone_number_id), ("account_id", &self.account_id)] {
            if id.is_empty() || id.len() > 32 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                found.push((name, format!("'{id}': copy the digits from Meta's page of the app, under WhatsApp")));
            }
        }
        for (name, secret) in [("access_token", &self.access_token), ("app_secret", &self.app_secret)] {
            if secret.trim().is_empty() || secret.len() > 4_096 {
                found.push((name, "it is empty or too long".into()));
            }
        }
        if let Err(why) = check::header(self.access_token.trim()) {
            found.push(("access_token", why));
        }
        if self.verify_token.len() < 8 {
            found.push(("verify_token", "it is shorter than 8 characters: choose a longer one".into()));
        }
        if let Some(Err(why)) = self.base_url.as_deref().map(check::base_url) {
            found.push(("base_url", why));
        }
        let phone = tandem_conversation::Contact::new(tandem_conversation::ContactKind::Phone, &self.number);
        if phone.is_err() {
            found.push(("number", format!("'{}': write it with its country: +34 600 123 456", self.number)));
        }
        if self.new_after_h.is_some_and(|hours| !(1..=8_760).contains(&hours)) {
            found.push(("new_after_h", "use a whole number from 1 to 8760".into()));
        }
        if self.per_second.is_some_and(|messages| !(1..=1_000).contains(&messages)) {
            found.push(("per_second", "use a whole number from 1 to 1000".into()));
        }
        found
    }
}

fn receipts(text: &str) -> Result<ReadReceipts, String> {
    match text {
        "off" => Ok(ReadReceipts::Off),
        "on_seen" => Ok(ReadReceipts::OnSeen),
        "on_delivered" => Ok(ReadReceipts::OnDelivered),
        other => Err(format!("'{other}' is not allowed; use on_seen, on_delivered or off")),
    }
}

/// The numbers of the settings.
pub(super) fn numbers(settings: &mut Settings) -> Vec<NewWhatsappNumber> {
    let mut all = Vec::new();
    let mut places = BTreeMap::new();
    for index in settings.tables(NUMBERS) {
        let name = |field: &str| format!("{NUMBERS}.{index}.{field}");
        let mut missing = Vec::new();
        let mut text = |field: &'static str| {
            let found = settings.text(&name(field));
            if found.is_none() {
                missing.push(field);
            }
            found.unwrap_or_default()
        };
        let mut number = NewWhatsappNumber {
            key: text("id"),
            number: text("number"),
            phone_number_id: text("phone_number_id"),
            account_id: text("account_id"),
            access_token: text("access_token"),
            app_secret: text("app_secret"),
            verify_token: text("verify_token"),
            ..NewWhatsappNumber::default()
        };
        number.brand = settings.text(&name("brand"));
        number.base_url = settings.text(&name("base_url"));
        // The older word.
        let marks = settings.get(&name("read_marks"), check::truth).unwrap_or(true);
        let receipts = settings.get(&name("read_receipts"), receipts);
        number.read_receipts = receipts.unwrap_or(if marks { ReadReceipts::OnSeen } else { ReadReceipts::Off });
        number.typing = settings.get(&name("typing"), check::truth);
        number.coexistence = settings.get(&name("coexistence"), check::truth).unwrap_or(false);
        let mut count = |field: &str| {
            let read = settings.get(&name(field), check::number(0..=1_000_000_000));
            read.and_then(|number| u32::try_from(number).ok())
        };
        number.free_replies = count("free_replies");
        number.new_after_h = count("new_after_h");
        number.per_second = count("per_second");
        for field in &missing {
            settings.missing(&name(field), "needed for each number of WhatsApp");
        }
        for (field, why) in number.problems() {
            if !missing.contains(&field) {
                settings.wrong(&name(field), &why);
            }
        }
        for (field, value) in [("id", &number.key), ("phone_number_id", &number.phone_number_id)] {
            if places.insert((field, value.clone()), ()).is_some() && !missing.contains(&field) {
                settings.wrong(&name(field), "another number of the settings has it");
            }
        }
        all.push(number);
    }
    all
}
