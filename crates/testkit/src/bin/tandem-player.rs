//! Plays customers into a running hub: the demo's dialogues, or recorded conversations.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use serde_json::json;
use tandem_conversation::Availability;
use tandem_testkit::cloud_api::{CloudApi, PHONE_NUMBER_ID, Webhooks};
use tandem_testkit::colleagues::{self, Office};
use tandem_testkit::dialogue;
use tandem_testkit::phones::{Phones, seconds};
use tandem_testkit::player::{Plan, Player, Settings, Summary};
use tandem_testkit::website::Website;

/// Plays customers into a running hub through its web chat.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
struct Arguments {
    #[command(subcommand)]
    elsewhere: Option<Elsewhere>,
    /// Address of the hub
    #[arg(long, default_value = "http://127.0.0.1:7700")]
    hub: String,
    /// Id of the brand whose web chat the customers use
    #[arg(long, default_value = "northwind")]
    brand: String,
    /// Written dialogues to play as a demo: a file or a folder; repeatable
    #[arg(long, required_unless_present = "replay")]
    dialogues: Vec<PathBuf>,
    /// Recorded conversations to play in order: a file (.jsonl, .jsonl.gz) or a folder
    #[arg(long, conflicts_with = "dialogues")]
    replay: Option<PathBuf>,
    /// How many times faster than recorded
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// The brand's secret; with it, some customers sign in on the website
    #[arg(long, env = "TANDEM_BRAND_SECRET", hide_env_values = true)]
    brand_secret: Option<String>,
    /// Maximum number of concurrent dialogues
    #[arg(long, default_value_t = 29)]
    at_once: usize,
    /// Start over when everything was played
    #[arg(long = "loop")]
    again: bool,
    /// Only the first N dialogues
    #[arg(long)]
    limit: Option<usize>,
    /// Seconds between starts (in a replay: the maximum)
    #[arg(long, default_value_t = 6.0)]
    stagger: f64,
    /// Seconds that customers stay after their last turn, for late answers [default: 600, in a replay 10]
    #[arg(long)]
    linger: Option<f64>,
}

/// Customers who come another way, and colleagues.
#[derive(Subcommand)]
enum Elsewhere {
    /// Plays customers on WhatsApp, with a Cloud API of their own
    Whatsapp(OnWhatsapp),
    /// Plays colleagues, who take calls for help, answer and complete
    Colleagues(AsColleagues),
}

#[derive(Args)]
struct AsColleagues {
    /// Address of the hub
    #[arg(long, default_value = "http://127.0.0.1:7700")]
    hub: String,
    /// E-mail of a user who takes calls; repeatable
    #[arg(long = "available")]
    available: Vec<String>,
    /// E-mail of a user who is here and takes none; repeatable
    #[arg(long = "away")]
    away: Vec<String>,
    /// The password of all of them
    #[arg(long, env = "TANDEM_COLLEAGUES_PASSWORD", hide_env_values = true)]
    password: String,
    /// Dialogues whose agents' words they say: a file or a folder; repeatable
    #[arg(long)]
    dialogues: Vec<PathBuf>,
    /// How many times faster than people
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
}

/// Works until one of them cannot, or the program is stopped.
async fn as_colleagues(arguments: AsColleagues) -> anyhow::Result<()> {
    anyhow::ensure!(arguments.speed > 0.0 && arguments.speed.is_finite(), "--speed: use a number greater than 0");
    let dialogues = dialogue::load(&arguments.dialogues)?.into_iter().map(|one| (one.name(), Arc::new(one)));
    let office = Office {
        hub: arguments.hub,
        password: arguments.password,
        speed: arguments.speed,
        dialogues: Arc::new(dialogues.collect()),
    };
    let available = arguments.available.into_iter().map(|email| (email, Availability::Available));
    let away = arguments.away.into_iter().map(|email| (email, Availability::Away));
    let mut all = tokio::task::JoinSet::new();
    for (email, status) in available.chain(away) {
        let office = office.clone();
        all.spawn(async move { colleagues::work(&office, &email, status).await });
    }
    println!("{} colleagues are at work at {} times their pace", all.len(), office.speed);
    tokio::select! {
        Some(ended) = all.join_next() => ended??,
        _ = tokio::signal::ctrl_c() => println!("stopped; the colleagues go home"),
    }
    Ok(())
}

