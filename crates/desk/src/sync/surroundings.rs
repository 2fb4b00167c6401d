//! Detects events that make waiting pointless: the machine woke up, or its network changed.

use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Input;
use crate::clock::Clock;

const EVERY: Duration = Duration::from_secs(2);
/// If the wall clock gained more than this on our own, the machine slept. In milliseconds.
const SLEPT_MS: i64 = 10_000;
/// Documentation addresses (RFC 5737, RFC 3849): only the route to them is looked up; nothing is sent.
const ANYWHERE: [(&str, &str); 2] = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];

/// Runs until the desk ends.
pub(crate) async fn watch(clock: Clock, sync: mpsc::UnboundedSender<Input>) {
    let (mut ways, mut wall, mut own) = (ways(), clock.now(), Instant::now());
    loop {
        tokio::time::sleep(EVERY).await;
        let passed = i64::try_from(own.elapsed().as_millis()).unwrap_or(i64::MAX);
        let slept = clock.now().since(wall) > passed.saturating_add(SLEPT_MS);
        let now = self::ways();
        if slept || now != ways {
            tracing::info!(slept, "the surroundings have changed");
            if sync.send(Input::Moved).is_err() {
                return;
            }
        }
        (ways, wall, own) = (now, clock.now(), Instant::now());
    }
}

/// The local addresses of the routes to the internet.
fn ways() -> [Option<IpAddr>; 2] {
    ANYWHERE.map(|(from, to)| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}
