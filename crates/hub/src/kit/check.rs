//! `tandem-hub logic check`: acts as a hub towards an endpoint and reports how well it keeps the protocol.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tandem_conversation::{Action, Choice, Grade, Handover, LogicFailure, Point, Trigger};
use tandem_protocol::logic::{LogicRequestBody, LogicResponseBody, TextBody, TranslateBody};
use tokio::net::TcpListener;
use tokio::time::Instant;
use uuid::Uuid;

use super::door::Door;
use super::judge::{self, Exchange, Expect, Finding};
use super::rehearsal::Rehearsal;
use super::report::{self, Entry, Report};
use crate::clock::Clock;
use crate::config::LogicConfig;
use crate::endpoint::answer;
use crate::endpoint::{Answered, Endpoint, Letter};

/// Concurrent conversations of the burst, and what each customer writes without waiting.
const CROWD: usize = 8;
const LINES: [&str; 3] = ["Hello", "I have a question about my order 4711", "Are you there?"];
/// Age of the replayed request: beyond the tolerance of Standard Webhooks.
const OLD_MS: i64 = 10 * 60 * 1000;

pub struct CheckOptions {
    pub logic: LogicConfig,
    /// Address for later answers; port 0 picks a free one.
    pub listen: String,
}

/// Runs and judges all checks.
///
/// # Errors
/// If the endpoint's URL is invalid or the local listener cannot start.
pub async fn check(options: &CheckOptions, clock: &Clock) -> anyhow::Result<Report> {
    let listener = TcpListener::bind(&options.listen).await?;
    let door = Door::open(listener, &options.logic.secret).await?;
    tracing::info!(door = %door.url, "answers with 202 are taken in here");
    let visitor = Visitor {
        endpoint: Endpoint::new(options.logic.clone())?,
        door,
        clock: clock.clone(),
        timeout_ms: options.logic.timeout_ms,
    };
    Ok(Report::new(&options.logic.url, visitor.everything().await?))
}

/// The simulated hub.
struct Visitor {
    endpoint: Endpoint,
    door: Arc<Door>,
    clock: Clock,
    timeout_ms: i64,
}

impl Visitor {
    async fn everything(&self) -> anyhow::Result<Vec<Entry>> {
        let (mut entries, mut heard) = self.one_conversation().await?;
        if judge::is_unreachable(&heard) {
            let why = heard.iter().find_map(|exchange| exchange.came.as_ref().err());
            return Ok(vec![report::REACHED.found(judge::fail(why.map_or_else(String::new, judge::told)))]);
        }
        let crowd = join_all((0..CROWD).map(|number| self.one_of_many(number))).await;
        let crowd = crowd.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        entries.push(report::BURST.found(judge::burst(&crowd)));
        heard.extend(crowd.into_iter().flatten());
        entries.extend(self.strange().await?);
        entries.extend(self.unproven().await?);
        let mut after = self.begin("Carmen Menzel")?;
        after.customer_writes("Hello again")?;
        let exchanges = self.catch_up(&mut after).await;
        entries.push(report::STILL_THERE.found(judge::conversation(&exchanges, Expect::Words)));
        heard.extend(exchanges);
        entries.push(report::INVITED.found(judge::invited(&heard)));
        entries.push(report::FIELDS.found(judge::unknown_fields(&heard)));
        entries.push(report::TIMES.found(judge::times(&heard, self.timeout_ms)));
        entries.push(report::LATER.found(judge::later(&heard, &self.door.mistakes())));
        Ok(entries)
    }

    fn begin(&self, customer: &str) -> anyhow::Result<Rehearsal> {
        Ok(Rehearsal::begin(customer, Some("en"), &self.clock, self.timeout_ms)?)
    }

