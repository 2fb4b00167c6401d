//! Brands, and the hosts whose pages may show their chats.

use tandem_conversation::{BrandId, Targets};
use tandem_protocol::administration::{BrandAddition, BrandChange};
use tandem_protocol::chat::BrandLook;
use tandem_sql::Connection;
use uuid::Uuid;

use super::{Done, Refusal, checked_name, is_language, save};
use crate::store::brands::{self, Brand};
use crate::store::users::{self, User};
use crate::store::{conversations, reviews, whatsapp};

const GREETING: &str = "Hello! How can we help you?";
const ACCENT: &str = "#2f5bea";
/// Maximum length of a greeting, in characters.
const GREETING_CHARS: usize = 500;
/// The longest target for replies, in seconds.
const TARGET_S: u32 = 7 * 24 * 60 * 60;

/// Adds a brand; refused if the id is taken.
pub(crate) fn add_brand(connection: &Connection, addition: BrandAddition) -> Done<Brand> {
    let brand = match checked(addition) {
        Ok(brand) => brand,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if brands::by_key(connection, &brand.look.id)?.is_some() {
        return Ok(Err(Refusal::BrandExists(brand.look.id)));
    }
    brands::put(connection, &brand)?;
    Ok(Ok(brand))
}

/// Changes the given fields.
pub(crate) fn change_brand(connection: &Connection, key: &str, change: BrandChange) -> Done<Brand> {
    let Some(before) = brands::by_key(connection, key)? else { return Ok(Err(Refusal::NoBrand(key.to_owned()))) };
    let BrandChange { name, greeting, accent, domains, language, first_reply_s, next_reply_s } = change;
    let changed = checked(BrandAddition {
        id: before.look.id,
        name: name.unwrap_or(before.look.name),
        greeting: greeting.or(Some(before.look.greeting)),
        accent: accent.or(Some(before.look.accent)),
        domains: domains.unwrap_or(before.domains),
        language: language.or(before.language),
        first_reply_s: first_reply_s.or(before.targets.first_reply_s),
        next_reply_s: next_reply_s.or(before.targets.next_reply_s),
    });
    let brand = match changed {
        Ok(brand) => Brand { id: before.id, secret_generation: before.secret_generation, ..brand },
        Err(refusal) => return Ok(Err(refusal)),
    };
    brands::put(connection, &brand)?;
    Ok(Ok(brand))
}

/// Removes a brand: no new chat starts there, and its conversations stay. Users who are limited to several brands lose
/// it; returns them. Refused while it is the only one of a user, because a user without brands serves all; and while
/// customers are in conversations, whose chats end with it, unless it is forced; and while a WhatsApp number has it.
pub(crate) fn remove_brand(connection: &Connection, key: &str, is_forced: bool) -> Done<Vec<User>> {
    let mut known = brands::all(connection)?;
    let Some(place) = known.iter().position(|brand| brand.look.id == key) else {
        return Ok(Err(Refusal::NoBrand(key.to_owned())));
    };
    let removed = known.swap_remove(place).id;
    if let Some(number) = whatsapp::all(connection)?.into_iter().find(|number| number.brand == Some(removed)) {
        return Ok(Err(Refusal::BrandOfNumber { brand: key.to_owned(), number: number.key }));
    }
    let conversations = conversations::in_progress_at(connection, removed)?;
    if conversations > 0 && !is_forced {
        let s = if conversations == 1 { "" } else { "s" };
        let conversations = format!("{conversations} conversation{s}");
        return Ok(Err(Refusal::BrandInUse { brand: key.to_owned(), conversations }));
    }
    let mut limited = users::all(connection)?;
    limited.retain(|user| user.skills.brands.contains(&removed));
    let remains = |user: &User| user.skills.brands.iter().any(|id| known.iter().any(|brand| brand.id == *id));
    let stranded: Vec<_> = limited.iter().filter(|user| !remains(user)).map(|user| user.email.as_str()).collect();
    if !stranded.is_empty() {
        return Ok(Err(Refusal::OnlyBrand { brand: key.to_owned(), users: stranded.join(", ") }));
    }
    let mut changed = Vec::with_capacity(limited.len());
    for before in limited {
        let mut user = before.clone();
        user.skills.brands.retain(|id| *id != removed);
        match save(connection, &before, user, None)? {
            Ok(user) => changed.push(user),
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    reviews::remove_plan(connection, removed)?;
    brands::remove(connection, key)?;
    Ok(Ok(changed))
}

pub(crate) fn checked(addition: BrandAddition) -> Result<Brand, Refusal> {
    let BrandAddition { id, name, greeting, accent, domains, language, first_reply_s, next_reply_s } = addition;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 64 || !id.chars().all(plain) {
        return Err(Refusal::invalid("id", format!("'{id}': use lower-case letters, digits and hyphens, at most 64")));
    }
    let (greeting, accent) = (greeting.unwrap_or_else(|| GREETING.into()), accent.unwrap_or_else(|| ACCENT.into()));
    if greeting.chars().count() > GREETING_CHARS {
        return Err(Refusal::invalid("greeting", format!("is longer than {GREETING_CHARS} characters")));
    }
    let hex = accent.strip_prefix('#').is_some_and(|h| h.len() == 6 && h.chars().all(|c| c.is_ascii_hexdigit()));
    if !hex {
        return Err(Refusal::invalid("accent", format!("'{accent}' is not a colour such as #2f5bea")));
    }
    if domains.is_empty() {
        return Err(Refusal::invalid("domains", "name at least one host, or * for all"));
    }
    let domains = domains.iter().map(|domain| checked_domain(domain)).collect::<Result<_, _>>()?;
    let look = BrandLook { id, name: checked_name(&name)?, greeting, accent };
    let language = language.filter(|language| !language.trim().is_empty());
    if let Some(wrong) = language.as_ref().filter(|language| !is_language(language)) {
        return Err(Refusal::invalid("language", format!("'{wrong}' is not a tag such as de or pt-BR")));
    }
    let targets = Targets {
        first_reply_s: checked_target("firstReplyS", first_reply_s)?,
        next_reply_s: checked_target("nextReplyS", next_reply_s)?,
    };
    Ok(Brand { id: BrandId(Uuid::now_v7()), look, domains, secret_generation: 0, language, targets })
}

/// A time within which customers should be answered; 0 for none.
fn checked_target(field: &'static str, given: Option<u32>) -> Result<Option<u32>, Refusal> {
    match given {
        Some(0) | None => Ok(None),
        Some(target) if target <= TARGET_S => Ok(Some(target)),
        Some(_) => Err(Refusal::invalid(field, format!("is longer than {TARGET_S} seconds, a week"))),
    }
}

/// A host as browsers send it (punycode, lower case), `*.host` for its subdomains, or `*`.
fn checked_domain(text: &str) -> Result<String, Refusal> {
    let wrong = |problem: &str| {
        let words = format!("'{text}': {problem}; use a host such as www.example.com, *.example.com, or * for all");
        Refusal::invalid("domains", words)
    };
    let domain = text.trim();
    if domain == "*" {
        return Ok(domain.to_owned());
    }
    let (below, host) = match domain.strip_prefix("*.") {
        Some(host) => ("*.", host),
        None => ("", domain),
    };
    if host.contains('*') {
        return Err(wrong("* stands alone or before the first dot"));
    }
    if host.is_empty() || host.contains(['/', '@', '?', '#', '\\']) || host.contains(char::is_whitespace) {
        return Err(wrong("this is not a host"));
    }
    let url = reqwest::Url::parse(&format!("http://{host}/")).map_err(|_| wrong("this is not a host"))?;
    // Browsers omit port 80 from http origins.
    let behind_address = host.rsplit_once(']').map_or(host, |(_, rest)| rest);
    if url.port().is_some() || behind_address.contains(':') {
        return Err(wrong("a chat may stand on every port of its hosts, so leave the port out"));
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("this is not a host"))?;
    let is_name = url.domain().is_some();
    if !is_name && !below.is_empty() {
        return Err(wrong("nothing is below an address"));
    }
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if is_name && !host.trim_end_matches('.').split('.').all(is_label) {
        return Err(wrong("no browser names a host so"));
    }
    Ok(format!("{below}{}", host.trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_kept_as_browsers_name_them() {
        for (given, kept) in [
            ("www.example.com", "www.example.com"),
            (" WWW.Example.com ", "www.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("*.bücher.example", "*.xn--bcher-kva.example"),
            ("例え.jp", "xn--r8jz45g.jp"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("example.com.", "example.com"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[::1]", "[::1]"),
            ("*", "*"),
        ] {
            assert_eq!(checked_domain(given).as_deref(), Ok(kept), "{given}");
        }
    }

    #[test]
    fn what_no_browser_would_send_is_refused_with_words() {
        for wrong in [
            "",
            "a..b",
            "''",
            "*.10.0.0.1",
            "*.[::1]",
            "*foo*",
            "*.",
            "**",
            "foo.*",
            "a*.example.com",
            "www.example.com:8080",
            "www.example.com:80",
            "https://example.com",
            "example.com/chat",
            "a b.example",
            "user@example.com",
            "exa\nmple.com",
            "[::1]:80",
            "exam%ple.com",
        ] {
            assert!(checked_domain(wrong).is_err(), "{wrong}");
        }
    }
}
