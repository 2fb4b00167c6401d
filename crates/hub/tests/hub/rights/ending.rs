//! A revoked right ends within a second: for requests, open desks and conversations, whoever revoked it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::common::partner::{Partner, invited};
use crate::common::{Agent, PASSWORD, Socket, TestHub, eventually, frames_until, get, post};

/// The hub's command line, over the data of a running hub.
pub async fn tandem_hub(hub: &TestHub, arguments: &[&str], input: Option<&str>) -> (bool, String, String) {
    tandem_hub_in(hub.folder.path(), arguments, input).await
}

/// The hub's command line, over the data in a folder.
pub async fn tandem_hub_in(data: &Path, arguments: &[&str], input: Option<&str>) -> (bool, String, String) {
    let data: PathBuf = data.to_owned();
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let input = input.map(str::to_owned);
    tokio::task::spawn_blocking(move || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem-hub"));
        command.args(&arguments).arg("--data").arg(data).env_remove("TANDEM_PASSWORD").env("RUST_LOG", "off");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        if let Some(input) = input {
            use std::io::Write as _;
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        }
        drop(child.stdin.take());
        let done = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (done.status.success(), text(done.stdout), text(done.stderr))
    })
    .await
    .unwrap()
}

/// An open desk that is complete.
async fn open(agent: &Agent) -> Socket {
    let mut desk = agent.live(None).await;
    frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    desk
}

/// Reads until the hub closes; returns the reason and the duration.
pub async fn closed(mut desk: Socket) -> (String, Duration) {
    let (began, mut code) = (Instant::now(), String::new());
    while let Ok(Some(Ok(message))) = tokio::time::timeout(Duration::from_secs(5), desk.next()).await {
        match message {
            Message::Text(text) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                if let Some(said) = frame["error"]["code"].as_str() {
                    code = said.to_owned();
                }
            }
            Message::Close(_) => return (code, began.elapsed()),
            _ => {}
        }
    }
    panic!("the desk was never closed");
}

fn within_a_second(what: &str, (code, took): (String, Duration), expected: &str) {
    assert_eq!(code, expected, "{what}");
    assert!(took < Duration::from_secs(1), "{what} took {took:?}");
}

async fn renews(hub: &TestHub, agent: &Agent) -> u16 {
    post(&hub.base, "/api/v1/auth/refresh", None, &json!({ "refreshToken": agent.refresh })).await.0
}

async fn user_id(hub: &TestHub, email: &str) -> String {
    let (_, users) = hub.ada().await.gets("/api/v1/users").await;
    let users = users.as_array().unwrap();
    users.iter().find(|user| user["email"] == email).unwrap()["user"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_new_password_from_another_process_ends_every_sign_in() {
    let hub = TestHub::start(None).await;
    let (maya, other) = (hub.maya().await, hub.maya().await);
    let desk = open(&maya).await;
    let set = ["user", "set", "--email", "maya@northwind.example", "--password-stdin"];
    let (done, said, error) = tandem_hub(&hub, &set, Some("a new and random password\n")).await;
    assert!(done, "{said}{error}");
    within_a_second("the desk", closed(desk).await, "auth.ended");
    for signed in [&maya, &other] {
        assert_eq!(signed.gets("/api/v1/me").await.0, 401);
        assert_eq!(renews(&hub, signed).await, 401);
    }
    let old = json!({ "email": "maya@northwind.example", "password": PASSWORD });
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &old).await.0, 401);
    let new = json!({ "email": " Maya@northwind.example ", "password": "a new and random password" });
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &new).await.0, 200);
}

