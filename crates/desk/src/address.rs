//! What is entered as the hub's address: the addresses that it may mean, and what their answers mean. Pure; the sign-in
//! carries it out.
//!
//! https comes first. Plain http is for a hub on this machine, or for users who agree to it in words. A certificate that
//! is not accepted never leads to plain http: someone in between could cause it.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use url::Host;

use crate::hub::{Knock, Obstacle};

/// Names that only exist within an organisation's or a home's network.
const OWN_ENDINGS: [&str; 6] = [".local", ".lan", ".internal", ".home.arpa", ".intranet", ".corp"];

/// An address to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    /// With its scheme, without a trailing slash.
    pub address: String,
    /// Host and port, for messages.
    pub place: String,
    pub exposure: Exposure,
}

/// Who could read what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exposure {
    Encrypted,
    ThisMachine,
    /// Everyone in the same network.
    OwnNetwork,
    /// Everyone on the way.
    Anyone,
}

/// Why an entered address means none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    #[error("Enter the hub's address, such as hub.example.com.")]
    Missing,
    #[error("This is not an address. The hub's address looks like hub.example.com or https://hub.example.com.")]
    Unreadable,
    #[error("This is an e-mail address. The hub's address looks like hub.example.com.")]
    Mail,
    #[error("A hub is reached over https, not {0}.")]
    Scheme(String),
}

/// The addresses that an entered one may mean, in the order in which they are tried.
pub(crate) fn ways(entered: &str) -> Result<Vec<Way>, Unusable> {
    let bare = entered.trim().trim_matches(['<', '>', '"', '\'', ',', ';']).trim();
    if bare.is_empty() {
        return Err(Unusable::Missing);
    }
    let (scheme, rest) = scheme_of(bare);
    if let Some(other) = scheme.filter(|scheme| !matches!(*scheme, "https" | "http")) {
        return Err(Unusable::Scheme(other.to_owned()));
    }
    let secure = read("https", rest)?;
    let own_port = |url: &Url| url.port().is_none() && rest_has_port(rest);
    // A named port that is the other scheme's usual one is lost by parsing.
    let plain = read("http", rest)?;
    let both = || vec![way(&secure), way(&plain)];
    Ok(match scheme {
        Some("https") => vec![way(&secure)],
        Some("http") if exposure(&plain) == Exposure::ThisMachine => vec![way(&plain)],
        // Port 80 speaks no https.
        _ if own_port(&plain) => vec![way(&plain)],
        // Port 443 speaks nothing else.
        _ if own_port(&secure) => vec![way(&secure)],
        _ => both(),
    })
}

/// The scheme, as far as one was meant, and the rest.
fn scheme_of(entered: &str) -> (Option<&str>, &str) {
    if let Some((scheme, rest)) = entered.split_once("://") {
        let known = ["https", "http"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known));
        return (Some(known.unwrap_or(scheme)), rest);
    }
    for known in ["https", "http"] {
        // Forgotten characters: `https//hub`, `https:/hub`.
        for separator in [":/", "//"] {
            let begin = known.len() + separator.len();
            let meant =
                entered.get(..begin).is_some_and(|head| head.eq_ignore_ascii_case(&format!("{known}{separator}")));
            if meant {
                return (Some(known), entered.get(begin..).unwrap_or_default());
            }
        }
    }
    (None, entered)
}

