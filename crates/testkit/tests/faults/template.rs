//! A hub's data with everyone signed in, made once and copied for each run: passwords are slow on purpose.

use std::path::Path;
use std::sync::OnceLock;

use rusqlite::Connection;
use serde_json::json;
use tandem_conversation::Role;
use tandem_hub::{NewBrand, NewUser, add_brand, add_user, brand_secret};
use tandem_protocol::agents::{Login, Tokens};
use tandem_testkit::hub_process::BRAND;
use tandem_testkit::website::Website;

use crate::home::Home;
use crate::house::House;
use crate::run::Clocks;

const PASSWORD: &str = "correct horse battery staple";
/// Agents at first see only what concerns them; supervisors see all.
const PEOPLE: [(&str, Role); 4] = [
    ("Maya Ortiz", Role::Agent),
    ("Sofia Lind", Role::Supervisor),
    ("Jonas Keller", Role::Agent),
    ("Ada Novak", Role::Admin),
];

pub struct Template {
    home: Home,
    /// Tokens of each person, in order.
    pub tokens: Vec<Tokens>,
    /// The brand's website; it knows a few of its visitors.
    website: Website,
}

impl Template {
    pub fn get() -> &'static Self {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        TEMPLATE.get_or_init(|| {
            let home = Home::empty();
            set_up(home.path());
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let tokens = runtime.block_on(sign_everybody_in(&home));
            let website = Website::new(&brand_secret(home.path(), BRAND, false).unwrap());
            Template { home, tokens, website }
        })
    }

    /// A token for one of the website's customers. The first two share a telephone.
    pub fn vouches_for(&self, who: usize) -> String {
        let phone = format!("+3460012345{}", who.max(1));
        let claims = json!({ "sub": format!("cust-{who}"), "name": format!("Customer {who}"), "phone_number": phone });
        self.website.vouches_for(claims, tandem_hub::Clock::system().now())
    }

    /// Data for one run.
    pub fn copy(&self) -> Home {
        Home::new(self.home.path())
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.home.path()
    }
}

fn set_up(data: &Path) {
    for (name, role) in PEOPLE {
        add_user(data, NewUser::new(&email(name), name, role, PASSWORD)).unwrap();
    }
    let brand = NewBrand {
        key: BRAND.into(),
        name: "Northwind".into(),
        greeting: "Hello!".into(),
        accent: "#2f5bea".into(),
        domains: vec!["*".into()],
    };
    add_brand(data, brand).unwrap();
}

async fn sign_everybody_in(home: &Home) -> Vec<Tokens> {
    let house = House::open(home, &Clocks::default(), None, false).await;
    let mut tokens = Vec::new();
    for (name, _) in PEOPLE {
        tokens.push(sign_in(&format!("http://{}", house.address), &email(name)).await);
    }
    let admin = tokens.last().map(|tokens| tokens.access_token.clone()).expect("Ada is the last");
    offer_a_button(&format!("http://{}", house.address), &admin).await;
    house.kill(home).await;
    tokens
}

async fn offer_a_button(hub: &str, admin: &str) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let put = client.put(format!("{hub}/api/v1/buttons/{}", uuid::Uuid::now_v7())).bearer_auth(admin);
    let answer = put.json(&serde_json::json!({ "title": "Refund", "action": "refund" })).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

async fn sign_in(hub: &str, email: &str) -> Tokens {
    let login = Login { email: email.into(), password: PASSWORD.into() };
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.post(format!("{hub}/api/v1/auth/login")).json(&login).send().await.unwrap();
    answer.json().await.unwrap()
}

fn email(name: &str) -> String {
    format!("{}@northwind.example", name.split(' ').next().unwrap().to_lowercase())
}

/// Waits until the database is closed everywhere.
pub async fn closed(open: impl Fn() -> Connection, database: &Path) {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_free(&open()) {
        assert!(tokio::time::Instant::now() < deadline, "{} is still open", database.display());
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

/// An exclusive lock proves that no one else has it open.
fn is_free(connection: &Connection) -> bool {
    let alone =
        "PRAGMA query_only = OFF; PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT";
    connection.execute_batch(alone).is_ok()
}
