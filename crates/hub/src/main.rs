//! `tandem-hub` on the command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use clap::{Parser, Subcommand};
use tandem_hub::config::{Config, ConfigError, Environment, Flags};
use tandem_hub::kit::LogicCommand;
use tandem_hub::terminal::{is_unread, log, remark, say};
use tandem_hub::{
    AnalyticsCommand, BackedUp, BrandCommand, Clock, ExportCommand, HoursCommand, Hub, LibraryCommand, Restored,
    ReviewPlanCommand, UserCommand, WhatsappCommand, backup, bind, copy, doctor, raise_file_limit, replace_missing_key,
    restore, serve, serve_metrics,
};

/// Returns the memory of thousands of connections to the system when they have gone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tandem's hub: people and AI handle live customer conversations together.
#[derive(Parser)]
#[command(name = "tandem-hub", version)]
struct Arguments {
    /// Settings file [default: tandem.toml in the working folder, if present]
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Folder of the database and the files [default: tandem-data]
    #[arg(long, global = true)]
    data: Option<String>,
    /// Address of a PostgreSQL database for the tables; better given as TANDEM_POSTGRES, where others do not see it
    #[arg(long, global = true, value_name = "URL")]
    postgres: Option<String>,
    /// For user and brand: create a missing database. Also for serve: create a lost identity.key
    #[arg(long, global = true)]
    create: bool,
    #[command(subcommand)]
    command: What,
}

#[derive(Subcommand)]
enum What {
    /// Serve the API, the web chat and the agents' desks
    Serve {
        /// Address and port [default: 127.0.0.1:7700]
        #[arg(long)]
        listen: Option<String>,
    },
    /// Users of the desk
    #[command(subcommand)]
    User(UserCommand),
    /// Brands of the web chat
    #[command(subcommand)]
    Brand(BrandCommand),
    /// Business hours of the account and of brands
    #[command(subcommand)]
    Hours(HoursCommand),
    /// How brands ask for reviews
    #[command(subcommand)]
    ReviewPlan(ReviewPlanCommand),
    /// Numbers on WhatsApp
    #[command(subcommand)]
    Whatsapp(WhatsappCommand),
    /// Questions and quick replies: export and import
    #[command(subcommand)]
    Library(LibraryCommand),
    /// The tables of figures and exports
    #[command(subcommand)]
    Analytics(AnalyticsCommand),
    /// Write the tables of analytics as files into a new folder; the hub may keep running
    Export(ExportCommand),
    /// Write all data into one archive; the hub may keep running
    Backup {
        /// The new archive, such as tandem-2026-11-26.tar
        file: PathBuf,
    },
    /// Restore an archive into a new folder
    Restore {
        /// The archive
        file: PathBuf,
    },
    /// Copy the tables of a folder into the empty database of PostgreSQL that the settings name; no hub may run. A copy that
    /// was cut off goes on
    Copy {
        /// The folder of the hub [default: the setting data]
        #[arg(long)]
        from: Option<PathBuf>,
        /// Address of the database [default: the setting postgres]
        #[arg(long, value_name = "URL")]
        to: Option<String>,
    },
    /// Check settings, folder, database, disk and Your Logic; fails if something is wrong
    Doctor,
    /// Tools for the developers of Your Logic
    #[command(subcommand)]
    Logic(LogicCommand),
}

/// Exit status for invalid settings, so that a service manager does not retry.
const WRONG_SETTINGS: u8 = 78;

fn main() -> ExitCode {
    let (log, _written_at_the_end) = log();
    tracing_subscriber::fmt().with_env_filter(tandem_hub::log_filter()).with_writer(log).init();
    std::panic::set_hook(Box::new(report_panic));
    match run(Arguments::parse()) {
        Ok(code) => code,
        // One line and no backtrace: it is most likely an operator's mistake.
        Err(error) if is_unread(&error) => ExitCode::FAILURE,
        Err(error) => {
            remark(format_args!("{error:#}"));
            if error.is::<ConfigError>() { WRONG_SETTINGS.into() } else { ExitCode::FAILURE }
        }
    }
}

