//! Identifies the peer: its address behind trusted proxies, and whether the request comes from the hub's own page.
//!
//! A header counts only if the connection comes from a trusted proxy. Proxies append, so the list is read from the
//! right, up to the first untrusted address. If a header is unreadable or two contradict, the proxy itself is the
//! peer.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::header::{FORWARDED, HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, uri::Authority};
use ipnet::IpNet;
use reqwest::Url;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The key for limits: an IPv4 address, or the /64 of one IPv6 line.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Network(IpAddr);

impl Network {
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
        })
    }
}

impl Network {
    /// As text, to be hashed.
    pub(crate) fn text(self) -> String {
        self.0.to_string()
    }
}

/// Addresses never reach the log.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network(…)")
    }
}

#[derive(Clone)]
pub(crate) struct Peer {
    pub network: Network,
    /// The connection comes from a proxy, which is shared by many.
    pub is_proxied: bool,
    /// The origin of the requesting page; none without a browser.
    origin: Option<String>,
    /// The browser confirms the same origin.
    is_same_origin: bool,
    /// Names of this hub, from the request, the proxy and the settings.
    own: Vec<String>,
    /// Whether the browser used TLS, according to a trusted proxy.
    is_secure: Option<bool>,
}

impl Peer {
    /// `authority` is from the request line, as in HTTP/2 and requests to proxies.
    pub(crate) fn of(
        direct: IpAddr,
        authority: Option<&str>,
        headers: &HeaderMap,
        trusted: &[IpNet],
        public_url: Option<&str>,
    ) -> Self {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let proxied = is_trusted(direct, trusted);
        let forwarded = |name: &HeaderName| {
            let values = headers.get(name).filter(|_| proxied)?.to_str().ok()?;
            // The proxy next to the browser wrote the first value.
            values.split(',').next().map(|value| value.trim().to_ascii_lowercase())
        };
        let public = public_url.and_then(|url| Url::parse(url).ok()).and_then(|url| authority_of(&url));
        let named = [text(&HOST).or(authority).map(str::to_ascii_lowercase), forwarded(&X_FORWARDED_HOST), public];
        Self {
            is_proxied: proxied,
            network: Network::of(origin_address(direct, headers, trusted)),
            origin: headers.contains_key(ORIGIN).then(|| text(&ORIGIN).unwrap_or("null").to_ascii_lowercase()),
            is_same_origin: text(&SEC_FETCH_SITE) == Some("same-origin"),
            own: named.into_iter().flatten().collect(),
            is_secure: forwarded(&X_FORWARDED_PROTO).map(|scheme| scheme == "https" || scheme == "wss"),
        }
    }

    /// The host of the requesting page. None if no browser sent an origin; an error if the origin has no host.
    pub(crate) fn page_host(&self) -> Option<Result<String, ()>> {
        let origin = Url::parse(self.origin.as_deref()?).ok();
        Some(origin.and_then(|origin| origin.host_str().map(str::to_owned)).ok_or(()))
    }

    /// Whether the request comes from the hub's own page, or from no page. Proxies that drop `Host` or its port must
    /// not lock out the hub's own pages.
    pub(crate) fn is_own_page(&self) -> bool {
        let Some(origin) = &self.origin else { return true };
        if self.is_same_origin {
            return true;
        }
        let Ok(origin) = Url::parse(origin) else { return false };
        let (Some(host), Some(full)) = (origin.host_str(), authority_of(&origin)) else { return false };
        self.own.iter().any(|own| {
            let default = format!("{host}:{}", origin.port_or_known_default().unwrap_or_default());
            *own == full || *own == default || own == host
        })
    }

    /// Whether cookies need TLS: always, except on this machine.
    pub(crate) fn needs_secure_cookies(&self) -> bool {
        self.is_secure.unwrap_or_else(|| !self.own.first().is_some_and(|own| is_loopback(own)))
    }
}

/// `host` or `host:port`, without the scheme's default port.
fn authority_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn is_loopback(authority: &str) -> bool {
    let bare = authority.parse::<Authority>();
    matches!(bare.as_ref().map(Authority::host), Ok("localhost" | "127.0.0.1" | "[::1]"))
}

