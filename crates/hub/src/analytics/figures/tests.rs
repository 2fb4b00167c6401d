//! Figures from segments are those from the rows, whatever happens between them.

use proptest::prelude::*;
use serde_json::{Value, json};
use tandem_conversation::measure::Definitions;
use tandem_conversation::{Event, Time};
use tandem_testkit::history::{History, Plan};

use super::*;
use crate::analytics::folding::{Folding, Part};
use crate::analytics::metric::METRICS;
use crate::analytics::{segments, tables};

const HOUR_MS: i64 = 3_600_000;
const BEGAN: Time = Time(1_788_220_800_000);

/// Tables that follow a log.
struct Account {
    connection: Connection,
    folding: Folding,
    at: u64,
}

impl Account {
    fn new() -> Self {
        let connection = Connection::in_memory().unwrap();
        tables::MIGRATIONS.iter().for_each(|step| connection.execute_batch(step.sql).unwrap());
        tables::clear(&connection).unwrap();
        Self { connection, folding: Folding::new(Definitions::default()), at: 0 }
    }

    fn follow(&mut self, events: &[Event]) {
        let from = self.at;
        let events: Vec<_> = (from + 1..).zip(events.iter().cloned()).collect();
        self.at += events.len() as u64;
        let part = Part { events, from, up_to: self.at, alerts: Vec::new() };
        let missing = self.folding.recall(&self.connection, &part).unwrap();
        assert!(missing.is_empty(), "everything is known from the beginning: {missing:?}");
        self.folding.apply(&self.connection, part, Vec::new()).unwrap();
    }

    fn make(&self, settled: Time, at_once: usize) {
        while segments::make(&self.connection, settled, at_once).unwrap() {}
    }

    fn count(&self, table: &str) -> i64 {
        self.connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    fn answer(&self, question: &Question, segments: Option<Segments<'_>>) -> Value {
        json!(figures_of(&self.connection, question, segments).unwrap().unwrap())
    }

    /// The answer from the rows, after a look at the segments.
    fn check(&self, question: &Question) -> Value {
        let rows = self.answer(question, None);
        let segments = Segments::open(&self.connection).unwrap();
        assert_eq!(self.answer(question, segments), rows, "{:?} by {:?}", question.metrics, question.by);
        rows
    }
}

/// Everything is read many times, so the past is short.
fn past(seed: u64, conversations: usize) -> History {
    let length_ms = 5 * 24 * HOUR_MS;
    History::play(Plan { seed, conversations, began: BEGAN, length_ms, recorded: false }, &[])
}

fn question(metrics: Vec<&'static Metric>, by: Vec<By>, zone: &str, hours: (i64, i64)) -> Question {
    Question {
        metrics,
        by,
        zone: zone_named(zone),
        asked: Asked {
            from: BEGAN.plus_ms(hours.0 * HOUR_MS),
            until: BEGAN.plus_ms(hours.1 * HOUR_MS),
            within_ms: 60_000,
            short_ms: 5_000,
            origin: None,
            business: false,
            now: BEGAN.plus_ms(9 * 24 * HOUR_MS),
        },
        filter: Filter::default(),
        presence: BTreeMap::new(),
    }
}

fn zone_named(name: &str) -> TimeZone {
    asking::zone(name).unwrap()
}

/// Metrics of conversations that can be divided so.
fn metrics(by: &[By]) -> Vec<&'static Metric> {
    METRICS.iter().filter(|metric| !metric.is_of_slots() && by.iter().all(|by| by.fits(metric))).collect()
}

const ALL: (i64, i64) = (-24, 24 * 40);

