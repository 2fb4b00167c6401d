//! `tandem-hub` on the command line.

use std::io::Read as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use tandem_conversation::Role;
use tandem_hub::config::{Config, Flags};
use tandem_hub::kit::LogicCommand;
use tandem_hub::{Clock, Hub, NewBrand, NewUser, add_brand, add_user, brand_secret, serve};
use tokio::net::TcpListener;

/// Tandem's hub: where people and AI handle live customer conversations together.
#[derive(Parser)]
#[command(name = "tandem-hub", version)]
struct Arguments {
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Serve the API, the web chat and the agents' desks
    Serve {
        /// Settings file; `tandem.toml` of the working folder unless given
        #[arg(long)]
        config: Option<PathBuf>,
        /// Address and port [default: 127.0.0.1:7700]
        #[arg(long)]
        listen: Option<String>,
        /// Folder of the database and the files [default: tandem-data]
        #[arg(long)]
        data: Option<PathBuf>,
    },
    /// Users of the desk
    #[command(subcommand)]
    User(UserWhat),
    /// Brands of the web chat
    #[command(subcommand)]
    Brand(BrandWhat),
    /// Tools for the developers of Your Logic
    #[command(subcommand)]
    Logic(LogicCommand),
}

#[derive(Subcommand)]
enum UserWhat {
    /// Add a user, or change the one of this address
    Add {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// agent, supervisor or admin
        #[arg(long)]
        role: Role,
        /// The most conversations at once
        #[arg(long, default_value_t = NewUser::CAPACITY)]
        capacity: u32,
        /// Id of a brand whose conversations they take; repeatable; all unless given
        #[arg(long = "brand")]
        brands: Vec<String>,
        /// A language they take, such as de; repeatable; all unless given
        #[arg(long = "language")]
        languages: Vec<String>,
        /// Read the password from standard input; otherwise from TANDEM_PASSWORD
        #[arg(long)]
        password_stdin: bool,
        #[arg(long, env = "TANDEM_DATA", default_value = "tandem-data")]
        data: PathBuf,
    },
}

#[derive(Subcommand)]
enum BrandWhat {
    /// Add a brand, or change the one of this id
    Add {
        /// What pages write into the element: lower-case letters, digits, hyphens
        #[arg(long)]
        id: String,
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "Hello! How can we help you?")]
        greeting: String,
        /// Colour of buttons
        #[arg(long, default_value = "#2f5bea")]
        accent: String,
        /// Host of a page that may show the chat; repeatable; * for all
        #[arg(long = "domain", required = true)]
        domains: Vec<String>,
        #[arg(long, env = "TANDEM_DATA", default_value = "tandem-data")]
        data: PathBuf,
    },
    /// Tell the secret with which a brand's website says who its visitors are
    Secret {
        #[arg(long)]
        id: String,
        /// Make a new one; what was signed with the one before counts no more
        #[arg(long)]
        renew: bool,
        #[arg(long, env = "TANDEM_DATA", default_value = "tandem-data")]
        data: PathBuf,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt().with_env_filter(tandem_hub::log_filter()).with_writer(std::io::stderr).init();
    match Arguments::parse().command {
        What::Serve { config, listen, data } => {
            let config = Config::load(&Flags { config, listen, data }, |name| std::env::var(name).ok())?;
            tokio::runtime::Runtime::new()?.block_on(run(config))?;
        }
        What::Logic(command) => {
            if !tokio::runtime::Runtime::new()?.block_on(command.run())? {
                return Ok(ExitCode::FAILURE);
            }
        }
        What::User(UserWhat::Add { email, name, role, capacity, brands, languages, password_stdin, data }) => {
            let password = password(password_stdin)?;
            let user = NewUser { email: email.clone(), name, role, password, capacity, brands, languages };
            let id = add_user(&data, user)?;
            println!("{email} is {} {id}", role.name());
        }
        What::Brand(BrandWhat::Add { id, name, greeting, accent, domains, data }) => {
            add_brand(&data, NewBrand { key: id.clone(), name, greeting, accent, domains })?;
            println!("<universal-chat brand=\"{id}\"></universal-chat>");
        }
        What::Brand(BrandWhat::Secret { id, renew, data }) => println!("{}", brand_secret(&data, &id, renew)?),
    }
    Ok(ExitCode::SUCCESS)
}

fn password(from_stdin: bool) -> anyhow::Result<String> {
    if !from_stdin {
        return std::env::var("TANDEM_PASSWORD")
            .context("Give the password on standard input (--password-stdin) or in TANDEM_PASSWORD");
    }
    let mut text = String::new();
    std::io::stdin().lock().take(4096).read_to_string(&mut text).context("Cannot read the password")?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

async fn run(config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(&config.listen)
        .await
        .with_context(|| format!("Cannot listen on {}: is another program using it?", config.listen))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, data = %config.data.display(), logic = config.logic.is_some(), "serving");
    let hub = Hub::start(config, Clock::system())?;
    println!("listening on http://{address}");
    serve(hub, listener, stopped()).await
}

async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
