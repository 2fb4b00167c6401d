//! Sign-ins are renewed over networks that lose, duplicate and delay; only real reuse of a token ends one.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::common::{Agent, TestHub, get, post};

const MINUTE_MS: i64 = 60_000;

async fn renews(hub: &TestHub, refresh: &str) -> (u16, Value) {
    post(&hub.base, "/api/v1/auth/refresh", None, &json!({ "refreshToken": refresh })).await
}

async fn me(hub: &TestHub, token: &Value) -> u16 {
    get(&hub.base, "/api/v1/me", token.as_str()).await.0
}

/// Maya renews and uses the new tokens.
async fn renewed(hub: &TestHub, maya: &Agent) -> Value {
    let (status, tokens) = renews(hub, &maya.refresh).await;
    assert_eq!(status, 200);
    assert_eq!(me(hub, &json!(maya.token)).await, 401, "the old access token ends with the exchange");
    assert_eq!(me(hub, &tokens["accessToken"]).await, 200, "the new one has arrived");
    tokens
}

#[tokio::test]
async fn a_copy_of_a_renewal_that_comes_late_ends_nothing_and_gets_nothing() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let tokens = renewed(&hub, &maya).await;
    for _ in 0..3 {
        let (status, problem) = renews(&hub, &maya.refresh).await;
        assert_eq!((status, &problem["code"]), (425, &json!("auth.renewed")), "{problem}");
        assert!(problem["retryAfter"].is_u64(), "whoever sent it may come again with a newer token");
        assert!(!problem.to_string().contains("Token"), "nothing for a thief: {problem}");
    }
    assert_eq!(me(&hub, &tokens["accessToken"]).await, 200, "the sign-in goes on");
    assert_eq!(renews(&hub, tokens["refreshToken"].as_str().unwrap()).await.0, 200);
}

#[tokio::test]
async fn a_refresh_token_that_is_used_twice_ends_the_sign_in() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let maya = hub.maya().await;
    let tokens = renewed(&hub, &maya).await;
    ahead.store(MINUTE_MS + 1_000, Ordering::Relaxed);
    let (status, problem) = renews(&hub, &maya.refresh).await;
    assert_eq!((status, &problem["code"]), (401, &json!("auth.ended")));
    assert_eq!(me(&hub, &tokens["accessToken"]).await, 401, "whoever stole one of the two is out");
    assert_eq!(renews(&hub, tokens["refreshToken"].as_str().unwrap()).await.0, 401);
}

#[tokio::test]
async fn the_moment_counts_from_the_last_answer_that_was_given() {
    let (hub, ahead) = TestHub::start_with_clock(None).await;
    let maya = hub.maya().await;
    let (_, lost) = renews(&hub, &maya.refresh).await;
    ahead.store(10 * MINUTE_MS, Ordering::Relaxed);
    let (status, tokens) = renews(&hub, &maya.refresh).await;
    assert_eq!((status, &tokens["refreshToken"]), (200, &lost["refreshToken"]), "the answer was lost for ten minutes");
    assert_eq!(me(&hub, &tokens["accessToken"]).await, 200);
    assert_eq!(renews(&hub, &maya.refresh).await.0, 425, "a copy of the second request");
}

#[tokio::test]
async fn a_renewal_whose_answer_was_lost_can_be_asked_for_again_until_its_tokens_are_used() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let (_, lost) = renews(&hub, &maya.refresh).await;
    let (status, tokens) = renews(&hub, &maya.refresh).await;
    assert_eq!((status, &tokens), (200, &lost), "a desk that heard no answer asks again, and may hear both");
    assert_eq!(me(&hub, &tokens["accessToken"]).await, 200);
}

#[tokio::test]
async fn what_was_never_a_token_ends_nothing() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    for nonsense in ["", "x", &maya.token] {
        assert_eq!(renews(&hub, nonsense).await.0, 401);
    }
    assert_eq!(me(&hub, &json!(maya.token)).await, 200);
}

#[tokio::test]
async fn who_signs_out_with_the_token_of_before_is_signed_out() {
    let hub = TestHub::start(None).await;
    let maya = hub.maya().await;
    let (_, lost) = renews(&hub, &maya.refresh).await;
    let old = json!({ "refreshToken": maya.refresh });
    assert_eq!(post(&hub.base, "/api/v1/auth/logout", None, &old).await.0, 204, "the answer to the renewal was lost");
    assert_eq!(me(&hub, &lost["accessToken"]).await, 401);
    assert_eq!(renews(&hub, lost["refreshToken"].as_str().unwrap()).await.0, 401);
}
