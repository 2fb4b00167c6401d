//! A proxy between one desk and its hub that breaks the network on purpose, by a seed.
//!
//! It knows enough HTTP and WebSocket to do harm: it loses an answer after the hub has acted, or sends a frame twice.
//! It must never invent bytes: everything that a client reads was sent by the hub.

mod connection;
mod frames;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// The probability of each fault, in per mille. The default is fair weather.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// A connection is closed before a byte is read.
    pub refuse: u32,
    /// A connection ends anywhere, even within a frame or a head.
    pub cut: u32,
    /// A connection falls silent without notice.
    pub stall: u32,
    /// The hub's bytes are delayed.
    pub delay: u32,
    /// The hub acts on a command or a renewal, and its answer is lost.
    pub swallow: u32,
    /// A live frame arrives twice.
    pub double: u32,
    /// A live frame arrives after the next one.
    pub swap: u32,
    /// A live frame is lost, and the connection continues.
    pub lose: u32,
}

impl Weather {
    /// Every fault happens now and then.
    pub const STORM: Self =
        Self { refuse: 80, cut: 120, stall: 15, delay: 150, swallow: 80, double: 40, swap: 30, lose: 20 };
}

/// A running proxy. It ends with its runtime.
#[derive(Clone)]
pub struct Chaos {
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    seed: u64,
    connections: AtomicU64,
    way: Mutex<Way>,
    /// Changes when all connections are cut.
    cuts: watch::Sender<u64>,
}

#[derive(Clone, Copy)]
struct Way {
    weather: Weather,
    /// None while there is no hub.
    hub: Option<SocketAddr>,
    /// Whether the desk's cable is plugged in.
    plugged: bool,
}

impl Chaos {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// If there is none.
    pub async fn start(seed: u64) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let way = Way { weather: Weather::default(), hub: None, plugged: true };
        let shared =
            Arc::new(Shared { seed, connections: AtomicU64::new(0), way: Mutex::new(way), cuts: watch::channel(0).0 });
        tokio::spawn(listen(Arc::clone(&shared), listener));
        Ok(Self { url, shared })
    }

    pub fn set_weather(&self, weather: Weather) {
        self.shared.way().weather = weather;
    }

    /// Sets the hub's address; none while it is down.
    pub fn set_hub(&self, hub: Option<SocketAddr>) {
        self.shared.way().hub = hub;
    }

    /// Cuts all connections and lets none through.
    pub fn unplug(&self) {
        self.shared.way().plugged = false;
        self.shared.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub fn plug_in(&self) {
        self.shared.way().plugged = true;
    }
}

impl Shared {
    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn weather(&self) -> Weather {
        self.way().weather
    }
}

async fn listen(shared: Arc<Shared>, listener: TcpListener) {
    while let Ok((client, _)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Ordering::Relaxed);
        let mut dice = StdRng::seed_from_u64(shared.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let way = *shared.way();
        let Some(hub) = way.hub.filter(|_| way.plugged) else { continue };
        if happens(&mut dice, way.weather.refuse) {
            continue;
        }
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            if let Ok(hub) = TcpStream::connect(hub).await {
                connection::run(&shared, dice, client, hub).await;
            }
        });
    }
}

fn happens(dice: &mut StdRng, per_mille: u32) -> bool {
    use rand::Rng as _;
    dice.random_range(0..1000) < per_mille
}