fn everything(account: &Account, history: &History) {
    assert_eq!(segments::unlike(&account.connection).unwrap(), Vec::<String>::new());
    for (_, by) in By::EVERY {
        account.check(&question(metrics(&[by]), vec![by], "Asia/Kathmandu", ALL));
    }
    let all = || question(metrics(&[]), Vec::new(), "Europe/Madrid", ALL);
    account.check(&all());
    account.check(&question(metrics(&[]), vec![By::Day, By::Channel, By::Tag], "America/New_York", (13, 77)));
    account.check(&question(metrics(&[By::Agent]), vec![By::Week, By::Agent], "Australia/Lord_Howe", (0, 100)));
    let opened = METRICS.iter().filter(|metric| metric.id == "open_time").collect();
    let mut business = question(opened, vec![By::Month], "UTC", ALL);
    business.asked.business = true;
    account.check(&business);
    for origin in ["live", "imported"] {
        let mut question = all();
        question.asked.origin = Some(origin);
        account.check(&question);
    }
    let filters = [
        Filter { channel: Some("web_chat".into()), ..Filter::default() },
        Filter { brand: history.brands.first().map(|brand| brand.0.to_string()), ..Filter::default() },
        Filter { language: Some("es".into()), ..Filter::default() },
        Filter { tag: Some(String::new()), ..Filter::default() },
        Filter { agent: history.agents.first().copied(), ..Filter::default() },
    ];
    for filter in filters {
        account.check(&Question { filter, ..all() });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    #[test]
    fn segments_say_what_the_rows_say(
        seed in 0_u64..1_000,
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 1..4),
        at_once in 3_usize..15,
    ) {
        let history = past(seed, 30);
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(history.events.len())).collect();
        cuts.sort_unstable();
        let mut account = Account::new();
        let mut from = 0;
        for cut in cuts.into_iter().chain([history.events.len()]) {
            account.follow(&history.events[from..cut]);
            from = cut;
            everything(&account, &history);
            let settled = history.events[..cut].last().map_or(BEGAN, |event| event.time.plus_ms(-HOUR_MS));
            account.make(settled, at_once);
            everything(&account, &history);
        }
        prop_assert!(account.count("segment") > 0, "the past is in segments");
    }
}

#[test]
fn a_change_of_an_old_conversation_is_read_from_its_rows_until_its_segment_is_made_again() {
    let history = past(7, 60);
    let late = history.events.len() - 40;
    let mut account = Account::new();
    account.follow(&history.events[..late]);
    account.make(Time(i64::MAX), 30);
    let made = account.count("segment");
    assert!(made > 0 && account.count("segment_stale") == 0);
    account.follow(&history.events[late..]);
    let stale = account.count("segment_stale");
    assert!(stale > 0, "conversations of segments went on");
    everything(&account, &history);
    account.make(Time(i64::MAX), 10_000);
    assert_eq!(account.count("segment_stale"), stale, "a few are left to the rows");
    account.make(Time(i64::MAX), 7);
    assert_eq!(account.count("segment_stale"), 0);
    everything(&account, &history);
}

#[test]
fn a_cell_of_a_divided_figure_leads_to_its_rows() {
    let history = past(11, 60);
    let mut account = Account::new();
    account.follow(&history.events);
    let mut found = 0;
    for by in [By::Grade, By::Code, By::Responder] {
        let asked = question(metrics(&[by]), vec![by], "UTC", ALL);
        let cells = figures_of(&account.connection, &asked, None).unwrap().unwrap();
        for cell in cells {
            let Figure { responder, grade, code, .. } = cell;
            let count = if by == By::Responder { cell.count } else { cell.sum.unwrap_or_default().cast_unsigned() };
            let filter = Filter { responder, grade, code, ..Filter::default() };
            let metrics = asked.metrics.iter().copied().filter(|metric| metric.id == cell.metric).collect();
            let one = Question { filter, by: Vec::new(), ..question(metrics, Vec::new(), "UTC", ALL) };
            assert!(check(&one.metrics, &[], &one.filter, false).is_ok());
            let (rows, total) = rows(&account.connection, &one, 0, 1_000).unwrap();
            assert_eq!((rows.len() as u64, total as u64), (count, count), "{:?}", one.filter);
            found += total;
        }
    }
    assert!(found > 0);
    let wrong = Filter { grade: Some("wrong".into()), ..Filter::default() };
    let (field, why) = check(&metrics(&[By::Code]), &[], &wrong, false).unwrap_err();
    assert!(field == "grade" && why.contains("handover_grade"), "{why}");
}

