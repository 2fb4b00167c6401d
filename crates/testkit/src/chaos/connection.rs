//! One connection through the proxy.

use std::time::Duration;

use rand::Rng as _;
use rand::rngs::StdRng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::frames::Frames;
use super::{Shared, happens};

/// How long a frame waits to be swapped with the next.
const SWAP_WITHIN: Duration = Duration::from_millis(40);

/// The faults of a connection, by the bytes it has carried.
struct Fate {
    cut_after: Option<usize>,
    stall_after: Option<usize>,
    late_by: Duration,
}

impl Fate {
    fn draw(shared: &Shared, dice: &mut StdRng) -> Self {
        let weather = shared.weather();
        // Most connections are short: a head, a small body, an answer.
        let somewhere = |dice: &mut StdRng, per_mille| {
            let most = if dice.random_bool(0.7) { 800 } else { 20_000 };
            happens(dice, per_mille).then(|| dice.random_range(0..most))
        };
        Self {
            cut_after: somewhere(dice, weather.cut),
            stall_after: somewhere(dice, weather.stall),
            late_by: Duration::from_millis(if happens(dice, weather.delay) { dice.random_range(1..60) } else { 0 }),
        }
    }
}

/// Carries bytes both ways until one side or a fault ends it.
pub(super) async fn run(shared: &Shared, mut dice: StdRng, mut client: TcpStream, mut hub: TcpStream) {
    let mut cuts = shared.cuts.subscribe();
    let _ = (client.set_nodelay(true), hub.set_nodelay(true));
    let fate = Fate::draw(shared, &mut dice);
    let (mut said, mut heard) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    let mut carried = 0;
    let mut is_live = false;
    let mut frames: Option<Frames> = None;
    let mut swallow = false;
    loop {
        let waits = frames.as_ref().is_some_and(Frames::holds);
        tokio::select! {
            _ = cuts.changed() => return,
            count = client.read(&mut said) => {
                let Some(bytes) = count.ok().and_then(|count| said.get(..count)).filter(|bytes| !bytes.is_empty()) else { return };
                is_live |= bytes.starts_with(b"GET /api/v1/live");
                let acts = bytes.starts_with(b"POST /api/v1/commands") || bytes.starts_with(b"POST /api/v1/auth/refresh");
                swallow = acts && happens(&mut dice, shared.weather().swallow);
                match carry(shared, &fate, &mut carried, bytes, &mut hub).await {
                    Carried::All => {}
                    Carried::Cut => return,
                    Carried::Stalled => { let _ = cuts.changed().await; return }
                }
            }
            count = hub.read(&mut heard) => {
                let Some(bytes) = count.ok().and_then(|count| heard.get(..count)).filter(|bytes| !bytes.is_empty()) else { return };
                if swallow {
                    return;
                }
                if !fate.late_by.is_zero() && shared.weather() != super::Weather::default() {
                    tokio::time::sleep(fate.late_by).await;
                }
                let bytes = match &mut frames {
                    Some(frames) => frames.pass(bytes, shared.weather(), &mut dice),
                    None => {
                        let (head, rest) = head_of(bytes, is_live);
                        frames = rest.map(|_| Frames::default());
                        let rest = frames.as_mut().zip(rest).map(|(frames, rest)| frames.pass(rest, shared.weather(), &mut dice));
                        [head, &rest.unwrap_or_default()].concat()
                    }
                };
                match carry(shared, &fate, &mut carried, &bytes, &mut client).await {
                    Carried::All => {}
                    Carried::Cut => return,
                    Carried::Stalled => { let _ = cuts.changed().await; return }
                }
            }
            () = tokio::time::sleep(SWAP_WITHIN), if waits => {
                let late = frames.as_mut().and_then(Frames::late).unwrap_or_default();
                if client.write_all(&late).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// The head of the WebSocket upgrade's answer, and the rest.
fn head_of(bytes: &[u8], is_live: bool) -> (&[u8], Option<&[u8]>) {
    if !is_live || !bytes.starts_with(b"HTTP/1.1 101") {
        return (bytes, None);
    }
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    match end.and_then(|end| bytes.split_at_checked(end + 4)) {
        Some((head, rest)) => (head, Some(rest)),
        None => (bytes, None),
    }
}

enum Carried {
    All,
    Cut,
    Stalled,
}

/// Carries what the faults let through.
async fn carry(shared: &Shared, fate: &Fate, carried: &mut usize, bytes: &[u8], to: &mut TcpStream) -> Carried {
    let before = *carried;
    *carried += bytes.len();
    let is_fair = shared.weather() == super::Weather::default();
    let reached = |at: Option<usize>| at.filter(|at| !is_fair && *carried >= *at).map(|at| at.saturating_sub(before));
    let (cut, stall) = (reached(fate.cut_after), reached(fate.stall_after));
    let through = cut.into_iter().chain(stall).min().unwrap_or(bytes.len()).min(bytes.len());
    let written = to.write_all(bytes.get(..through).unwrap_or_default()).await;
    match (written, cut, stall) {
        (Err(_), ..) | (_, Some(_), _) => Carried::Cut,
        (_, _, Some(_)) => Carried::Stalled,
        _ => Carried::All,
    }
}
