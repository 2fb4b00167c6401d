//! The hub's main job over its public APIs: customers, Your Logic, agents.

use crate::common::{TestHub, TestLogic, eventually, frames_until, logic_at, post};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tandem_hub::config::LogicConfig;
use uuid::Uuid;

#[tokio::test]
async fn your_logic_hands_over_and_an_agent_resolves() {
    let logic = TestLogic::acting(json!([
        { "type": "MESSAGE", "text": "Let me get a colleague." },
        { "type": "NEEDS_HELP", "value": true, "reason": "fare rules unclear" },
    ]))
    .await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);

    carmen.writes("I would like to rebook my trip").await;
    carmen.waits_for("Let me get a colleague.").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    let state = maya.state(&id).await;
    assert_eq!(state["help"]["reason"], json!({ "reason": "logic_asked", "detail": "fare rules unclear" }));

    maya.does(&id, json!({ "type": "join", "call": state["help"]["call"] })).await;
    maya.finds(&id, "my").await;
    assert!(maya.section("help").await.is_empty(), "joining answers the call");
    maya.replies(&id, "Good news: Thursday works.").await;
    let entry = carmen.waits_for("Good news: Thursday works.").await;
    assert_eq!((&entry["from"], &entry["name"]), (&json!("agent"), &json!("Maya Ortiz")));
    maya.does(&id, json!({ "type": "complete", "resolution": "rebooked" })).await;
    assert!(maya.section("my").await.is_empty(), "a completed conversation leaves My Conversations");
    maya.finds(&id, "left").await;

    let (headers, body) = logic.raw.lock().unwrap().first().cloned().unwrap();
    let signing = Webhook::from_bytes(crate::common::SECRET.as_bytes().to_vec()).unwrap();
    signing.verify(&body, &headers).expect("the request is signed as the standard says");
    assert_eq!(headers["authorization"], format!("Bearer {}", crate::common::SECRET));
}

