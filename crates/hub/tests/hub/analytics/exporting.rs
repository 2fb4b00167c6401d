//! Exports: three formats with the same cells, what is new after a position, and nothing half.

use std::path::Path;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};
use tandem_conversation::Time;
use tandem_hub::analytics::{Export, export};
use uuid::Uuid;

use super::following::{completes, until_measured};
use crate::common::{Agent, TestHub, post};

fn plan(format: &str) -> Export {
    Export {
        format: format.into(),
        tables: Vec::new(),
        days: None,
        after: None,
        text: false,
        log: false,
        spreadsheet: false,
        account: "Northwind".into(),
        zone: "Europe/Madrid".into(),
    }
}

fn json_at(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A cell as CSV writes it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn of_parquet(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Bool(is) => is.to_string(),
        Field::Long(number) => number.to_string(),
        Field::TimestampMillis(ms) => Time(*ms).to_string(),
        Field::Str(text) => text.clone(),
        other => panic!("no column has {other:?}"),
    }
}

async fn story(hub: &TestHub) -> String {
    let carmen = hub.customer().await;
    carmen.writes("Where, \"exactly\", is\nmy parcel?").await;
    let id = carmen.conversation().await;
    let maya = hub.maya().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.replies(&id, "=On its way").await;
    maya.does(&id, json!({ "type": "tag", "add": ["a, b"] })).await;
    completes(&maya, &id).await;
    let (status, page) = post(
        &hub.base,
        &format!("/api/v1/conversations/{id}/as-seen"),
        Some(&hub.sofia().await.token),
        &json!({ "viewpoint": { "kind": "customer" } }),
    )
    .await;
    assert_eq!(status, 200, "{page}");
    until_measured(hub.folder.path()).await;
    id
}

#[tokio::test]
async fn every_format_has_the_same_cells() {
    let hub = TestHub::start(None).await;
    story(&hub).await;
    let data = hub.folder.path();
    let out = tempfile::tempdir().unwrap();
    let now = Time(4_000_000_000_000);
    for format in ["ndjson", "csv", "parquet"] {
        let summary = export(data, &out.path().join(format), &plan(format), now).unwrap();
        assert!(summary.contains("of 17 tables"), "{summary}");
    }
    let schema = json_at(&out.path().join("csv/schema.json"));
    for table in schema["tables"].as_array().unwrap() {
        let (name, columns) = (table["table"].as_str().unwrap(), table["columns"].as_array().unwrap());
        let camel = |column: &str| {
            let mut parts = column.split('_');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |all, part| format!("{all}{}{}", part[..1].to_uppercase(), &part[1..]))
        };
        let cells = |row: &Value| -> Vec<String> {
            columns.iter().map(|column| plain(&row[camel(column["name"].as_str().unwrap())])).collect()
        };
        let expected: Vec<Vec<String>> =
            lines(&out.path().join(format!("ndjson/{name}.ndjson"))).iter().map(cells).collect();
        let mut csv = csv::Reader::from_path(out.path().join(format!("csv/{name}.csv"))).unwrap();
        let found: Vec<Vec<String>> =
            csv.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        assert_eq!(found, expected, "{name}.csv");
        let file = std::fs::File::open(out.path().join(format!("parquet/{name}.parquet"))).unwrap();
        let reader = SerializedFileReader::new(file).unwrap();
        let found: Vec<Vec<String>> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().get_column_iter().map(|(_, field)| of_parquet(field)).collect())
            .collect();
        assert_eq!(found, expected, "{name}.parquet");
        assert!(
            !matches!(name, "turn" | "round" | "tag" | "agent" | "customer" | "contact" | "look")
                || !expected.is_empty(),
            "{name} has rows"
        );
    }
    let meta = json_at(&out.path().join("parquet/meta.json"));
    assert_eq!((&meta["account"], &meta["definitions"]), (&json!("Northwind"), &json!("v1")));
    assert_eq!(meta["sha256"].as_object().unwrap().len(), 18, "seventeen tables and their description: {meta}");
}

#[tokio::test]
async fn days_choose_rows_by_their_times() {
    let hub = TestHub::start(None).await;
    story(&hub).await;
    let (data, out) = (hub.folder.path(), tempfile::tempdir().unwrap());
    let rows = |name: &str, days: Option<[&str; 2]>| {
        let days = days.map(|[from, to]| (from.to_owned(), to.to_owned()));
        let plan = Export { days, ..plan("ndjson") };
        export(data, &out.path().join(name), &plan, Time(4_000_000_000_000)).unwrap();
        json_at(&out.path().join(name).join("meta.json"))["rows"].clone()
    };
    let all = rows("all", None);
    assert_eq!(rows("these", Some(["2026-01-01", "2099-12-31"])), all);
    let none = rows("none", Some(["2020-01-01", "2020-12-31"]));
    for table in ["conversation", "round", "engagement", "turn", "call", "tag", "review"] {
        assert_eq!(none[table], 0, "{table}: {none}");
    }
}

