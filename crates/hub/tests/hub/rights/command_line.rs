//! Users and brands on the command line: omitted options keep their values.

use serde_json::json;

use super::ending::{tandem_hub, tandem_hub_in};
use crate::common::{PASSWORD, TestHub, post};

async fn list(hub: &TestHub, what: &str) -> Vec<String> {
    let (done, said, error) = tandem_hub(hub, &[what, "list"], None).await;
    assert!(done, "{error}");
    said.lines().map(str::to_owned).collect()
}

async fn line_of(hub: &TestHub, what: &str, which: &str) -> String {
    list(hub, what).await.into_iter().find(|line| line.starts_with(which)).unwrap_or_default()
}

async fn signs_in(hub: &TestHub, email: &str, password: &str) -> u16 {
    post(&hub.base, "/api/v1/auth/login", None, &json!({ "email": email, "password": password })).await.0
}

#[tokio::test]
async fn a_user_is_changed_in_what_is_named_and_in_nothing_else() {
    let hub = TestHub::start(None).await;
    let add = [
        "user",
        "add",
        "--email",
        " Leo@x.example ",
        "--name",
        " Leo ",
        "--role",
        "agent",
        "--capacity",
        "3",
        "--brand",
        "northwind",
        "--language",
        "de",
        "--password-stdin",
    ];
    let (done, said, error) = tandem_hub(&hub, &add, Some("\u{feff}correct horse battery\r\n")).await;
    assert!(done && said.starts_with("leo@x.example is agent "), "{said}{error}");
    assert_eq!(signs_in(&hub, "leo@x.example ", PASSWORD).await, 200);
    assert_eq!(
        line_of(&hub, "user", "leo@").await,
        "leo@x.example\tagent\tLeo\tcapacity 3\tbrands northwind\tlanguages de"
    );
    for (change, line) in [
        (vec!["--name", "Leo Brand"], "leo@x.example\tagent\tLeo Brand\tcapacity 3\tbrands northwind\tlanguages de"),
        (
            vec!["--role", "supervisor"],
            "leo@x.example\tsupervisor\tLeo Brand\tcapacity 3\tbrands northwind\tlanguages de",
        ),
        (
            vec!["--all-languages", "--capacity", "9"],
            "leo@x.example\tsupervisor\tLeo Brand\tcapacity 9\tbrands northwind",
        ),
        (vec!["--all-brands"], "leo@x.example\tsupervisor\tLeo Brand\tcapacity 9"),
        (vec!["--new-email", "leo.brand@x.example"], "leo.brand@x.example\tsupervisor\tLeo Brand\tcapacity 9"),
    ] {
        let arguments = [vec!["user", "set", "--email", "LEO@x.example"], change].concat();
        let (done, _, error) = tandem_hub(&hub, &arguments, None).await;
        assert!(done, "{arguments:?}: {error}");
        assert_eq!(line_of(&hub, "user", "leo").await, line);
    }
    assert_eq!(signs_in(&hub, "leo.brand@x.example", PASSWORD).await, 200, "the password is the same");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_words_and_changes_nothing() {
    let hub = TestHub::start(None).await;
    let before = list(&hub, "user").await;
    for (arguments, words) in [
        (vec!["user", "add", "--email", "maya@northwind.example", "--name", "Maya", "--role", "agent"], "user set"),
        (vec!["user", "add", "--email", "no address", "--name", "X", "--role", "agent"], "not an e-mail address"),
        (vec!["user", "add", "--email", "a@b@c", "--name", "X", "--role", "agent"], "not an e-mail address"),
        (vec!["user", "add", "--email", "x@x.example", "--name", " ", "--role", "agent"], "name: is empty"),
        (
            vec!["user", "add", "--email", "x@x.example", "--name", "X", "--role", "agent", "--brand", "none"],
            "no brand 'none'",
        ),
        (
            vec!["user", "add", "--email", "x@x.example", "--name", "X", "--role", "agent", "--capacity", "0"],
            "1 to 1000",
        ),
        (vec!["user", "set", "--email", "nobody@x.example", "--name", "X"], "no such user"),
        (vec!["user", "set", "--email", "maya@northwind.example", "--new-email", "jonas@northwind.example"], "already"),
        (vec!["user", "suspend", "--email", "ada@northwind.example"], "last user who may manage users"),
        (vec!["user", "set", "--email", "ada@northwind.example", "--role", "agent"], "last user who may manage users"),
    ] {
        let arguments: Vec<_> =
            if arguments[1] == "add" { [arguments, vec!["--password-stdin"]].concat() } else { arguments };
        let (done, said, error) = tandem_hub(&hub, &arguments, Some(PASSWORD)).await;
        assert!(!done && said.is_empty() && error.contains(words), "{arguments:?}: {said}{error}");
    }
    let short = ["user", "set", "--email", "maya@northwind.example", "--password-stdin"];
    let (done, _, error) = tandem_hub(&hub, &short, Some("too short")).await;
    assert!(!done && error.contains("at least 10 characters, this one has 9"), "{error}");
    assert_eq!(list(&hub, "user").await, before);
    assert_eq!(signs_in(&hub, "maya@northwind.example", PASSWORD).await, 200);
}

#[tokio::test]
async fn a_brand_is_changed_in_what_is_named_and_in_nothing_else() {
    let hub = TestHub::start(None).await;
    let add = [
        "brand",
        "add",
        "--id",
        "bank",
        "--name",
        "Bank",
        "--greeting",
        "Welcome",
        "--accent",
        "#123456",
        "--domain",
        "bücher.example",
        "--domain",
        "*.bank.example",
    ];
    assert!(tandem_hub(&hub, &add, None).await.0);
    let (done, _, error) = tandem_hub(&hub, &add, None).await;
    assert!(!done && error.contains("brand set"), "{error}");
    assert_eq!(line_of(&hub, "brand", "bank").await, "bank\tBank\txn--bcher-kva.example *.bank.example");
    assert!(tandem_hub(&hub, &["brand", "set", "--id", "bank", "--name", "The Bank"], None).await.0);
    assert_eq!(line_of(&hub, "brand", "bank").await, "bank\tThe Bank\txn--bcher-kva.example *.bank.example");
    let targets = ["brand", "set", "--id", "bank", "--first-reply", "60", "--next-reply", "300"];
    assert!(tandem_hub(&hub, &targets, None).await.0);
    let (_, line, _) = tandem_hub(&hub, &["brand", "set", "--id", "bank", "--next-reply", "0"], None).await;
    assert!(line.trim_end().ends_with("*.bank.example\tfirst reply in 60 s"), "{line}");
    let (done, _, error) = tandem_hub(&hub, &["brand", "set", "--id", "bank", "--next-reply", "604801"], None).await;
    assert!(!done && error.contains("a week"), "{error}");
    let session = |origin: &'static str| {
        let request = reqwest::Client::new().post(format!("{}/chat/v1/sessions", hub.base)).header("origin", origin);
        request.json(&json!({ "brand": "bank" })).send()
    };
    let begun = session("https://xn--bcher-kva.example").await.unwrap();
    assert_eq!(begun.status().as_u16(), 200);
    let look = begun.json::<serde_json::Value>().await.unwrap();
    assert!(look.to_string().contains("Welcome") && look.to_string().contains("#123456"), "{look}");
    assert_eq!(session("null").await.unwrap().status().as_u16(), 403);
    assert!(tandem_hub(&hub, &["brand", "set", "--id", "bank", "--domain", "*"], None).await.0);
    assert_eq!(
        session("null").await.unwrap().status().as_u16(),
        200,
        "a chat for all pages is for those without an origin, too"
    );
    for wrong in ["*foo*", "www.example.com:8080", "https://example.com"] {
        let (done, _, error) = tandem_hub(&hub, &["brand", "set", "--id", "bank", "--domain", wrong], None).await;
        assert!(!done && error.contains(wrong), "{error}");
    }
    assert!(tandem_hub(&hub, &["brand", "remove", "--id", "bank"], None).await.0);
    assert_eq!(list(&hub, "brand").await.len(), 1);
    assert_eq!(session("https://xn--bcher-kva.example").await.unwrap().status().as_u16(), 404);
    assert!(!tandem_hub(&hub, &["brand", "remove", "--id", "bank"], None).await.0);
}