#[tokio::test]
async fn each_failure_of_your_logic_brings_help_with_its_exact_reason() {
    let refused = "http://127.0.0.1:1/logic".to_owned();
    let status = TestLogic::start(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response()).await.url;
    let redirect = TestLogic::start(|_| (StatusCode::FOUND, [("location", "/other")]).into_response()).await.url;
    let garbage = TestLogic::start(|_| "{\"actions\": [".into_response()).await.url;
    let unknown = TestLogic::start(|_| r#"{"actions":[{"type":"DANCE"}]}"#.into_response()).await.url;
    let second = TestLogic::acting(json!([
        { "type": "MESSAGE", "text": "one moment" },
        { "type": "MESSAGE", "text": "" },
    ]))
    .await
    .url;
    let huge = TestLogic::start(|_| vec![b' '; 3_000_000].into_response()).await.url;
    for (url, failure) in [
        (refused, "unreachable"),
        (status, "status"),
        (redirect, "status"),
        (garbage, "malformed"),
        (unknown, "malformed"),
        (second, "refused"),
        (huge, "malformed"),
    ] {
        let hub = TestHub::start(Some(&url)).await;
        let (carmen, maya) = (hub.customer().await, hub.maya().await);
        carmen.writes("Where is my order?").await;
        let id = carmen.conversation().await;
        maya.finds(&id, "help").await;
        let state = maya.state(&id).await;
        assert_eq!(state["help"]["reason"]["failure"]["failure"], failure, "{state}");
        assert_eq!(state["fallback"]["failure"]["failure"], failure, "fallback_to_agent is set");
        let seen: Vec<_> = carmen.sees().await.into_iter().filter(|entry| entry["from"] != "customer").collect();
        assert!(seen.is_empty(), "nothing of a refused answer reaches the customer: {seen:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_late_is_kept_as_a_suggestion() {
    let logic = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Can you help me?").await;
    let id = carmen.conversation().await;
    maya.finds(&id, "help").await;
    assert_eq!(maya.state(&id).await["help"]["reason"]["failure"]["failure"], "timed_out");

    let asked = logic.asked.lock().unwrap()[0]["requestId"].clone();
    let late = json!({ "requestId": asked, "actions": [{ "type": "MESSAGE", "text": "Yes, I can." }] });
    let door = format!("/api/v1/logic/conversations/{id}/responses");
    for _ in 0..2 {
        let (status, body) = post(&hub.base, &door, Some(crate::common::SECRET), &late).await;
        assert_eq!(status, 200, "{body}");
    }
    let (_, page) = maya.gets(&format!("/api/v1/conversations/{id}/turns")).await;
    let suggestions = page["events"].as_array().unwrap().iter();
    let suggestions =
        suggestions.filter(|event| event["body"]["turn_added"]["turn"]["content"]["type"] == "suggestion");
    assert_eq!(suggestions.count(), 1, "kept once, however often it is repeated");
    assert!(carmen.sees().await.iter().all(|entry| entry["text"] != "Yes, I can."), "never sent");
    let (status, _) = post(&hub.base, &door, Some("not the secret, not at all"), &late).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn a_refused_later_answer_is_told_so_and_may_come_again_corrected() {
    let logic = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let hub = TestHub::start_with_logic(LogicConfig { timeout_ms: 60_000, ..logic_at(&logic.url) }).await;
    let (carmen, ada) = (hub.customer().await, hub.ada().await);
    carmen.writes("Can you help me?").await;
    let id = carmen.conversation().await;
    let first = || logic.asked.lock().unwrap().first().map(|request| request["requestId"].clone());
    let asked = eventually("asked", || async { first() }).await;
    let row = async || {
        let all = ada.gets("/api/v1/logic/requests").await.1;
        all.as_array().unwrap().iter().find(|row| row["id"] == asked).cloned().unwrap_or_default()
    };
    eventually("promised", || async { (row().await["outcome"] == "later").then_some(()) }).await;

    let door = format!("/api/v1/logic/conversations/{id}/responses");
    let answer = |actions: Value| json!({ "requestId": asked, "actions": actions });
    let hi = json!({ "type": "MESSAGE", "text": "Yes, I can." });
    for (action, told) in [
        (json!({ "type": "MESSAGE", "text": "\u{200b}" }), "actions[1].text: at least one visible character"),
        (json!({ "type": "QUESTION", "key": "no-such-key" }), "actions[1].key: there is no active question"),
    ] {
        let (status, problem) = post(&hub.base, &door, Some(crate::common::SECRET), &answer(json!([hi, action]))).await;
        assert_eq!((status, &problem["code"]), (422, &json!("input.invalid")), "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.to_lowercase().contains(&told.to_lowercase()), "{detail}");
        let row = row().await;
        assert_eq!(row["outcome"], "later", "it is still waited for");
        assert!(row["detail"].as_str().unwrap().contains(told), "{row}");
    }
    for _ in 0..2 {
        assert_eq!(post(&hub.base, &door, Some(crate::common::SECRET), &answer(json!([hi]))).await.0, 200);
    }
    carmen.waits_for("Yes, I can.").await;
    assert_eq!(carmen.sees().await.iter().filter(|entry| entry["text"] == "Yes, I can.").count(), 1);
    assert_eq!(row().await["outcome"], "answered");
    let (status, problem) =
        post(&hub.base, &door, Some(crate::common::SECRET), &answer(json!([{ "type": "MESSAGE", "text": "No." }])))
            .await;
    assert_eq!((status, &problem["code"]), (409, &json!("logic.answered")), "{problem}");
}

#[tokio::test]
async fn of_many_who_claim_one_call_exactly_one_wins() {
    let hub = TestHub::start(None).await;
    let agents = [hub.maya().await, hub.jonas().await, hub.sofia().await];
    for _ in 0..20 {
        let carmen = hub.customer().await;
        carmen.writes("Is anybody there?").await;
        let id = carmen.conversation().await;
        let call = agents[0].state(&id).await["help"]["call"].clone();
        let join = json!({ "type": "join", "call": call });
        let answers =
            futures_util::future::join_all(agents.iter().map(|agent| agent.commands(&id, join.clone()))).await;
        let winners = answers.iter().filter(|(status, _)| *status == 200).count();
        assert_eq!(winners, 1, "one winner: {answers:?}");
        for (_, body) in answers.iter().filter(|(status, _)| *status != 200) {
            assert_eq!(body["code"], "conversation.call_taken");
            assert!(body["rejection"]["by"]["name"].is_string(), "the others are told who took it: {body}");
        }
    }
}

#[tokio::test]
async fn the_same_command_twice_has_one_effect_and_the_same_answer() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let message = json!({ "id": Uuid::now_v7(), "text": "Hello" });
    let first = carmen.sends(&message).await;
    assert_eq!(carmen.sends(&message).await, first, "a message");
    assert_eq!(carmen.sees().await.len(), 1);
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let command = Uuid::now_v7().to_string();
    let note = json!({ "type": "note", "turn": Uuid::now_v7(), "text": "calls from Porto" });
    let first = maya.commands_as(&command, &id, note.clone()).await;
    assert_eq!(maya.commands_as(&command, &id, note).await, first, "an agent's command");
    let refused = Uuid::now_v7().to_string();
    let join = json!({ "type": "join" });
    let first = maya.commands_as(&refused, &id, join.clone()).await;
    assert_eq!(first.1["code"], "conversation.already_engaged");
    maya.does(&id, json!({ "type": "leave", "reason": "lunch" })).await;
    assert_eq!(maya.commands_as(&refused, &id, join).await, first, "a refusal, too");
}

#[tokio::test]
async fn a_desk_resumes_after_its_cursor_without_gap_or_repeat() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("one").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let mut socket = maya.live(None).await;
    let first = frames_until(&mut socket, |frame| !frame["alive"].is_null()).await;
    assert!(first.iter().any(|frame| !frame["reset"].is_null()), "without a cursor all begins anew");
    let cursor = first.last().unwrap()["alive"]["cursor"].as_u64().unwrap();
    drop(socket);

    for text in ["two", "three", "four"] {
        carmen.writes(text).await;
    }
    let mut socket = maya.live(Some(cursor)).await;
    let missed = frames_until(&mut socket, |frame| !frame["alive"].is_null()).await;
    carmen.writes("five").await;
    let live = frames_until(&mut socket, |frame| !frame["batch"].is_null()).await;
    let texts: Vec<Value> = missed
        .iter()
        .chain(&live)
        .filter_map(|frame| frame["batch"]["changes"].as_array().cloned())
        .flatten()
        .filter_map(|change| change.pointer("/event/body/turn_added/turn/content/text").cloned())
        .collect();
    assert_eq!(texts, ["two", "three", "four", "five"]);
}

#[tokio::test]
async fn what_a_user_may_not_see_any_more_is_closed_on_the_live_connection() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    let mut socket = jonas.live(None).await;
    frames_until(&mut socket, |frame| !frame["alive"].is_null()).await;
    carmen.writes("Is anybody there?").await;
    let change = |frame: &Value, kind: &str| {
        frame["batch"]["changes"].as_array().is_some_and(|changes| changes.iter().any(|change| !change[kind].is_null()))
    };
    frames_until(&mut socket, |frame| change(frame, "opened")).await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    frames_until(&mut socket, |frame| change(frame, "closed")).await;
    let (status, _) = jonas.commands(&id, json!({ "type": "note", "turn": Uuid::now_v7(), "text": "x" })).await;
    assert_eq!(status, 404, "what one may not see does not exist");
}

#[tokio::test]
async fn a_restart_of_the_hub_asks_your_logic_what_it_still_has_to_be_asked() {
    let silent = TestLogic::start(|_| StatusCode::ACCEPTED.into_response()).await;
    let hub = TestHub::start_with_logic(LogicConfig { timeout_ms: 60_000, ..logic_at(&silent.url) }).await;
    let folder = {
        let carmen = hub.customer().await;
        carmen.writes("Hello").await;
        eventually("the question is asked", || async { (!silent.asked.lock().unwrap().is_empty()).then_some(()) })
            .await;
        hub.stop().await
    };
    let willing = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "Hello again" }])).await;
    let hub = TestHub::on(folder, Some(&willing.url), 60_000).await;
    eventually("the turn reaches Your Logic after the restart", || async {
        willing.asked.lock().unwrap().iter().any(|request| request["trigger"]["type"] == "TURN").then_some(())
    })
    .await;
    let first = silent.asked.lock().unwrap()[0]["requestId"].clone();
    assert!(
        willing.asked.lock().unwrap().iter().any(|request| request["requestId"] == first),
        "an unanswered request is repeated under its own id"
    );
    drop(hub);
}

