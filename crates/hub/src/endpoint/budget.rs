//! Cuts requests down to their maximum size.

use tandem_protocol::logic::LogicRequestBody;

/// The request as bytes, at most `most` of them. The oldest turns are dropped first, and counted. The trigger and
/// joined events that are not turns stay.
pub(crate) fn fitted(body: &LogicRequestBody, most: usize) -> Result<Vec<u8>, serde_json::Error> {
    let whole = serde_json::to_vec(body)?;
    let Some(mut over) = whole.len().checked_sub(most).filter(|over| *over > 0) else { return Ok(whole) };
    // Room for the counts.
    over += r#","turnsLeftOut":4294967295,"joinedLeftOut":4294967295"#.len();
    let mut body = body.clone();
    let mut gone = 0;
    while over > 0
        && let Some(turn) = body.turns.get(gone)
    {
        over = over.saturating_sub(bytes_of(turn)?);
        gone += 1;
    }
    body.turns.drain(..gone);
    body.turns_left_out += gone;
    let mut joined = Vec::with_capacity(body.trigger.joined.len());
    for trigger in std::mem::take(&mut body.trigger.joined) {
        if over > 0 && trigger.turn.is_some() {
            over = over.saturating_sub(bytes_of(&trigger)?);
            body.trigger.joined_left_out += 1;
        } else {
            joined.push(trigger);
        }
    }
    body.trigger.joined = joined;
    serde_json::to_vec(&body)
}

/// Including the comma.
fn bytes_of(value: &impl serde::Serialize) -> Result<usize, serde_json::Error> {
    Ok(serde_json::to_vec(value)?.len() + 1)
}

#[cfg(test)]
mod tests;