#[tokio::test]
async fn a_question_makes_no_data() {
    let folder = tempfile::tempdir().unwrap();
    let (done, _, error) = tandem_hub_in(&folder.path().join("elsewhere"), &["user", "list"], None).await;
    assert!(!done && error.contains("There is no database"), "{error}");
    assert!(!folder.path().join("elsewhere").exists());
}

#[tokio::test]
async fn a_password_is_the_same_composed_or_not() {
    let hub = TestHub::start(None).await;
    let set = ["user", "set", "--email", "maya@northwind.example", "--password-stdin"];
    assert!(tandem_hub(&hub, &set, Some("Zu\u{308}rich am Morgen\n")).await.0);
    for typed in ["Z\u{fc}rich am Morgen", "Zu\u{308}rich am Morgen", "Z\u{fc}rich\u{a0}am Morgen"] {
        assert_eq!(signs_in(&hub, "maya@northwind.example", typed).await, 200, "{typed:?}");
    }
    assert_eq!(signs_in(&hub, "maya@northwind.example", "Zurich am Morgen").await, 401);
}

#[tokio::test]
async fn a_library_moves_to_another_hub_and_a_running_one_has_it_at_once() {
    let (one, other) = (TestHub::start(None).await, TestHub::start(None).await);
    let ada = one.ada().await;
    let choices = json!([{ "id": "yes", "label": "Yes" }]);
    let question =
        json!({ "key": "sure", "title": "Sure", "texts": { "en": { "text": "Sure?", "choices": choices } } });
    let (_, row) = post(&one.base, "/api/v1/questions", Some(&ada.token), &question).await;
    let reply = json!({ "shortcut": "hi", "title": "Hi", "texts": { "en": "Hi {{customer.name|you}}" },
        "question": row["question"]["id"] });
    assert_eq!(post(&one.base, "/api/v1/quick-replies", Some(&ada.token), &reply).await.0, 200);
    let own = json!({ "shortcut": "mine", "title": "Mine", "texts": { "en": "x" }, "scope": { "type": "mine" } });
    assert_eq!(post(&one.base, "/api/v1/quick-replies", Some(&ada.token), &own).await.0, 200);

    let (done, file, error) = tandem_hub(&one, &["library", "export", "-"], None).await;
    assert!(done && !file.contains("\"mine\""), "private ones stay: {file}{error}");
    let (done, said, error) = tandem_hub(&other, &["library", "import", "-"], Some(&file)).await;
    assert!(done, "{error}");
    assert_eq!(said.trim(), "2 added, 0 changed, 1 unchanged", "what Tandem brings along is the same");
    let maya = other.maya().await;
    let library = maya.gets("/api/v1/library").await.1;
    assert_eq!(library["questions"][0]["key"], "sure");
    assert_eq!(library["quickReplies"][0]["question"], library["questions"][0]["id"]);

    let path = other.folder.path().join("library.json");
    let path = path.to_str().unwrap();
    assert!(tandem_hub(&other, &["library", "export", path], None).await.0);
    let (done, _, error) = tandem_hub(&other, &["library", "export", path], None).await;
    assert!(!done && error.contains("Cannot create"), "an export overwrites nothing: {error}");
    let (done, _, error) = tandem_hub(&other, &["library", "import", "-"], Some("{\"quickReplies\": [{}]}")).await;
    assert!(!done && error.contains("file: it cannot be used"), "{error}");
    assert!(tandem_hub(&other, &["brand", "set", "--id", "northwind", "--language", "de"], None).await.0);
    assert_eq!(maya.gets("/api/v1/library").await.1["brands"][0]["language"], "de");
    let (done, _, error) = tandem_hub(&other, &["brand", "set", "--id", "northwind", "--language", "d"], None).await;
    assert!(!done && error.contains("language: 'd' is not a tag"), "{error}");
}
