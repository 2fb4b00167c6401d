//! `tandem-hub logic replay`: what would this version have answered in recorded conversations?
//!
//! Every request is a dry run. The conversation continues with the recorded answer, so that each new answer is
//! compared in the same situation.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use futures_util::{StreamExt as _, stream};
use tandem_conversation::{Action, Choice, LogicFailure};

use super::compare::{Comparison, ReplayReport, answer_text, compare, recorded_text};
use super::recording::{Recorded, Recording, Said, Spoken, read_all};
use super::rehearsal::Rehearsal;
use crate::clock::Clock;
use crate::config::LogicConfig;
use crate::endpoint::{Answered, Endpoint};

/// Concurrent conversations.
const AT_ONCE: usize = 8;

pub struct ReplayOptions {
    pub logic: LogicConfig,
    /// Files of recorded conversations.
    pub from: Vec<PathBuf>,
    /// Number of differences to show in full.
    pub show: usize,
}

/// Replays all recordings and compares.
///
/// # Errors
/// If a recording cannot be read or the endpoint's URL is invalid.
pub async fn replay(options: &ReplayOptions, clock: &Clock) -> anyhow::Result<ReplayReport> {
    let recordings = read_all(&options.from)?;
    ensure!(!recordings.is_empty(), "There is no conversation in the recordings (--from)");
    let endpoint = Endpoint::new(options.logic.clone())?;
    let timeout_ms = options.logic.timeout_ms;
    let mut report =
        ReplayReport { url: options.logic.url.clone(), conversations: recordings.len(), ..ReplayReport::default() };
    let mut answers = stream::iter(&recordings)
        .map(|recording| Replaying { endpoint: &endpoint, clock, timeout_ms }.whole(recording))
        .buffered(AT_ONCE);
    while let Some(comparisons) = answers.next().await {
        for one in comparisons? {
            report.add(one, options.show);
        }
    }
    Ok(report)
}

struct Replaying<'a> {
    endpoint: &'a Endpoint,
    clock: &'a Clock,
    timeout_ms: i64,
}

impl Replaying<'_> {
    async fn whole(self, recording: &Recording) -> anyhow::Result<Vec<Comparison>> {
        let language = recording.language.as_deref();
        let mut talk = Rehearsal::begin(&recording.customer, language, self.clock, self.timeout_ms)?.dry();
        let mut comparisons = Vec::new();
        for step in &recording.steps {
            for said in &step.said {
                say(&mut talk, said)?;
            }
            talk.skip_to_latest();
            let Some(request) = talk.ask() else { break };
            // A goodbye needs no answer, and a customer who left got none: nothing to compare.
            if step.then != Recorded::Ended && !request.trigger.silent {
                let left = Duration::from_millis(self.timeout_ms.max(0).cast_unsigned());
                let now = actions(self.endpoint.ask(&request, self.clock.now(), left).await.1);
                comparisons.extend(compare(&step.then, &now).map(|difference| Comparison {
                    conversation: recording.id.clone(),
                    said: step.said.last().map(|said| said.text.clone()).unwrap_or_default(),
                    difference,
                    recorded: recorded_text(&step.then),
                    now: answer_text(&now),
                }));
            }
            let Recorded::Answered(spoken) = &step.then else { break };
            // If today's rules refuse a recorded answer, the rest cannot be compared.
            if talk.answered(request.request_id, answer(spoken)).is_some() {
                break;
            }
        }
        Ok(comparisons)
    }
}

fn say(talk: &mut Rehearsal, said: &Said) -> anyhow::Result<()> {
    if let Some(pressed) = &said.choice
        && talk.customer_presses(|choice| choice.id == *pressed)?
    {
        return Ok(());
    }
    Ok(talk.customer_writes(&said.text)?)
}

fn actions(answered: Answered) -> Result<Vec<Action>, LogicFailure> {
    match answered {
        Answered::Now(understood) => Ok(understood.answer.actions),
        Answered::Later => Err(LogicFailure::Malformed { detail: "202: a dry run has to be answered at once".into() }),
        Answered::Failed(failure) => Err(failure),
    }
}

fn answer(spoken: &[Spoken]) -> tandem_protocol::logic::LogicResponseBody {
    let action = |one: &Spoken| {
        let (text, force, turn) = (one.text.clone(), false, None);
        if one.menu.is_empty() {
            return Action::Message { text, force, holding: false, turn };
        }
        let choice = |(id, label): &(String, String)| Choice { id: id.clone(), label: label.clone() };
        Action::Question {
            text,
            choices: one.menu.iter().map(choice).collect(),
            force,
            turn,
            key: None,
            language: None,
            library: None,
        }
    };
    let actions = spoken.iter().map(action).collect();
    tandem_protocol::logic::LogicResponseBody { actions, ..Default::default() }
}