    /// A customer's whole visit, from the first message to "bye" and beyond. Ends at once if nothing can be reached.
    async fn one_conversation(&self) -> anyhow::Result<(Vec<Entry>, Vec<Exchange>)> {
        let mut talk = self.begin("Carmen Menzel")?;
        let mut heard = Vec::new();
        let mut entries = Vec::new();
        let mut note = |check: report::Check, finding: Finding, exchanges: Vec<Exchange>| {
            entries.push(check.found(finding));
            heard.extend(exchanges);
        };
        let words = |exchanges: &[Exchange]| judge::conversation(exchanges, Expect::Words);

        talk.customer_writes("Hello, can you help me?")?;
        let exchanges = self.catch_up(&mut talk).await;
        let is_dead = judge::is_unreachable(&exchanges);
        note(report::OPENING, words(&exchanges), exchanges);
        if is_dead {
            return Ok((entries, heard));
        }

        if !talk.customer_presses(|choice| !is_for_a_person(choice))? {
            talk.logic_says(vec![menu()])?;
            talk.customer_presses(|_| true)?;
        }
        let exchanges = self.catch_up(&mut talk).await;
        note(report::QUESTION, words(&exchanges), exchanges);

        talk.customer_writes("What does it cost to take a cello to Faro?")?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::FREE_TEXT, words(&exchanges), exchanges);

