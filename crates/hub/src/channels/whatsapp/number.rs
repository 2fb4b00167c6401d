//! Our numbers with their secrets opened, and how they are added.

use tandem_conversation::{BrandId, Contact, ContactKind, Time};
use tandem_sql::Connection;

use crate::config::NewWhatsappNumber;
use crate::hub::Hub;
use crate::seal::Seal;
use crate::secrets::hash_token;
use crate::store::whatsapp::{self, Number};
use crate::store::{StoreError, brands};

/// What the secrets of numbers are sealed for.
pub(crate) const PURPOSE: &str = "secrets of WhatsApp numbers";
/// After how many hours of silence a message begins a new conversation.
pub(crate) const NEW_AFTER_H: u32 = 24;
/// Messages per second that Meta takes from a number, until it raises that.
const PER_SECOND: u32 = 80;
/// The same of a number that is also used in the app on a phone.
const PER_SECOND_SHARED: u32 = 20;

/// A number that can send and receive.
pub(crate) struct Opened {
    pub number: Number,
    pub access_token: String,
    pub app_secret: String,
}

/// Where the Cloud API is that operators mean; none is Meta's own.
pub(crate) fn base_url(named: Option<&str>) -> &str {
    named.unwrap_or(whatsapp::BASE_URL).trim_end_matches('/')
}

/// The row of a number.
///
/// # Errors
/// What is wrong with which field, and what to do.
fn sealed(new: &NewWhatsappNumber, brand: Option<BrandId>, seal: &Seal, now: Time) -> Result<Number, String> {
    if let Some((field, why)) = new.problems().into_iter().next() {
        return Err(format!("{}: {why}", field.replace('_', "-")));
    }
    let display = Contact::new(ContactKind::Phone, &new.number).map_err(|error| error.to_string())?;
    Ok(Number {
        access_token: seal.close(&new.key, new.access_token.trim()),
        app_secret: seal.close(&new.key, new.app_secret.trim()),
        verify_hash: hash_token(&new.verify_token),
        key: new.key.clone(),
        phone_number_id: new.phone_number_id.clone(),
        waba_id: new.account_id.clone(),
        display: display.value,
        brand,
        base_url: base_url(new.base_url.as_deref()).to_owned(),
        new_after_h: new.new_after_h.unwrap_or(NEW_AFTER_H),
        per_second: new.per_second.unwrap_or(if new.coexistence { PER_SECOND_SHARED } else { PER_SECOND }),
        coexistence: new.coexistence,
        read_receipts: new.read_receipts,
        typing: new.typing.unwrap_or(true),
        free_replies: new.free_replies,
        state: whatsapp::OK.into(),
        since: now,
        detail: String::new(),
        quality: whatsapp::UNKNOWN.into(),
        limit: String::new(),
    })
}

/// The row of a number whose brand exists, and whose id at Meta is no other number's.
fn row(
    connection: &Connection,
    seal: &Seal,
    new: &NewWhatsappNumber,
    now: Time,
) -> Result<Result<Number, String>, StoreError> {
    let brand = match &new.brand {
        None => None,
        Some(key) => match brands::by_key(connection, key)? {
            Some(brand) => Some(brand.id),
            None => return Ok(Err(format!("there is no brand '{key}'"))),
        },
    };
    let row = match sealed(new, brand, seal, now) {
        Ok(row) => row,
        Err(why) => return Ok(Err(why)),
    };
    let all = whatsapp::all(connection)?;
    let here = all.iter().find(|here| (here.phone_number_id == row.phone_number_id) != (here.key == row.key));
    Ok(match here {
        Some(here) if here.key == row.key => Err(format!(
            "'{}' is another number ({}), and its chats stay its own: give this one another id",
            here.key, here.display
        )),
        Some(here) => Err(format!("this number is here already as '{}': remove that first", here.key)),
        None => match whatsapp::removed(connection, &row.key)?.filter(|(id, _)| *id != row.phone_number_id) {
            Some((_, display)) => Err(format!(
                "'{}' was another number ({display}), and its chats stay its own: give this one another id",
                row.key
            )),
            None => Ok(row),
        },
    })
}