/// A panic's message may quote what people wrote, so the log gets only the location.
fn report_panic(panic: &std::panic::PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let words = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(its message is left out)");
    let backtrace = std::backtrace::Backtrace::capture();
    tracing::error!(place, words, %backtrace, "a part of the hub failed, which is a bug");
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { config, data, postgres, create, command } = arguments;
    let flags = Flags::new(config).with("data", "--data", data).with("postgres", "--postgres", postgres);
    let flags = match &command {
        What::Serve { listen } => flags.with("listen", "--listen", listen.clone()),
        What::Logic(logic) => logic.flags(flags),
        What::Copy { to, .. } => flags.with("postgres", "--to", to.clone()),
        What::User(_)
        | What::Brand(_)
        | What::Hours(_)
        | What::ReviewPlan(_)
        | What::Whatsapp(_)
        | What::Library(_)
        | What::Analytics(_)
        | What::Export(_)
        | What::Backup { .. }
        | What::Restore { .. }
        | What::Doctor => flags,
    };
    let config = Config::load(&flags, &Environment::of_process())?;
    if create && config.tables().has_hub()? && replace_missing_key(&config.tables())? {
        remark(format_args!(
            "Created a new identity.key: every website that identifies its visitors needs its new secret"
        ));
    }
    match command {
        What::Serve { .. } => {
            let runtime = tokio::runtime::Runtime::new()?;
            let served = runtime.block_on(serve_until_stopped(config));
            // A disk that does not answer must not keep a stopped hub.
            runtime.shutdown_background();
            served?;
        }
        What::Logic(command) => {
            if !tokio::runtime::Runtime::new()?.block_on(command.run(config))? {
                return Ok(ExitCode::FAILURE);
            }
        }
        What::Backup { file } => {
            let folder = format!("{} ({})", config.data.display(), config.data_from);
            ensure!(
                config.postgres.is_none(),
                "The tables are in PostgreSQL: back them up with pg_dump, and then {} (docs/operating.md)",
                config.data.display()
            );
            ensure!(config.tables().has_hub()?, no_database(&folder));
            remark(format_args!("Data: {folder}"));
            let BackedUp { summary, lost, removed } = backup(&config.data, &file)?;
            say(summary)?;
            if !removed.is_empty() {
                remark(format_args!("Removed what unfinished backups left there: {}", removed.join(", ")));
            }
            if !lost.is_empty() {
                remark(format_args!(
                    "{} files that conversations name are missing or damaged in {} and in this backup; take them from an \
                     older one: {}",
                    lost.len(),
                    config.data.display(),
                    lost.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ")
                ));
                return Ok(ExitCode::FAILURE);
            }
        }
        What::Restore { file } => {
            ensure!(
                config.postgres.is_none(),
                "An archive is restored into a folder: leave out postgres, and then copy it with tandem-hub copy"
            );
            let Restored { summary, lost } = restore(&file, &config.data)?;
            say(format_args!("{summary} into {} ({})", config.data.display(), config.data_from))?;
            if !lost.is_empty() {
                remark(format_args!(
                    "{} files that conversations name were missing or damaged when the backup was made; take them from an \
                     older one: {}",
                    lost.len(),
                    lost.iter().take(10).map(String::as_str).collect::<Vec<_>>().join(", ")
                ));
                return Ok(ExitCode::FAILURE);
            }
        }
        What::Copy { from, .. } => {
            let to = config.postgres.as_ref().context(
                "Name the database with the setting postgres, as in TANDEM_POSTGRES=postgres://USER:PASSWORD@HOST/DATABASE",
            )?;
            let from = from.unwrap_or_else(|| config.data.clone());
            let mut told = String::new();
            let summary = copy(&from, to, |table, there, of| {
                if there == of || told != table {
                    table.clone_into(&mut told);
                    remark(format_args!("{table}: {there} of {of}"));
                }
            })?;
            say(format_args!(
                "{summary}. Serve it with postgres and --data {}: files, identity.key and exports stay there",
                from.display()
            ))?;
        }
        What::Doctor => {
            let is_well = tokio::runtime::Runtime::new()?.block_on(doctor(&config, |line| drop(say(line))));
            if !is_well {
                return Ok(ExitCode::FAILURE);
            }
        }
        What::User(command) => {
            data_of(&config, create)?;
            command.run(&config)?;
        }
        What::Hours(command) => {
            data_of(&config, create)?;
            command.run(&config)?;
        }
        What::ReviewPlan(command) => {
            data_of(&config, create)?;
            command.run(&config)?;
        }
        What::Whatsapp(command) => {
            data_of(&config, create)?;
            command.run(&config)?;
        }
        What::Library(command) => {
            data_of(&config, create)?;
            command.run(&config)?;
        }
        What::Export(command) => {
            data_of(&config, false)?;
            command.run(&config)?;
        }
        What::Analytics(command) => {
            data_of(&config, false)?;
            command.run(&config)?;
        }
        What::Brand(command) => {
            // Adding the first user may create the database.
            data_of(&config, create || command.may_begin())?;
            command.run(&config)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the folder, and refuses to create a database unasked.
fn data_of(config: &Config, create: bool) -> anyhow::Result<()> {
    let folder = format!("{} ({})", config.tables(), config.data_from);
    match (config.tables().has_hub()?, create) {
        (true, _) => remark(format_args!("Data: {folder}")),
        (false, true) => remark(format_args!("Data: {folder}; created a new database")),
        (false, false) => {
            bail!("{}. For a new hub, add a brand first (tandem-hub brand add), or say --create", no_database(&folder))
        }
    }
    Ok(())
}

fn no_database(folder: &str) -> String {
    format!("There is no database in {folder}. Name the hub's folder with --data, TANDEM_DATA or data in tandem.toml")
}

async fn serve_until_stopped(config: Config) -> anyhow::Result<()> {
    pass_over_other_signals()?;
    let files = raise_file_limit();
    let listener = bind(&config.listen).await?;
    let address = listener.local_addr()?;
    let metrics = config.metrics.clone();
    let (data, logic) = (config.tables().to_string(), config.logic.is_some());
    let is_open = !address.ip().is_loopback() && config.trusted_proxies.iter().all(|proxy| proxy.addr().is_loopback());
    let hub = Hub::start(config, Clock::system())?;
    tracing::info!(%address, data, logic, files, "serving");
    if is_open {
        tracing::warn!(%address, "other machines reach the hub without TLS: put a proxy in front (docs/proxy.md)");
    }
    if let Some(address) = metrics {
        let listener = bind(&address).await.context("Cannot serve metrics (metrics, TANDEM_METRICS)")?;
        tracing::info!(address = %listener.local_addr()?, "serving metrics");
        serve_metrics(&hub, listener);
    }
    // Listens for signals before the hub announces itself.
    let signals = Signals::listen();
    drop(say(format_args!("listening on http://{address}")));
    serve(hub, listener, stopped(signals)).await?;
    tracing::info!("stopped");
    Ok(())
}

/// How long a stopped hub may finish what is under way. A disk or database that hangs must not keep it.
const FINISHING: Duration = Duration::from_secs(20);

/// Resolves at the first stop signal. A second one ends the process at once, and so does time.
async fn stopped(signals: std::io::Result<Signals>) {
    let Ok(mut signals) = signals else { return std::future::pending().await };
    let signal = signals.next().await;
    tracing::info!(signal, "stopping; a second signal ends at once");
    tokio::spawn(async move {
        match tokio::time::timeout(FINISHING, signals.next()).await {
            Ok(signal) => tracing::warn!(signal, "ended before everything was finished"),
            Err(_) => tracing::error!("ended before everything was finished: something does not answer"),
        }
        // The log is written by a thread of its own.
        tokio::time::sleep(Duration::from_millis(100)).await;
        std::process::exit(1);
    });
}

/// Signals that mean nothing here would end the process without a word.
#[cfg(unix)]
fn pass_over_other_signals() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut others = vec![
        ("SIGUSR1", SignalKind::user_defined1()),
        ("SIGUSR2", SignalKind::user_defined2()),
        ("SIGALRM", SignalKind::alarm()),
        ("SIGIO", SignalKind::io()),
    ];
    if cfg!(target_os = "linux") {
        let raw = |(name, number)| (name, SignalKind::from_raw(number));
        // After SIGXFSZ, the write that was too long fails and says so.
        others.extend([("SIGXFSZ", 25), ("SIGVTALRM", 26), ("SIGPROF", 27)].map(raw));
    }
    for (name, kind) in others {
        let mut received = signal(kind)?;
        tokio::spawn(async move {
            while received.recv().await.is_some() {
                tracing::warn!(signal = name, "ignored a signal; SIGTERM stops the hub");
            }
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn pass_over_other_signals() -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
struct Signals([(&'static str, tokio::signal::unix::Signal); 3]);

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self([
            ("SIGTERM", signal(SignalKind::terminate())?),
            ("SIGINT", signal(SignalKind::interrupt())?),
            ("SIGHUP", signal(SignalKind::hangup())?),
        ]))
    }

    async fn next(&mut self) -> &'static str {
        let [(term, terminated), (int, interrupted), (hup, hung_up)] = &mut self.0;
        tokio::select! {
            _ = terminated.recv() => term,
            _ = interrupted.recv() => int,
            _ = hung_up.recv() => hup,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> &'static str {
        let _ = tokio::signal::ctrl_c().await;
        "Ctrl+C"
    }
}