#[tokio::test]
async fn questions_say_what_became_of_them_and_addresses_are_hashed() {
    let hub = TestHub::start(None).await;
    let (ada, maya, carmen) = (hub.ada().await, hub.maya().await, hub.customer().await);
    let texts = json!({ "en": { "text": "All well?", "choices": [{ "id": "yes", "label": "Yes" }] } });
    let question = json!({ "key": "well", "title": "Well", "texts": texts });
    let (status, saved) = post(&hub.base, "/api/v1/questions", Some(&ada.token), &question).await;
    assert_eq!(status, 200, "{saved}");
    let question = saved["question"]["id"].clone();
    let library = json!({ "questionId": question, "version": 1 });
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let choices = json!([{ "id": "yes", "label": "Yes" }]);
    let content = json!({ "type": "question", "text": "All well?", "choices": choices });
    let turns = [Uuid::now_v7(), Uuid::now_v7()];
    for turn in turns {
        let position = maya.state(&id).await["position"].clone();
        let reply = json!({ "type": "reply", "turn": turn, "content": content, "writtenAgainst": position, "library": library });
        maya.does(&id, reply).await;
    }
    let answer = json!({ "id": Uuid::now_v7(), "answer": { "question": turns[1], "choice": "yes" } });
    let (status, told) = carmen.sends(&answer).await;
    assert_eq!(status, 200, "{told}");
    until_measured(hub.folder.path()).await;
    let out = tempfile::tempdir().unwrap();
    export(hub.folder.path(), &out.path().join("all"), &plan("ndjson"), Time(4_000_000_000_000)).unwrap();
    let rows = |table: &str| lines(&out.path().join(format!("all/{table}.ndjson")));
    let asked = rows("question");
    assert_eq!(asked.len(), 1, "{asked:?}");
    let told = ["key", "version", "text", "choices", "asked", "answered"].map(|column| asked[0][column].clone());
    assert_eq!(told, [json!("well"), json!(1), json!("All well?"), json!(1), json!(2), json!(1)]);
    let answered = rows("turn").into_iter().find(|turn| turn["type"] == "answer").unwrap();
    assert_eq!([&answered["questionId"], &answered["questionVersion"]], [&question, &json!(1)]);
    let customer = &rows("customer")[0];
    assert_eq!([&customer["conversations"], &customer["nameKnown"]], [&json!(1), &json!(false)], "{customer}");
    let contact = &rows("contact")[0];
    assert_eq!((&contact["kind"], &contact["valueHash"]), (&json!("web_chat"), &Value::Null), "{contact}");
    assert_eq!(rows("send").len(), 0);
}

#[tokio::test]
async fn looks_are_exported_with_who_looked_at_what_as_whom() {
    let hub = TestHub::start(None).await;
    let id = story(&hub).await;
    let (sofia, maya) = (hub.sofia().await, hub.maya().await);
    let user = async |agent: &Agent| agent.gets("/api/v1/me").await.1["user"].clone();
    let (of_sofia, of_maya) = (user(&sofia).await, user(&maya).await);
    let looks = async |viewpoint: Value| {
        let asked = json!({ "viewpoint": viewpoint });
        post(&hub.base, &format!("/api/v1/conversations/{id}/as-seen"), Some(&sofia.token), &asked).await.0
    };
    assert_eq!(looks(json!({ "kind": "agent", "user": of_maya })).await, 200);
    assert_eq!(looks(json!({ "kind": "agent", "user": of_sofia })).await, 422, "she was not there, and saw nothing");
    let out = tempfile::tempdir().unwrap();
    export(hub.folder.path(), &out.path().join("all"), &plan("ndjson"), Time(4_000_000_000_000)).unwrap();
    let told: Vec<_> = lines(&out.path().join("all/look.ndjson"))
        .into_iter()
        .map(|look| ["agentId", "conversationId", "viewpoint", "asAgentId"].map(|column| look[column].clone()))
        .collect();
    let as_whom = |viewpoint: &str, whose: Value| [of_sofia.clone(), json!(id), json!(viewpoint), whose];
    assert_eq!(told, [as_whom("customer", Value::Null), as_whom("agent", of_maya.clone())]);
}

