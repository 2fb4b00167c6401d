//! Webhooks that others have received, if they are at hand: each is answered, and none breaks anything.

use serde_json::{Value, json};
use tandem_testkit::cloud_api::PHONE_NUMBER_ID;

use super::world::{World, until};

/// Ways to damage a body.
const DAMAGES: u64 = 12;

#[tokio::test]
async fn recorded_bodies_are_taken_and_never_break_anything() {
    let beside = || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("TANDEM_SHARED_DATA").map_or_else(beside, std::path::PathBuf::from);
    let Ok(entries) = std::fs::read_dir(folder.join("whatsapp/inbound")) else {
        println!("skipped: no shared data");
        return;
    };
    let world = World::new().await;
    let sofia = world.hub.sofia().await;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for entry in entries {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut body: Value = serde_json::from_str(&text).unwrap();
        // As if it had happened at our number.
        for entry in body["entry"].as_array_mut().into_iter().flatten() {
            for change in entry["changes"].as_array_mut().into_iter().flatten() {
                if let Some(number) = change.pointer_mut("/value/metadata/phone_number_id") {
                    *number = json!(PHONE_NUMBER_ID);
                }
            }
        }
        for _ in 0..2 {
            assert_eq!(world.hooks.post(&body.to_string()).await.unwrap(), 200);
        }
        for _ in 0..DAMAGES {
            let mut damaged = body.clone();
            damage(&mut damaged, &mut random);
            assert_eq!(world.hooks.post(&damaged.to_string()).await.unwrap(), 200);
        }
    }
    world.hears_text("wamid.last", "After all of them").await;
    until(async || {
        let (_, page) = sofia.gets("/api/v1/search?q=after%20all%20them").await;
        page["hits"].as_array().is_some_and(|hits| !hits.is_empty()).then_some(())
    })
    .await;
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