#[derive(Args)]
struct OnWhatsapp {
    /// Address of the hub
    #[arg(long, default_value = "http://127.0.0.1:7700")]
    hub: String,
    /// Id of the number in the hub; add it with the address that is printed, and the access token `token-of-the-tests`
    #[arg(long, default_value = "demo")]
    number: String,
    /// The number's app secret
    #[arg(long, env = "TANDEM_WHATSAPP_APP_SECRET", hide_env_values = true)]
    app_secret: String,
    /// Where the Cloud API listens
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// Written dialogues to play: a file or a folder; repeatable
    #[arg(long, required = true)]
    dialogues: Vec<PathBuf>,
    /// How many times faster than written
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Only the first N dialogues
    #[arg(long)]
    limit: Option<usize>,
    /// Seconds between starts
    #[arg(long, default_value_t = 20.0)]
    stagger: f64,
}

/// Plays until the end, and then goes on reading what is sent to the phones.
async fn on_whatsapp(arguments: OnWhatsapp) -> anyhow::Result<()> {
    anyhow::ensure!(arguments.speed > 0.0 && arguments.speed.is_finite(), "--speed: use a number greater than 0");
    let stagger = Duration::try_from_secs_f64(arguments.stagger)?;
    let dialogues = dialogue::load(&arguments.dialogues)?.into_iter().map(Arc::new);
    let dialogues: Vec<_> = dialogues.take(arguments.limit.unwrap_or(usize::MAX)).collect();
    let api = Arc::new(CloudApi::listen(&arguments.listen).await?);
    api.add_template(json!({ "name": "news_about_your_request", "language": "en", "category": "UTILITY",
        "status": "APPROVED", "components": [{ "type": "BODY",
            "text": "Hello {{1}}, there is news about your request. Write to us, and we tell you more." }] }));
    println!("listening on {}", api.url());
    let url = format!("{}/channels/whatsapp/{}/webhook", arguments.hub, arguments.number);
    let hooks =
        Webhooks { url, app_secret: arguments.app_secret, phone_number_id: PHONE_NUMBER_ID.into(), clock: seconds };
    let phones = Phones::new(api, hooks, arguments.speed);
    let play = async {
        phones.connected().await;
        println!("playing {} dialogues on WhatsApp into {}", dialogues.len(), arguments.hub);
        let played = phones.play(&dialogues, stagger).await;
        println!("{played} of {} were played to their end", dialogues.len());
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = play => {}
        () = phones.report() => {}
        _ = tokio::signal::ctrl_c() => println!("stopped; the phones are switched off"),
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    match arguments.elsewhere {
        Some(Elsewhere::Whatsapp(arguments)) => {
            on_whatsapp(arguments).await?;
            return Ok(ExitCode::SUCCESS);
        }
        Some(Elsewhere::Colleagues(arguments)) => {
            as_colleagues(arguments).await?;
            return Ok(ExitCode::SUCCESS);
        }
        None => {}
    }
    anyhow::ensure!(arguments.speed > 0.0 && arguments.speed.is_finite(), "--speed: use a number greater than 0");
    let seconds = |name: &str, value: f64| {
        Duration::try_from_secs_f64(value).map_err(|_| anyhow::anyhow!("{name}: use a number of seconds"))
    };
    let stagger = seconds("--stagger", arguments.stagger)?;
    let paths = arguments.replay.as_ref().map_or_else(|| arguments.dialogues.clone(), |path| vec![path.clone()]);
    let dialogues: Vec<_> = dialogue::load(&paths)?.into_iter().map(Arc::new).collect();
    let linger = arguments.linger.unwrap_or(if arguments.replay.is_some() { 10.0 } else { 600.0 });
    let settings = Settings {
        speed: arguments.speed,
        at_once: arguments.at_once,
        linger: seconds("--linger", linger)?,
        website: arguments.brand_secret.as_deref().map(Website::new),
        ..Settings::new(&arguments.hub, &arguments.brand)
    };
    let plan = match arguments.replay {
        Some(_) => Plan::replay(&dialogues, stagger, arguments.speed),
        None => Plan::demo(&dialogues, stagger.div_f64(arguments.speed)),
    };
    let plan = plan.limited(arguments.limit.unwrap_or(usize::MAX));
    println!("playing {} dialogues at {} times their pace into {}", plan.slots.len(), settings.speed, settings.hub);
    let mut player = Player::new(settings, Arc::new(|line| println!("{line}")));
    let mut all = Summary::default();
    loop {
        let round = tokio::select! {
            round = player.play(plan.clone()) => round,
            _ = tokio::signal::ctrl_c() => {
                println!("stopped; customers leave their chats");
                break;
            }
        };
        println!("{round}");
        all.played.extend(round.played);
        if !arguments.again {
            break;
        }
    }
    for failed in all.failed() {
        eprintln!("{} ({}): {}", failed.customer, failed.dialogue, failed.error.as_deref().unwrap_or_default());
    }
    Ok(if all.failed().next().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