#[test]
fn segments_of_other_columns_are_thrown_away() {
    let history = past(3, 30);
    let mut account = Account::new();
    account.follow(&history.events);
    account.make(Time(i64::MAX), 10);
    account
        .connection
        .execute_batch("UPDATE progress SET segments = 'older'; UPDATE segment_column SET cells = x''")
        .unwrap();
    assert!(Segments::open(&account.connection).unwrap().is_none(), "rows are read");
    account.make(Time(i64::MAX), 10);
    everything(&account, &history);
}

#[test]
fn a_damaged_segment_is_an_error_that_makes_the_tables_again() {
    let history = past(3, 30);
    for damage in [
        "UPDATE segment_column SET cells = x'0001'",
        // One byte of the last column.
        "UPDATE segment_column SET cells = CAST(substr(cells, 1, 3) || unhex('07') || substr(cells, 5) AS BLOB)
         WHERE place = 3",
        "UPDATE segment_column SET least = least + 1000000, most = most + 1000000 WHERE least IS NOT NULL",
        "UPDATE segment_column SET least = NULL, most = NULL",
        "UPDATE segment_column SET bounds_sum = bounds_sum + 1",
        "DELETE FROM segment_column",
        "DELETE FROM segment_column WHERE place = 3",
    ] {
        let mut account = Account::new();
        account.follow(&history.events);
        account.make(Time(i64::MAX), 10);
        // What changes later hides no damage of the others.
        let note = "INSERT INTO segment_stale SELECT conversation_id, segment FROM segment, conversation
            WHERE started_at >= from_at AND started_at < until_at GROUP BY segment";
        account.connection.execute_batch(note).unwrap();
        assert_eq!(segments::unlike(&account.connection).unwrap(), Vec::<String>::new(), "{damage}");
        assert_eq!(segments::broken(&account.connection).unwrap(), Vec::<String>::new(), "{damage}");
        account.connection.execute_batch(damage).unwrap();
        assert!(!segments::unlike(&account.connection).unwrap().is_empty(), "{damage}: it is found by comparing");
        assert!(!segments::broken(&account.connection).unwrap().is_empty(), "{damage}: and without comparing");
        let every = METRICS.iter().filter(|metric| !metric.is_of_slots());
        let errors = every.filter_map(|metric| {
            let segments = Segments::open(&account.connection).unwrap();
            figures_of(&account.connection, &question(vec![metric], Vec::new(), "UTC", ALL), segments).err()
        });
        let errors: Vec<_> = errors.collect();
        let are_damage = errors.iter().all(
            |error| matches!(error, StoreError::Database(error) if error.cause() == tandem_sqlite::Cause::Damaged),
        );
        assert!(!errors.is_empty() && are_damage, "{damage}: no answer is made of it: {errors:?}");
    }
}

#[test]
fn what_is_in_a_segment_is_compared_with_the_rows_beside_what_changed() {
    let history = past(3, 30);
    let mut account = Account::new();
    account.follow(&history.events);
    account.make(Time(i64::MAX), 10);
    let row = "UPDATE round SET open_ms = coalesce(open_ms, 0) + 1 WHERE conversation_id =
        (SELECT conversation_id FROM conversation ORDER BY started_at LIMIT 1)";
    account.connection.execute_batch(row).unwrap();
    assert_eq!(segments::unlike(&account.connection).unwrap().len(), 1, "a row that no segment knows");
    let note = "INSERT INTO segment_stale SELECT conversation_id, segment FROM conversation, segment
        WHERE started_at >= from_at AND started_at < until_at ORDER BY started_at LIMIT 1";
    account.connection.execute_batch(note).unwrap();
    assert_eq!(segments::unlike(&account.connection).unwrap(), Vec::<String>::new(), "it is read from the rows");
}

#[test]
fn tables_that_begin_anew_have_no_segments() {
    let history = past(3, 30);
    let mut account = Account::new();
    account.follow(&history.events);
    account.make(Time(i64::MAX), 10);
    tables::clear(&account.connection).unwrap();
    for table in ["segment", "segment_column", "segment_stale"] {
        assert_eq!(account.count(table), 0, "{table}");
    }
}
