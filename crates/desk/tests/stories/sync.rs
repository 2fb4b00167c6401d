//! In sync with the hub, whatever happens to the connection.

use serde_json::json;
use tandem_conversation::{BrandId, Command, Contact, ContactKind, LinkSource, Participant, Permission};

use crate::desk::{Maya, lines, words};
use crate::hub::FakeHub;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_sign_in_brings_everything_and_the_counts_are_true() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Where is my order?");
    let done = hub.customer_comes("Jana Novak");
    hub.customer_writes(done, "Hello");
    hub.joins(done, "Maya Ortiz");
    hub.replies(done, "Maya Ortiz", "Good morning");
    let complete = tandem_conversation::Command::Complete { resolution: "answered".into() };
    hub.run(done, hub.agent("Maya Ortiz"), complete).unwrap();

    let maya = Maya::signed_in(&hub).await;
    let app = maya.ok("app.state", json!({})).await;
    let counts = ["my", "help", "left", "all"].map(|section| app["counts"][section].as_u64().unwrap());
    assert_eq!(counts, [0, 1, 1, 1], "Carmen needs help; Jana's is done and recently left");
    assert_eq!(app["me"]["name"], "Maya Ortiz");

    let help = maya.ok("conversations.list", json!({"section": "help", "offset": 0, "limit": 50})).await;
    assert_eq!(help["total"], 1);
    assert_eq!(help["rows"][0]["words"], "Where is my order?");
    assert_eq!(help["rows"][0]["help"]["reason"], "no one is handling this");
    maya.until_words(carmen, &["Where is my order?"]).await;
    maya.until_words(done, &["Hello", "Good morning"]).await;
    let entries = maya.ok("conversation.entries", json!({"id": done, "limit": 200})).await;
    assert_eq!(entries["entries"][0]["body"]["type"], "seam", "the conversation stands under its seam");
    assert_eq!(entries["more"], false);
    let said = lines(&entries);
    assert_eq!(said.last().map(String::as_str), Some("Maya Ortiz completed: answered"));
    assert!(said.iter().any(|line| line.starts_with("Maya Ortiz joined after")), "{said:?}");

    let filtered = json!({"section": "all", "offset": 0, "limit": 50, "query": "ORDER"});
    assert_eq!(maya.ok("conversations.list", filtered).await["total"], 1, "the filter finds last words in any case");
    let filtered = json!({"section": "all", "offset": 0, "limit": 50, "query": "refund"});
    assert_eq!(maya.ok("conversations.list", filtered).await["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_shown_as_it_happens() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "Hello?");
    maya.until_words(carmen, &["Hello?"]).await;
    let opened = maya.ok("conversation.open", json!({"id": carmen})).await;
    assert_eq!((&opened["may"]["join"], &opened["may"]["reply"]), (&json!(true), &json!(false)));

    maya.ok("conversation.join", json!({"id": carmen, "call": opened["row"]["help"]["call"]})).await;
    // The hub has her join: a receipt is a participant's.
    let is_in = |view: &serde_json::Value| view["may"]["reply"] == true && view["position"] != opened["position"];
    let opened = maya.until("joined", "conversation.open", json!({"id": carmen}), is_in).await;
    assert_eq!(opened["row"]["unread"], false, "she has read what called her");
    maya.ok("conversation.seen", json!({"id": carmen, "upTo": opened["position"]})).await;
    hub.until("the receipt", |world| world.states[&carmen].receipts.desk_seen.0 > 0).await;
    assert_eq!(maya.count("unread").await, 0);

    let send = json!({"id": carmen, "text": "Good morning!", "writtenAgainst": opened["position"]});
    maya.ok("conversation.send", send).await;
    maya.until_words(carmen, &["Hello?", "Good morning!"]).await;
    let seen = tandem_conversation::Command::Receive {
        stage: tandem_conversation::Stage::Seen,
        up_to: hub.world().states[&carmen].position,
    };
    hub.run(carmen, tandem_conversation::Participant::Customer, seen).unwrap();
    let stages = |entries: &serde_json::Value| -> Vec<String> {
        let all = entries["entries"].as_array().unwrap();
        let reply = all.iter().find(|entry| entry["body"]["text"] == "Good morning!").unwrap();
        reply["stages"].as_array().unwrap().iter().map(|s| s["stage"].as_str().unwrap().to_owned()).collect()
    };
    let request = json!({"id": carmen, "limit": 50});
    maya.until("read", "conversation.entries", request, |entries| stages(entries) == ["accepted", "seen"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_resumes_after_its_cursor_without_loss_or_doubles() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(maya.words(carmen).await, ["one"], "what is cached stays readable");
    let before = hub.world().log.len() as u64;
    hub.customer_writes(carmen, "two");
    hub.customer_writes(carmen, "three");
    hub.come_back();
    maya.until_words(carmen, &["one", "two", "three"]).await;
    assert_eq!(hub.world().came_with.last().copied().flatten(), Some(before), "it asked for what it missed");
    hub.customer_writes(carmen, "four");
    maya.until_words(carmen, &["one", "two", "three", "four"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_from_the_cache_even_without_the_hub() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    hub.go_down();
    let maya = maya.restart().await;
    assert_eq!(maya.words(carmen).await, ["one"]);
    assert_eq!(maya.count("help").await, 1);
    let app = maya.until_offline().await;
    assert!(app["connection"]["since"].is_string(), "it says how fresh the cache is: {app}");
    hub.customer_writes(carmen, "two");
    hub.come_back();
    maya.until_words(carmen, &["one", "two"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hole_is_fetched_before_anything_later_is_shown() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    hub.world().lose = 1;
    hub.customer_writes(carmen, "lost on the way");
    hub.customer_writes(carmen, "three");
    maya.until_words(carmen, &["one", "lost on the way", "three"]).await;
    let position = hub.world().states[&carmen].position;
    let request = json!({"id": carmen});
    maya.until("the newest state", "conversation.open", request, |view| view["position"] == json!(position)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_brings_the_cache_back_to_what_the_hub_shows_and_keeps_drafts() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let gone = hub.customer_comes("Jana Novak");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    maya.ok("conversation.draft", json!({"id": carmen, "text": "Dear Carmen", "note": false})).await;
    {
        let mut world = hub.world();
        world.forgotten = u64::MAX;
        world.states.remove(&gone);
    }
    hub.cut();
    let list = json!({"section": "all", "offset": 0, "limit": 50});
    maya.until("only Carmen", "conversations.list", list, |list| list["total"] == 1).await;
    maya.until_words(carmen, &["one"]).await;
    assert_eq!(maya.ok("conversation.open", json!({"id": carmen})).await["drafts"]["reply"], "Dear Carmen");
    assert_eq!(maya.refused("conversation.open", json!({"id": gone})).await, "conversation.unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_that_is_not_visible_any_more_leaves_the_cache() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let cursor = hub.world().log.len();
    let now = crate::hub::now();
    hub.world().states.remove(&carmen);
    hub.say(&json!({"batch": {"cursor": cursor, "time": now, "changes": [{"closed": carmen}]}}).to_string());
    let list = json!({"section": "all", "offset": 0, "limit": 50});
    maya.until("an empty list", "conversations.list", list, |list| list["total"] == 0).await;
    assert_eq!(maya.refused("conversation.entries", json!({"id": carmen, "limit": 9})).await, "conversation.unknown");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_journey_is_fetched_whole_and_paged_upwards() {
    let hub = FakeHub::start().await;
    let customer = tandem_conversation::CustomerId(uuid::Uuid::now_v7());
    let earlier = hub.customer_returns("Carmen Menzel", customer);
    hub.customer_writes(earlier, "long ago");
    hub.joins(earlier, "Maya Ortiz");
    let complete = tandem_conversation::Command::Complete { resolution: String::new() };
    hub.run(earlier, hub.agent("Maya Ortiz"), complete).unwrap();
    // Journeys are ordered by when conversations began, to the millisecond.
    let began = hub.world().states[&earlier].started;
    while crate::hub::now() <= began {
        tokio::task::yield_now().await;
    }
    let live = hub.customer_returns("Carmen Menzel", customer);
    let all: Vec<String> = (0..450).map(|n| format!("message {n}")).collect();
    all.iter().for_each(|text| hub.customer_writes(live, text));

    let maya = Maya::signed_in(&hub).await;
    maya.ok("conversation.open", json!({"id": live})).await;
    let whole = |entries: &serde_json::Value| entries["loading"] == false;
    maya.until("the end", "conversation.entries", json!({"id": live, "limit": 100}), whole).await;
    let mut found: Vec<String> = Vec::new();
    let mut before = serde_json::Value::Null;
    loop {
        let request = json!({"id": live, "limit": 100, "before": before});
        let page = maya.until("a page", "conversation.entries", request, whole).await;
        let said = words(&page);
        found.splice(0..0, said);
        if page["more"] == false {
            break;
        }
        before = page["entries"][0]["key"].clone();
        assert!(before.is_string(), "a page with more above it has entries");
    }
    let mut expected = vec!["long ago".to_owned()];
    expected.extend(all);
    assert_eq!(found, expected, "the older conversation stands above the live one; nothing twice, nothing missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journey_grows_when_its_customer_proves_to_be_somebody() {
    let hub = FakeHub::start().await;
    let earlier = hub.customer_comes("Visitor 7f3a");
    hub.customer_writes(earlier, "before I signed in");
    hub.joins(earlier, "Jonas Keller");
    hub.completes(earlier, "Jonas Keller");
    let began = hub.world().states[&earlier].started;
    while crate::hub::now() <= began {
        tokio::task::yield_now().await;
    }
    let live = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(live, "signed in");
    let maya = Maya::signed_in(&hub).await;
    maya.ok("conversation.open", json!({"id": live})).await;
    maya.until_words(live, &["signed in"]).await;

    let mut carmen = hub.world().states[&live].customer.clone();
    carmen.contacts = vec![Contact { kind: ContactKind::CustomerId, value: "4711".into() }];
    for id in [earlier, live] {
        let contact = hub.world().states[&id].contact;
        let source = LinkSource::IdentityToken { brand: BrandId(uuid::Uuid::now_v7()) };
        let link = Command::LinkCustomer { customer: carmen.clone(), contact, source, goes_on_in: None };
        hub.run(id, Participant::System, link).unwrap();
    }
    maya.until_words(live, &["before I signed in", "signed in"]).await;
    let entries = maya.ok("conversation.entries", json!({"id": live, "limit": 50})).await;
    let line = "Carmen Menzel signed in on the website: customer 4711";
    assert!(crate::desk::lines(&entries).iter().any(|shown| shown == line), "{entries:#}");
    let view = maya.ok("conversation.open", json!({"id": live})).await;
    let fields = view["customer"].as_array().unwrap();
    assert!(fields.contains(&json!({"label": "Customer id", "value": "4711"})), "{fields:?}");
    // Each is another way to reach her from the other one.
    for (here, there, is_on) in [(live, earlier, false), (earlier, live, true)] {
        let chats = maya.ok("conversation.otherChats", json!({"id": here})).await;
        assert_eq!(chats.as_array().map(Vec::len), Some(1), "{chats}");
        assert_eq!((&chats[0]["conversation"], &chats[0]["inProgress"]), (&json!(there), &json!(is_on)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_does_not_follow_is_not_believed_and_what_is_missing_is_asked_for() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let known = hub.world().log.len() as u64;
    let visits = hub.world().came_with.len();
    let (cursor, after, now) = (known + 9, known + 7, crate::hub::now());
    for frame in [
        json!({"batch": {"cursor": cursor, "time": now, "after": after, "changes": [{"closed": carmen}]}}),
        json!({"alive": {"cursor": cursor, "time": now, "after": after}}),
    ] {
        maya.until_live().await;
        let before = hub.world().came_with.len();
        hub.say(&frame.to_string());
        hub.until("a new connection", |world| world.came_with.len() > before).await;
    }
    maya.until_live().await;
    assert_eq!(maya.words(carmen).await, ["one"]);
    assert!(hub.world().came_with[visits..].iter().all(|after| *after == Some(known)), "it goes on where it stood");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_once_is_never_unread() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    let (known, now) = (hub.world().log.len() as u64, crate::hub::now());
    let first = hub.world().log[0].clone();
    hub.say(&json!({"batch": {"cursor": 1, "time": now, "changes": [{"event": first}]}}).to_string());
    hub.say(&json!({"alive": {"cursor": 1, "time": now}}).to_string());
    hub.cut();
    hub.until("a new connection", |world| world.came_with.len() > 1).await;
    assert_eq!(hub.world().came_with.last().copied().flatten(), Some(known));
    maya.until_words(carmen, &["one"]).await;
    assert_eq!(maya.count("help").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_there_as_soon_as_maya_may_help() {
    let hub = FakeHub::start().await;
    let carmen = hub.customer_comes("Carmen Menzel");
    hub.customer_writes(carmen, "one");
    let supervisor = hub.world().permissions.clone();
    hub.world().permissions.0.retain(|(permission, _)| *permission != Permission::Handle);
    let maya = Maya::signed_in(&hub).await;
    maya.until_words(carmen, &["one"]).await;
    assert_eq!(maya.count("help").await, 0);
    // What has not changed is not told again.
    hub.world().quiet.insert(carmen);
    hub.world().permissions = supervisor;
    hub.cut();
    maya.until("her call", "app.state", json!({}), |app| app["counts"]["help"] == 1).await;
}
