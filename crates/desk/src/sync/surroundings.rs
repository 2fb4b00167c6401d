//! Notices what makes waiting pointless: the machine woke up, or the way to the network is another one.

use std::net::{IpAddr, UdpSocket};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::mpsc;

use super::Input;

const EVERY: Duration = Duration::from_secs(2);
/// The clock on the wall was ahead of our own by more than this: we have slept.
const SLEPT: Duration = Duration::from_secs(10);
/// Addresses that nobody has (RFC 5737, RFC 3849): asked only which way would lead there; nothing is sent.
const ANYWHERE: [(&str, &str); 2] = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];

/// Watches until the desk ends.
pub(crate) async fn watch(sync: mpsc::UnboundedSender<Input>) {
    let (mut ways, mut wall, mut own) = (ways(), SystemTime::now(), Instant::now());
    loop {
        tokio::time::sleep(EVERY).await;
        let slept = wall.elapsed().is_ok_and(|on_the_wall| on_the_wall > own.elapsed() + SLEPT);
        let now = self::ways();
        if slept || now != ways {
            tracing::info!(slept, "the surroundings have changed");
            if sync.send(Input::Moved).is_err() {
                return;
            }
        }
        (ways, wall, own) = (now, SystemTime::now(), Instant::now());
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
