//! `help_to_notification_p50_ms`, `_p99_ms`, `withdraw_p99_ms`, and the same for supervisors: from the hub to the system's
//! notification service, through the real app, under load.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use tandem_protocol::agents::AgentCommand;
use tokio::task::JoinSet;

use super::clock::now_ms;
use super::crowd::{Guest, Seat, gather};
use super::desktop::{Desktop, Heard};
use super::report::percentile;
use super::sockets::{Pace, pump};
use super::{Bench, Better, Figure};
use crate::hub_process::{BRAND, HubOptions, HubProcess, find_binary};
use crate::people::Customer;

/// Conversations in progress at the hub.
const CONVERSATIONS: usize = 10_000;
/// Of these, conversations in which customers write.
const TALKING: usize = 250;
/// Agents engaged in them.
pub(super) const AGENTS: usize = 25;
/// Additional events per second.
const EVENTS: f64 = 500.0;
/// Interval between calls for help.
const BETWEEN: Duration = Duration::from_millis(40);
/// Pause before the first call of a run.
const CALM: Duration = Duration::from_secs(2);
/// Seconds of one run; a percentile needs samples.
const SECONDS: f64 = 20.0;
/// A supervisor's desk fetches everything first.
const SIGN_IN: Duration = Duration::from_secs(120);

/// One call for help, in milliseconds.
#[derive(Clone, Copy)]
struct Sample {
    /// From the hub's time of the event.
    flagged: f64,
    /// From before the command was sent.
    sent: f64,
    withdrawn: f64,
}

/// An agent's desk: it hears of calls and of its own conversations.
pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let runs = called(bench, "agent").await?;
    let input = input(&runs);
    let sent = of("", &runs, |sample| sample.sent, 0.5).value;
    Ok(vec![
        of("help_to_notification_p50_ms", &runs, |sample| sample.flagged, 0.5)
            .with_bar(10.0)
            .on(format!("{input}; {sent:.1} from before the command is sent")),
        of("help_to_notification_p99_ms", &runs, |sample| sample.flagged, 0.99).with_bar(50.0).on("the same"),
        of("withdraw_p99_ms", &runs, |sample| sample.withdrawn, 0.99)
            .with_bar(100.0)
            .on("from before a colleague's Join is sent to CloseNotification"),
    ])
}

/// A supervisor's desk, with all conversations and all messages.
pub(super) async fn measure_for_supervisor(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let runs = called(bench, "supervisor").await?;
    let on = format!("{}, which keeps all conversations", input(&runs));
    Ok(vec![
        of("help_to_supervisor_p50_ms", &runs, |sample| sample.flagged, 0.5).on(on),
        of("help_to_supervisor_p99_ms", &runs, |sample| sample.flagged, 0.99).with_bar(50.0).on("the same"),
    ])
}

fn of(name: &'static str, runs: &[Vec<Sample>], value: fn(&Sample) -> f64, share: f64) -> Figure {
    let each = |samples: &Vec<Sample>| percentile(&mut samples.iter().map(value).collect::<Vec<_>>(), share);
    Figure::of(name, "ms", Better::Lower, &runs.iter().map(each).collect::<Vec<_>>())
}

fn input(runs: &[Vec<Sample>]) -> String {
    let count = runs.last().map_or(0, Vec::len);
    format!(
        "{CONVERSATIONS} live conversations, {EVENTS} events/s, {count} calls a run; from the hub's own time of the event \
         to Notify on D-Bus, real app"
    )
}

