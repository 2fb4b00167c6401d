//! Users and brands over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use super::ending::tandem_hub;
use crate::common::{Agent, PASSWORD, TestHub, post};

async fn asks(agent: &Agent, method: Method, path: &str, body: Value) -> (u16, Value) {
    let request = reqwest::Client::new().request(method, format!("{}{path}", agent.base)).bearer_auth(&agent.token);
    let answer = request.json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn administrators_add_change_suspend_and_resume_users() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    let leo = json!({ "email": "leo@x.example", "name": "Leo", "role": "agent", "password": PASSWORD,
        "capacity": 3, "brands": ["northwind"], "languages": ["de"] });
    let (status, row) = asks(&ada, Method::POST, "/api/v1/users", leo.clone()).await;
    assert_eq!((status, &row["brands"], &row["suspended"]), (200, &json!(["northwind"]), &json!(false)), "{row}");
    assert!(row.get("password").is_none(), "{row}");
    let path = format!("/api/v1/users/{}", row["user"].as_str().unwrap());
    assert_eq!(asks(&ada, Method::POST, "/api/v1/users", leo).await.1["code"], "users.exists");
    let (_, changed) = asks(&ada, Method::PATCH, &path, json!({ "name": "Leo Brand" })).await;
    let mut expected = row.clone();
    expected["name"] = json!("Leo Brand");
    assert_eq!(changed, expected, "what is not named stays as it is");
    let login = json!({ "email": "leo@x.example", "password": PASSWORD });
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &login).await.0, 200);
    assert_eq!(asks(&ada, Method::POST, &format!("{path}/suspend"), json!({})).await.1["suspended"], true);
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &login).await.0, 403);
    assert_eq!(asks(&ada, Method::POST, &format!("{path}/resume"), json!({})).await.1["suspended"], false);
    assert_eq!(post(&hub.base, "/api/v1/auth/login", None, &login).await.0, 200);
    let (_, all) = ada.gets("/api/v1/users").await;
    assert_eq!(all.as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn fields_are_named_as_they_are() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    for (body, code, begins) in [
        (json!({ "email": "x", "name": "X", "role": "agent", "password": PASSWORD }), "input.invalid", "email: "),
        (
            json!({ "email": "x@x.example", "name": "", "role": "agent", "password": PASSWORD }),
            "input.invalid",
            "name: ",
        ),
        (
            json!({ "email": "x@x.example", "name": "X", "role": "agent", "password": "short" }),
            "password.too_short",
            "The password",
        ),
        (
            json!({ "email": "x@x.example", "name": "X", "role": "agent", "password": PASSWORD, "brands": ["no"] }),
            "input.invalid",
            "brands: ",
        ),
    ] {
        let (status, problem) = asks(&ada, Method::POST, "/api/v1/users", body).await;
        assert_eq!((status, &problem["code"]), (422, &json!(code)));
        assert!(problem["detail"].as_str().unwrap().starts_with(begins), "{problem}");
    }
    let carmen = hub.customer().await;
    carmen.writes("Hello?").await;
    let (id, maya) = (carmen.conversation().await, hub.maya().await);
    maya.does(&id, json!({ "type": "join" })).await;
    let mut invitation = crate::common::partner::invitation(uuid::Uuid::now_v7(), &crate::common::partner::secret().1);
    invitation["ttlS"] = json!(1);
    let (status, problem) = maya.commands(&id, invitation).await;
    assert_eq!(status, 422);
    assert!(problem["detail"].as_str().unwrap().starts_with("ttlS: "), "{problem}");
}

#[tokio::test]
async fn the_last_who_may_manage_users_stays() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    let (_, users) = ada.gets("/api/v1/users").await;
    let own = users.as_array().unwrap().iter().find(|user| user["role"] == "admin").unwrap()["user"].clone();
    let path = format!("/api/v1/users/{}", own.as_str().unwrap());
    for (method, path, body) in [
        (Method::POST, format!("{path}/suspend"), json!({})),
        (Method::PATCH, path.clone(), json!({ "role": "supervisor" })),
    ] {
        let (status, problem) = asks(&ada, method, &path, body).await;
        assert_eq!((status, &problem["code"]), (409, &json!("users.last_administrator")));
        assert!(!problem["detail"].as_str().unwrap().contains("tandem-hub"), "no command line over HTTP: {problem}");
    }
    let eva = json!({ "email": "eva@x.example", "name": "Eva", "role": "admin", "password": PASSWORD });
    assert_eq!(asks(&ada, Method::POST, "/api/v1/users", eva).await.0, 200);
    assert_eq!(asks(&ada, Method::PATCH, &path, json!({ "role": "supervisor" })).await.0, 200);
}

async fn stamp(ada: &Agent) -> Value {
    ada.gets("/api/v1/library").await.1["stamp"].clone()
}