#[tokio::test]
async fn a_desk_is_told_why_its_sign_in_was_ended_by_another() {
    let hub = TestHub::start(None).await;
    let email = ["--email", "maya@northwind.example"];
    let password = (vec!["user", "set", email[0], email[1], "--password-stdin"], "auth.ended_password");
    let role = (vec!["user", "set", email[0], email[1], "--role", "supervisor"], "auth.ended_role");
    let suspended = (vec!["user", "suspend", email[0], email[1]], "auth.ended_suspended");
    let renewal = async |agent: &Agent| {
        let (status, answer) =
            post(&hub.base, "/api/v1/auth/refresh", None, &json!({ "refreshToken": agent.refresh })).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    for (arguments, code) in [role, password, suspended] {
        let maya = hub.maya().await;
        let input = arguments.contains(&"--password-stdin").then_some(PASSWORD);
        let (done, said, error) = tandem_hub(&hub, &arguments, input).await;
        assert!(done, "{said}{error}");
        assert_eq!(renewal(&maya).await, (401, code.to_owned()));
    }
    let jonas = hub.jonas().await;
    let out = json!({ "refreshToken": jonas.refresh });
    assert_eq!(post(&hub.base, "/api/v1/auth/logout", None, &out).await.0, 204);
    assert_eq!(renewal(&jonas).await, (401, "auth.ended".to_owned()), "who signs out knows why");
}

#[tokio::test]
async fn a_lowered_role_counts_at_once_and_the_desk_forgets_what_it_may_not_see() {
    let hub = TestHub::start(None).await;
    let (carmen, sofia) = (hub.customer().await, hub.sofia().await);
    carmen.writes("private").await;
    let id = carmen.conversation().await;
    hub.maya().await.does(&id, json!({ "type": "join" })).await;
    let mut desk = sofia.live(None).await;
    let told = frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    let cursor = told.last().unwrap()["alive"]["cursor"].as_u64().unwrap();
    let set = ["user", "set", "--email", "sofia@northwind.example", "--role", "agent"];
    assert!(tandem_hub(&hub, &set, None).await.0);
    within_a_second("the desk", closed(desk).await, "auth.ended");
    assert_eq!((sofia.gets("/api/v1/me").await.0, renews(&hub, &sofia).await), (401, 401), "her sign-ins are over");
    let sofia = hub.sofia().await;
    assert_eq!(sofia.gets(&format!("/api/v1/conversations/{id}")).await.0, 404);
    carmen.writes("more of it").await;
    let mut again = sofia.live(Some(cursor)).await;
    let told = frames_until(&mut again, |frame| !frame["alive"].is_null()).await;
    assert!(told.iter().any(|frame| !frame["reset"].is_null()), "she starts afresh: {told:?}");
    assert!(!json!(told).to_string().contains(&id), "and hears nothing of it: {told:?}");
    let permissions = told[0]["hello"]["me"]["permissions"].to_string();
    assert!(!permissions.contains("viewAll"), "{permissions}");
}

#[tokio::test]
async fn a_raised_role_brings_what_its_user_may_see_now() {
    let hub = TestHub::start(None).await;
    let (carmen, jonas) = (hub.customer().await, hub.jonas().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    hub.maya().await.does(&id, json!({ "type": "join" })).await;
    let mut desk = jonas.live(None).await;
    let told = frames_until(&mut desk, |frame| !frame["alive"].is_null()).await;
    let cursor = told.last().unwrap()["alive"]["cursor"].as_u64().unwrap();
    let (ada, user) = (hub.ada().await, user_id(&hub, "jonas@northwind.example").await);
    let change = reqwest::Client::new().patch(format!("{}/api/v1/users/{user}", hub.base)).bearer_auth(&ada.token);
    assert_eq!(change.json(&json!({ "role": "supervisor" })).send().await.unwrap().status().as_u16(), 200);
    within_a_second("the desk", closed(desk).await, "auth.ended");
    let mut again = hub.jonas().await.live(Some(cursor)).await;
    let told = frames_until(&mut again, |frame| !frame["alive"].is_null()).await;
    assert!(json!(told).to_string().contains(&id), "{told:?}");
}

#[tokio::test]
async fn whoever_is_suspended_is_out_everywhere_and_leaves_nobody_alone() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let desk = open(&maya).await;
    let user = user_id(&hub, "maya@northwind.example").await;
    let (done, said, error) = tandem_hub(&hub, &["user", "suspend", "--email", "maya@northwind.example"], None).await;
    assert!(done, "{said}{error}");
    within_a_second("the desk", closed(desk).await, "auth.ended");
    assert_eq!(maya.gets("/api/v1/me").await.0, 401);
    assert_eq!(renews(&hub, &maya).await, 401);
    let login = json!({ "email": "maya@northwind.example", "password": PASSWORD });
    let (status, problem) = post(&hub.base, "/api/v1/auth/login", None, &login).await;
    assert_eq!((status, &problem["code"]), (403, &json!("auth.suspended")));
    let wrong = json!({ "email": "maya@northwind.example", "password": "not her password" });
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &wrong).await.1["code"], "auth.wrong");
    sofia.finds(&id, "help").await;
    let state = sofia.state(&id).await;
    let kinds: Vec<_> =
        state["engagements"].as_array().unwrap().iter().map(|one| one["kind"]["kind"].clone()).collect();
    assert!(!kinds.contains(&json!("agent")), "she is not engaged any more: {kinds:?}");
    let (_, colleagues) = sofia.gets("/api/v1/colleagues").await;
    assert!(!colleagues.to_string().contains("Maya"), "nobody can invite her");
    sofia.does(&id, json!({ "type": "join" })).await;
    let (status, _) = sofia.commands(&id, json!({ "type": "invite", "user": user, "note": null })).await;
    assert_eq!(status, 422, "nor by a known id");
    assert!(tandem_hub(&hub, &["user", "resume", "--email", "maya@northwind.example"], None).await.0);
    assert_eq!(maya.gets("/api/v1/me").await.0, 401, "what was ended stays ended");
    let maya = hub.maya().await;
    assert_eq!(maya.gets(&format!("/api/v1/conversations/{id}")).await.0, 200, "what was hers is hers again");
}

