//! Webhooks that others have received, if they are at hand: each is answered, and none breaks anything.

use serde_json::{Value, json};
use tandem_testkit::cloud_api::PHONE_NUMBER_ID;

use super::vanishing::unseen;
use super::world::{World, until};

/// Ways to damage a body.
const DAMAGES: u64 = 12;

#[tokio::test]
async fn recorded_bodies_are_taken_and_never_break_anything() {
    let Some(entries) = recorded("whatsapp/inbound") else { return };
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for (count, entry) in entries.enumerate() {
        let body = at_our_number(&entry.unwrap().path());
        for _ in 0..2 {
            assert_eq!(world.hooks.post(&body.to_string()).await.unwrap(), 200);
        }
        for _ in 0..DAMAGES {
            let mut damaged = body.clone();
            damage(&mut damaged, &mut random);
            assert_eq!(world.hooks.post(&damaged.to_string()).await.unwrap(), 200);
        }
        for changed in reshaped(&body, &mut random) {
            assert_eq!(world.hooks.post(&changed).await.unwrap(), 200);
        }
        if count.is_multiple_of(10) {
            let large = padded(&body);
            assert_eq!(world.hooks.post(&large).await.unwrap(), 200);
            assert_eq!(world.hooks.post(format!("{large} ")).await.unwrap(), 413);
        }
    }
    world.hears_text("wamid.last", "After all of them").await;
    until(async || {
        let (_, page) = sofia.gets("/api/v1/search?q=after%20all%20them").await;
        page["hits"].as_array().is_some_and(|hits| !hits.is_empty()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn whatever_is_signed_is_answered_be_it_json_or_not() {
    let Some(entries) = recorded("torture/JSONTestSuite/test_parsing") else { return };
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    for entry in entries {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert_eq!(world.hooks.post(&bytes).await.unwrap(), 200);
        // The same inside of a body that is none of ours.
        let inside = [br#"{"entry":[{"changes":[{"field":"messages","value":"#.as_slice(), &bytes, b"}]}]}"].concat();
        assert_eq!(world.hooks.post(&inside).await.unwrap(), 200);
    }
    world.hears_text("wamid.last", "After all of them").await;
    until(async || (!sofia.section("all").await.is_empty()).then_some(())).await;
}

#[tokio::test]
async fn what_recorded_customers_say_stands_somewhere_however_its_body_is_damaged() {
    let Some(entries) = recorded("whatsapp/inbound") else { return };
    let world = World::new().await;
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut posted, mut count) = (Vec::new(), 0);
    for entry in entries {
        let body = at_our_number(&entry.unwrap().path());
        for _ in 0..DAMAGES {
            count += 1;
            let (id, words) = (format!("wamid.mark{count:05}"), format!("says{count:05}x"));
            let mut damaged = body.clone();
            each_change(&mut damaged, &mut |change| {
                for message in change["value"]["messages"].as_array_mut().into_iter().flatten() {
                    // What WhatsApp itself says is no customer's.
                    if message["type"] != "system" {
                        message["id"] = json!(id);
                        puts_words(message, &words);
                    }
                }
            });
            damage(&mut damaged, &mut random);
            let damaged = damaged.to_string();
            assert_eq!(world.hooks.post(&damaged).await.unwrap(), 200);
            if damaged.contains(&id) && damaged.contains(&words) {
                posted.push((words, damaged));
            }
        }
    }
    assert!(posted.len() > 100, "{}", posted.len());
    assert_eq!(unseen(&world, &posted).await, Vec::<String>::new());
}

/// Puts words wherever a customer's stand.
fn puts_words(value: &mut Value, words: &str) {
    const THEIRS: [&str; 7] = ["address", "body", "caption", "formatted_name", "response_json", "text", "title"];
    const NOT_THEIRS: [&str; 5] = ["context", "errors", "referral", "nfm_reply", "button"];
    match value {
        Value::Object(fields) => {
            for (name, part) in fields.iter_mut().filter(|(name, _)| !NOT_THEIRS.contains(&name.as_str())) {
                match part {
                    Value::String(text) if THEIRS.contains(&name.as_str()) => *text = format!("{text} {words}"),
                    part => puts_words(part, words),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| puts_words(one, words)),
        _ => {}
    }
}

fn each_change(body: &mut Value, change: &mut impl FnMut(&mut Value)) {
    for entry in body["entry"].as_array_mut().into_iter().flatten() {
        entry["changes"].as_array_mut().into_iter().flatten().for_each(&mut *change);
    }
}

/// A recorded body, as if it had happened at our number.
fn at_our_number(path: &std::path::Path) -> Value {
    let mut body: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    each_change(&mut body, &mut |change| {
        if let Some(number) = change.pointer_mut("/value/metadata/phone_number_id") {
            *number = json!(PHONE_NUMBER_ID);
        }
    });
    body
}

/// The files of a folder of recordings, if they are at hand.
fn recorded(folder: &str) -> Option<std::fs::ReadDir> {
    let beside = || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let data = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, std::path::PathBuf::from);
    let found = std::fs::read_dir(data.join(folder)).ok();
    if found.is_none() {
        println!("skipped: no shared data");
    }
    found
}

/// The same body cut off, with everything twice, in another order, with its keys backwards, and far too deep.
fn reshaped(body: &Value, random: &mut u64) -> Vec<String> {
    let text = body.to_string();
    let cut = (0..3).map(|_| {
        let at = next(random) % text.len();
        String::from_utf8_lossy(&text.as_bytes()[..at]).into_owned()
    });
    let mut all: Vec<_> = cut.collect();
    let (mut doubled, mut turned) = (body.clone(), body.clone());
    each_list(&mut doubled, &mut |list| list.extend(list.clone()));
    each_list(&mut turned, &mut |list| list.reverse());
    all.extend([doubled.to_string(), turned.to_string(), backwards(body)]);
    let mut deep = body.clone();
    deep["entry"][0]["changes"][0]["value"]["deep"] = json!("HERE");
    all.push(deep.to_string().replace("\"HERE\"", &format!("{}{}", "[".repeat(4_000), "]".repeat(4_000))));
    all
}

fn each_list(value: &mut Value, change: &mut impl FnMut(&mut Vec<Value>)) {
    match value {
        Value::Array(all) => {
            all.iter_mut().for_each(|one| each_list(one, change));
            change(all);
        }
        Value::Object(fields) => fields.values_mut().for_each(|one| each_list(one, change)),
        _ => {}
    }
}

/// The same with the keys of all objects in the opposite order.
fn backwards(value: &Value) -> String {
    match value {
        Value::Array(all) => format!("[{}]", all.iter().map(backwards).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().rev().map(|(name, one)| format!("{}:{}", json!(name), backwards(one))).collect();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}

/// The same in exactly as many bytes as Meta sends at most.
fn padded(body: &Value) -> String {
    let mut body = body.clone();
    body["padding"] = json!("");
    let length = 3 * 1024 * 1024 - body.to_string().len();
    body["padding"] = json!("x".repeat(length));
    body.to_string()
}

/// The next of a fixed row of numbers.
fn next(random: &mut u64) -> usize {
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    usize::try_from(*random >> 33).unwrap()
}

/// Removes, doubles or replaces one value somewhere.
fn damage(value: &mut Value, random: &mut u64) {
    let goes_deeper = !next(random).is_multiple_of(4);
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            let name = fields.keys().nth(next(random) % fields.len()).cloned().unwrap();
            match (goes_deeper, next(random) % 3) {
                (true, _) => damage(&mut fields[&name], random),
                (false, 0) => _ = fields.remove(&name),
                (false, 1) => fields[&name] = json!([{ "id": [] }, null, 7, "\u{0}\u{202e}"]),
                (false, _) => {
                    let moved = fields[&name].clone();
                    fields.insert("type".into(), moved);
                }
            }
        }
        Value::Array(all) if !all.is_empty() => {
            let at = next(random) % all.len();
            match goes_deeper {
                true => damage(&mut all[at], random),
                false => all.push(all[at].clone()),
            }
        }
        other => *other = [json!(null), json!({}), json!("x".repeat(70_000)), json!(-1e300)][next(random) % 4].clone(),
    }
}
