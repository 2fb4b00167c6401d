//! Parses and validates settings. Each error says what is allowed; none repeats a secret.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use ipnet::{IpNet, Ipv4Net};
use reqwest::Url;
use tandem_conversation::is_blank;

use super::{Home, PostgresUrl};

/// Minimum length of the secret shared with Your Logic, in bytes.
const SECRET_BYTES: usize = 16;

pub(super) fn address(text: &str) -> Result<String, String> {
    match text.parse::<std::net::SocketAddr>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("'{text}' is not an address with a port, such as 127.0.0.1:7700")),
    }
}

/// The address of a database. The problem does not repeat it: it may hold a password.
pub(super) fn postgres(text: &str) -> Result<PostgresUrl, String> {
    tandem_sql::check(text).map(|()| PostgresUrl(text.to_owned()))
}

/// An address on which nothing else listens.
pub(super) fn other_address(text: &str, listen: &str) -> Result<String, String> {
    let address = address(text)?;
    match address == listen && !address.ends_with(":0") {
        true => Err("the same address as listen: choose another port".into()),
        false => Ok(address),
    }
}

/// Comma-separated networks and addresses.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let network = |part: &str| part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
    let is_too_wide = |network: &IpNet| network.prefix_len() < if network.addr().is_ipv4() { 8 } else { 7 };
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let network = network(part).map_err(|_| {
                format!("'{part}' is neither a network, such as 10.0.0.0/8, nor an address, such as 127.0.0.1")
            })?;
            let network = written_once(network).ok_or_else(|| {
                format!("'{part}' is an IPv4 address with a length for IPv6: write it as IPv4, such as 10.0.0.0/8")
            })?;
            if is_too_wide(&network) {
                return Err(format!(
                    "'{part}' holds strangers, who would name any address as theirs: name your proxies' own network"
                ));
            }
            Ok(network)
        })
        .collect()
}

/// A network of IPv4 addresses that is written in IPv6 is the same network: addresses are compared as IPv4. None if its
/// length cannot be meant for one.
fn written_once(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(six) = network else { return Some(network) };
    let Some(four) = six.addr().to_ipv4_mapped() else { return Some(network) };
    Ipv4Net::new(four, six.prefix_len().checked_sub(96)?).ok().map(IpNet::V4)
}

/// A time zone by its IANA name.
pub(super) fn zone(text: &str) -> Result<String, String> {
    crate::zone::named(text).map(|_| text.to_owned())
}

/// Words of a website.
pub(super) fn label(text: &str) -> Result<String, String> {
    visible(text, 100)
}

/// A name that stands beside messages.
pub(super) fn name(text: &str) -> Result<String, String> {
    visible(text, 40)
}

/// Text that can be seen, on one line.
fn visible(text: &str, most: usize) -> Result<String, String> {
    let text = text.trim();
    let fits = !is_blank(text) && text.chars().count() <= most && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(format!("use 1 to {most} characters on one line")) }
}

/// Maximum number of reasons, and of the characters of one.
const REASONS: usize = 20;
const REASON: usize = 40;

/// Comma-separated reasons for being away, each once.
pub(super) fn reasons(text: &str) -> Result<Vec<String>, String> {
    let mut reasons: Vec<String> = Vec::new();
    for reason in text.split(',').map(str::trim).filter(|reason| !reason.is_empty()) {
        let length = reason.chars().count();
        if length > REASON || is_blank(reason) || reason.chars().any(char::is_control) {
            return Err(format!("a reason has at most {REASON} characters on one line; '{reason}' has {length}"));
        }
        if !reasons.iter().any(|known| known.to_lowercase() == reason.to_lowercase()) {
            reasons.push(reason.to_owned());
        }
    }
    match reasons.len() {
        1..=REASONS => Ok(reasons),
        count => Err(format!("give 1 to {REASONS} reasons, such as Break, Lunch; found {count}")),
    }
}

pub(super) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!("'{other}' is not allowed; use true or false")),
    }
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        other => Err(format!("'{other}' is not allowed; use on or off")),
    }
}

/// An integer within limits.
pub(super) fn number(allowed: RangeInclusive<i64>) -> impl FnOnce(&str) -> Result<i64, String> {
    move |text| {
        let (least, most) = (allowed.start(), allowed.end());
        let number = text.replace('_', "").parse::<i64>().ok().filter(|number| allowed.contains(number));
        number.ok_or_else(|| format!("'{text}' is not allowed; use a whole number from {least} to {most}"))
    }
}

pub(super) fn url(text: &str) -> Result<Url, String> {
    on_one_line(text)?;
    let url = Url::parse(text).map_err(|error| format!("'{text}' is not a URL: {error}"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(format!("'{text}' names no host"));
    }
    Ok(url)
}

/// Parsers of addresses pass over what must not be in a header.
fn on_one_line(text: &str) -> Result<(), String> {
    match text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        true => Err("leave out spaces, tabs and line breaks".into()),
        false => Ok(()),
    }
}

