//! Authentication of external agents: from the address's token and the browser's cookie to an open link.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use tandem_conversation::{Conversation, EngagementKind, EventBody, LinkId, Participant, Position, Time};
use tandem_protocol::guests::{GuestInvitation, Standing};
use tandem_sql::Connection;

use crate::hub::Hub;
use crate::peer::Peer;
use crate::problem::ApiError;
use crate::secrets::TokenHash;
use crate::secrets::hash_token;
use crate::shown::conversation_of;
use crate::shown::guest::over;
use crate::store::events::Part;
use crate::store::links::{self, Link};
use crate::store::{StoreError, conversations, events};

const COOKIE: &str = "tandem_guest";
/// Length of a token in characters: 256 bits.
const TOKEN_CHARS: usize = 43;

/// The link and conversation of a token.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub link: Link,
    pub name: String,
    by: Participant,
    note: Option<String>,
    expires: Time,
}

impl Found {
    pub(crate) fn participant(&self) -> Participant {
        Participant::ExternalAgent { link: self.link.id, name: self.name.clone() }
    }

    /// Events up to here are hidden.
    pub(crate) fn hidden_up_to(&self) -> Position {
        self.link.position
    }

    pub(crate) fn standing(&self, state: &Conversation, session: Option<&TokenHash>, now: Time) -> Standing {
        match (&self.link.ended, &self.link.session) {
            (Some(end), _) => over(end, state.in_progress()),
            (None, _) if now >= self.expires => Standing::Expired,
            (None, None) => Standing::Unopened,
            (None, Some(bound)) if Some(bound) == session => Standing::Open,
            (None, Some(_)) => Standing::Elsewhere,
        }
    }

    /// What this browser may know of the invitation.
    pub(crate) fn about(&self, hub: &Hub, state: &Conversation, standing: Standing, now: Time) -> GuestInvitation {
        let readable = matches!(standing, Standing::Unopened | Standing::Open);
        GuestInvitation {
            standing,
            company: hub.config.account.clone(),
            invited_by: self.inviter().map(str::to_owned),
            name: self.name.clone(),
            note: self.note.clone().filter(|_| readable),
            expires: self.expires,
            now,
            max_file_bytes: hub.config.media.max_bytes,
            conversation: (standing == Standing::Open).then(|| conversation_of(state)),
        }
    }

    /// The agent to ask for a new link; none if Your Logic invited.
    pub(crate) fn inviter(&self) -> Option<&str> {
        match &self.by {
            Participant::Agent { name, .. } => Some(name),
            _ => None,
        }
    }

    pub(crate) fn seconds_left(&self, now: Time) -> i64 {
        self.expires.since(now).max(0) / 1000
    }
}

/// The link of a token, with its invitation from the log.
pub(crate) fn find(connection: &Connection, secret: &TokenHash) -> Result<Option<Found>, StoreError> {
    let Some(link) = links::by_secret(connection, secret)? else { return Ok(None) };
    let before = Position(link.position.0.saturating_sub(1));
    let (events, _) = events::of_conversation(connection, link.conversation, Part::After(before), 1)?;
    let invitation = events.into_iter().next().and_then(|event| match event.body {
        EventBody::EngagementStarted { engagement } => Some(engagement.kind),
        _ => None,
    });
    let Some(EngagementKind::Invitation {
        invitee: Participant::ExternalAgent { name, .. }, by, expires, note, ..
    }) = invitation
    else {
        return Err(StoreError::Damaged { what: "link", detail: "its invitation is not where it should be".into() });
    };
    Ok(Some(Found { link, name, by, note, expires }))
}

/// The hash of an address's token; none if it is malformed.
pub(crate) fn secret_of(token: &str) -> Option<TokenHash> {
    let plausible =
        token.len() == TOKEN_CHARS && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    plausible.then(|| hash_token(token))
}

pub(crate) fn unknown() -> ApiError {
    ApiError::new(404, "guest.unknown", "Unknown link. Check that it is complete, or ask for a new one.")
}

/// The error for an unknown token; counts against the guesser's limit.
pub(crate) fn stray(hub: &Hub, holder: &Holder) -> ApiError {
    hub.limits.stray(holder.peer.network).err().unwrap_or_else(unknown)
}

/// Without a cookie this browser cannot be recognised later. The link is not used up.
pub(crate) fn no_cookie() -> ApiError {
    let detail =
        "This browser keeps no cookie for this page. Allow cookies, and open it over https; or use another browser.";
    ApiError::new(409, "guest.no_cookie", detail)
}