#[tokio::test]
async fn links_of_a_suspended_user_end_opened_or_not() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let (opened, unopened) = (invited(&maya, &id).await.0, invited(&maya, &id).await.0);
    sofia.does(&id, json!({ "type": "join" })).await;
    let others = Partner::new(&hub.base, &invited(&sofia, &id).await.0);
    let (opened, unopened) = (Partner::new(&hub.base, &opened), Partner::new(&hub.base, &unopened));
    assert_eq!((opened.opens().await.0, others.opens().await.0), (200, 200));
    // She may have left the conversation: her links are hers all the same.
    maya.does(&id, json!({ "type": "leave", "reason": "" })).await;
    assert!(tandem_hub(&hub, &["user", "suspend", "--email", "maya@northwind.example"], None).await.0);
    for link in [&opened, &unopened] {
        eventually("the link is revoked", || async { (link.standing().await == "revoked").then_some(()) }).await;
    }
    assert_eq!(opened.writes("Still here").await.0, 410);
    assert_eq!(others.writes("Sofia's guest goes on").await.0, 200);
}

#[tokio::test]
async fn an_invitation_of_a_suspended_user_is_withdrawn() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let jonas = user_id(&hub, "jonas@northwind.example").await;
    maya.does(&id, json!({ "type": "invite", "user": jonas, "note": null })).await;
    let ada = hub.ada().await;
    let (status, body) = post(&hub.base, &format!("/api/v1/users/{jonas}/suspend"), Some(&ada.token), &json!({})).await;
    assert_eq!((status, &body["suspended"]), (200, &json!(true)), "{body}");
    eventually("nobody waits for Jonas", || async {
        (!maya.state(&id).await["engagements"].to_string().contains("invitation")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_desk_ends_with_its_sign_in() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let (desk, other) = (open(&maya).await, hub.maya().await);
    let mut others_desk = open(&other).await;
    let refresh = json!({ "refreshToken": maya.refresh });
    assert_eq!(post(&hub.base, "/api/v1/auth/logout", None, &refresh).await.0, 204);
    within_a_second("signing out", closed(desk).await, "auth.ended");
    let carmen = hub.customer().await;
    carmen.writes("Hello?").await;
    frames_until(&mut others_desk, |frame| !frame["batch"].is_null()).await;
}

#[tokio::test]
async fn a_desk_ends_when_its_refresh_token_was_used_twice() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let maya = hub.maya().await;
    let refresh = json!({ "refreshToken": maya.refresh });
    let (_, tokens) = post(&hub.base, "/api/v1/auth/refresh", None, &refresh).await;
    let maya = Agent {
        base: hub.base.clone(),
        token: tokens["accessToken"].as_str().unwrap().to_owned(),
        refresh: tokens["refreshToken"].as_str().unwrap().to_owned(),
    };
    let desk = open(&maya).await;
    ahead.store(61_000, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(post(&hub.base, "/api/v1/auth/refresh", None, &refresh).await.0, 401);
    within_a_second("reuse", closed(desk).await, "auth.ended");
}

#[tokio::test]
async fn a_desk_outlives_its_access_token_only_while_the_sign_in_lives() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let maya = hub.maya().await;
    let mut desk = open(&maya).await;
    ahead.store(16 * 60_000, std::sync::atomic::Ordering::Relaxed);
    let carmen = hub.customer().await;
    carmen.writes("Hello?").await;
    frames_until(&mut desk, |frame| !frame["batch"].is_null()).await;
    ahead.store(31 * 24 * 3_600_000, std::sync::atomic::Ordering::Relaxed);
    within_a_second("the refresh token's end", closed(desk).await, "auth.ended");
}

#[tokio::test]
async fn ones_own_new_password_ends_the_other_sign_ins_and_keeps_this_one() {
    let hub = TestHub::start(None).await;
    let (maya, other) = (hub.maya().await, hub.maya().await);
    let mut desk = open(&maya).await;
    let others_desk = open(&other).await;
    let change = |current: &str, new: &str| {
        let request = reqwest::Client::new().put(format!("{}/api/v1/me/password", hub.base)).bearer_auth(&maya.token);
        request.json(&json!({ "current": current, "new": new })).send()
    };
    for (current, new, status, code) in [
        ("not this one", "a good new password", 401, "auth.wrong"),
        (PASSWORD, "short", 422, "password.too_short"),
        (PASSWORD, "with a\nline break", 422, "input.invalid"),
    ] {
        let answer = change(current, new).await.unwrap();
        let (found, problem) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        assert_eq!((found, &problem["code"]), (status, &json!(code)), "{problem}");
    }
    assert_eq!(other.gets("/api/v1/me").await.0, 200, "nothing has happened");
    assert_eq!(change(PASSWORD, "a good new password").await.unwrap().status().as_u16(), 204);
    within_a_second("the other desk", closed(others_desk).await, "auth.ended");
    assert_eq!(other.gets("/api/v1/me").await.0, 401);
    assert_eq!((maya.gets("/api/v1/me").await.0, renews(&hub, &maya).await), (200, 200));
    hub.customer().await.writes("Hello?").await;
    frames_until(&mut desk, |frame| !frame["batch"].is_null()).await;
}

#[tokio::test]
async fn a_command_under_way_does_not_bring_a_suspended_user_back() {
    let hub = TestHub::start(None).await;
    let (carmen, maya, sofia) = (hub.customer().await, hub.maya().await, hub.sofia().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    let suspend = tandem_hub(&hub, &["user", "suspend", "--email", "maya@northwind.example"], None);
    // Some of these come before, some after; none may leave her engaged.
    let joins = async {
        for _ in 0..20 {
            maya.commands(&id, json!({ "type": "join" })).await;
        }
    };
    let ((done, ..), ()) = tokio::join!(suspend, joins);
    assert!(done);
    eventually("nobody is engaged, and help is needed", || async {
        let state = sofia.state(&id).await;
        let engaged = state["engagements"].as_array().unwrap().iter().any(|one| one["kind"]["kind"] == "agent");
        (!engaged && !state["help"].is_null()).then_some(())
    })
    .await;
}

#[tokio::test]
async fn nothing_is_remembered_in_memory_alone() {
    let hub = TestHub::start(None).await;
    let (carmen, maya) = (hub.customer().await, hub.maya().await);
    carmen.writes("Hello?").await;
    let id = carmen.conversation().await;
    maya.does(&id, json!({ "type": "join" })).await;
    let folder = hub.stop().await;
    let suspend = ["user", "suspend", "--email", "maya@northwind.example"];
    assert!(tandem_hub_in(folder.path(), &suspend, None).await.0);
    let hub = TestHub::on(folder, None, 1_000).await;
    assert_eq!(get(&hub.base, "/api/v1/me", Some(&maya.token)).await.0, 401);
    hub.sofia().await.finds(&id, "help").await;
}

#[tokio::test]
async fn other_brands_count_at_once_and_the_sign_in_goes_on() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let desk = open(&maya).await;
    let set = ["user", "set", "--email", "maya@northwind.example", "--brand", "northwind", "--role", "agent"];
    let (done, said, error) = tandem_hub(&hub, &set, None).await;
    assert!(done, "{said}{error}");
    within_a_second("the desk", closed(desk).await, "live.rights");
    assert_eq!(maya.gets("/api/v1/me").await.0, 200, "the role is the same as before");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_between_a_raised_role_and_its_notice_is_missed_by_nobody() {
    let hub = TestHub::start(None).await;
    let (carmen, aiko, jonas) = (hub.customer().await, hub.customer().await, hub.jonas().await);
    carmen.writes("Hello?").await;
    let hidden = carmen.conversation().await;
    hub.maya().await.does(&hidden, json!({ "type": "join" })).await;
    aiko.writes("Hello?").await;
    jonas.does(&aiko.conversation().await, json!({ "type": "join" })).await;
    let mut desk = open(&jonas).await;
    let set = ["user", "set", "--email", "jonas@northwind.example", "--role", "supervisor"];
    let raised = tandem_hub(&hub, &set, None);
    let reads = async {
        let mut cursor = 0;
        while let Some(Ok(message)) = desk.next().await {
            let Message::Text(text) = message else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            cursor = frame["batch"]["cursor"].as_u64().unwrap_or(cursor);
        }
        cursor
    };
    let (over, is_over) = tokio::sync::oneshot::channel::<()>();
    let writes = async {
        let mut is_over = std::pin::pin!(is_over);
        while tokio::time::timeout(Duration::ZERO, &mut is_over).await.is_err() {
            aiko.writes("And another thing").await;
        }
    };
    let ((done, ..), cursor, ()) = tokio::join!(
        raised,
        async {
            let cursor = reads.await;
            drop(over);
            cursor
        },
        writes
    );
    assert!(done && cursor > 0);
    let mut again = hub.jonas().await.live(Some(cursor)).await;
    let told = frames_until(&mut again, |frame| !frame["alive"].is_null()).await;
    assert!(json!(told).to_string().contains(&hidden), "what he could not see before is told");
}

#[tokio::test]
async fn open_desks_hear_which_colleagues_are_suspended_and_which_work_again() {
    let hub = TestHub::start(None).await;
    let (maya, jonas, ada) = (hub.maya().await, hub.jonas().await, hub.ada().await);
    let mut desk = open(&jonas).await;
    let user = maya.gets("/api/v1/me").await.1["user"].clone();
    let says = |suspended: bool| {
        let user = user.clone();
        move |frame: &Value| {
            let people = frame["people"]["people"].as_array().cloned().unwrap_or_default();
            people.iter().any(|one| one["user"] == user && (one["suspended"] == json!(true)) == suspended)
        }
    };
    for (what, suspended) in [("suspend", true), ("resume", false)] {
        let path = format!("/api/v1/users/{}/{what}", user.as_str().unwrap());
        assert_eq!(post(&hub.base, &path, Some(&ada.token), &json!({})).await.0, 200);
        frames_until(&mut desk, says(suspended)).await;
        let (_, list) = jonas.gets("/api/v1/colleagues").await;
        assert_eq!(list.as_array().unwrap().iter().any(|one| one["user"] == user), !suspended, "{list}");
    }
    let path = format!("/api/v1/users/{}", user.as_str().unwrap());
    let renamed = json!({ "name": "Maya Ortiz-Lind" });
    let request = reqwest::Client::new().patch(format!("{}{path}", hub.base)).bearer_auth(&ada.token).json(&renamed);
    assert_eq!(request.send().await.unwrap().status(), 200);
    frames_until(&mut desk, |frame| frame.to_string().contains("Maya Ortiz-Lind")).await;
}
