//! Offers from a full library while one types: `desk_library_2000_p99_ms`.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use serde_json::json;
use tandem_conversation::{
    Audience, ItemState, LibraryChoice, Question, QuestionId, QuestionKind, QuestionText, QuickReply, QuickReplyId,
    Time,
};
use tandem_protocol::library::{ItemUses, Library};
use uuid::Uuid;

use super::cached::{p99_ms, query};
use super::{rpc, sign_in, start, until_live};
use crate::load::past::{Past, Plan};
use crate::load::standin::{BEFORE, EMAIL, StandIn};
use crate::load::words::Words;
use crate::load::{Bench, Better, Figure};

const REPLIES: u64 = 1_990;
const QUESTIONS: u64 = 10;
/// Words of a quick reply; a kilobyte.
const WORDS: u64 = 170;
const WITHIN: Duration = Duration::from_secs(120);
/// As many as the interface asks for.
const OFFERS: u32 = 8;

pub(in crate::load) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let (standin, folder) = (StandIn::start().await?, tempfile::tempdir()?);
    let past = Past::new(Plan { turns: 1_000, conversations: 10, longest: 100, mine: 10 }, BEFORE)?;
    standin.tell(&past);
    standin.shelve(full());
    let desk = start(folder.path()).await?;
    sign_in(&desk, &standin.url, EMAIL).await?;
    until_live(&desk, WITHIN).await?;
    let ask = |query: String| json!({ "id": past.longest, "query": query, "note": false, "limit": OFFERS });
    let mut changes = desk.changes();
    let arrived = async {
        while rpc(&desk, "library.find", ask(String::new())).await?["total"] != json!(REPLIES + QUESTIONS) {
            ensure!(changes.next().await.is_some(), "the desk has ended");
        }
        Ok(())
    };
    tokio::time::timeout(WITHIN, arrived).await??;
    let mut found = Vec::new();
    for _ in 0..bench.runs {
        found.push(p99_ms(&desk, |n| vec![("library.find", ask(query(n)))]).await?);
    }
    desk.stop().await;
    let input = format!(
        "{} items of a kilobyte each; beginnings of words, pairs, and words that are not there",
        REPLIES + QUESTIONS
    );
    Ok(vec![Figure::of("desk_library_2000_p99_ms", "ms", Better::Lower, &found).with_bar(10.0).on(input)])
}

fn text(number: u64, words: u64) -> String {
    let word = |at: u64| Words::ranked((number * 31 + at * at) % 5_000);
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

/// A library of the largest size that is measured.
pub(in crate::load) fn full() -> Library {
    let reply = |number: u64| QuickReply {
        id: QuickReplyId(Uuid::from_u128(number.into())),
        shortcut: format!("{}-{number}", Words::ranked(number % 700)),
        title: text(number, 3),
        texts: BTreeMap::from([(
            "en".to_owned(),
            format!("Dear {{{{customer.firstName|you}}}}, {}", text(number, WORDS)),
        )]),
        attachments: Vec::new(),
        question: None,
        scope: Audience::Everybody,
        folder: vec![Words::ranked(number % 40)],
        channels: Vec::new(),
        note: true,
        holding: false,
        version: 1,
        state: ItemState::Active,
        review_by: None,
        by: None,
        at: Time(0),
    };
    let choices = vec![LibraryChoice { id: "yes".into(), label: "Yes".into(), confirms: false, score: None }];
    let question = |number: u64| Question {
        id: QuestionId(Uuid::from_u128((REPLIES + number).into())),
        key: format!("question-{number}"),
        title: text(number, 3),
        kind: QuestionKind::Menu,
        texts: BTreeMap::from([("en".to_owned(), QuestionText { text: text(number, 20), choices: choices.clone() })]),
        brands: Vec::new(),
        channels: Vec::new(),
        version: 1,
        state: ItemState::Active,
        by: None,
        at: Time(0),
    };
    let uses = |number: u64| ItemUses {
        item: Uuid::from_u128(number.into()),
        brand: None,
        uses: u32::try_from(number * 7 % 100).unwrap_or_default(),
    };
    Library {
        stamp: "full".into(),
        questions: (0..QUESTIONS).map(question).collect(),
        quick_replies: (0..REPLIES).map(reply).collect(),
        brands: Vec::new(),
        uses: (0..REPLIES).map(uses).collect(),
    }
}
