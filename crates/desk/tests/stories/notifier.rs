//! A notification service that records its calls and presses buttons.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tandem_desk::{Action, Attention, Did, News, Notification, Notifier, NotifyError, Reaction, Receipt, ShownId, Tag};
use tokio::sync::{mpsc, watch};

#[derive(Default)]
struct Screen {
    next: u64,
    /// Everything ever shown.
    shown: Vec<(ShownId, Notification)>,
    /// Titles of what had a sound.
    heard: Vec<String>,
    standing: Vec<ShownId>,
    told: Option<mpsc::UnboundedSender<News>>,
    is_broken: bool,
}

pub struct FakeNotifier {
    screen: Mutex<Screen>,
    news: watch::Sender<()>,
    attention: watch::Sender<Attention>,
}

impl FakeNotifier {
    pub fn new() -> Self {
        Self { screen: Mutex::default(), news: watch::channel(()).0, attention: watch::channel(Attention::default()).0 }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Screen) -> T) -> T {
        work(&mut self.screen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The system reports this about its user.
    pub fn says(&self, attention: Attention) {
        self.attention.send_replace(attention);
    }

    pub fn break_down(&self) {
        self.with(|screen| screen.is_broken = true);
    }

    /// Titles of everything ever shown.
    pub fn shown(&self) -> Vec<String> {
        self.with(|screen| screen.shown.iter().map(|(_, notification)| notification.title.clone()).collect())
    }

    /// Titles of everything that was shown with a sound.
    pub fn heard(&self) -> Vec<String> {
        self.with(|screen| screen.heard.clone())
    }

    /// What is on screen.
    pub fn standing(&self) -> Vec<(ShownId, Notification)> {
        self.with(|screen| {
            let stands = |id: &ShownId| screen.standing.contains(id);
            screen.shown.iter().filter(|(id, _)| stands(id)).cloned().collect()
        })
    }

    pub fn titles(&self) -> Vec<String> {
        self.standing().into_iter().map(|(_, notification)| notification.title).collect()
    }

    pub async fn until(&self, why: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let mut news = self.news.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(20), async {
            while !is_so(self) {
                news.changed().await.unwrap();
            }
        });
        assert!(waited.await.is_ok(), "the screen never showed: {why}; it shows {:?}", self.titles());
    }

    /// The user presses a button of the notification with this title.
    pub fn press(&self, title: &str, action: Action) {
        self.does(title, Did::Pressed(action));
    }

    /// The user writes an answer into the notification with this title.
    pub fn reply(&self, title: &str, text: &str) {
        self.does(title, Did::Replied(text.to_owned()));
    }

    pub fn dismiss(&self, title: &str) {
        self.does(title, Did::Dismissed);
    }

    fn does(&self, title: &str, did: Did) {
        let (id, _) = self.standing().into_iter().find(|(_, n)| n.title == title).expect("it stands");
        self.tell(News::Reaction(Reaction { id, did }));
    }

    fn tell(&self, news: News) {
        self.with(|screen| screen.told.as_ref().unwrap().send(news).unwrap());
    }

    /// The service ends, and with it everything shown.
    pub fn dies(&self) {
        let lost = self.with(|screen| {
            screen.is_broken = true;
            std::mem::take(&mut screen.standing)
        });
        for id in lost {
            self.tell(News::Reaction(Reaction { id, did: Did::Lost }));
        }
        self.tell(News::Service(Err(NotifyError("No notification service answers.".into()))));
    }

    /// Another service takes its place.
    pub fn comes_back(&self) {
        self.with(|screen| screen.is_broken = false);
        self.tell(News::Service(Ok("another".into())));
    }
}

impl Notifier for FakeNotifier {
    fn attach(&self, news: mpsc::UnboundedSender<News>) {
        self.with(|screen| screen.told = Some(news));
    }

    fn show(&self, notification: Notification) -> BoxFuture<'_, Result<Receipt, NotifyError>> {
        let answer = self.with(|screen| {
            if screen.is_broken {
                return Err(NotifyError("No notification service answers.".into()));
            }
            screen.next += 1;
            let id = notification.replaces.unwrap_or(ShownId(screen.next));
            if notification.tag != Tag::Test && notification.replaces.is_none() {
                screen.standing.push(id);
            }
            screen.heard.extend(notification.sound.is_some().then(|| notification.title.clone()));
            screen.shown.retain(|(known, _)| *known != id);
            screen.shown.push((id, notification));
            Ok(Receipt { id, server: "fake".into(), attention: *self.attention.borrow() })
        });
        self.news.send_replace(());
        Box::pin(async { answer })
    }

    fn plays_files(&self) -> bool {
        true
    }

    fn withdraw(&self, id: ShownId) -> BoxFuture<'_, ()> {
        self.with(|screen| screen.standing.retain(|standing| *standing != id));
        self.news.send_replace(());
        Box::pin(async {})
    }

    fn attention(&self) -> watch::Receiver<Attention> {
        self.attention.subscribe()
    }
}