#[tokio::test]
async fn administrators_add_change_and_remove_brands() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    let bank = json!({ "id": "bank", "name": "Bank", "domains": ["bücher.example"] });
    let (status, row) = asks(&ada, Method::POST, "/api/v1/brands", bank.clone()).await;
    assert_eq!((status, &row["domains"]), (200, &json!(["xn--bcher-kva.example"])), "{row}");
    assert_eq!(asks(&ada, Method::POST, "/api/v1/brands", bank).await.0, 409);
    let (_, changed) = asks(&ada, Method::PATCH, "/api/v1/brands/bank", json!({ "greeting": "Welcome" })).await;
    assert_eq!(
        (&changed["greeting"], &changed["accent"], &changed["domains"]),
        (&json!("Welcome"), &row["accent"], &row["domains"])
    );
    let (before, targets) = (stamp(&ada).await, json!({ "firstReplyS": 60, "nextReplyS": 300 }));
    let (_, changed) = asks(&ada, Method::PATCH, "/api/v1/brands/bank", targets).await;
    assert_eq!((&changed["firstReplyS"], &changed["greeting"]), (&json!(60), &json!("Welcome")));
    assert_ne!(stamp(&ada).await, before, "desks fetch the targets");
    let (_, library) = ada.gets("/api/v1/library").await;
    assert!(library["brands"].to_string().contains(r#""nextReplyS":300"#), "{library}");
    let (_, changed) = asks(&ada, Method::PATCH, "/api/v1/brands/bank", json!({ "firstReplyS": 0 })).await;
    assert_eq!((&changed["firstReplyS"], &changed["nextReplyS"]), (&json!(null), &json!(300)));
    assert_eq!(asks(&ada, Method::PATCH, "/api/v1/brands/bank", json!({ "nextReplyS": 604_801 })).await.0, 422);
    assert_eq!(asks(&ada, Method::DELETE, "/api/v1/brands/bank", json!({})).await, (200, json!({ "users": [] })));
    assert_eq!(asks(&ada, Method::DELETE, "/api/v1/brands/bank", json!({})).await.0, 404);
    assert_eq!(ada.gets("/api/v1/brands").await.1.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_brand_whose_customers_are_in_conversations_goes_by_force_only() {
    let hub = TestHub::start(None).await;
    let (carmen, ada) = (hub.customer().await, hub.ada().await);
    let path = "/api/v1/brands/northwind";
    let removes = async |path: &str| asks(&ada, Method::DELETE, path, json!({})).await;
    carmen.writes("Hello").await;
    let (status, refused) = removes(path).await;
    assert_eq!((status, &refused["code"]), (409, &json!("brands.in_use")), "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("1 conversation in progress"), "{refused}");
    carmen.writes("Still here").await;
    let (done, _, error) = tandem_hub(&hub, &["brand", "remove", "--id", "northwind"], None).await;
    assert!(!done && error.contains("1 conversation in progress"), "{error}");
    assert_eq!(removes(&format!("{path}?force=true")).await.0, 200);
    assert_eq!(ada.gets("/api/v1/brands").await.1, json!([]));
}

#[tokio::test]
async fn a_removed_brand_leaves_its_users_no_less_limited() {
    let hub = TestHub::start(None).await;
    let ada = hub.ada().await;
    for id in ["bank", "air"] {
        let brand = json!({ "id": id, "name": id, "domains": ["*"] });
        assert_eq!(asks(&ada, Method::POST, "/api/v1/brands", brand).await.0, 200);
    }
    let mut paths = Vec::new();
    for (name, brands) in [("Leo", json!(["bank"])), ("Kim", json!(["air", "bank"])), ("Eva", json!([]))] {
        let email = format!("{}@x.example", name.to_lowercase());
        let user = json!({ "email": email, "name": name, "role": "agent", "password": PASSWORD, "brands": brands });
        let (status, row) = asks(&ada, Method::POST, "/api/v1/users", user).await;
        assert_eq!(status, 200, "{row}");
        paths.push(format!("/api/v1/users/{}", row["user"].as_str().unwrap()));
    }
    // Also a suspended user would come back with every brand.
    assert_eq!(asks(&ada, Method::POST, &format!("{}/suspend", paths[0]), json!({})).await.0, 200);
    let (status, refused) = asks(&ada, Method::DELETE, "/api/v1/brands/bank", json!({})).await;
    let told = refused["detail"].as_str().unwrap();
    assert_eq!((status, &refused["code"]), (409, &json!("brands.only_one")), "{refused}");
    assert!(told.contains("leo@x.example") && !told.contains("kim@") && !told.contains("eva@"), "{told}");
    let (done, _, error) = tandem_hub(&hub, &["brand", "remove", "--id", "bank"], None).await;
    assert!(!done && error.contains("leo@x.example"), "{error}");

    assert_eq!(asks(&ada, Method::PATCH, &paths[0], json!({ "brands": ["air"] })).await.0, 200);
    let (status, removal) = asks(&ada, Method::DELETE, "/api/v1/brands/bank", json!({})).await;
    assert_eq!((status, removal), (200, json!({ "users": ["kim@x.example"] })));
    let users = ada.gets("/api/v1/users").await.1;
    let brands_of =
        |email: &str| users.as_array().unwrap().iter().find(|u| u["email"] == email).unwrap()["brands"].clone();
    assert_eq!((brands_of("kim@x.example"), brands_of("eva@x.example")), (json!(["air"]), json!([])));
    let (done, _, error) = tandem_hub(&hub, &["brand", "remove", "--id", "air"], None).await;
    assert!(!done && error.contains("kim@x.example, leo@x.example"), "{error}");
    let set = ["user", "set", "--email", "kim@x.example", "--brand", "air", "--brand", "northwind"];
    assert!(tandem_hub(&hub, &set, None).await.0);
    let set = ["user", "set", "--email", "leo@x.example", "--all-brands"];
    assert!(tandem_hub(&hub, &set, None).await.0);
    let (done, told, _) = tandem_hub(&hub, &["brand", "remove", "--id", "air"], None).await;
    assert!(done && told.contains("kim@x.example does not serve it any more") && !told.contains("leo@"), "{told}");
}