fn read(scheme: &str, rest: &str) -> Result<Url, Unusable> {
    let mut url = Url::parse(&format!("{scheme}://{rest}")).map_err(|_| Unusable::Unreadable)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(if rest.contains('@') { Unusable::Mail } else { Unusable::Unreadable });
    }
    let is_named = url.host_str().is_some_and(|host| host.chars().any(char::is_alphanumeric));
    if !is_named {
        return Err(Unusable::Unreadable);
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether the host is followed by a port.
fn rest_has_port(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let after_brackets = authority.rsplit(']').next().unwrap_or_default();
    after_brackets
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn way(url: &Url) -> Way {
    let host = url.host_str().unwrap_or_default();
    Way {
        address: url.as_str().trim_end_matches('/').to_owned(),
        place: url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        exposure: exposure(url),
    }
}

fn exposure(url: &Url) -> Exposure {
    if url.scheme() == "https" {
        return Exposure::Encrypted;
    }
    match url.host() {
        Some(Host::Domain("localhost")) => Exposure::ThisMachine,
        Some(Host::Domain(name)) if is_own_name(name) => Exposure::OwnNetwork,
        Some(Host::Ipv4(address)) if address.is_loopback() => Exposure::ThisMachine,
        Some(Host::Ipv6(address)) if address.is_loopback() => Exposure::ThisMachine,
        Some(Host::Ipv4(address)) if is_own_v4(address) => Exposure::OwnNetwork,
        Some(Host::Ipv6(address)) if is_own_v6(address) => Exposure::OwnNetwork,
        _ => Exposure::Anyone,
    }
}

/// Whether others could read what is sent to a hub's address.
pub(crate) fn is_exposed(address: &str) -> bool {
    let exposure = Url::parse(address).map(|url| exposure(&url));
    !matches!(exposure, Ok(Exposure::Encrypted | Exposure::ThisMachine))
}

fn is_own_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    !name.contains('.') || OWN_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn is_own_v4(address: Ipv4Addr) -> bool {
    let [a, b, ..] = address.octets();
    address.is_private() || address.is_link_local() || (a == 100 && (64..128).contains(&b))
}

fn is_own_v6(address: Ipv6Addr) -> bool {
    let [first, ..] = address.segments();
    // Unique local and link-local addresses.
    (first & 0xfe00) == 0xfc00 || (first & 0xffc0) == 0xfe80
}

/// What to do after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Enter,
    /// Another address may still be the hub; otherwise this is what to say.
    Next(Trouble),
    Refuse(Trouble),
}

/// Why nobody can sign in there: a code for the window, and words for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    pub code: &'static str,
    pub message: String,
}

/// `plain`: the user has agreed to, or the system is set up for, hubs without encryption.
pub(crate) fn verdict(way: &Way, knock: &Knock, plain: bool) -> Verdict {
    let place = &way.place;
    let refuse = |code, message: String| Verdict::Refuse(Trouble { code, message });
    match knock {
        Knock::Hub(Some(outdated)) => refuse("session.outdated", outdated.words()),
        Knock::Hub(None) => match (way.exposure, plain) {
            (Exposure::Encrypted | Exposure::ThisMachine, _) | (_, true) => Verdict::Enter,
            (exposure, false) => refuse("session.plain", unencrypted(place, exposure)),
        },
        Knock::Busy(why) => refuse("session.busy", why.words()),
        Knock::Elsewhere(Some(host)) => refuse(
            "session.not_tandem",
            format!("The address {place} leads to {host}. If that is your hub, enter its address instead."),
        ),
        Knock::Elsewhere(None) => refuse("session.not_tandem", stranger(place)),
        Knock::Stranger(407) => {
            refuse("session.proxy", "The proxy asks for a user name and password. Ask your administrator.".into())
        }
        Knock::Stranger(511) => refuse(
            "session.network",
            "This network wants you to sign in to it first. Open a web page in your browser, then try again.".into(),
        ),
        Knock::Stranger(status @ 502..=504) => refuse(
            "session.down",
            format!(
                "Something answers at {place}, but the hub behind it is down ({status}). Try again in a few minutes, or tell your administrator."
            ),
        ),
        Knock::Stranger(_) => refuse("session.not_tandem", stranger(place)),
        Knock::Failed(obstacle, why) => match obstacle {
            Obstacle::Certificate => refuse("session.certificate", why.words()),
            Obstacle::Proxy => refuse("session.proxy", why.words()),
            Obstacle::Name => refuse(
                "session.unreachable",
                format!(
                    "The hub's name cannot be found: {place}. Check the spelling, and whether it needs your company's network."
                ),
            ),
            Obstacle::NoTls => next(format!(
                "No secure connection: {place} does not speak https. If your administrator gave you an address with http://, enter it in full."
            )),
            Obstacle::Refused => next(format!(
                "Nothing answers at {place}: the connection was refused. Check the address, or ask your administrator whether the hub is running."
            )),
            Obstacle::Silent => {
                next(format!("The hub does not answer at {place}. Check the address and your connection."))
            }
            Obstacle::Other => next(why.words()),
        },
    }
}

fn next(message: String) -> Verdict {
    Verdict::Next(Trouble { code: "session.unreachable", message })
}

fn stranger(place: &str) -> String {
    format!("There is no Tandem hub at {place}. Check the address: something else answers there.")
}

