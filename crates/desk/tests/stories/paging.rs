//! Walking through a customer's journey, up and down, from any place.

use serde_json::{Value, json};
use tandem_conversation::{Command, ConversationId, CustomerId};
use uuid::Uuid;

use crate::desk::Maya;
use crate::hub::{FakeHub, Shared, now};

/// Two conversations of Carmen, the second of which is live; and a desk that holds both.
async fn journey() -> (Shared, Maya, ConversationId) {
    let hub = FakeHub::start().await;
    let customer = CustomerId(Uuid::now_v7());
    let earlier = hub.customer_returns("Carmen Menzel", customer);
    (0..30).for_each(|n| hub.customer_writes(earlier, &format!("early {n}")));
    hub.joins(earlier, "Maya Ortiz");
    hub.run(earlier, hub.agent("Maya Ortiz"), Command::Complete { resolution: String::new() }).unwrap();
    let began = hub.world().states[&earlier].started;
    while now() <= began {
        tokio::task::yield_now().await;
    }
    let live = hub.customer_returns("Carmen Menzel", customer);
    (0..50).for_each(|n| hub.customer_writes(live, &format!("late {n}")));
    let maya = Maya::signed_in(&hub).await;
    maya.ok("conversation.open", json!({"id": live})).await;
    for id in [earlier, live] {
        let whole = |page: &Value| page["loading"] == false && page["entries"].as_array().unwrap().len() > 29;
        maya.until("all of it", "conversation.entries", json!({"id": id, "limit": 300}), whole).await;
    }
    (hub, maya, live)
}

fn keys(page: &Value) -> Vec<String> {
    page["entries"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn from_any_entry_the_whole_journey_can_be_walked_both_ways() {
    let (_hub, maya, live) = journey().await;
    let entries = async |page: Value| {
        let mut request = json!({"id": live, "limit": 7});
        request.as_object_mut().unwrap().extend(page.as_object().unwrap().clone());
        maya.ok("conversation.entries", request).await
    };
    let all = keys(&entries(json!({"limit": 300})).await);
    assert!(all.len() > 82, "two seams, 80 turns, and what happened between: {}", all.len());
    for start in [0, 1, 15, 30, 31, 34, 35, 36, 60, all.len() - 2, all.len() - 1] {
        let page = entries(json!({"around": all[start]})).await;
        let mut walked = keys(&page);
        assert!(walked.contains(&all[start]), "the page around entry {start} has it");
        let (mut more, mut later) = (page["more"] == true, page["later"] == true);
        while later {
            let page = entries(json!({"after": walked.last()})).await;
            assert_eq!(page["more"], true, "something stands above a page that came after");
            walked.extend(keys(&page));
            later = page["later"] == true;
        }
        while more {
            let page = entries(json!({"before": walked[0]})).await;
            assert_eq!(page["later"], true, "something stands below a page that came before");
            walked.splice(0..0, keys(&page));
            more = page["more"] == true;
        }
        assert_eq!(walked, all, "from entry {start}: nothing twice, nothing missing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_page_has_nothing_later_and_ends_with_what_waits() {
    let (hub, maya, live) = journey().await;
    hub.go_down();
    maya.until_offline().await;
    let page = maya.ok("conversation.entries", json!({"id": live, "limit": 5})).await;
    assert_eq!((&page["later"], &page["more"]), (&json!(false), &json!(true)));
    maya.ok("conversation.note", json!({"id": live, "text": "call back"})).await;
    let middle = page["entries"][2]["key"].clone();
    let rest = maya.ok("conversation.entries", json!({"id": live, "limit": 5, "after": middle})).await;
    assert_eq!(rest["later"], false);
    let texts: Vec<_> = rest["entries"].as_array().unwrap().iter().map(|entry| entry["body"]["text"].clone()).collect();
    assert_eq!(texts.last(), Some(&json!("call back")));
    let unknown = json!({"id": live, "limit": 5, "around": Uuid::now_v7()});
    let fallen_back = maya.ok("conversation.entries", unknown).await;
    assert_eq!(fallen_back["later"], false, "what is not here cannot be fetched offline: the newest page");
    let both = json!({"id": live, "limit": 5, "around": middle, "after": middle});
    assert_eq!(maya.refused("conversation.entries", both).await, "rpc.bad_request");
}