/// Adds a number, or replaces the one with this key; what waits for it is tried at once. Returns it in its normal form.
///
/// # Errors
/// The inner one says what is wrong with which field, and what to do.
pub(crate) fn add(
    connection: &Connection,
    seal: &Seal,
    new: &NewWhatsappNumber,
    now: Time,
) -> Result<Result<String, String>, StoreError> {
    match row(connection, seal, new, now)? {
        Ok(row) => whatsapp::put(connection, &row).map(|()| Ok(row.display)),
        Err(why) => Ok(Err(why)),
    }
}

/// Brings a number to what the settings say. One that is as they say keeps its state.
///
/// # Errors
/// As [`add`].
pub(crate) fn follow(
    connection: &Connection,
    seal: &Seal,
    new: &NewWhatsappNumber,
    now: Time,
) -> Result<Result<(), String>, StoreError> {
    let row = match row(connection, seal, new, now)? {
        Ok(row) => row,
        Err(why) => return Ok(Err(why)),
    };
    if !is_known(connection, seal, &row)? {
        whatsapp::put(connection, &row)?;
        tracing::info!(number = row.key, "a WhatsApp number is now as the settings say");
    }
    Ok(Ok(()))
}

/// Whether a number is as the settings say.
///
/// # Errors
/// As [`add`].
pub(crate) fn is_followed(
    connection: &Connection,
    seal: &Seal,
    new: &NewWhatsappNumber,
) -> Result<Result<bool, String>, StoreError> {
    match row(connection, seal, new, Time(0))? {
        Ok(row) => is_known(connection, seal, &row).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

fn is_known(connection: &Connection, seal: &Seal, row: &Number) -> Result<bool, StoreError> {
    let known = whatsapp::by_key(connection, &row.key)?.and_then(|known| opened(known, seal));
    let wanted = opened(row.clone(), seal);
    Ok(known.zip(wanted).is_some_and(|(known, wanted)| known.is_like(&wanted)))
}

impl Opened {
    /// Whether an operator has said the same of both.
    fn is_like(&self, other: &Self) -> bool {
        let said = |opened: &Self| Number {
            access_token: Vec::new(),
            app_secret: Vec::new(),
            state: String::new(),
            since: Time(0),
            detail: String::new(),
            quality: String::new(),
            limit: String::new(),
            ..opened.number.clone()
        };
        let secrets = |opened: &Self| (opened.access_token.clone(), opened.app_secret.clone());
        said(self) == said(other) && secrets(self) == secrets(other)
    }
}

/// Opens the secrets of a number; none if they were sealed with another key.
pub(crate) fn opened(number: Number, seal: &Seal) -> Option<Opened> {
    let access_token = seal.open(&number.key, &number.access_token)?;
    let app_secret = seal.open(&number.key, &number.app_secret)?;
    Some(Opened { number, access_token, app_secret })
}

/// The number with this key.
pub(crate) async fn find(hub: &Hub, key: &str) -> Result<Option<Opened>, StoreError> {
    let wanted = key.to_owned();
    let number = hub.database.read(move |connection| whatsapp::by_key(connection, &wanted)).await?;
    let seal = Seal::new(&hub.identity.key_for(PURPOSE));
    let Some(number) = number else { return Ok(None) };
    let found = opened(number, &seal);
    if found.is_none() {
        tracing::error!(number = key, "the secrets of a WhatsApp number do not open: add it again");
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use ring::hmac;

    use super::*;
    use crate::store::testing::empty;
    use crate::store::whatsapp::people::Person;
    use crate::store::whatsapp::routes;

    fn new() -> NewWhatsappNumber {
        NewWhatsappNumber {
            key: "main".into(),
            phone_number_id: "106540352242922".into(),
            account_id: "102290129340398".into(),
            number: "+34 600 123 456".into(),
            access_token: "token\n".into(),
            app_secret: "secret".into(),
            verify_token: "a long one".into(),
            ..NewWhatsappNumber::default()
        }
    }

    fn seal() -> Seal {
        Seal::new(&hmac::Key::new(hmac::HMAC_SHA256, &[1; 32]))
    }

    #[test]
    fn a_number_is_stored_with_sealed_secrets() {
        let number = sealed(&new(), None, &seal(), Time(0)).unwrap();
        assert_eq!((number.display.as_str(), number.base_url.as_str()), ("+34600123456", whatsapp::BASE_URL));
        let opened = opened(number, &seal()).unwrap();
        assert_eq!((opened.access_token.as_str(), opened.app_secret.as_str()), ("token", "secret"));
    }

    #[test]
    fn an_id_stays_with_its_number() {
        let connection = empty();
        let added = |new: NewWhatsappNumber| add(&connection, &seal(), &new, Time(0)).unwrap();
        assert_eq!(added(new()).as_deref(), Ok("+34600123456"));
        assert!(added(NewWhatsappNumber { access_token: "a newer one".into(), ..new() }).is_ok());
        let why = added(NewWhatsappNumber { phone_number_id: "2".into(), ..new() }).unwrap_err();
        assert!(why.contains("another number") && why.contains("another id"), "{why}");
        let why = added(NewWhatsappNumber { key: "spare".into(), ..new() }).unwrap_err();
        assert!(why.contains("already as 'main'"), "{why}");
        let spare = NewWhatsappNumber { key: "spare".into(), phone_number_id: "2".into(), ..new() };
        assert!(added(spare.clone()).is_ok());
        routes::begin(&connection, "main", Person::new(), ("Carmen", Time(0))).unwrap();
        assert!(["main", "spare"].iter().all(|key| whatsapp::remove(&connection, key).unwrap()));
        assert!(added(NewWhatsappNumber { phone_number_id: "3".into(), ..spare }).is_ok(), "it had no chats");
        let why = added(NewWhatsappNumber { phone_number_id: "4".into(), ..new() }).unwrap_err();
        assert!(why.contains("was another number (+34600123456)") && why.contains("another id"), "{why}");
        assert!(added(new()).is_ok(), "the number itself comes back to its chats");
    }

    #[test]
    fn what_cannot_work_is_refused_with_its_name() {
        let refused = |new: NewWhatsappNumber, named: &str| {
            let why = sealed(&new, None, &seal(), Time(0)).unwrap_err();
            assert!(why.contains(named), "{why}");
        };
        refused(NewWhatsappNumber { key: "Main".into(), ..new() }, "id: 'Main'");
        refused(NewWhatsappNumber { phone_number_id: "12a".into(), ..new() }, "phone-number-id");
        refused(NewWhatsappNumber { account_id: String::new(), ..new() }, "account-id");
        refused(NewWhatsappNumber { access_token: " ".into(), ..new() }, "access-token");
        refused(NewWhatsappNumber { verify_token: "short".into(), ..new() }, "verify-token");
        refused(NewWhatsappNumber { base_url: Some("http://graph.example".into()), ..new() }, "https");
        for url in ["http://u:p@127.0.0.1:9/", "http://127.0.0.1:9/v?x=1", "http://127.0.0.1:9/v#f"] {
            refused(NewWhatsappNumber { base_url: Some(url.into()), ..new() }, "leave");
        }
        for token in ["good\nbad", "a\r\nX: y", "\u{fc}\0"] {
            refused(NewWhatsappNumber { access_token: token.into(), ..new() }, "access-token");
        }
        refused(NewWhatsappNumber { number: "600".into(), ..new() }, "number: '600'");
        refused(NewWhatsappNumber { per_second: Some(2_000), ..new() }, "per-second");
        let here = NewWhatsappNumber { base_url: Some("http://127.0.0.1:9/v1".into()), ..new() };
        assert!(sealed(&here, None, &seal(), Time(0)).is_ok());
    }

    #[test]
    fn settings_that_say_the_same_leave_a_number_as_it_is_and_others_replace_it() {
        let connection = empty();
        let state = || whatsapp::by_key(&connection, "main").unwrap().unwrap().state;
        follow(&connection, &seal(), &new(), Time(1)).unwrap().unwrap();
        whatsapp::set_state(&connection, "main", "blocked", "spam", Time(2)).unwrap();
        follow(&connection, &seal(), &new(), Time(3)).unwrap().unwrap();
        assert_eq!(state(), "blocked", "a restart changes nothing");
        let renewed = NewWhatsappNumber { access_token: "renewed".into(), ..new() };
        follow(&connection, &seal(), &renewed, Time(4)).unwrap().unwrap();
        assert_eq!(state(), "ok", "a new token is tried");
        let brand = NewWhatsappNumber { brand: Some("nobody".into()), ..new() };
        assert!(follow(&connection, &seal(), &brand, Time(5)).unwrap().unwrap_err().contains("no brand 'nobody'"));
        let twice = NewWhatsappNumber { key: "second".into(), ..new() };
        assert!(add(&connection, &seal(), &twice, Time(6)).unwrap().unwrap_err().contains("as 'main'"));
    }
}
