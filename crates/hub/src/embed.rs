//! A hub inside another program, for one machine: it creates a user and a brand, and signs that user in.

use std::path::PathBuf;

use anyhow::Context as _;
use tandem_conversation::{Audience, Button, ButtonId, Role};
use tandem_protocol::administration::BrandAddition;
use tandem_protocol::agents::{ButtonDefinition, Tokens};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::administration::{self, Done, Refusal, checked_addition};
use crate::api::auth::sign_in;
use crate::clock::Clock;
use crate::config::{Config, Home, LogicConfig};
use crate::hub::Hub;
use crate::library::{self, Author};
use crate::listen::bind;
use crate::secrets::new_token;
use crate::setup::{NewBrand, NewUser};
use crate::start::serve;
use crate::store::users::User;
use crate::store::{buttons, users};

const EMAIL: &str = "maya@northwind.example";

#[derive(Clone, Debug)]
pub struct EmbedConfig {
    pub data: PathBuf,
    pub listen: String,
    pub logic_url: Option<String>,
    pub logic_secret: Option<String>,
}

/// A hub that runs in this process.
pub struct Embedded {
    pub url: String,
    /// Tokens of the local user.
    pub tokens: Tokens,
    /// Receives the reason when the hub ends. It never stops by itself, so this is a failure.
    pub ended: oneshot::Receiver<String>,
}

/// Starts a hub on the caller's runtime.
///
/// # Errors
/// If the data or the address cannot be used.
pub async fn embed(embedding: EmbedConfig) -> anyhow::Result<Embedded> {
    let logic = match (embedding.logic_url, embedding.logic_secret) {
        (Some(url), Some(secret)) => Some(LogicConfig::at(url, secret)),
        _ => None,
    };
    let config = Config {
        listen: embedding.listen.clone(),
        account: "Northwind Travel".into(),
        logic,
        home: Home::Demo,
        ..Config::new(embedding.data)
    };
    let listener = bind(&embedding.listen).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let hub = Hub::start(config, Clock::system())?;
    let tokens = prepare(&hub).await?;
    let (ends, ended) = oneshot::channel();
    tokio::spawn(async move {
        if let Err(error) = serve(hub, listener, std::future::pending()).await {
            tracing::error!(%error, "the embedded hub has stopped");
            let _ = ends.send(format!("{error:#}."));
        }
    });
    Ok(Embedded { url, tokens, ended })
}

/// Questions and quick replies that a hub for one machine begins with.
const LIBRARY: &str = include_str!("embed/library.json");

/// Creates the local user, a brand, custom buttons and a library once. No one knows the password: this machine signs in without
/// it.
async fn prepare(hub: &Hub) -> anyhow::Result<Tokens> {
    let known = hub.database.read(|connection| users::by_email(connection, EMAIL)).await?;
    let user = match known {
        Some(user) => user,
        None => {
            let user = checked_addition(NewUser::new(EMAIL, "Maya Ortiz", Role::Supervisor, &new_token()).into())?;
            let brand = NewBrand {
                key: "northwind".into(),
                name: "Northwind Travel".into(),
                greeting: "Hello! How can we help you today?".into(),
                accent: "#2f5bea".into(),
                domains: vec!["*".into()],
            };
            let (library, now) = (library::parse(LIBRARY.as_bytes(), false, &Audience::Everybody)?, hub.clock.now());
            let added = hub
                .database
                .write(move |connection, _| -> Done<User> {
                    let targets = BrandAddition {
                        first_reply_s: Some(60),
                        next_reply_s: Some(180),
                        ..BrandAddition::from(brand)
                    };
                    match administration::add_brand(connection, targets)? {
                        Ok(_) | Err(Refusal::BrandExists(_)) => {}
                        Err(refusal) => return Ok(Err(refusal)),
                    }
                    examples().iter().try_for_each(|button| buttons::put(connection, button))?;
                    library::import(connection, library, Author { user: None, manages: true }, now)?;
                    administration::add_user(connection, user)
                })
                .await?;
            added?
        }
    };
    sign_in(hub, user, tandem_protocol::version()).await?.context("The local user cannot sign in")
}

fn examples() -> [Button; 3] {
    let plain = |title: &str, description: &str, order| ButtonDefinition {
        title: title.to_owned(),
        description: description.to_owned(),
        action: None,
        copy: None,
        url: None,
        agents: true,
        external: false,
        active: true,
        order,
    };
    let refund = plain("Refund", "Your Logic starts a refund and leaves a note about it.", 1);
    let copy = plain("Copy booking reference", "", 2);
    let open = plain("Open booking", "The booking in the back office.", 3);
    [
        ButtonDefinition { action: Some("refund".into()), ..refund },
        ButtonDefinition { copy: Some("{conversation.custom.booking}".into()), external: true, ..copy },
        ButtonDefinition { url: Some("https://example.com/?booking={conversation.custom.booking}".into()), ..open },
    ]
    .map(|definition| definition.of(ButtonId(Uuid::now_v7())))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_buttons_of_an_embedded_hub_are_such_as_administrators_may_define() {
        for button in super::examples() {
            assert_eq!(button.check(), Ok(()), "{}", button.title);
        }
    }

    #[test]
    fn the_library_of_an_embedded_hub_is_such_as_administrators_may_import() {
        let file =
            crate::library::parse(super::LIBRARY.as_bytes(), false, &super::Audience::Everybody).unwrap().library;
        for reply in file.quick_replies {
            let shortcut = reply.shortcut.clone();
            let reply =
                reply.of(tandem_conversation::QuickReplyId(super::Uuid::now_v7()), None, tandem_conversation::Time(0));
            assert!(reply.checked().is_ok(), "{shortcut}");
        }
    }
}