/// An https URL, or http on this machine.
pub(super) fn https(text: &str) -> Result<String, String> {
    let url = url(text)?;
    match url.scheme() {
        "https" => Ok(text.to_owned()),
        "http" if is_loopback(&url) => Ok(text.to_owned()),
        _ => Err("use https; plain http is allowed on this machine's own addresses only".into()),
    }
}

/// What paths are appended to.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let url = url(&https(text)?)?;
    match (url.username().is_empty() && url.password().is_none(), url.query().is_none() && url.fragment().is_none()) {
        (false, _) => Err("leave user and password out of it".into()),
        (_, false) => Err("leave out what follows ? or #".into()),
        _ => Ok(text.to_owned()),
    }
}

pub(super) fn home(text: &str) -> Result<Home, String> {
    match text {
        "neutral" => Ok(Home::Neutral),
        "demo" => Ok(Home::Demo),
        url => https(url)
            .and_then(without_user)
            .map(Home::Redirect)
            .map_err(|error| format!("use neutral, demo, or the URL of the page to lead to ({error})")),
    }
}

fn without_user(text: String) -> Result<String, String> {
    let url = url(&text)?;
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(text),
        false => Err("leave user and password out of the address: every visitor would see them".into()),
    }
}

/// Your Logic's URL. `in_network` allows plain HTTP to private addresses.
pub(super) fn logic_url(text: &str, in_network: bool) -> Result<String, String> {
    let url = url(text)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("leave user and password out of the address: requests are signed with logic.secret".into());
    }
    match url.scheme() {
        "https" => Ok(text.to_owned()),
        "http" if is_loopback(&url) || in_network => Ok(text.to_owned()),
        "http" => Err("use https. Plain http is allowed on this machine's own addresses, and to private addresses of \
                       this network if logic.allow_private = true is set"
            .into()),
        other => Err(format!("use https, not {other}")),
    }
}

/// The hub's origin for browsers: scheme, host and port only.
pub(super) fn origin(text: &str) -> Result<String, String> {
    https(text)?;
    let url = url(text)?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && !text.ends_with('?');
    if !is_bare || !url.username().is_empty() || url.password().is_some() {
        return Err("give scheme and host alone, such as https://chat.example.com: Tandem needs a host of its own \
                    and does not work under a path of another site"
            .into());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// What travels in a header of HTTP.
pub(super) fn header(text: &str) -> Result<String, String> {
    match text.chars().all(|c| c.is_ascii_graphic() || c == ' ') && text.trim() == text {
        true => Ok(text.to_owned()),
        false => Err("use letters, digits and signs of ASCII: the secret travels in a header".into()),
    }
}

pub(super) fn secret(text: &str) -> Result<String, String> {
    if text.len() < SECRET_BYTES {
        return Err(format!("shorter than {SECRET_BYTES} characters"));
    }
    header(text)?;
    if let Some(encoded) = text.strip_prefix("whsec_")
        && standardwebhooks::Webhook::new(encoded).is_err()
    {
        return Err("what follows whsec_ is not base64".into());
    }
    Ok(text.to_owned())
}

pub(super) fn folder(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("name a folder".into()) } else { Ok(text.to_owned()) }
}

/// A mail server. The address may contain a password, so errors do not repeat it.
pub(super) fn mail_url(text: &str) -> Result<String, String> {
    on_one_line(text)?;
    let url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err("it names no mail server: smtps://USER:PASSWORD@HOST".into());
    }
    for part in [Some(url.username()), url.password()].into_iter().flatten() {
        if percent_encoding::percent_decode_str(part).decode_utf8().is_err() || has_broken_escape(part) {
            return Err("user or password has a % that is none: write it as %25".into());
        }
    }
    let encrypted = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    if !encrypted && url.query().is_some_and(|query| !query.is_empty()) {
        return Err("what follows the question mark can only be tls=required".into());
    }
    match url.scheme() {
        "smtps" => Ok(text.to_owned()),
        "smtp" if encrypted || is_loopback(&url) => Ok(text.to_owned()),
        _ => Err("use smtps://… or smtp://…?tls=required; without TLS on this machine only".into()),
    }
}

/// Whether a % is not followed by two hexadecimal digits.
fn has_broken_escape(text: &str) -> bool {
    let is_code = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    text.split('%').skip(1).any(|rest| !is_code(rest))
}

pub(super) fn mailbox(text: &str) -> Result<String, String> {
    match text.parse::<lettre::message::Mailbox>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(format!("'{text}' is not an e-mail address, such as Northwind <chat@northwind.example>")),
    }
}

fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}