        talk.customer_writes("thank you, bye")?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::COURTESY, judge::conversation(&exchanges, Expect::Quiet), exchanges);

        talk.customer_writes("One more thing: I want to speak with a person")?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::HANDOVER, judge::handed_over(&exchanges), exchanges);

        talk.agent_joins()?;
        talk.agent_replies("Maya here, let me see.")?;
        talk.customer_writes("My booking is NW-20418")?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::TAKE_OVER, judge::beside_a_person(&exchanges), exchanges);

        talk.agent_presses("refund")?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::BUTTON, judge::conversation(&exchanges, Expect::Anything), exchanges);

        talk.customer_signs_in()?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::LINKED, judge::conversation(&exchanges, Expect::Anything), exchanges);

        if talk.state.handover.is_none() {
            talk.logic_says(vec![packet()])?;
        }
        talk.agent_grades(Grade::Incomplete)?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::GRADED, judge::conversation(&exchanges, Expect::Anything), exchanges);

        talk.agent_takes_over()?;
        talk.customer_writes("Is it possible?")?;
        talk.agent_hands_back()?;
        let exchanges = self.catch_up(&mut talk).await;
        note(report::HAND_BACK, handed_back(&exchanges), exchanges);
        Ok((entries, heard))
    }

    async fn one_of_many(&self, number: usize) -> anyhow::Result<Vec<Exchange>> {
        let mut talk = self.begin(&format!("Customer {number}"))?;
        for line in LINES {
            talk.customer_writes(line)?;
        }
        Ok(self.catch_up(&mut talk).await)
    }

    /// The same request again as a dry run, which must have no effect.
    async fn dry_run(
        &self,
        request: &LogicRequestBody,
        trigger: Trigger,
        draft: Option<&str>,
        like: &Exchange,
    ) -> anyhow::Result<Exchange> {
        let mut request = request.clone();
        request.trigger.kind = trigger;
        request.trigger.draft = draft.map(str::to_owned);
        let came = self.answer_aside(request).await?.map(|answer| answer.actions);
        Ok(Exchange { trigger, came, ..like.clone() })
    }

    /// A customer's words and an agent's reply in another language.
    async fn translated(&self, request: &LogicRequestBody) -> anyhow::Result<Result<LogicResponseBody, LogicFailure>> {
        let mut request = request.clone();
        request.trigger.kind = Trigger::Translate;
        let text = |id: &str, text: &str| TextBody { id: id.into(), text: text.into() };
        let texts = vec![text("1", "Can I get a window seat?"), text("2", "Thank you")];
        request.trigger.translate = Some(TranslateBody { to: "de".into(), texts });
        self.answer_aside(request).await
    }

    async fn answer_aside(
        &self,
        mut request: LogicRequestBody,
    ) -> anyhow::Result<Result<LogicResponseBody, LogicFailure>> {
        request.dry_run = true;
        let letter = self.letter(self.endpoint.fitted(&request)?);
        Ok(match self.endpoint.deliver(&letter, self.timeout()).await.1 {
            Answered::Now(understood) => Ok(understood.answer),
            Answered::Later => {
                Err(LogicFailure::Malformed { detail: "202: a dry run has to be answered at once".into() })
            }
            Answered::Failed(failure) => Err(failure),
        })
    }

    /// Requests that hubs send rarely today, and may send tomorrow.
    async fn strange(&self) -> anyhow::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let (talk, request) = self.waiting("Can I get a window seat?").await?;
        let first = self.exchange(&talk, &request).await;
        let second = self.exchange(&talk, &request).await;
        entries.push(report::REPEATED.found(judge::repeated(&first, &second)));

        let preview = self.dry_run(&request, Trigger::Preview, None, &first).await?;
        entries.push(report::PREVIEW.found(judge::conversation(&[preview], Expect::Words)));
        let improve = self.dry_run(&request, Trigger::Improve, Some("ok u get a window seat"), &first).await?;
        entries.push(report::IMPROVE.found(judge::better_words(&improve)));
        entries.push(report::TRANSLATE.found(judge::translations(&self.translated(&request).await?)));

        let mut long = self.begin("Carmen Menzel")?;
        let page = "A very long story. ".repeat(520);
        for _ in 0..crate::turns::TURNS {
            long.customer_writes(&page)?;
        }
        let request = newest(&mut long)?;
        let exchanges = [self.exchange(&long, &request).await];
        entries.push(report::HUGE.found(judge::conversation(&exchanges, Expect::Words)));

        let plain: Value = serde_json::from_slice(&self.endpoint.fitted(&request)?)?;
        let mut grown = plain.clone();
        grown["weather"] = json!({ "sunny": true });
        grown["conversation"]["mood"] = json!("curious");
        grown["trigger"]["turn"]["colour"] = json!(["green"]);
        entries.push(report::NEW_FIELDS.found(judge::from_the_future(&self.sent_json(&grown).await)));
        let mut unheard_of = plain.clone();
        unheard_of["trigger"]["type"] = json!("MOON_ROSE");
        entries.push(report::NEW_TRIGGER.found(judge::from_the_future(&self.sent_json(&unheard_of).await)));

        let mut cut = serde_json::to_vec(&plain)?;
        cut.truncate(cut.len() * 2 / 3);
        entries.push(report::TRUNCATED.found(judge::senseless(&self.sent(cut.into()).await)));
        let mixed_up = json!({ "requestId": 7, "expires": [], "trigger": "TURN", "conversation": [], "turns": {} });
        entries.push(report::WRONG_TYPES.found(judge::senseless(&self.sent_json(&mixed_up).await)));
        Ok(entries)
    }

    /// Forged requests.
    async fn unproven(&self) -> anyhow::Result<Vec<Entry>> {
        let (_, request) = self.waiting("Hello").await?;
        let body = Bytes::from(serde_json::to_vec(&request)?);
        let right = self.letter(body.clone());
        let other = self.letter(Bytes::from_static(b"{}"));
        let old = self.endpoint.letter(right.id.clone(), self.clock.now().plus_ms(-OLD_MS), body.clone());
        let mut entries = Vec::new();
        for (check, letter) in [
            (report::WRONG_BEARER, Letter { bearer: "not-the-secret-of-this-hub".into(), ..right.clone() }),
            (report::UNSIGNED, Letter { signature: None, ..right.clone() }),
            (report::WRONG_SIGNATURE, Letter { signature: Some(forged()), ..right.clone() }),
            (report::ALTERED, Letter { body, ..other }),
            (report::STALE, old),
        ] {
            entries.push(check.found(judge::unproven(&self.delivered(&letter).await)));
        }
        Ok(entries)
    }

    /// A conversation whose first turn is pending.
    async fn waiting(&self, words: &str) -> anyhow::Result<(Rehearsal, LogicRequestBody)> {
        let mut talk = self.begin("Carmen Menzel")?;
        talk.customer_writes(words)?;
        let request = newest(&mut talk)?;
        Ok((talk, request))
    }

    /// Sends everything pending, in order, and carries out the answers.
    async fn catch_up(&self, talk: &mut Rehearsal) -> Vec<Exchange> {
        let mut exchanges = Vec::new();
        while let Some(request) = talk.ask() {
            let (mut exchange, answer) = self.told(talk, &request).await;
            match (answer, &exchange.came) {
                (Some(answer), _) => {
                    if let Some(failure) = talk.answered(request.request_id, answer) {
                        exchange.came = Err(failure);
                    }
                }
                (None, Err(failure)) => talk.failed(request.request_id, failure.clone()),
                (None, Ok(_)) => {}
            }
            exchanges.push(exchange);
        }
        exchanges
    }

    async fn exchange(&self, talk: &Rehearsal, request: &LogicRequestBody) -> Exchange {
        self.told(talk, request).await.0
    }

    async fn told(&self, talk: &Rehearsal, request: &LogicRequestBody) -> (Exchange, Option<LogicResponseBody>) {
        let began = Instant::now();
        let (_, answered) = self.endpoint.ask(request, self.clock.now(), self.timeout()).await;
        let (later, came) = match answered {
            Answered::Now(understood) => (false, Ok(*understood)),
            Answered::Failed(failure) => (false, Err(failure)),
            Answered::Later => {
                let answer = self.door.answer((talk.state.id, request.request_id), began + self.timeout()).await;
                (true, answer.ok_or(LogicFailure::TimedOut { after_ms: self.timeout_ms }))
            }
        };
        let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let came = came.and_then(|understood| match answer::own(request.request_id, &understood.answer) {
            Ok(()) => Ok(understood),
            Err(mistake) => Err(LogicFailure::Malformed { detail: mistake.to_string() }),
        });
        let unknown = came.as_ref().map(|understood| understood.unknown.clone()).unwrap_or_default();
        let came = came.map(|understood| understood.answer);
        let invitations = came.as_ref().map_or_else(|_| Vec::new(), |answer| judge::invitations(&answer.actions));
        let refused = invitations.iter().find_map(|one| Some((one.action, one.way.as_ref().err()?.to_string())));
        let came = match refused {
            Some((action, detail)) => Err(LogicFailure::Refused { action, detail }),
            None => came,
        };
        let actions = came.as_ref().map(|answer| answer.actions.clone()).map_err(Clone::clone);
        (Exchange { trigger: request.trigger.kind, took_ms, later, came: actions, invitations, unknown }, came.ok())
    }

    fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms.max(0).cast_unsigned())
    }

    fn letter(&self, body: Bytes) -> Letter {
        self.endpoint.letter(Uuid::now_v7().to_string(), self.clock.now(), body)
    }

    async fn sent_json(&self, body: &Value) -> Result<Vec<Action>, LogicFailure> {
        self.sent(body.to_string().into()).await
    }

    async fn sent(&self, body: Bytes) -> Result<Vec<Action>, LogicFailure> {
        self.delivered(&self.letter(body)).await
    }

    async fn delivered(&self, letter: &Letter) -> Result<Vec<Action>, LogicFailure> {
        match self.endpoint.deliver(letter, self.timeout()).await.1 {
            Answered::Now(understood) => Ok(understood.answer.actions),
            Answered::Later => Ok(Vec::new()),
            Answered::Failed(failure) => Err(failure),
        }
    }
}

