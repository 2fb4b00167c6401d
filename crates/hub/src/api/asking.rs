//! Extracts the [`Peer`] from a request.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::uri::Authority;

use crate::hub::Hub;
use crate::peer::{Peer, is_unnamed_proxy};

impl FromRequestParts<Arc<Hub>> for Peer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Self::Rejection> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let direct = info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let authority = parts.uri.authority().map(Authority::as_str);
        let config = &hub.config;
        if is_unnamed_proxy(direct, &parts.headers, &config.trusted_proxies) {
            hub.unnamed_proxy(direct);
        }
        Ok(Self::of(direct, authority, &parts.headers, &config.trusted_proxies, config.public_url.as_deref()))
    }
}
