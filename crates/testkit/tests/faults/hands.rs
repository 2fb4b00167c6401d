//! An agent's actions at a desk, through the same interface as the window's.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_conversation::UserId;
use tandem_desk::Desk;
use tandem_testkit::desk_process;
use tandem_testkit::plan::Act;

use crate::journal::{Journal, Known};

/// How the desk is reached.
pub enum Door {
    Here(Desk),
    /// In another process, which may die in the middle of an answer.
    There(reqwest::Client, String),
}

pub struct Hands {
    pub door: Door,
    /// Everyone who can be invited.
    pub people: Vec<UserId>,
    pub journal: Arc<Journal>,
}

impl Hands {
    pub async fn ask(&self, name: &str, request: Value) -> Result<Value, String> {
        match &self.door {
            Door::Here(desk) => desk.rpc(name, request).await.map_err(|error| error.code),
            Door::There(http, url) => desk_process::rpc(http, url, name, &request)
                .await
                .map_err(|code| code.unwrap_or_else(|| "no answer".into())),
        }
    }

    /// A conversation of the first section that has any.
    async fn pick(&self, sections: &[&str], which: usize) -> Result<Value, String> {
        for section in sections {
            let list = json!({"section": section, "offset": 0, "limit": 50});
            let list = self.ask("conversations.list", list).await?;
            let rows = list["rows"].as_array().cloned().unwrap_or_default();
            if !rows.is_empty() {
                return Ok(rows[which % rows.len()].clone());
            }
        }
        Err("nothing there".into())
    }

    pub async fn act(&self, which: usize, act: Act) -> Result<(), String> {
        let sections: &[&str] = match act {
            Act::Join | Act::TakeOver | Act::HelpNotNeeded => &["help", "all", "left"],
            Act::Note | Act::Draft => &["my", "help", "left"],
            _ => &["my"],
        };
        let row = match self.pick(sections, which).await {
            // An idle agent takes something.
            Err(_) if act != Act::Decline => {
                return self.join(&self.pick(&["help", "all", "left"], which).await?).await;
            }
            row => row?,
        };
        let id = &row["id"];
        let word = || self.journal.word();
        let done = match act {
            Act::Join => return self.join(&row).await,
            Act::Reply { .. } | Act::Note | Act::Draft => return self.write(id, act).await,
            Act::Leave { ask_for_help } => {
                self.ask("conversation.leave", json!({"id": id, "reason": word(), "askForHelp": ask_for_help})).await
            }
            Act::Complete => self.ask("conversation.complete", json!({"id": id, "text": word()})).await,
            Act::Invite { colleague } => {
                let user = self.people[colleague % self.people.len()];
                self.ask("conversation.invite", json!({"id": id, "user": user, "note": word()})).await
            }
            Act::Decline => self.ask("conversation.decline", json!({"id": id})).await,
            Act::Delegate => self.ask("conversation.delegate", json!({"id": id, "text": word()})).await,
            Act::TakeOver => self.ask("conversation.takeOver", json!({"id": id})).await,
            Act::AskForHelp => self.ask("conversation.askForHelp", json!({"id": id, "text": word()})).await,
            Act::HelpNotNeeded => return self.dismiss(id, which).await,
            Act::Press => {
                let view = self.ask("conversation.open", json!({"id": id})).await?;
                let button = &view["buttons"][0]["id"];
                self.ask("conversation.pressButton", json!({"id": id, "button": button})).await
            }
            Act::See => {
                let view = self.ask("conversation.open", json!({"id": id})).await?;
                self.ask("conversation.seen", json!({"id": id, "upTo": view["position"]})).await
            }
        };
        done.map(drop)
    }

    /// Says that help is not needed, and sometimes takes it back.
    async fn dismiss(&self, id: &Value, which: usize) -> Result<(), String> {
        let view = self.ask("conversation.open", json!({"id": id})).await?;
        let goes_on = view["goesOn"].as_array().cloned().unwrap_or_default();
        let Some(goes_on) = goes_on.get(which % goes_on.len().max(1)) else { return Err("not theirs to say".into()) };
        let dismiss = json!({"id": id, "goesOn": goes_on, "reason": self.journal.word()});
        self.ask("conversation.helpNotNeeded", dismiss).await?;
        if which.is_multiple_of(2) {
            return Ok(());
        }
        self.ask("conversation.restoreHelp", json!({"id": id})).await.map(drop)
    }

    async fn join(&self, row: &Value) -> Result<(), String> {
        let join = json!({"id": row["id"], "call": row["help"]["call"]});
        self.ask("conversation.join", join).await.map(drop)
    }

    /// Types one more word into the composer, and perhaps sends it.
    async fn write(&self, id: &Value, act: Act) -> Result<(), String> {
        let view = self.ask("conversation.open", json!({"id": id})).await?;
        let word = self.journal.word();
        let note = matches!(act, Act::Note);
        let base = view["drafts"][if note { "note" } else { "reply" }].as_str().unwrap_or_default();
        let text = format!("{base} {word}").trim().to_owned();
        self.journal.know(&word, Known::Typed);
        self.ask("conversation.draft", json!({"id": id, "text": text, "note": note, "base": base})).await?;
        self.journal.know(&word, Known::Kept);
        let sent = match act {
            Act::Reply { anyway } => {
                let send = json!({"id": id, "text": text, "writtenAgainst": view["position"], "anyway": anyway});
                self.ask("conversation.send", send).await
            }
            Act::Note => self.ask("conversation.note", json!({"id": id, "text": text})).await,
            _ => return Ok(()),
        };
        if sent.is_ok() {
            self.journal.know(&word, Known::Sent);
        }
        sent.map(drop)
    }
}
