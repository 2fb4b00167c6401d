//! Figures of the search over a large encrypted cache; run by hand:
//! `TURNS=1000000 cargo test -p tandem-desk --lib -- --ignored --nocapture search_figures`.

use std::time::Duration;

use serde_json::json;
use tandem_conversation::{Conversation, Event, Role, Time, UserId};
use tandem_search::Query;
use tandem_sqlite::rusqlite::Connection;
use uuid::Uuid;

use crate::cache::search::Filing;
use crate::cache::{events, testing};
use crate::views::Reader;

const PEOPLE: u64 = 40;
const TURNS_OF_ONE: u64 = 200;

/// A small generator: the same cache every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn uuid(&mut self) -> Uuid {
        let mut half = || u128::from(self.below(1 << 31)) << 31 | u128::from(self.below(1 << 31));
        Uuid::from_u128(half() << 62 | half())
    }
}

const COMMON: &str = "the to I you my is it for your and order of we please have in that can this not on are be with will \
    me a so was at but if do thank thanks delivery when from email account number hello time what our just would been \
    today get has there any as no or refund help know parcel yet still which card address still booking flight change \
    payment ticket received send sent back again check invoice cancel moment price";
const KANJI: &str = "返品注文荷物配送料金変更予約確認電話番号住所会社商品問題解決時間今日明日昨日便利質問回答";

/// About 115 bytes; one in twenty is Japanese.
fn text(dice: &mut Dice, common: &[&str]) -> String {
    let mut text = String::new();
    if dice.below(20) == 0 {
        let kanji: Vec<char> = KANJI.chars().collect();
        while text.len() < 110 {
            text.push(kanji[usize::try_from(dice.below(kanji.len() as u64)).unwrap()]);
        }
        return text;
    }
    while text.len() < 110 {
        // Squared: the first words are by far the most common, as in any language.
        let place = dice.below(common.len() as u64 * 1000);
        let word = match dice.below(10) {
            0 => format!("w{:x}", dice.below(60_000)),
            1 => format!("{}", dice.below(100_000)),
            _ => common[usize::try_from(place * place / (common.len() as u64 * 1_000_000)).unwrap()].to_owned(),
        };
        text.push_str(&word);
        text.push(' ');
    }
    text
}

fn turn(dice: &mut Dice, common: &[&str], state: &Conversation, position: u32, time: i64) -> Event {
    let by_agent = position.is_multiple_of(2);
    let number = dice.below(PEOPLE);
    let actor = match by_agent {
        true => {
            json!({"kind": "agent", "user": Uuid::from_u128(u128::from(number) << 64 | u128::from(number)), "name": format!("Agent Name{number}")})
        }
        false => json!({"kind": "customer"}),
    };
    let mut turn = json!({"id": dice.uuid(), "content": {"type": "text", "text": text(dice, common)}});
    if by_agent {
        turn["engagement"] = json!(dice.uuid());
    }
    serde_json::from_value(json!({
        "conversation": state.id, "position": position, "time": Time(time), "actor": actor, "cause": dice.uuid(),
        "body": {"turn_added": {"turn": turn, "received": Time(time)}}
    }))
    .unwrap()
}

fn begun(dice: &mut Dice, number: u64, time: i64) -> Conversation {
    let event: Event = serde_json::from_value(json!({
        "conversation": dice.uuid(), "position": 1, "time": Time(time), "actor": {"kind": "customer"}, "cause": dice.uuid(),
        "body": {"started": {"customer": {"id": dice.uuid(), "name": format!("Customer{} Surname{number}", number % 300)},
            "contact": dice.uuid(), "channel": if number.is_multiple_of(50) { "whatsapp" } else { "web_chat" }, "engageLogic": false}}
    }))
    .unwrap();
    Conversation::begin(&event).unwrap()
}

/// What this thread has computed so far: other work on the machine does not count.
fn spent() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split_whitespace().next().unwrap().parse().unwrap())
}

/// The least that a searchable cache can do: the same rows and turn index, and the plain text for FTS5 to cut.
const RAW: &str = "
CREATE TABLE events (conversation BLOB NOT NULL, position INTEGER NOT NULL, turn BLOB, body TEXT NOT NULL,
                     PRIMARY KEY (conversation, position)) STRICT, WITHOUT ROWID;
CREATE INDEX events_turns ON events (turn);
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');";

fn raw(connection: &Connection, first: u64, events: &[(Event, String, usize)]) {
    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    for (number, (event, json, _)) in (first..).zip(events) {
        let (id, turn) = (event.conversation.0.into_bytes(), event.cause.0.into_bytes());
        let mut row = connection.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3, ?4)").unwrap();
        row.execute((id, event.position.0, turn, json)).unwrap();
        let mut words = connection.prepare_cached("INSERT INTO words (rowid, text) VALUES (?1, ?2)").unwrap();
        words.execute((number.cast_signed(), event.body_text())).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

fn open(path: &std::path::Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\";", "5a".repeat(32))).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000;")
        .unwrap();
    connection.set_prepared_statement_cache_capacity(128);
    connection
}

