//! Real processes, killed with -9 at random moments while people write: nothing acknowledged is lost or doubled.
//! PostgreSQL is ended in the same way, and hubs are stopped until it has given up on them.
//!
//! `TANDEM_KILL_ROUNDS=N` plays N rounds, `TANDEM_FAULT_SEED=S` uses seed S.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tandem_protocol::agents::Me;
use tandem_sql::Connection;
use tandem_sqlite::Link as _;
use tandem_testkit::desk_process::DeskProcess;
use tandem_testkit::hub_process::{BRAND, HubOptions, HubProcess, PASSWORD, find_binary};
use tandem_testkit::keychain::FileKeychain;
use tandem_testkit::plan::Act;
use tandem_testkit::postgres_process::PostgresProcess;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::cache::Cached;
use crate::check;
use crate::customers::Customer;
use crate::hands::{Door, Hands};
use crate::home::{apart, place};
use crate::journal::Journal;

const ROUNDS: u64 = 20;
const QUIET_WITHIN: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const PEOPLE: [(&str, &str, &str); 2] =
    [("maya@northwind.example", "Maya Ortiz", "agent"), ("sofia@northwind.example", "Sofia Lind", "supervisor")];
const ACTS: [Act; 8] = [
    Act::Join,
    Act::Reply { anyway: true },
    Act::Reply { anyway: false },
    Act::Note,
    Act::Draft,
    Act::See,
    Act::Leave { ask_for_help: true },
    Act::Complete,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_loses_and_doubles_nothing() {
    play(None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_loses_and_doubles_nothing_on_postgresql() {
    play(Some(PostgresProcess::start().unwrap())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_program_that_reads_the_database_costs_a_hub_that_is_killed_nothing() {
    tandem_testkit::prepare_tls();
    let options = HubOptions::default();
    let mut hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &options).unwrap();
    let database = hub.data().join("tandem.db");
    let count = || {
        let connection = rusqlite::Connection::open(&database).unwrap();
        connection.query_row("SELECT count(*) FROM events", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let mut carmen = tandem_testkit::people::Customer::arrive(&hub.url, BRAND, "Carmen").await.unwrap();
    // For longer than the hub takes to look after its files.
    for words in 0..20 {
        carmen.write(&words.to_string()).await.unwrap();
        count();
        assert!(database.with_extension("db-wal").exists(), "the other program has taken itself for the last one");
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    let before = count();
    hub.kill_and_restart(&options).unwrap();
    assert!(count() >= before && before > 20);
}

#[test]
fn a_hub_killed_while_it_makes_its_tables_makes_them_at_the_next_start() {
    let seed = crate::option("TANDEM_FAULT_SEED").unwrap_or(1);
    let mut dice = StdRng::seed_from_u64(seed);
    let postgres = PostgresProcess::start().unwrap();
    let binary = find_binary("tandem-hub").unwrap();
    let tables = |data: &tempfile::TempDir| {
        let mut command = Command::new(&binary);
        command.args(["user", "list", "--create", "--data"]).arg(data.path()).env("TANDEM_POSTGRES", &postgres.url);
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    for _ in 0..15 {
        postgres.tell("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
        let data = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            let mut killed = tables(&data).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(dice.random_range(0..400)));
            killed.kill().unwrap();
            killed.wait().unwrap();
        }
        let whole = tables(&data).output().unwrap();
        assert!(whole.status.success(), "TANDEM_FAULT_SEED={seed}: {}", String::from_utf8_lossy(&whole.stderr));
    }
}

/// What ends in a round.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Blow {
    Hub,
    Desk(usize),
    Desks,
    HubAndDesks,
    Postgres,
    HubAndPostgres,
    /// The hub sleeps until PostgreSQL has ended its sessions.
    SleepingHub,
}

const BLOWS: [Blow; 5] = [Blow::Hub, Blow::Desk(0), Blow::Desk(1), Blow::Desks, Blow::HubAndDesks];
const BLOWS_ON_POSTGRES: [Blow; 6] =
    [Blow::Hub, Blow::Postgres, Blow::HubAndPostgres, Blow::SleepingHub, Blow::SleepingHub, Blow::HubAndDesks];

impl Blow {
    fn strike(
        self,
        hub: &mut HubProcess,
        options: &HubOptions,
        desks: &mut [DeskProcess],
        postgres: Option<&mut PostgresProcess>,
    ) {
        if matches!(self, Self::Hub | Self::HubAndDesks | Self::HubAndPostgres) {
            hub.kill().unwrap();
        }
        match postgres {
            Some(postgres) if matches!(self, Self::Postgres | Self::HubAndPostgres) => postgres.restart().unwrap(),
            Some(postgres) if self == Self::SleepingHub => {
                hub.signal("-STOP").unwrap();
                postgres.end_sessions().unwrap();
                hub.signal("-CONT").unwrap();
            }
            _ => (),
        }
        if matches!(self, Self::Hub | Self::HubAndDesks | Self::HubAndPostgres) {
            hub.restart(options).unwrap();
        }
        for (number, desk) in desks.iter_mut().enumerate() {
            if matches!(self, Self::Desks | Self::HubAndDesks) || self == Self::Desk(number) {
                desk.kill_and_restart().unwrap();
            }
        }
    }
}

async fn play(mut postgres: Option<PostgresProcess>) {
    let seed = crate::option("TANDEM_FAULT_SEED").unwrap_or(1);
    let rounds = crate::option("TANDEM_KILL_ROUNDS").unwrap_or(ROUNDS);
    let mut dice = StdRng::seed_from_u64(seed);
    tandem_testkit::prepare_tls();
    let options = HubOptions {
        environment: postgres.iter().map(|one| ("TANDEM_POSTGRES".to_owned(), one.url.clone())).collect(),
        ..HubOptions::default()
    };
    let mut hub = HubProcess::start(&find_binary("tandem-hub").unwrap(), &options).unwrap();
    let binary = find_binary("tandem-desk-headless").unwrap();
    let mut desks = Vec::new();
    for (email, name, role) in PEOPLE {
        hub.add_user(email, name, role).unwrap();
        desks.push(DeskProcess::start(&binary).unwrap());
    }
    let journal = Arc::new(Journal::default());
    let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
    let mut people = Vec::new();
    let hands = |desk: &DeskProcess, people: &[_]| Hands {
        door: Door::There(http.clone(), desk.url.clone()),
        people: people.to_vec(),
        journal: Arc::clone(&journal),
    };
    let mut users: Vec<Me> = Vec::new();
    for (desk, (email, ..)) in desks.iter().zip(PEOPLE) {
        let hands = hands(desk, &people);
        let sign_in = json!({"hub": hub.url, "email": email, "password": PASSWORD});
        hands.ask("session.signIn", sign_in).await.unwrap();
        let me = hands.ask("app.state", json!({})).await.unwrap()["me"].clone();
        users.push(serde_json::from_value(me).unwrap());
        people.push(users.last().unwrap().user);
    }
    let address = hub.url.trim_start_matches("http://").parse().unwrap();
    let (_, address) = watch::channel(Some(address));
    let customers: Vec<_> =
        (0..3).map(|n| Customer::new(n, address.clone(), http.clone(), Arc::clone(&journal))).collect();

    let over = Arc::new(AtomicBool::new(false));
    let mut working = JoinSet::new();
    for (number, desk) in desks.iter().enumerate() {
        let (hands, over) = (hands(desk, &people), Arc::clone(&over));
        let mut dice = StdRng::seed_from_u64(seed ^ (number as u64 + 1));
        working.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                let (which, act) = (dice.random_range(0..8), ACTS[dice.random_range(0..ACTS.len())]);
                // A killed desk does not answer.
                let _ = hands.act(which, act).await;
                tokio::time::sleep(Duration::from_millis(dice.random_range(1..30))).await;
            }
        });
    }
    for customer in &customers {
        let (customer, over) = (Arc::clone(customer), Arc::clone(&over));
        working.spawn(async move {
            while !over.load(Ordering::Relaxed) {
                Arc::clone(&customer).write(false).await;
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        });
    }
    for _ in 0..rounds {
        tokio::time::sleep(Duration::from_millis(dice.random_range(20..400))).await;
        let blow = *if postgres.is_some() { &BLOWS_ON_POSTGRES[..] } else { &BLOWS }.choose(&mut dice).unwrap();
        // Starting a program blocks.
        tokio::task::block_in_place(|| blow.strike(&mut hub, &options, &mut desks, postgres.as_mut()));
    }
    over.store(true, Ordering::Relaxed);
    while let Some(worked) = working.join_next().await {
        worked.unwrap();
    }

    let deadline = Instant::now() + QUIET_WITHIN;
    loop {
        let mut apps = Vec::new();
        for desk in &desks {
            apps.push(hands(desk, &people).ask("app.state", json!({})).await.unwrap());
        }
        let stored = stored(&hub, postgres.as_ref());
        match stored.and_then(|stored| look(&stored, &desks, &users, &apps, &journal)) {
            Ok(()) => break,
            Err(why) => assert!(Instant::now() < deadline, "TANDEM_FAULT_SEED={seed}: {why}"),
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    assert!(journal.words().len() > 20, "people had something to do");
}

fn stored(hub: &HubProcess, postgres: Option<&PostgresProcess>) -> Result<check::Hub, String> {
    let Some(postgres) = postgres else {
        return check::Hub::read(&Connection::peek(&hub.data().join("tandem.db")).unwrap());
    };
    apart(|| check::Hub::read(&Connection::reader(&place(postgres.url.clone())).unwrap()))
}

fn look(
    hub: &check::Hub,
    desks: &[DeskProcess],
    users: &[Me],
    apps: &[Value],
    journal: &Journal,
) -> Result<(), String> {
    let now = tandem_hub::Clock::system().now();
    hub.is_whole(now, journal)?;
    let mut cached = Vec::new();
    for ((desk, me), app) in desks.iter().zip(users).zip(apps) {
        if app["connection"]["state"] != "live" {
            return Err(format!("{} is not live: {}", me.name, app["connection"]));
        }
        let desk = Cached::read(desk.data(), &FileKeychain::beside(desk.data()), me.clone());
        desk.equals(hub, now, app).map_err(|why| format!("{}: {why}", me.name))?;
        cached.push(desk);
    }
    check::words(hub, &cached, journal)
}