/// Whether the connection looks like an untrusted proxy's: it comes from this machine or a private network with a
/// forwarding header. Elsewhere the header proves nothing.
pub(crate) fn is_unnamed_proxy(direct: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let is_near = match direct.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    let speaks_for_others = headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED);
    is_near && speaks_for_others && !is_trusted(direct, trusted)
}

pub(crate) fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|net| net.contains(&address))
}

/// The address behind the proxies.
fn origin_address(direct: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    if !is_trusted(direct, trusted) {
        return direct;
    }
    let walk = |name: &HeaderName, hop: fn(&str) -> Option<IpAddr>| {
        headers.contains_key(name).then(|| {
            let hops: Option<Vec<&str>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
            let hops = hops.unwrap_or_default().into_iter().flat_map(elements).collect::<Vec<_>>();
            last_untrusted(direct, hops.iter().rev().map(|element| hop(element)), trusted)
        })
    };
    // A proxy writes one of them and may forward a forged other one.
    match (walk(&X_FORWARDED_FOR, bare_address), walk(&FORWARDED, for_of_element)) {
        (Some(one), Some(other)) if one != other => direct,
        (Some(found), _) | (None, Some(found)) => found,
        (None, None) => direct,
    }
}

/// Follows the hops outwards to the first that is untrusted or unreadable.
fn last_untrusted(direct: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[IpNet]) -> IpAddr {
    let mut found = direct;
    for hop in hops {
        let Some(hop) = hop else { return found };
        found = hop;
        if !is_trusted(hop, trusted) {
            return found;
        }
    }
    found
}

/// Splits a list at commas outside quotes.
fn elements(list: &str) -> Vec<&str> {
    let mut is_quoted = false;
    list.split(|c| {
        is_quoted ^= c == '"';
        c == ',' && !is_quoted
    })
    .collect()
}

/// `address`, `address:port`, `[address]` or `[address]:port`.
fn bare_address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address.ip().to_canonical());
    }
    let bare = text.strip_prefix('[')?.strip_suffix(']')?;
    bare.parse::<Ipv6Addr>().ok().map(|address| IpAddr::V6(address).to_canonical())
}