fn unencrypted(place: &str, exposure: Exposure) -> String {
    let who = match exposure {
        Exposure::OwnNetwork => "Everyone in your network",
        _ => "Everyone between you and the hub",
    };
    format!("The connection to {place} is not encrypted. {who} could read your password and your customers' words.")
}

#[cfg(test)]
mod tests {
    use Exposure::{Anyone, Encrypted, OwnNetwork, ThisMachine};

    use super::*;
    use crate::hub::Outdated;
    use crate::reason::Reason;

    #[test]
    fn an_entered_address_means_https_first_and_http_only_where_it_may_be_one() {
        let table: [(&str, &[(&str, Exposure)]); 27] = [
            ("https://hub.example.com", &[("https://hub.example.com", Encrypted)]),
            ("HTTPS://Hub.Example.com/", &[("https://hub.example.com", Encrypted)]),
            ("  hub.example.com ", &[("https://hub.example.com", Encrypted), ("http://hub.example.com", Anyone)]),
            ("<https://hub.example.com>,", &[("https://hub.example.com", Encrypted)]),
            ("https//hub.example.com", &[("https://hub.example.com", Encrypted)]),
            ("https:/hub.example.com", &[("https://hub.example.com", Encrypted)]),
            ("http://hub.example.com", &[("https://hub.example.com", Encrypted), ("http://hub.example.com", Anyone)]),
            (
                "hub.example.com:7700",
                &[("https://hub.example.com:7700", Encrypted), ("http://hub.example.com:7700", Anyone)],
            ),
            ("hub.example.com:443", &[("https://hub.example.com", Encrypted)]),
            ("hub.example.com:80", &[("http://hub.example.com", Anyone)]),
            ("http://hub.example.com:80", &[("http://hub.example.com", Anyone)]),
            (
                "example.com/tandem/?x=1#y",
                &[("https://example.com/tandem", Encrypted), ("http://example.com/tandem", Anyone)],
            ),
            ("127.0.0.1:7900", &[("https://127.0.0.1:7900", Encrypted), ("http://127.0.0.1:7900", ThisMachine)]),
            ("http://127.0.0.1:7900", &[("http://127.0.0.1:7900", ThisMachine)]),
            ("http://localhost:7700/", &[("http://localhost:7700", ThisMachine)]),
            ("localhost:7700", &[("https://localhost:7700", Encrypted), ("http://localhost:7700", ThisMachine)]),
            ("http://[::1]:7700", &[("http://[::1]:7700", ThisMachine)]),
            ("[::1]:80", &[("http://[::1]", ThisMachine)]),
            ("hub", &[("https://hub", Encrypted), ("http://hub", OwnNetwork)]),
            ("hub.local", &[("https://hub.local", Encrypted), ("http://hub.local", OwnNetwork)]),
            (
                "192.168.1.20:7700",
                &[("https://192.168.1.20:7700", Encrypted), ("http://192.168.1.20:7700", OwnNetwork)],
            ),
            ("10.0.0.4", &[("https://10.0.0.4", Encrypted), ("http://10.0.0.4", OwnNetwork)]),
            ("172.32.0.1", &[("https://172.32.0.1", Encrypted), ("http://172.32.0.1", Anyone)]),
            ("100.64.0.9", &[("https://100.64.0.9", Encrypted), ("http://100.64.0.9", OwnNetwork)]),
            ("[fd00::7]:7700", &[("https://[fd00::7]:7700", Encrypted), ("http://[fd00::7]:7700", OwnNetwork)]),
            // Names that only look like this machine or this network.
            (
                "127.0.0.1.example.com",
                &[("https://127.0.0.1.example.com", Encrypted), ("http://127.0.0.1.example.com", Anyone)],
            ),
            (
                "hub.local.example.com",
                &[("https://hub.local.example.com", Encrypted), ("http://hub.local.example.com", Anyone)],
            ),
        ];
        for (entered, expected) in table {
            let found = ways(entered).unwrap_or_else(|problem| panic!("{entered}: {problem}"));
            let found: Vec<_> = found.iter().map(|way| (way.address.as_str(), way.exposure)).collect();
            assert_eq!(found, expected, "{entered}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for (entered, expected) in [
            ("", Unusable::Missing),
            (" <> ", Unusable::Missing),
            ("no sense", Unusable::Unreadable),
            ("https://", Unusable::Unreadable),
            ("https://:7700", Unusable::Unreadable),
            ("hub.example.com:port", Unusable::Unreadable),
            ("hub.example.com:99999", Unusable::Unreadable),
            ("...", Unusable::Unreadable),
            ("maya@northwind.example", Unusable::Mail),
            ("https://maya:secret@hub.example.com", Unusable::Mail),
            ("ftp://hub.example.com", Unusable::Scheme("ftp".into())),
            ("tandem://conversation/7", Unusable::Scheme("tandem".into())),
        ] {
            assert_eq!(ways(entered), Err(expected), "{entered}");
        }
    }

    fn at(address: &str) -> Way {
        ways(address).unwrap().into_iter().next_back().unwrap()
    }

    #[test]
    fn an_answer_is_judged_by_what_the_user_can_do() {
        let failed = |obstacle| Knock::Failed(obstacle, Reason::said("", "In the system's words."));
        let (secure, plain) = (at("https://hub.example.com"), at("hub.example.com"));
        for (way, knock, code, words) in [
            (&secure, Knock::Stranger(200), "not_tandem", "There is no Tandem hub at hub.example.com."),
            (&secure, Knock::Stranger(404), "not_tandem", "There is no Tandem hub"),
            (&secure, Knock::Stranger(401), "not_tandem", "There is no Tandem hub"),
            (&secure, Knock::Stranger(502), "down", "the hub behind it is down (502)"),
            (&secure, Knock::Stranger(503), "down", "is down (503)"),
            (&secure, Knock::Stranger(407), "proxy", "The proxy asks"),
            (&secure, Knock::Stranger(511), "network", "sign in to it first"),
            (&secure, Knock::Elsewhere(Some("www.example.com".into())), "not_tandem", "leads to www.example.com"),
            (&secure, Knock::Elsewhere(None), "not_tandem", "There is no Tandem hub"),
            (&secure, Knock::Busy(Reason::said("", "Come back later.")), "busy", "Come back later."),
            (&secure, failed(Obstacle::Certificate), "certificate", "In the system's words."),
            (&secure, failed(Obstacle::Proxy), "proxy", "In the system's words."),
            (&secure, failed(Obstacle::Name), "unreachable", "name cannot be found: hub.example.com"),
            (&plain, Knock::Hub(None), "plain", "Everyone between you and the hub"),
            (&at("hub.local"), Knock::Hub(None), "plain", "Everyone in your network"),
            (&secure, Knock::Hub(Some(Outdated::Desk)), "outdated", "Update Tandem."),
        ] {
            let Verdict::Refuse(trouble) = verdict(way, &knock, false) else { panic!("{knock:?} is refused") };
            assert_eq!(trouble.code, format!("session.{code}"), "{knock:?}");
            assert!(trouble.message.contains(words), "{knock:?}: {}", trouble.message);
        }
    }

    #[test]
    fn only_where_nobody_speaks_https_the_next_address_is_tried() {
        for (obstacle, goes_on) in [
            (Obstacle::NoTls, true),
            (Obstacle::Refused, true),
            (Obstacle::Silent, true),
            (Obstacle::Other, true),
            (Obstacle::Certificate, false),
            (Obstacle::Proxy, false),
            (Obstacle::Name, false),
        ] {
            let judged =
                verdict(&at("https://hub.example.com"), &Knock::Failed(obstacle, Reason::said("", "No.")), false);
            assert_eq!(matches!(judged, Verdict::Next(_)), goes_on, "{obstacle:?}: {judged:?}");
        }
        for knock in [Knock::Stranger(200), Knock::Elsewhere(None), Knock::Busy(Reason::said("", "Later."))] {
            assert!(matches!(verdict(&at("https://hub.example.com"), &knock, false), Verdict::Refuse(_)), "{knock:?}");
        }
    }

    #[test]
    fn nobody_signs_in_without_encryption_unasked_but_on_this_machine() {
        let hub = Knock::Hub(None);
        for (address, agreed, enters) in [
            ("https://hub.example.com", false, true),
            ("http://127.0.0.1:7700", false, true),
            ("http://localhost:7700", false, true),
            ("hub.example.com", false, false),
            ("hub.example.com", true, true),
            ("192.168.1.20", false, false),
            ("192.168.1.20", true, true),
            ("127.0.0.1.example.com", false, false),
        ] {
            let judged = verdict(&at(address), &hub, agreed);
            assert_eq!(judged == Verdict::Enter, enters, "{address}, agreed {agreed}: {judged:?}");
        }
    }
}
