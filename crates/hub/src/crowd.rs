//! Counts connections in total and per network.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::peer::Network;

/// One network may take this fraction of all places, so that one address alone locks no one out. An office's address
/// may stand for hundreds of people.
const SHARE: usize = 8;
/// But at least this many.
const SHARE_AT_LEAST: usize = 64;

pub(crate) struct Crowd {
    most: usize,
    of_one_network: usize,
    counts: Mutex<Counts>,
    left: Notify,
}

#[derive(Default)]
struct Counts {
    all: usize,
    by_network: HashMap<Network, usize>,
}

/// Why no connection is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    Hub,
    Network,
}

/// A connection's place; dropping it frees the place.
pub(crate) struct Ticket {
    crowd: Arc<Crowd>,
    network: Option<Network>,
    /// False for connections counted behind a proxy's.
    is_connection: bool,
}

impl Crowd {
    /// `most` places; without limits one network may take them all.
    pub(crate) fn new(most: usize, is_limited: bool) -> Arc<Self> {
        let of_one_network = if is_limited { (most / SHARE).max(SHARE_AT_LEAST) } else { most };
        Arc::new(Self { most, of_one_network, counts: Mutex::default(), left: Notify::new() })
    }

    /// Counts a connection. Proxies' connections name no network.
    pub(crate) fn enter(self: &Arc<Self>, network: Option<Network>) -> Result<Ticket, Full> {
        self.take(network, true)
    }

    /// Counts a live connection behind a proxy.
    pub(crate) fn enter_behind_proxy(self: &Arc<Self>, network: Network) -> Result<Ticket, Full> {
        self.take(Some(network), false)
    }

    fn take(self: &Arc<Self>, network: Option<Network>, is_connection: bool) -> Result<Ticket, Full> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if is_connection && counts.all >= self.most {
            return Err(Full::Hub);
        }
        if let Some(network) = network {
            let count = counts.by_network.entry(network).or_default();
            if *count >= self.of_one_network {
                return Err(Full::Network);
            }
            *count += 1;
        }
        counts.all += usize::from(is_connection);
        Ok(Ticket { crowd: Arc::clone(self), network, is_connection })
    }

    /// The number of connections.
    pub(crate) fn count(&self) -> usize {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).all
    }

    /// Waits until no connections are left.
    pub(crate) async fn empty(&self) {
        loop {
            let left = self.left.notified();
            if self.counts.lock().unwrap_or_else(PoisonError::into_inner).all == 0 {
                return;
            }
            left.await;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(network) = self.network
            && let Entry::Occupied(mut count) = counts.by_network.entry(network)
        {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        counts.all -= usize::from(self.is_connection);
        if counts.all == 0 {
            self.crowd.left.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Crowd, Full};
    use crate::peer::Network;

    fn network(last: u8) -> Network {
        Network::of([203, 0, 113, last].into())
    }

    #[test]
    fn one_network_cannot_take_all_seats_and_gets_them_back() {
        let crowd = Crowd::new(1_000, true);
        let mut taken: Vec<_> = (0..125).map(|_| crowd.enter(Some(network(1))).ok()).collect();
        assert!(taken.iter().all(Option::is_some));
        assert_eq!(crowd.enter(Some(network(1))).err(), Some(Full::Network));
        assert!(crowd.enter(Some(network(2))).is_ok(), "others come in");
        assert!(crowd.enter(None).is_ok(), "proxies speak for many");
        taken.pop();
        assert!(crowd.enter(Some(network(1))).is_ok());
        assert_eq!(crowd.counts.lock().unwrap().by_network.len(), 1, "who has gone is forgotten");
    }

    #[test]
    fn a_full_hub_lets_nobody_in() {
        let crowd = Crowd::new(2, true);
        let _seats = [crowd.enter(None), crowd.enter(Some(network(1)))];
        assert_eq!(crowd.enter(Some(network(2))).err(), Some(Full::Hub));
        assert!(crowd.enter_behind_proxy(network(3)).is_ok(), "its connection has been counted");
    }
}