#[test]
#[ignore = "takes minutes; for figures"]
fn search_figures() {
    let turns: u64 = std::env::var("TURNS").ok().and_then(|n| n.parse().ok()).unwrap_or(200_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let connection = open(&path);
    testing::migrate(&connection);
    let plain = open(&folder.path().join("raw.db"));
    plain.execute_batch(RAW).unwrap();
    let mut raw_spent = Duration::ZERO;
    let common: Vec<&str> = COMMON.split_whitespace().collect();
    let mut dice = Dice(7);
    let begin = 1_760_000_000_000_i64;
    let conversations = (turns / TURNS_OF_ONE).max(1);
    // A window of live conversations moves through time, as at a real desk.
    let mut states: Vec<Conversation> = (0..conversations).map(|n| begun(&mut dice, n, begin)).collect();
    let (mut filed, mut bytes, mut ours) = (0_u64, 0_u64, Duration::ZERO);
    while filed < turns {
        let events: Vec<(Event, String, usize)> = (filed..(filed + 1000).min(turns))
            .map(|n| {
                let window = (n / TURNS_OF_ONE / 20 * 20 + dice.below(20)).min(conversations - 1);
                let at = usize::try_from(window).unwrap();
                states[at].position = states[at].position.next();
                let event = turn(
                    &mut dice,
                    &common,
                    &states[at],
                    states[at].position.0,
                    begin + i64::try_from(n).unwrap() * 25_000,
                );
                bytes += event.body_text().len() as u64;
                let json = serde_json::to_string(&event).unwrap();
                (event, json, at)
            })
            .collect();
        if filed < 100_000 {
            let started = spent();
            raw(&plain, filed, &events);
            raw_spent += spent() - started;
        }
        let started = spent();
        connection.execute_batch("BEGIN IMMEDIATE; SAVEPOINT job;").unwrap();
        let mut filing = Filing::default();
        let mut met = std::collections::BTreeSet::new();
        for (event, json, at) in &events {
            events::insert(&connection, &mut filing, event, states[*at].channel, json).unwrap();
            met.insert(*at);
        }
        filing.finish(&connection).unwrap();
        for at in met {
            testing::save(&connection, &states[at]);
        }
        connection.execute_batch("RELEASE job; COMMIT;").unwrap();
        ours += spent() - started;
        filed += events.len() as u64;
        if filed == 100_000 {
            let ratio = raw_spent.as_secs_f64() / ours.as_secs_f64();
            println!(
                "catch-up of 100,000: {:.1} µs each, raw {:.1}: {ratio:.2} of raw",
                micros(ours, filed),
                micros(raw_spent, filed)
            );
        }
    }
    println!("{turns} turns of {} bytes, {:.1} µs each", bytes / turns, micros(ours, turns));
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    let size = std::fs::metadata(&path).unwrap().len();
    println!("file: {} bytes per turn", size / turns);
    let mut sizes =
        connection.prepare("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 14").unwrap();
    let rows = sizes.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).unwrap();
    for (name, bytes) in rows.map(Result::unwrap) {
        println!("  {:6.1} {name}", bytes as f64 / turns as f64);
    }
    drop(sizes);
    let reader = Reader {
        user: UserId(Uuid::from_u128(3 << 64 | 3)),
        name: "Agent Name3".into(),
        permissions: Role::Supervisor.permissions(),
        now: Time(begin),
    };
    let looking = open(&path);
    looking.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8000;").unwrap();
    for query in [
        "order",
        "the",
        "refund",
        "w1a2",
        "w1a2f",
        "t",
        "x",
        "3",
        "order refund",
        "order t",
        "refund t",
        "the refund w",
        "w3 w4",
        "w33 the",
        "\"order refund\"",
        "\"the to you\"",
        "返品",
        "返品注文",
        "品",
        "from:me order",
        "from:me",
        "from:name7 refund w1",
        "from:customer12 order",
        "in:whatsapp refund",
        "in:my order",
        "has:note order",
        "before:2025-11-01 order",
        "before:2025-11-01 refund w2",
        "after:2026-01-01 before:2026-01-02 payment",
        "customer12",
        "surname77",
        "zzzz",
        "order zzzz",
        "a b c d e",
        "12 34",
    ] {
        let parsed = Query::parse(query);
        let mut times: Vec<Duration> = (0..7)
            .map(|_| {
                let started = spent();
                super::search(&looking, &reader, &parsed, 50).unwrap();
                spent() - started
            })
            .collect();
        let first = times[0];
        times.sort();
        let hits = super::search(&looking, &reader, &parsed, 50).unwrap().hits.len();
        println!(
            "{query:42} {hits:3} hits  first {:7.2} ms  median {:7.2} ms",
            first.as_secs_f64() * 1e3,
            times[3].as_secs_f64() * 1e3
        );
    }
}

fn micros(time: Duration, of: u64) -> f64 {
    time.as_secs_f64() * 1e6 / of as f64
}

trait BodyText {
    fn body_text(&self) -> &str;
}

impl BodyText for Event {
    fn body_text(&self) -> &str {
        match &self.body {
            tandem_conversation::EventBody::TurnAdded { turn, .. } => turn.content.text(),
            _ => "",
        }
    }
}
