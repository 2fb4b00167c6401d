//! Plays one plan.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;
use tandem_conversation::Time;
use tandem_testkit::chaos::{Chaos, Weather};
use tandem_testkit::plan::{Plan, Step};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::agent::Agent;
use crate::check;
use crate::customers::Customer;
use crate::home::Home;
use crate::house::House;
use crate::journal::Journal;
use crate::logic;
use crate::template::Template;

/// Time limit for everything to settle, however busy the machine is.
const QUIET_WITHIN: Duration = Duration::from_secs(40);
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// All clocks: one time, and each desk's deviation from it.
#[derive(Clone, Default)]
pub struct Clocks {
    ahead_ms: Arc<AtomicI64>,
    skew_ms: [Arc<AtomicI64>; 4],
}

impl Clocks {
    pub fn now(&self) -> Time {
        tandem_hub::Clock::system().now().plus_ms(self.ahead_ms.load(Ordering::Relaxed))
    }

    pub fn hub(&self) -> tandem_hub::Clock {
        let clocks = self.clone();
        tandem_hub::Clock::from(move || clocks.now())
    }

    pub fn desk(&self, number: usize) -> tandem_desk::Clock {
        let clocks = self.clone();
        let skew = Arc::clone(&self.skew_ms[number]);
        tandem_desk::Clock::new(move || clocks.now().plus_ms(skew.load(Ordering::Relaxed)))
    }
}

/// The setting of a plan.
struct Stage<'a> {
    plan: &'a Plan,
    clocks: Clocks,
    data: Home,
    house: Option<House>,
    /// Where customers find the hub.
    address: watch::Sender<Option<SocketAddr>>,
    agents: Vec<Agent>,
    customers: Vec<Arc<Customer>>,
    /// Faults that end by themselves.
    passing: Vec<(Instant, Passing)>,
    /// Customers' messages still to be delivered.
    writing: JoinSet<()>,
    http: reqwest::Client,
    journal: Arc<Journal>,
}

/// A temporary fault.
#[derive(Clone, Copy)]
enum Passing {
    Cable(usize),
    Disk(usize),
    HubsDisk,
}

/// Plays a plan and checks the result; an error says what is wrong.
pub fn play(plan: &Plan) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let done = runtime.block_on(async {
        let mut stage = Stage::set(plan).await;
        for (pause, step) in &plan.steps {
            tokio::time::sleep(*pause).await;
            stage.let_pass(Instant::now()).await;
            stage.journal.note(format!("{step:?}"));
            stage.take(step).await;
        }
        stage.calm_down().await;
        let done = stage.until_quiet().await;
        stage.end().await;
        done
    });
    runtime.shutdown_background();
    done
}

impl<'a> Stage<'a> {
    async fn set(plan: &'a Plan) -> Self {
        let template = Template::get();
        let (clocks, journal) = (Clocks::default(), Arc::new(Journal::default()));
        tandem_testkit::prepare_tls();
        let http =
            reqwest::Client::builder().no_proxy().tls_certs_only([]).timeout(Duration::from_secs(5)).build().unwrap();
        let mut stage = Self {
            plan,
            clocks,
            data: template.copy(),
            house: None,
            address: watch::channel(None).0,
            agents: Vec::new(),
            customers: Vec::new(),
            passing: Vec::new(),
            writing: JoinSet::new(),
            http,
            journal,
        };
        stage.open_house().await;
        for (number, tokens) in template.tokens.iter().take(plan.desks).enumerate() {
            let proxy = Chaos::start(plan.seed.wrapping_mul(31).wrapping_add(number as u64)).await.unwrap();
            proxy.set_hub(*stage.address.borrow());
            let (clock, journal) = (stage.clocks.desk(number), Arc::clone(&stage.journal));
            let mut agent = Agent::new(number, proxy, clock, tokens.clone(), journal);
            agent.start().await;
            // The first sign-in happens in fair weather: no one starts work in a storm.
            agent.proxy.set_weather(plan.weather);
            stage.agents.push(agent);
        }
        (0..plan.customers).for_each(|_| stage.customer_arrives());
        stage
    }

    async fn open_house(&mut self) {
        let logic = self.plan.logic.then(logic::url);
        let house = House::open(&self.data, &self.clocks, logic, self.plan.seed.is_multiple_of(3)).await;
        self.agents.iter().for_each(|agent| agent.proxy.set_hub(Some(house.address)));
        self.address.send_replace(Some(house.address));
        self.house = Some(house);
    }

    fn customer_arrives(&mut self) {
        let (http, journal) = (self.http.clone(), Arc::clone(&self.journal));
        self.customers.push(Customer::new(self.customers.len(), self.address.subscribe(), http, journal));
    }

