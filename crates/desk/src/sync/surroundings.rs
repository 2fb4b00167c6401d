//! Notices what makes waiting pointless: the machine woke up, or the way to the network is another one.

use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Input;
use crate::clock::Clock;

const EVERY: Duration = Duration::from_secs(2);
/// The clock on the wall was ahead of our own by more than this: we have slept. In milliseconds.
const SLEPT_MS: i64 = 10_000;
/// Addresses that nobody has (RFC 5737, RFC 3849): asked only which way would lead there; nothing is sent.
const ANYWHERE: [(&str, &str); 2] = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];

/// Watches until the desk ends.
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

/// The addresses from which this machine would reach the world.
fn ways() -> [Option<IpAddr>; 2] {
    ANYWHERE.map(|(from, to)| {
        let socket = UdpSocket::bind(from).ok()?;
        socket.connect(to).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}
