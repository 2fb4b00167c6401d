//! Why the hub could not be reached, for agents and their helpdesk. Never the address: it may contain a token one day.

use std::error::Error;
use std::io;

use rustls::CertificateError;

use super::SILENT;

/// The message for a client error.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let chain = chain(error);
    if let Some(words) = chain.iter().find_map(|error| certificate(*error)) {
        return words;
    }
    // The first one names the address.
    let texts: Vec<String> = chain.iter().skip(1).map(ToString::to_string).collect();
    let says = |what: &str| texts.iter().any(|text| text.contains(what));
    if says("proxy authorization required") {
        return "The proxy asks for a user name and password. Add them to its address in HTTPS_PROXY.".into();
    }
    if says("tunnel error: unsuccessful") {
        return "The proxy does not let this desk through to the hub.".into();
    }
    if says("tunnel error") || says("proxy") {
        return "The proxy in HTTPS_PROXY or ALL_PROXY cannot be used.".into();
    }
    if error.is_timeout() {
        return SILENT.into();
    }
    if says("dns error") || says("failed to lookup address") {
        return "The hub's name cannot be found. Check the address and the network.".into();
    }
    match chain.iter().rev().find_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "The hub cannot be reached: the connection was refused.".into(),
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => {
            "The hub cannot be reached: there is no route to it from this network.".into()
        }
        Some(io::ErrorKind::TimedOut) => SILENT.into(),
        _ if error.is_connect() => "The hub cannot be reached.".into(),
        _ => format!("The connection to the hub failed: {}.", texts.last().map_or("", String::as_str)),
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

/// The message for a rejected certificate.
fn certificate(error: &(dyn Error + 'static)) -> Option<String> {
    Some(match error.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::UnknownIssuer => {
                "This machine does not trust the hub's certificate. Its issuer must be in the system's store.".into()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "The hub's certificate is for another name. Check the address.".into()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "The hub's certificate has expired. Its operator must renew it.".into()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "The hub's certificate is not valid yet. Check this machine's clock.".into()
            }
            CertificateError::Revoked => "The hub's certificate was revoked.".into(),
            other => format!("The hub's certificate cannot be used: {other}."),
        },
        other => format!("No secure connection to the hub: {other}."),
    })
}