/// The address of one element of `Forwarded` (RFC 7239).
fn for_of_element(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    bare_address(node.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::http::{HeaderMap, HeaderName, HeaderValue};
    use ipnet::IpNet;

    use super::{Network, Peer};

    fn headers(lines: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn peer(direct: &str, lines: &[(&str, &str)], public_url: Option<&str>) -> Peer {
        let trusted: Vec<IpNet> = ["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"].map(|net| net.parse().unwrap()).into();
        Peer::of(direct.parse().unwrap(), None, &headers(lines), &trusted, public_url)
    }

    fn network(address: &str) -> Network {
        Network::of(address.parse::<IpAddr>().unwrap())
    }

    #[test]
    fn the_nearest_address_that_is_no_trusted_proxy_counts() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: &[Case<'_>] = &[
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &[("x-forwarded-for", "198.51.100.1")], "203.0.113.9"),
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[("x-forwarded-for", "1.2.3.4, 198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[("x-forwarded-for", "1.2.3.4,198.51.100.1 ,10.9.9.9")], "198.51.100.1"),
            ("127.0.0.1", &[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[("x-forwarded-for", "198.51.100.1:4711")], "198.51.100.1"),
            ("127.0.0.1", &[("x-forwarded-for", "[2001:db8::7]:4711")], "2001:db8::7"),
            ("127.0.0.1", &[("x-forwarded-for", "::ffff:198.51.100.1")], "198.51.100.1"),
            ("::ffff:127.0.0.1", &[("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
            ("fd00::2", &[("x-forwarded-for", "2001:db8:1:2::7")], "2001:db8:1:2::9"),
            ("127.0.0.1", &[("x-forwarded-for", "10.1.1.1, 10.2.2.2")], "10.1.1.1"),
            ("127.0.0.1", &[("forwarded", "for=198.51.100.1")], "198.51.100.1"),
            ("127.0.0.1", &[("forwarded", "For=\"[2001:db8::7]:4711\";proto=https, for=10.0.0.3")], "2001:db8::7"),
            ("127.0.0.1", &[("forwarded", "for=\"a,b\", for=198.51.100.1;by=10.0.0.1")], "198.51.100.1"),
            ("127.0.0.1", &[("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "198.51.100.1")], "198.51.100.1"),
        ];
        for (direct, lines, expected) in cases {
            assert!(peer(direct, lines, None).network == network(expected), "{direct} with {lines:?} is {expected}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_believed_leaves_the_proxy_as_the_one_who_asks() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[("x-forwarded-for", "")], "127.0.0.1"),
            (&[("x-forwarded-for", "unknown")], "127.0.0.1"),
            (&[("x-forwarded-for", "1.2.3.4, garbage")], "127.0.0.1"),
            (&[("x-forwarded-for", "1.2.3.4, garbage, 10.0.0.7")], "10.0.0.7"),
            (&[("x-forwarded-for", "1.2.3.4,")], "127.0.0.1"),
            (&[("x-forwarded-for", "999.1.1.1")], "127.0.0.1"),
            (&[("forwarded", "for=_hidden")], "127.0.0.1"),
            (&[("forwarded", "proto=https")], "127.0.0.1"),
            (&[("forwarded", "for=1.2.3.4"), ("x-forwarded-for", "198.51.100.1")], "127.0.0.1"),
        ];
        for (lines, expected) in cases {
            assert!(peer("127.0.0.1", lines, None).network == network(expected), "{lines:?} is {expected}");
        }
    }

    #[test]
    fn one_ipv6_line_is_one_network() {
        assert!(network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9"));
        assert!(network("2001:db8:1:2::1") != network("2001:db8:1:3::1"));
        assert!(network("::ffff:192.0.2.1") == network("192.0.2.1"));
    }

    #[test]
    fn the_hubs_own_page_is_known_behind_proxies_that_change_the_host() {
        let https = "https://hub.example";
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>, bool);
        let cases: &[Case<'_>] = &[
            (https, &[("host", "hub.example")], None, true),
            (https, &[("host", "HUB.example:443")], None, true),
            ("https://hub.example:8443", &[("host", "hub.example:8443")], None, true),
            ("https://hub.example:8443", &[("host", "hub.example")], None, true),
            ("https://hub.example:8443", &[("host", "hub.example:9999")], None, false),
            (https, &[("host", "127.0.0.1:7700")], None, false),
            (https, &[("host", "127.0.0.1:7700")], Some(https), true),
            (https, &[("host", "127.0.0.1:7700"), ("x-forwarded-host", "hub.example")], None, true),
            (https, &[("host", "127.0.0.1:7700"), ("sec-fetch-site", "same-origin")], None, true),
            (https, &[], Some("https://hub.example/"), true),
            (https, &[], None, false),
            ("https://evil.example", &[("host", "hub.example"), ("sec-fetch-site", "cross-site")], Some(https), false),
            ("https://hub.example.evil.example", &[("host", "hub.example")], Some(https), false),
            ("null", &[("host", "hub.example")], Some(https), false),
        ];
        for (origin, lines, public_url, own) in cases {
            let lines = [&[("origin", *origin)], *lines].concat();
            assert_eq!(peer("127.0.0.1", &lines, *public_url).is_own_page(), *own, "{lines:?} with {public_url:?}");
        }
        let stranger =
            peer("203.0.113.9", &[("origin", https), ("host", "x"), ("x-forwarded-host", "hub.example")], None);
        assert!(!stranger.is_own_page(), "only a trusted proxy may say where the hub is");
    }

    #[test]
    fn cookies_travel_without_tls_on_this_machine_only() {
        for (lines, secure) in [
            (&[("host", "hub.example")][..], true),
            (&[("host", "127.0.0.1:7700")], false),
            (&[("host", "localhost")], false),
            (&[("host", "[::1]:7700")], false),
            (&[("host", "127.0.0.1:7700"), ("x-forwarded-proto", "https")], true),
            (&[("host", "hub.example"), ("x-forwarded-proto", "http")], false),
            (&[], true),
        ] {
            assert_eq!(peer("127.0.0.1", lines, None).needs_secure_cookies(), secure, "{lines:?}");
        }
    }
}
