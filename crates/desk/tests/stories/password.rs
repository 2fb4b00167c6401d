//! Maya changes her own password.

use serde_json::{Value, json};

use crate::desk::Maya;
use crate::hub::{FakeHub, PASSWORD};

fn change(current: &str, new: &str) -> Value {
    json!({"current": current, "new": new})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_whoever_knows_the_old_one() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    let refused = maya.desk.rpc("me.setPassword", change("guessed", "battery staple")).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.message.as_str()), ("auth.wrong", "The current password is wrong."));
    assert_eq!(hub.world().refreshed, 0, "a wrong password is no reason to renew the sign-in");
    assert_eq!(maya.refused("me.setPassword", change(PASSWORD, "short")).await, "password.short");
    maya.ok("me.setPassword", change(PASSWORD, "battery staple")).await;
    assert_eq!(hub.world().password, "battery staple");
}

#[tokio::test(flavor = "multi_thread")]
async fn offline_a_password_stays_as_it_is_and_the_agent_hears_why() {
    let hub = FakeHub::start().await;
    let maya = Maya::signed_in(&hub).await;
    hub.go_down();
    maya.until_offline().await;
    assert_eq!(maya.refused("me.setPassword", change(PASSWORD, "battery staple")).await, "desk.offline");
}