/// The calls of each run, as they come to the desk of a user with this role.
async fn called(bench: &Bench, role: &str) -> anyhow::Result<Vec<Vec<Sample>>> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    let mut seats = Vec::new();
    for n in 0..AGENTS {
        seats.push(Seat::take(&hub, n).await?);
    }
    let colleague = Seat::take(&hub, AGENTS).await?;
    eprintln!("  {CONVERSATIONS} customers come");
    let guests = gather(&hub, CONVERSATIONS - TALKING, &seats).await?;
    hub.add_user("maya@northwind.example", "Maya Ortiz", role)?;
    let desktop = Desktop::start().await?;
    let window = desktop.open(&hub.url).await?;
    window.sign_in(&hub.url, "maya@northwind.example", SIGN_IN).await?;
    let mut rest = guests.iter().enumerate();
    let mut runs = Vec::new();
    for run in 0..bench.runs {
        let (customers, agents) = talkers(&hub, &seats, run).await?;
        let mut samples = Vec::new();
        let calling = async {
            // By then the talkers' own calls, answered at once, are off the screen.
            let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + CALM, BETWEEN);
            loop {
                ticks.tick().await;
                let (n, guest) = rest.next().context("there are not enough conversations")?;
                let seat = seats.get(n % AGENTS).context("BUG: everybody has an agent")?;
                samples.push(call_for_help(&desktop, guest, seat, &colleague).await?);
            }
        };
        let seconds = bench.seconds.max(SECONDS);
        let outcome = tokio::select! {
            outcome = pump(customers, agents, Pace::Rate(EVENTS), seconds) => outcome?,
            failed = calling => { let failed: anyhow::Result<std::convert::Infallible> = failed; failed.map(|n| match n {})? }
        };
        ensure!(outcome.per_s > EVENTS * 0.9, "only {:.0} of {EVENTS} events per second", outcome.per_s);
        runs.push(samples);
    }
    window.close().await?;
    Ok(runs)
}

/// Sockets of the writing customers and of all agents.
pub(super) async fn talkers(
    hub: &HubProcess,
    seats: &[Seat],
    run: usize,
) -> anyhow::Result<(Vec<crate::net::Socket>, Vec<crate::net::Socket>)> {
    let mut coming = JoinSet::new();
    let url: Arc<str> = hub.url.as_str().into();
    for n in 0..TALKING {
        let (url, seat) = (Arc::clone(&url), seats.get(n % AGENTS).context("BUG: there are agents")?.clone());
        coming.spawn(async move {
            let mut customer = Customer::arrive(&url, BRAND, &format!("Talker {run}-{n}")).await?;
            customer.write("Is anybody there?").await?;
            let conversation = customer.conversation().await?;
            seat.command(conversation, AgentCommand::Join { call: None }).await?;
            anyhow::Ok(customer.into_socket())
        });
    }
    let mut customers = Vec::new();
    while let Some(came) = coming.join_next().await {
        customers.push(came.context("a customer broke")??);
    }
    let mut agents = Vec::new();
    for seat in seats {
        agents.push(seat.listen().await?);
    }
    Ok((customers, agents))
}

/// The engaged agent asks for help, Maya's desktop shows it, a colleague joins, and it disappears.
async fn call_for_help(desktop: &Desktop, guest: &Guest, seat: &Seat, colleague: &Seat) -> anyhow::Result<Sample> {
    let id = guest.conversation;
    let sent_ms = now_ms();
    seat.command(id, AgentCommand::AskForHelp { reason: "Please look at this booking.".into() }).await?;
    let title = format!("{} needs help", guest.name);
    let is_it = |heard| match heard {
        Heard::Shown { id, summary, at_ms } if summary == title => Some((id, at_ms)),
        _ => None,
    };
    let (number, shown_ms) = desktop.notifications.until(&title, is_it).await?;
    let help = colleague.state(id).await?.help.context("help is not needed any more")?;
    let joined_ms = now_ms();
    colleague.command(id, AgentCommand::Join { call: Some(help.call) }).await?;
    let is_it = |heard| match heard {
        Heard::Withdrawn { id, at_ms } if id == number => Some(at_ms),
        _ => None,
    };
    let gone_ms = desktop.notifications.until("the notification to go", is_it).await?;
    Ok(Sample { flagged: shown_ms - help.since.0 as f64, sent: shown_ms - sent_ms, withdrawn: gone_ms - joined_ms })
}
