//! Which addresses Your Logic may have. Only public ones where private ones are forbidden; only private ones without
//! TLS. Checked when connecting, so that changed DNS is no way around it.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// A forbidden address for Your Logic.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Forbidden {
    #[error("{0} is a private address, which logic.allow_private forbids")]
    Private(String),
    #[error("{0} is a public address, and plain http goes to private addresses only: use https in logic.url")]
    Public(String),
}

impl Forbidden {
    /// Whether it is the root cause of an error.
    pub fn is_in(error: &(dyn Error + 'static)) -> bool {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<Self>() {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    All,
    Public,
    Private,
}

impl Allowed {
    /// For an endpoint's URL.
    pub fn of(url: &Url, allow_private: bool) -> Self {
        match (allow_private, url.scheme()) {
            (false, _) => Self::Public,
            (true, "http") => Self::Private,
            (true, _) => Self::All,
        }
    }

    fn forbids(self, address: IpAddr) -> Option<fn(String) -> Forbidden> {
        match self {
            Self::Public if !is_public(address) => Some(Forbidden::Private),
            Self::Private if is_public(address) => Some(Forbidden::Public),
            _ => None,
        }
    }

    /// IP addresses in the URL never reach the resolver.
    pub fn check(self, url: &Url) -> Result<(), Forbidden> {
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal.ok().and_then(|address| Some((address, self.forbids(address)?))) {
            Some((address, forbidden)) => Err(forbidden(address.to_string())),
            None => Ok(()),
        }
    }
}

impl Resolve for Allowed {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = *self;
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<_> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let good: Vec<_> =
                found.iter().copied().filter(|address| allowed.forbids(address.ip()).is_none()).collect();
            match found.first().and_then(|first| Some((first, allowed.forbids(first.ip())?))) {
                Some((first, forbidden)) if good.is_empty() => {
                    Err(forbidden(format!("{host} ({})", first.ip())).into())
                }
                _ => Ok(Box::new(good.into_iter()) as Addrs),
            }
        })
    }
}

/// Whether an address is globally reachable, by the IANA special-purpose registries.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b));
    !special
}

/// Global unicast only, without embedded IPv4 addresses.
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inside) = address.to_ipv4_mapped() {
        return is_public_v4(inside);
    }
    let [a, b, ..] = address.segments();
    let carries_v4 = a == 0x2002 || (a == 0x2001 && b == 0);
    let documentation = (a == 0x2001 && b == 0x0db8) || a == 0x3fff;
    a & 0xe000 == 0x2000 && !carries_v4 && !documentation
}

#[cfg(test)]
mod tests {
    use reqwest::Url;

    use super::{Allowed, is_public};

    #[test]
    fn only_addresses_that_everybody_can_reach_are_public() {
        for address in ["1.1.1.1", "192.0.1.1", "100.128.0.1", "198.20.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:0:1::",
            "2001:db8::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_in_the_url_are_looked_at_however_they_are_written() {
        for url in ["http://127.0.0.1/", "http://0x7f000001/", "http://2130706433/", "https://[::1]/", "http://127.1/"]
        {
            assert!(Allowed::Public.check(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
        for url in ["https://1.1.1.1/", "https://logic.example/", "https://[2606:4700::1111]/"] {
            assert!(Allowed::Public.check(&Url::parse(url).unwrap()).is_ok(), "{url}");
        }
    }

    #[test]
    fn without_tls_only_the_own_network_is_asked() {
        let of = |url: &str| Allowed::of(&Url::parse(url).unwrap(), true);
        assert_eq!(of("https://1.1.1.1/"), Allowed::All);
        for (url, is_allowed) in [("http://127.0.0.1/", true), ("http://10.1.2.3/", true), ("http://1.1.1.1/", false)] {
            assert_eq!(of(url).check(&Url::parse(url).unwrap()).is_ok(), is_allowed, "{url}");
        }
    }
}