#[tokio::test]
async fn an_export_after_a_position_has_what_is_new() {
    let hub = TestHub::start(None).await;
    let id = story(&hub).await;
    let data = hub.folder.path().to_owned();
    let out = tempfile::tempdir().unwrap();
    let now = Time(4_000_000_000_000);
    export(&data, &out.path().join("all"), &plan("ndjson"), now).unwrap();
    let cursor = json_at(&out.path().join("all/meta.json"))["cursor"].as_u64().unwrap();
    let dora = hub.customer().await;
    dora.writes("Hello?").await;
    let sofia = hub.sofia().await;
    sofia.does(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "Well done" })).await;
    until_measured(&data).await;
    // What the ledger of alerts says from now on comes with the next export.
    let _folder = hub.stop().await;
    export(&data, &out.path().join("new"), &Export { after: Some(cursor), ..plan("ndjson") }, now).unwrap();
    export(&data, &out.path().join("then"), &plan("ndjson"), now).unwrap();
    let keyed = |folder: &str, table: &str| {
        let schema = json_at(&out.path().join(folder).join("schema.json"));
        let tables = schema["tables"].as_array().unwrap();
        let shape = tables.iter().find(|one| one["table"] == table).unwrap();
        let key = shape["key"].as_array().unwrap().iter().map(|key| key.as_str().unwrap().replace("_id", "Id"));
        let key: Vec<String> = key.collect();
        let rows = lines(&out.path().join(folder).join(format!("{table}.ndjson")));
        let named = move |row: &Value| key.iter().map(|key| row[key].to_string()).collect::<Vec<_>>();
        rows.into_iter().map(|row| (named(&row), row)).collect::<std::collections::BTreeMap<_, _>>()
    };
    for table in ["conversation", "round", "turn", "engagement", "call", "tag"] {
        let mut merged = keyed("all", table);
        let new = keyed("new", table);
        merged.extend(new.clone());
        assert_eq!(merged, keyed("then", table), "{table}: what is new goes over what was there");
        assert!(table != "turn" || new.len() == 2, "{new:?}");
    }
    assert!(out.path().join("new/deleted.ndjson").exists());
}

#[tokio::test]
async fn words_and_the_log_come_only_when_asked_for_and_nothing_half_is_left() {
    let hub = TestHub::start(None).await;
    story(&hub).await;
    let data = hub.folder.path();
    let out = tempfile::tempdir().unwrap();
    let now = Time(4_000_000_000_000);
    // What an interrupted export left, what another one is still writing, and what is none of ours.
    let begun = ["x.7.partial", "x.8.partial", "x.partial", "xy.7.partial"].map(|name| out.path().join(name));
    for folder in &begun {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("turn.csv"), "half").unwrap();
    }
    let running = std::fs::File::open(&begun[1]).unwrap();
    running.try_lock().unwrap();
    let asked = Export { text: true, log: true, spreadsheet: true, ..plan("csv") };
    export(data, &out.path().join("x"), &asked, now).unwrap();
    let turns = std::fs::read_to_string(out.path().join("x/turn.csv")).unwrap();
    assert!(turns.contains("'=On its way") && turns.contains("\"Where, \"\"exactly\"\""), "{turns}");
    assert!(lines(&out.path().join("x/log.ndjson")).len() > 5);
    let again = export(data, &out.path().join("x"), &asked, now).unwrap_err().to_string();
    assert!(again.contains("already exists"), "{again}");
    for (wrong, words) in [
        (Export { format: "xlsx".into(), ..plan("csv") }, "parquet, csv or ndjson"),
        (Export { tables: vec!["mood".into()], ..plan("csv") }, "conversation, round"),
        (Export { days: Some(("soon".into(), "2026-11-01".into())), ..plan("csv") }, "--from"),
        (Export { zone: "Mars".into(), ..plan("csv") }, "Europe/Madrid"),
    ] {
        let refused = format!("{:#}", export(data, &out.path().join("y"), &wrong, now).unwrap_err());
        assert!(refused.contains(words), "{refused}");
    }
    export(data, &out.path().join("plain"), &plan("csv"), now).unwrap();
    let plain = std::fs::read_to_string(out.path().join("plain/turn.csv")).unwrap();
    assert!(!plain.contains("parcel") && !out.path().join("plain/log.ndjson").exists());
    let mut left: Vec<_> = std::fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["plain", "x", "x.8.partial", "x.partial", "xy.7.partial"]);
    drop(running);
}

#[tokio::test]
async fn an_export_after_a_position_that_the_log_has_not_reached_is_refused() {
    let hub = TestHub::start(None).await;
    story(&hub).await;
    let data = hub.folder.path().to_owned();
    until_measured(&data).await;
    let out = tempfile::tempdir().unwrap();
    let refused = tokio::task::spawn_blocking(move || {
        let plan = Export { after: Some(1_000_000), ..plan("ndjson") };
        let refused = export(&data, &out.path().join("new"), &plan, Time(1_790_000_000_000)).unwrap_err();
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0, "nothing is left");
        format!("{refused:#}")
    });
    assert!(refused.await.unwrap().contains("nothing comes after 1000000"));
}