#[tokio::test]
async fn a_reply_against_an_old_position_comes_back_with_what_is_new() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, jonas) = (hub.customer().await, hub.maya().await, hub.jonas().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    maya.does(&id, json!({ "type": "ask_for_help", "reason": "" })).await;
    jonas.does(&id, json!({ "type": "join" })).await;
    let seen = jonas.state(&id).await["position"].clone();
    maya.replies(&id, "Hello, this is Maya.").await;
    let reply = |against: Value| {
        json!({ "type": "reply", "turn": Uuid::now_v7(), "content": { "type": "text", "text": "Hello, Jonas here." },
            "writtenAgainst": against })
    };
    let (status, body) = jonas.commands(&id, reply(seen)).await;
    assert_eq!((status, &body["code"]), (409, &json!("conversation.moved_on")));
    let now = jonas.state(&id).await["position"].clone();
    jonas.does(&id, reply(now)).await;
}

#[tokio::test]
async fn completing_over_a_newer_question_is_refused_to_those_who_say_what_they_saw() {
    let hub = TestHub::start(None).await;
    for says in [true, false] {
        let (carmen, maya) = (hub.customer().await, hub.maya().await);
        carmen.writes("Hello?").await;
        let id = carmen.conversation().await;
        maya.does(&id, json!({ "type": "join" })).await;
        let seen = maya.state(&id).await["position"].clone();
        carmen.writes("Wait, one more question").await;
        if !says {
            // Desks before version 13.
            maya.does(&id, json!({ "type": "complete", "resolution": "" })).await;
            continue;
        }
        let complete = |seen: &Value| json!({ "type": "complete", "resolution": "", "seen": seen });
        let (status, body) = maya.commands(&id, complete(&seen)).await;
        assert_eq!((status, &body["code"]), (409, &json!("conversation.customer_wrote")));
        assert_eq!(body["detail"], "The customer has written since: read it, then decide.");
        let (status, body) = maya.commands(&id, complete(&json!(9_999))).await;
        assert_eq!((status, &body["code"]), (409, &json!("conversation.went_back")));
        let now = maya.state(&id).await["position"].clone();
        maya.does(&id, complete(&now)).await;
    }
}

