//! Why the hub could not be reached, for agents and their helpdesk. Never the address: it may contain a token one day.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::silent;
use crate::reason::Reason;

/// What stands between this desk and the hub, by what can be done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// The certificate is not accepted, or both sides know no common encryption.
    Certificate,
    /// Whatever answers does not speak TLS.
    NoTls,
    Proxy,
    /// There is no such name.
    Name,
    /// Nothing listens there.
    Refused,
    /// No answer in time.
    Silent,
    Other,
}

/// The message for a client error.
pub(super) fn reason(error: &reqwest::Error) -> Reason {
    judged(error).1
}

/// What stood in the way, and the message.
pub(super) fn judged(error: &reqwest::Error) -> (Obstacle, Reason) {
    let chain = chain(error);
    if let Some(found) = chain.iter().find_map(|error| certificate(*error)) {
        return found;
    }
    // The first one names the address.
    let texts: Vec<String> = chain.iter().skip(1).map(ToString::to_string).collect();
    let says = |what: &str| texts.iter().any(|text| text.contains(what));
    if says("proxy authorization required") {
        return (Obstacle::Proxy, Reason::lost("lost-proxy.sign-in"));
    }
    if says("tunnel error: unsuccessful") {
        return (Obstacle::Proxy, Reason::lost("lost-proxy.closed"));
    }
    if says("tunnel error") || says("proxy") {
        return (Obstacle::Proxy, Reason::lost("lost-proxy"));
    }
    if error.is_timeout() {
        return (Obstacle::Silent, silent());
    }
    if says("dns error") || says("failed to lookup address") {
        return (Obstacle::Name, Reason::lost("lost-name"));
    }
    match chain.iter().rev().find_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => (Obstacle::Refused, Reason::lost("lost-refused")),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
            (Obstacle::Other, Reason::lost("lost-route"))
        }
        Some(io::ErrorKind::TimedOut) => (Obstacle::Silent, silent()),
        // It hangs up when it is greeted by TLS.
        Some(io::ErrorKind::UnexpectedEof) if error.is_connect() => (Obstacle::NoTls, Reason::lost("lost-tls.ended")),
        _ if error.is_connect() => (Obstacle::Other, Reason::lost("lost-reach")),
        _ => {
            let last = texts.last().map_or("", String::as_str);
            (Obstacle::Other, Reason::own("", "lost-other", &[("reason", last)]))
        }
    }
}

/// The error and its causes, deepest last. An `io::Error` skips the error that it wraps when asked for its source.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> Vec<&'a (dyn Error + 'static)> {
    let mut chain = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        chain.push(error);
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    chain
}

/// The message for a rejected certificate, or for another failure of TLS.
fn certificate(error: &(dyn Error + 'static)) -> Option<(Obstacle, Reason)> {
    let words = match error.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::UnknownIssuer => Reason::lost("lost-certificate.issuer"),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Reason::lost("lost-certificate.name")
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                Reason::lost("lost-certificate.expired")
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                Reason::lost("lost-certificate.early")
            }
            CertificateError::Revoked => Reason::lost("lost-certificate.revoked"),
            other => Reason::own("", "lost-certificate", &[("reason", &other.to_string())]),
        },
        other @ rustls::Error::InvalidMessage(_) => {
            return Some((Obstacle::NoTls, Reason::own("", "lost-tls", &[("reason", &other.to_string())])));
        }
        other => Reason::own("", "lost-tls", &[("reason", &other.to_string())]),
    };
    Some((Obstacle::Certificate, words))
}