/// The problem of a link that is not open in this browser.
pub(crate) fn refusal(found: &Found, standing: Standing) -> ApiError {
    let who = found.inviter().unwrap_or("the sender");
    let (status, code, detail) = match standing {
        Standing::Unopened => (409, "guest.unopened", "Open the conversation first.".to_owned()),
        Standing::Open => (409, "guest.open", "The conversation is already open in this browser.".to_owned()),
        Standing::Elsewhere => (
            409,
            "guest.elsewhere",
            format!("This link was already opened on another device. Ask {who} for a new link."),
        ),
        Standing::Expired => (410, "guest.expired", format!("This link has expired. Ask {who} for a new one.")),
        Standing::Revoked => (410, "guest.revoked", "This link was revoked.".to_owned()),
        Standing::Completed => (410, "guest.completed", "The conversation is completed.".to_owned()),
        Standing::Left => (410, "guest.left", "You have left this conversation.".to_owned()),
    };
    ApiError::new(status, code, detail)
}

/// The session from the browser's cookie.
pub(crate) fn session_of(headers: &HeaderMap) -> Option<TokenHash> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|(name, _)| *name == COOKIE).and_then(|(_, session)| secret_of(session))
}

/// A cookie for this link's paths only, valid as long as the link.
pub(crate) fn cookie(token: &str, session: &str, seconds: i64, peer: &Peer) -> Option<HeaderValue> {
    let secure = if peer.needs_secure_cookies() { "; Secure" } else { "" };
    let line = format!("{COOKIE}={session}; Path=/guest/{token}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&line).ok()
}

fn same_origin(peer: &Peer) -> Result<(), ApiError> {
    if peer.is_own_page() {
        return Ok(());
    }
    Err(ApiError::new(
        403,
        "guest.origin",
        "The hub does not know the address of this page as its own. Its operator sets public_url to that address.",
    ))
}

#[derive(Deserialize)]
pub(crate) struct TokenPath {
    token: String,
}

/// The holder of a valid link, whether or not it was opened.
pub(crate) struct Holder {
    pub token: String,
    pub secret: TokenHash,
    /// This browser's session, if it has one.
    pub session: Option<TokenHash>,
    pub peer: Peer,
}

impl FromRequestParts<Arc<Hub>> for Holder {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let Ok(peer) = Peer::from_request_parts(parts, hub).await;
        same_origin(&peer)?;
        let Ok(Path(TokenPath { token })) = Path::<TokenPath>::from_request_parts(parts, hub).await else {
            return Err(unknown());
        };
        let Some(secret) = secret_of(&token) else {
            hub.limits.stray(peer.network)?;
            return Err(unknown());
        };
        Ok(Self { token, secret, session: session_of(&parts.headers), peer })
    }
}

/// An external agent in the browser that opened the link.
pub(crate) struct Guest {
    pub found: Found,
    pub state: Conversation,
}

impl Guest {
    pub(crate) fn link(&self) -> LinkId {
        self.found.link.id
    }
}

impl FromRequestParts<Arc<Hub>> for Guest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, ApiError> {
        let holder = Holder::from_request_parts(parts, hub).await?;
        hub.limits.lookup(holder.peer.network)?;
        let (secret, session) = (holder.secret, holder.session);
        let Some((found, state)) = look(hub, secret).await? else {
            return Err(stray(hub, &holder));
        };
        match found.standing(&state, session.as_ref(), hub.clock.now()) {
            Standing::Open => Ok(Self { found, state }),
            standing => Err(refusal(&found, standing)),
        }
    }
}

/// Whether the link of a token is still open in this browser.
pub(crate) async fn is_open(hub: &Hub, secret: TokenHash, session: Option<TokenHash>) -> bool {
    let Ok(Some((found, state))) = look(hub, secret).await else { return false };
    found.standing(&state, session.as_ref(), hub.clock.now()) == Standing::Open
}

/// The link of a token, with the conversation's current state.
pub(crate) async fn look(hub: &Hub, secret: TokenHash) -> Result<Option<(Found, Conversation)>, StoreError> {
    hub.database
        .read(move |connection| {
            let Some(found) = find(connection, &secret)? else { return Ok(None) };
            let state = conversations::get(connection, found.link.conversation)?;
            Ok(state.map(|state| (found, state)))
        })
        .await
}
