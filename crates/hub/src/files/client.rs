//! The client for files that Your Logic names by address, and the addresses it may open.

use std::error::Error;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Url};

use crate::config::MediaConfig;
use crate::endpoint::addresses::{Allowed, Forbidden};
use crate::outgoing;

/// Maximum redirects.
const HOPS: usize = 3;

pub(super) fn client(config: MediaConfig) -> reqwest::Result<Client> {
    let open = config.allow_private;
    let follow = move |attempt: Attempt<'_>| {
        if attempt.previous().len() > HOPS {
            return attempt.error(Unwanted("it is redirected too often".to_owned()));
        }
        match admitted(attempt.url(), open) {
            Ok(()) => attempt.follow(),
            Err(why) => attempt.error(Unwanted(why)),
        }
    };
    let client = outgoing::client().redirect(Policy::custom(follow));
    // A proxy would resolve the name by itself.
    let client = if open { client } else { client.dns_resolver(Allowed::Public).no_proxy() };
    client.build()
}

/// A forbidden address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unwanted(String);

const PRIVATE: &str = "it leads to a private address, which media.allow_private forbids";

/// Checks that the hub may open an address; the error is the reason in words.
pub(crate) fn admitted(url: &Url, open: bool) -> Result<(), String> {
    match url.scheme() {
        "https" => {}
        "http" if open => {}
        _ => return Err("it is not an https address".to_owned()),
    }
    if !open && Allowed::Public.check(url).is_err() {
        return Err(PRIVATE.to_owned());
    }
    Ok(())
}

/// The reason for a failed download, in words.
pub(crate) fn because(error: &reqwest::Error) -> String {
    if Forbidden::is_in(error) {
        return PRIVATE.to_owned();
    }
    let mut source = Error::source(error);
    let mut last = error.to_string();
    while let Some(cause) = source {
        if let Some(unwanted) = cause.downcast_ref::<Unwanted>() {
            return unwanted.to_string();
        }
        last = cause.to_string();
        source = cause.source();
    }
    // The address may contain a secret of Your Logic, so it is not repeated.
    if error.is_connect() { format!("its server cannot be reached: {last}") } else { last }
}
