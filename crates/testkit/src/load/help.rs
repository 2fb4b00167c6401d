//! `help_to_notification_p50_ms`, `_p99_ms` and `withdraw_p99_ms`: from the hub to the system's notification service,
//! through the real app, under load.

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

/// One call for help, in milliseconds.
#[derive(Clone, Copy)]
struct Sample {
    /// From the hub's time of the event.
    flagged: f64,
    /// From before the command was sent.
    sent: f64,
    withdrawn: f64,
}

pub(super) async fn measure(bench: &Bench) -> anyhow::Result<Vec<Figure>> {
    let hub = HubProcess::start(&find_binary("tandem-hub")?, &HubOptions::default())?;
    let mut seats = Vec::new();
    for n in 0..AGENTS {
        seats.push(Seat::take(&hub, n).await?);
    }
    let colleague = Seat::take(&hub, AGENTS).await?;
    eprintln!("  {CONVERSATIONS} customers come");
    let guests = gather(&hub, CONVERSATIONS - TALKING, &seats).await?;
    hub.add_user("maya@northwind.example", "Maya Ortiz", "agent")?;
    let desktop = Desktop::start().await?;
    let window = desktop.open(&hub.url).await?;
    window.sign_in(&hub.url, "maya@northwind.example", Duration::from_secs(60)).await?;
    let (mut p50s, mut p99s, mut sent_p50s, mut withdrawn) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rest = guests.iter().enumerate();
    let mut count = 0;
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
        let each = |of: fn(&Sample) -> f64| samples.iter().map(of).collect::<Vec<_>>();
        p50s.push(percentile(&mut each(|sample| sample.flagged), 0.5));
        p99s.push(percentile(&mut each(|sample| sample.flagged), 0.99));
        sent_p50s.push(percentile(&mut each(|sample| sample.sent), 0.5));
        withdrawn.push(percentile(&mut each(|sample| sample.withdrawn), 0.99));
        count = samples.len();
    }
    window.close().await?;
    let of = |name, values: &[f64]| Figure::of(name, "ms", Better::Lower, values);
    let input = format!(
        "{CONVERSATIONS} live conversations, {EVENTS} events/s, {count} calls a run; from the hub's own time of the \
         event to Notify on D-Bus, real app"
    );
    let sent = of("", &sent_p50s).value;
    Ok(vec![
        of("help_to_notification_p50_ms", &p50s)
            .with_bar(10.0)
            .on(format!("{input}; {sent:.1} from before the command is sent")),
        of("help_to_notification_p99_ms", &p99s).with_bar(50.0).on("the same"),
        of("withdraw_p99_ms", &withdrawn)
            .with_bar(100.0)
            .on("from before a colleague's Join is sent to CloseNotification"),
    ])
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