    async fn take(&mut self, step: &Step) {
        match *step {
            Step::CustomerWrites { customer, silent } => {
                self.writing.spawn(Arc::clone(&self.customers[customer]).write(silent));
            }
            Step::CustomerArrives => {
                self.customer_arrives();
                let newest = self.customers.last().unwrap();
                self.writing.spawn(Arc::clone(newest).write(false));
            }
            Step::CustomerSignsIn { customer, who } => {
                self.writing.spawn(Arc::clone(&self.customers[customer]).sign_in(who));
            }
            Step::LogicCalls { which } => self.logic_calls(which).await,
            Step::Agent { desk, which, act } => self.agents[desk].act(which, act),
            Step::Unplug { desk, away } => {
                self.agents[desk].proxy.unplug();
                self.passing.push((Instant::now() + away, Passing::Cable(desk)));
            }
            Step::KillDesk { desk, away } => {
                self.agents[desk].kill().await;
                tokio::time::sleep(away).await;
                self.agents[desk].start().await;
            }
            Step::KillHub { away } => {
                self.agents.iter().for_each(|agent| agent.proxy.set_hub(None));
                self.address.send_replace(None);
                if let Some(house) = self.house.take() {
                    house.kill(&self.data).await;
                }
                tokio::time::sleep(away).await;
                // A hub that cannot reach its tables does not start.
                self.hubs_disk_is_full(false).await;
                self.open_house().await;
            }
            Step::MoveClock { seconds } => {
                self.clocks.ahead_ms.fetch_add(seconds * 1000, Ordering::Relaxed);
            }
            Step::SkewClock { desk, seconds } => {
                self.clocks.skew_ms[desk].store(seconds * 1000, Ordering::Relaxed);
            }
            Step::FillDisk { desk, away } => {
                self.agents[desk].disk_is_full(true).await;
                self.passing.push((Instant::now() + away, Passing::Disk(desk)));
            }
            Step::FillHubsDisk { away } => {
                self.hubs_disk_is_full(true).await;
                self.passing.push((Instant::now() + away, Passing::HubsDisk));
            }
        }
    }

    /// Ends temporary faults whose time is up.
    async fn let_pass(&mut self, now: Instant) {
        let (over, lasting): (Vec<_>, Vec<_>) = self.passing.drain(..).partition(|(until, _)| *until <= now);
        self.passing = lasting;
        for (_, passing) in over {
            match passing {
                Passing::Cable(desk) => self.agents[desk].proxy.plug_in(),
                Passing::Disk(desk) => self.agents[desk].disk_is_full(false).await,
                Passing::HubsDisk => self.hubs_disk_is_full(false).await,
            }
        }
    }

    /// Nothing can be written. In PostgreSQL that is one of three faults.
    async fn hubs_disk_is_full(&self, full: bool) {
        let is_elsewhere = match self.plan.seed % 3 {
            0 => self.data.is_full(full),
            1 => self.data.is_read_only(full),
            _ => self.data.is_cut_off(full),
        };
        if !is_elsewhere && let Some(house) = &self.house {
            house.disk_is_full(full).await;
        }
    }

    async fn logic_calls(&self, which: usize) {
        let known = self.data.read(check::conversations).unwrap_or_default();
        let (Some(hub), false) = (*self.address.borrow(), known.is_empty()) else { return };
        let id = known[which % known.len()];
        let body = json!({"actions": [{"type": "NEEDS_HELP", "value": true, "reason": "a person is needed"}]});
        let url = format!("http://{hub}/api/v1/logic/conversations/{id}/responses");
        // It may be refused or lost: nothing depends on it.
        let _ = self.http.post(url).bearer_auth(logic::SECRET).json(&body).send().await;
    }

    /// Stops new faults; existing ones may end by themselves.
    async fn calm_down(&mut self) {
        self.hubs_disk_is_full(false).await;
        for agent in &mut self.agents {
            agent.proxy.set_weather(Weather::default());
            agent.proxy.plug_in();
            agent.disk_is_full(false).await;
        }
    }

    async fn until_quiet(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + QUIET_WITHIN;
        let mut good = 0;
        loop {
            let found = self.look().await;
            // Once more a little later: a receipt or an answer may still be on its way.
            good = if found.is_ok() { good + 1 } else { 0 };
            match found {
                Ok(()) if good >= 2 => return Ok(()),
                Err(why) if Instant::now() > deadline => {
                    return Err(format!("{why}\nwhat happened:\n  {}", self.journal.lines()));
                }
                _ => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    async fn look(&mut self) -> Result<(), String> {
        while self.writing.try_join_next().is_some() {}
        if !self.writing.is_empty() {
            return Err(format!("{} messages of customers are not accepted", self.writing.len()));
        }
        if let Some(busy) = self.agents.iter().find(|agent| agent.is_busy()) {
            return Err(format!("{} is still busy", busy.name()));
        }
        let mut apps = Vec::new();
        for agent in &self.agents {
            let app = agent.app().await;
            // Cheaper to ask than everything else.
            if app["connection"]["state"] != "live" {
                return Err(format!("{} is not live: {}", agent.name(), app["connection"]));
            }
            apps.push(app);
        }
        let hub = self.data.read(check::Hub::read).ok_or("the hub's tables cannot be read")??;
        hub.is_whole(self.clocks.now(), &self.journal)?;
        let mut desks = Vec::new();
        for (agent, app) in self.agents.iter().zip(&apps) {
            let desk = agent.cache();
            desk.equals(&hub, self.clocks.now(), app).map_err(|why| format!("{}: {why}", agent.name()))?;
            desks.push(desk);
        }
        check::words(&hub, &desks, &self.journal)
    }

    async fn end(mut self) {
        for agent in &mut self.agents {
            agent.kill().await;
        }
        if let Some(house) = self.house.take() {
            house.kill(&self.data).await;
        }
    }
}
