//! Tells customers that their messages were read, and that somebody is typing. What cannot be told is soon given up: the
//! answer says it, too.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tandem_conversation::{Conversation, ConversationId, Time, Window};
use tandem_protocol::channels::ReadReceipts;
use tokio::time::MissedTickBehavior;

use super::client;
use super::number;
use super::request::read_mark;
use crate::hub::Hub;
use crate::store::StoreError;
use crate::store::whatsapp::marks::{self, Mark};
use crate::store::whatsapp::{OK, routes};

/// How often marks are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Maximum marks per look, and maximum typing signs.
const AT_ONCE: u32 = 32;
/// Attempts before a mark is given up, and the pause between two, in milliseconds.
const ATTEMPTS: u32 = 3;
const PAUSE_MS: i64 = 10_000;
/// How long the channel shows that somebody is typing without being told again, in milliseconds.
const TYPING_MS: i64 = 20_000;

/// Sends marks for as long as the hub runs.
pub(crate) async fn run(hub: Arc<Hub>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut typed = HashMap::new();
    loop {
        look.tick().await;
        if let Err(error) = step(&hub, &mut typed).await {
            tracing::error!(%error, "read marks of WhatsApp cannot be looked for");
        }
    }
}

async fn step(hub: &Arc<Hub>, typed: &mut HashMap<ConversationId, Time>) -> Result<(), StoreError> {
    let now = hub.clock.now();
    let due = hub.database.read(move |connection| marks::due(connection, now, AT_ONCE)).await?;
    join_all(due.into_iter().map(|mark| send(hub, mark))).await.into_iter().collect::<Result<(), _>>()?;
    typed.retain(|_, at| !is_over(*at, now));
    let mut busy: Vec<_> = hub.typing_now().into_iter().map(|id| (id, true)).collect();
    busy.extend(hub.logic_works_on().into_iter().map(|id| (id, false)));
    busy.retain(|(id, _)| !typed.contains_key(id));
    for (id, types) in busy.into_iter().take(AT_ONCE as usize) {
        if tell_typing(hub, id, types, now).await? {
            typed.insert(id, now);
        }
    }
    Ok(())
}

/// Whether what the customer was told then is shown no more.
fn is_over(told: Time, now: Time) -> bool {
    now.since(told) >= TYPING_MS
}

/// Shows the customer that somebody is typing, or that Your Logic works on their answer, which says that their message was
/// read. False if it does not work on one.
async fn tell_typing(hub: &Arc<Hub>, id: ConversationId, types: bool, now: Time) -> Result<bool, StoreError> {
    let Some(state) = hub.lately(id).await? else { return Ok(true) };
    if !types && !works_on_an_answer(&state, now) {
        return Ok(false);
    }
    if !state.channel.facts().queued || !state.window().is_some_and(|window| Window::is_open(window, now)) {
        return Ok(true);
    }
    let contact = state.contact;
    let (route, message) = hub
        .database
        .read(move |connection| -> Result<_, StoreError> {
            Ok((routes::get(connection, contact)?, marks::last(connection, id)?))
        })
        .await?;
    let opened = match route {
        Some(route) => number::find(hub, &route.number).await?,
        None => None,
    };
    let (Some(opened), Some(message)) = (opened, message) else { return Ok(true) };
    let is_told = opened.number.typing && opened.number.read_receipts != ReadReceipts::Off;
    if !is_told || opened.number.state != OK {
        return Ok(true);
    }
    let hub = Arc::clone(hub);
    // Whatever becomes of it, the next one is told in a while.
    tokio::spawn(async move {
        if let Err(why) = client::tell(&hub.whatsapp, &opened, &read_mark(&message, true)).await {
            tracing::debug!(why, conversation.id = %id, "a customer was not told that somebody is typing");
        }
    });
    Ok(true)
}

/// Whether Your Logic is asked, and the customer waits for nobody else.
fn works_on_an_answer(state: &Conversation, now: Time) -> bool {
    let is_asked = state.logic.asked.as_ref().is_some_and(|asked| asked.expires > now);
    is_asked && state.waiting_since.is_some() && state.people().next().is_none()
}

async fn send(hub: &Arc<Hub>, mark: Mark) -> Result<(), StoreError> {
    let of = mark.conversation;
    let (route, message) = hub
        .database
        .read(move |connection| -> Result<_, StoreError> {
            Ok((routes::get(connection, mark.route)?, marks::newest(connection, of)?))
        })
        .await?;
    let opened = match route {
        Some(route) => number::find(hub, &route.number).await?,
        None => None,
    };
    let (Some(opened), Some(message)) = (opened, message) else {
        return hub.database.write(move |connection, _| marks::nothing(connection, of)).await;
    };
    if opened.number.read_receipts == ReadReceipts::Off {
        return hub.database.write(move |connection, _| marks::nothing(connection, of)).await;
    }
    let sent = match opened.number.state.as_str() {
        OK => client::tell(&hub.whatsapp, &opened, &read_mark(&message, false)).await,
        state => Err(state.to_owned()),
    };
    let later = hub.clock.now().plus_ms(PAUSE_MS);
    hub.database
        .write(move |connection, _| match sent {
            Err(why) if mark.attempts + 1 < ATTEMPTS => {
                tracing::debug!(why, conversation.id = %of, "a read mark is tried again");
                marks::later(connection, mark, later)
            }
            _ => marks::done(connection, of, &message),
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_are_told_again_once_what_they_were_told_is_shown_no_more() {
        let told = Time(1_000_000);
        assert!(!is_over(told, told) && !is_over(told, told.plus_ms(TYPING_MS - 1)));
        assert!(is_over(told, told.plus_ms(TYPING_MS)));
    }
}
