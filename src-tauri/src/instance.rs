//! One program per data folder: a second start passes its request to the first, and ends.
//!
//! The folder's lock decides who is first; the system releases it however a program ends. A file beside it leads to
//! the first instance: a local port, and a secret that only the folder's owner can read.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rand::distr::{Alphanumeric, SampleString as _};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::call::Call;

const LOCK: &str = "desk.lock";
const DOOR: &str = "desk.door";
/// How long the first instance may take to answer, for example while it is starting.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Time limit for one connection.
const TALK: Duration = Duration::from_secs(2);
const LONGEST_BYTES: u64 = 16 * 1024;
const HEARD: &[u8] = b"heard";

/// Where the first instance listens.
#[derive(Serialize, Deserialize)]
struct Door {
    port: u16,
    secret: String,
}

#[derive(Serialize, Deserialize)]
struct Knock {
    secret: String,
    call: Call,
}

/// The first instance on its folder.
pub struct First {
    /// Requests from later starts.
    pub calls: mpsc::UnboundedReceiver<Call>,
    /// Keep until the program ends.
    pub place: Place,
}

/// The lock holder is the first instance. Without lock support every instance is.
pub struct Place(#[expect(dead_code, reason = "held, never read")] Option<File>);

/// Becomes the first instance on this folder, or passes the call to it and returns none.
pub fn enter(folder: &Path, call: &Call) -> Result<Option<First>> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot use the folder {}", folder.display()))?;
    let lock = File::options().create(true).write(true).truncate(false).open(folder.join(LOCK));
    let lock = lock.with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return open(folder, Some(lock)).map(Some),
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "this folder does not support locks: a second desk could use it");
                return open(folder, None).map(Some);
            }
            Err(TryLockError::WouldBlock) => {}
        }
        if knock(folder, call).is_ok() {
            return Ok(None);
        }
        if start.elapsed() > PATIENCE {
            bail!("Tandem is already running on {} but does not answer: end it first", folder.display());
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// Listens from now on, on its own thread.
fn open(folder: &Path, lock: Option<File>) -> Result<First> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on this machine")?;
    let secret = Alphanumeric.sample_string(&mut rand::rng(), 32);
    let door = Door { port: listener.local_addr()?.port(), secret: secret.clone() };
    write(folder, &door).with_context(|| format!("cannot write into the folder {}", folder.display()))?;
    let (tell, calls) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for guest in listener.incoming().flatten() {
            if let Some(call) = hear(guest, &secret)
                && tell.send(call).is_err()
            {
                return;
            }
        }
    });
    Ok(First { calls, place: Place(lock) })
}

fn write(folder: &Path, door: &Door) -> Result<()> {
    let new = folder.join(format!("{DOOR}.new"));
    let _ = std::fs::remove_file(&new);
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(&serde_json::to_vec(door)?)?;
    // In one step: readers never see half a file.
    std::fs::rename(new, folder.join(DOOR))?;
    Ok(())
}

/// Reads the call of a client that knows the secret.
fn hear(mut guest: TcpStream, secret: &str) -> Option<Call> {
    guest.set_read_timeout(Some(TALK)).and_then(|()| guest.set_write_timeout(Some(TALK))).ok()?;
    let mut said = Vec::new();
    (&guest).take(LONGEST_BYTES).read_to_end(&mut said).ok()?;
    let knock: Knock = serde_json::from_slice(&said).ok()?;
    if knock.secret != secret {
        return None;
    }
    // An unconfirmed call is sent again: better twice than never.
    guest.write_all(HEARD).ok()?;
    Some(knock.call)
}

fn knock(folder: &Path, call: &Call) -> Result<()> {
    let Door { port, secret } = serde_json::from_slice(&std::fs::read(folder.join(DOOR))?)?;
    let mut host = TcpStream::connect_timeout(&(Ipv4Addr::LOCALHOST, port).into(), TALK)?;
    host.set_read_timeout(Some(TALK))?;
    host.write_all(&serde_json::to_vec(&Knock { secret, call: call.clone() })?)?;
    host.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    host.take(LONGEST_BYTES).read_to_end(&mut answer)?;
    anyhow::ensure!(answer == HEARD, "somebody else listens there");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(link: &str) -> Call {
        Call { hidden: false, link: Some(link.into()) }
    }

    #[test]
    fn the_second_start_tells_the_first_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = enter(folder.path(), &Call::default()).unwrap().expect("nobody else is there");
        assert!(enter(folder.path(), &link("tandem://one")).unwrap().is_none());
        assert!(enter(folder.path(), &link("tandem://two")).unwrap().is_none());
        assert_eq!(first.calls.blocking_recv(), Some(link("tandem://one")));
        assert_eq!(first.calls.blocking_recv(), Some(link("tandem://two")));
    }

    #[test]
    fn every_folder_has_a_first_of_its_own() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let first = enter(one.path(), &Call::default()).unwrap();
        let also_first = enter(other.path(), &Call::default()).unwrap();
        assert!(first.is_some() && also_first.is_some());
    }

    #[test]
    fn who_comes_after_the_end_is_the_first() {
        let folder = tempfile::tempdir().unwrap();
        drop(enter(folder.path(), &Call::default()).unwrap());
        assert!(enter(folder.path(), &Call::default()).unwrap().is_some(), "what was left at the door is stale");
    }

    #[test]
    fn whoever_does_not_know_the_secret_is_not_heard() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = enter(folder.path(), &Call::default()).unwrap().unwrap();
        let door: Door = serde_json::from_slice(&std::fs::read(folder.path().join(DOOR)).unwrap()).unwrap();
        let long = "x".repeat(100_000);
        for said in
            [r#"{"secret":"guess","call":{"hidden":false,"link":"tandem://no"}}"#, "GET / HTTP/1.1\r\n\r\n", &long]
        {
            let mut guest = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port)).unwrap();
            // It may be cut off before it has sent everything.
            let _ = guest.write_all(said.as_bytes()).and_then(|()| guest.shutdown(Shutdown::Write));
        }
        assert!(enter(folder.path(), &link("tandem://yes")).unwrap().is_none());
        assert_eq!(first.calls.blocking_recv(), Some(link("tandem://yes")));
    }
}