#[tokio::test]
async fn receipts_over_the_socket_count_for_a_conversation_begun_over_plain_http() {
    let logic = TestLogic::acting(json!([{ "type": "MESSAGE", "text": "Hello, Carmen." }])).await;
    let hub = TestHub::start(Some(&logic.url)).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    let url = format!("{}/chat/v1/live", hub.base.replace("http://", "ws://"));
    let (mut chat, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
    crate::common::say(&mut chat, &json!({ "type": "hello", "token": carmen.token }).to_string()).await;
    frames_until(&mut chat, |frame| frame["type"] == "ready").await;
    carmen.writes("Hello").await;
    let answer = carmen.waits_for("Hello, Carmen.").await;
    let receipt = json!({ "type": "receipt", "stage": "seen", "upTo": answer["position"] });
    crate::common::say(&mut chat, &receipt.to_string()).await;
    let id = carmen.conversation().await;
    eventually("our side knows that the answer was read", || async {
        (sofia.state(&id).await["receipts"]["customerSeen"] == answer["position"]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn your_logic_names_the_customer_and_the_language_or_nothing_of_its_answer_counts() {
    let long = "x".repeat(501);
    for (language, name, failed) in [("pt", "Carmen Menzel", false), (long.as_str(), "Carmen Menzel", true)] {
        let answer = json!({
            "customer": { "name": name }, "conversation": { "language": language },
            "actions": [{ "type": "MESSAGE", "text": "Olá" }],
        });
        let logic = TestLogic::start(move |_| axum::Json(answer.clone()).into_response()).await;
        let hub = TestHub::start(Some(&logic.url)).await;
        let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
        carmen.writes("Bom dia").await;
        let id = carmen.conversation().await;
        if failed {
            sofia.finds(&id, "help").await;
            assert_eq!(sofia.state(&id).await["help"]["reason"]["failure"]["failure"], "malformed");
            assert!(carmen.sees().await.iter().all(|entry| entry["text"] != "Olá"), "nothing of it counts");
        } else {
            carmen.waits_for("Olá").await;
            eventually("name and language are known", || async {
                let state = sofia.state(&id).await;
                (state["language"] == "pt" && state["customer"]["name"] == "Carmen Menzel").then_some(())
            })
            .await;
        }
    }
}

#[tokio::test]
async fn your_logic_has_the_operators_name_for_customers_live_and_read_again_and_for_agents() {
    let answer = json!({ "actions": [{ "type": "MESSAGE", "text": "It is in Vienna." }] });
    let logic = TestLogic::start(move |_| axum::Json(answer.clone()).into_response()).await;
    let (hub, _running) = TestHub::running(|config| {
        config.logic = Some(logic_at(&logic.url));
        config.logic_name = Some("Nori".into());
    })
    .await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    let mut page = carmen.live().await;
    carmen.writes("Where is my suitcase?").await;
    let frames = frames_until(&mut page, |frame| frame["entry"]["from"] == "logic").await;
    let read = carmen.waits_for("It is in Vienna.").await;
    assert_eq!((&frames[frames.len() - 1]["entry"]["name"], &read["name"]), (&json!("Nori"), &json!("Nori")));
    assert_eq!(maya.gets("/api/v1/me").await.1["logicName"], "Nori");
}

#[tokio::test]
async fn a_snooze_ends_by_the_hubs_clock_and_a_supervisor_sees_it() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (status, refused) = maya.commands(&id, json!({ "type": "snooze" })).await;
    assert_eq!((status, &refused["code"]), (409, &json!("conversation.someone_needed")), "Carmen waits");
    maya.replies(&id, "I will find out.").await;
    let now: tandem_conversation::Time = serde_json::from_value(maya.state(&id).await["updated"].clone()).unwrap();
    for (wrong, status) in [(json!("tomorrow"), 422), (json!(7), 422), (json!(now.plus_ms(91 * 86_400_000)), 422)] {
        let (found, body) = maya.commands(&id, json!({ "type": "snooze", "until": wrong })).await;
        assert_eq!((found, &body["code"]), (status, &json!("input.invalid")), "until {wrong}");
    }
    let until = now.plus_ms(60_000);
    maya.does(&id, json!({ "type": "snooze", "until": until })).await;
    let snooze = &sofia.state(&id).await["snoozes"][0];
    assert_eq!((&snooze["by"]["name"], &snooze["until"]), (&json!("Maya Ortiz"), &json!(until)));
    let (status, _) = hub.jonas().await.commands(&id, json!({ "type": "snooze" })).await;
    assert_eq!(status, 404, "it is not open to Jonas");
    ahead.fetch_add(60_000, std::sync::atomic::Ordering::Relaxed);
    eventually("its time is up", || async { (!maya.state(&id).await["snoozes"][0]["over"].is_null()).then_some(()) })
        .await;
    let position = maya.state(&id).await["position"].clone();
    maya.does(&id, json!({ "type": "receive", "stage": "seen", "upTo": position })).await;
    assert_eq!(maya.state(&id).await["snoozes"], Value::Null, "Maya has seen it");
}

#[tokio::test]
async fn agents_edit_the_customer_of_their_conversation_and_find_them_by_it() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    let edit = json!({ "type": "edit_customer", "name": "Carmen Ruiz", "email": "Carmen.Ruiz@Example.com" });
    let (status, refused) = maya.commands(&id, edit.clone()).await;
    assert_eq!((status, &refused["code"]), (409, &json!("conversation.not_engaged")), "Maya only looks at it");
    maya.does(&id, json!({ "type": "join" })).await;
    let command = Uuid::now_v7().to_string();
    for _ in 0..2 {
        let (status, body) = maya.commands_as(&command, &id, edit.clone()).await;
        assert_eq!(status, 200, "a repeat gets the same answer: {body}");
    }
    let customer = &sofia.state(&id).await["customer"];
    assert_eq!(customer["name"], "Carmen Ruiz");
    assert_eq!(customer["noted"], json!([{ "kind": "email", "value": "carmen.ruiz@example.com" }]));
    assert!(customer["contacts"].is_null(), "that proves nothing");
    for wrong in [json!({ "phone": "600123456" }), json!({ "email": "carmen" }), json!({ "name": " " })] {
        let mut command = wrong.clone();
        command["type"] = json!("edit_customer");
        let (status, body) = maya.commands(&id, command).await;
        assert_eq!((status, &body["code"]), (422, &json!("input.invalid")), "{wrong}");
    }
    sofia.does(&id, json!({ "type": "edit_customer", "email": "", "phone": "+34 600 123 456" })).await;
    let state = maya.state(&id).await;
    assert_eq!(state["customer"]["noted"], json!([{ "kind": "phone", "value": "+34600123456" }]));
    eventually("search finds the number", || async {
        let (_, found) = maya.gets("/api/v1/search?q=34600123456").await;
        (found["hits"][0]["name"] == "Carmen Ruiz").then_some(())
    })
    .await;
}