/// A request about the newest event, as if everything before had been sent.
fn newest(talk: &mut Rehearsal) -> anyhow::Result<LogicRequestBody> {
    talk.skip_to_latest();
    talk.ask().ok_or_else(|| anyhow::anyhow!("BUG: a turn is always told"))
}

/// Only Your Logic is left: it must say something.
fn handed_back(exchanges: &[Exchange]) -> Finding {
    let said = exchanges.iter().rposition(|exchange| {
        exchange.came.as_ref().is_ok_and(|actions| actions.iter().any(|a| judge::speaks(a) || judge::calls(a)))
    });
    match said {
        Some(at) if exchanges.iter().all(|exchange| exchange.came.is_ok()) => {
            judge::conversation(&exchanges[..=at], Expect::Words)
        }
        _ => judge::conversation(exchanges, Expect::Words),
    }
}

fn packet() -> Action {
    let wish = vec![Point { text: "A window seat for a cello".into(), turns: Vec::new() }];
    let handover = Some(Box::new(Handover { wish, ..Handover::default() }));
    Action::Note { text: "Would like to fly with a cello".into(), handover }
}

fn menu() -> Action {
    let choice = |id: &str, label: &str| Choice { id: id.into(), label: label.into() };
    Action::Question {
        text: "What is it about?".into(),
        choices: vec![choice("order", "An order"), choice("booking", "A booking")],
        force: false,
        turn: None,
        key: None,
        language: None,
        library: None,
    }
}

fn is_for_a_person(choice: &Choice) -> bool {
    let text = format!("{} {}", choice.id, choice.label).to_lowercase();
    ["person", "human", "agent"].iter().any(|word| text.contains(word))
}

fn forged() -> String {
    use base64::Engine as _;
    format!("v1,{}", base64::engine::general_purpose::STANDARD.encode([7_u8; 32]))
}
