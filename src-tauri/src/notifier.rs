//! Notifications through the system's own service, by notify-rust.
//!
//! Calls return in bounded time, even if the service is absent, hangs or dies. Each shown notification has its own
//! task, so that none affects another. When the service ends or is replaced, shown notifications are reported as lost,
//! so that they can be shown again. What is on screen is also on disk ([`record`]): a run that was killed leaves its
//! notifications standing with dead buttons, and the next start closes them.

mod record;
#[cfg_attr(all(unix, not(target_os = "macos")), path = "notifier/freedesktop.rs")]
#[cfg_attr(not(all(unix, not(target_os = "macos"))), path = "notifier/elsewhere.rs")]
mod system;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tandem_desk::{
    Action, Attention, Did, Left, News, Notification, Notifier, NotifyError, Reaction, Receipt, ShownId, Sound, Urgency,
};
use tokio::sync::{OnceCell, mpsc, oneshot, watch};

use self::record::Record;
use crate::attention::Asker;

/// Time limit for the service.
const PATIENCE: Duration = Duration::from_secs(3);

/// Polled, because not every service announces changes, and services restart.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// The system's notification service.
pub struct SystemNotifier {
    inner: Arc<Inner>,
}

struct Inner {
    record: Record,
    /// Whoever is signed in hears the news.
    news: Mutex<Option<mpsc::UnboundedSender<News>>>,
    is_followed: AtomicBool,
    system: system::Door,
    standing: Mutex<HashMap<ShownId, Standing>>,
    /// Withdrawn, and not gone yet.
    closing: watch::Sender<HashSet<ShownId>>,
    service: Mutex<Option<Service>>,
    last: AtomicU64,
    asker: OnceCell<Asker>,
    said: watch::Sender<Attention>,
    is_asking: AtomicBool,
}

/// A shown notification.
struct Standing {
    /// The service's own id.
    #[cfg_attr(any(windows, target_os = "macos"), expect(dead_code, reason = "nothing is replaced there"))]
    native: u32,
    end: oneshot::Sender<End>,
}

/// How the task of a shown notification ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Withdraw it.
    Close,
    /// Another one replaced it.
    Forget,
}

/// Capabilities of the service.
#[derive(Clone)]
struct Service {
    name: String,
    /// Names this life of the service, and none other ever. None where notifications cannot be closed by number.
    screen: Option<String>,
    /// It parses markup in the body.
    markup: bool,
    /// It has buttons.
    actions: bool,
    /// It has a field for an answer.
    replies: bool,
}

impl SystemNotifier {
    /// Keeps a record of what is on screen in `file`, and closes what an earlier run has left there.
    pub fn new(file: PathBuf) -> Self {
        let (record, left) = Record::read(file);
        let inner = Arc::new(Inner {
            record,
            news: Mutex::default(),
            is_followed: AtomicBool::default(),
            system: system::Door::default(),
            standing: Mutex::default(),
            closing: watch::Sender::default(),
            service: Mutex::default(),
            last: AtomicU64::default(),
            asker: OnceCell::default(),
            said: watch::Sender::default(),
            is_asking: AtomicBool::default(),
        });
        if let Some(left) = left {
            let inner = Arc::clone(&inner);
            tokio::spawn(async move { inner.close_left(&left).await });
        }
        Self { inner }
    }
}

impl Notifier for SystemNotifier {
    fn attach(&self, news: mpsc::UnboundedSender<News>) {
        *self.inner.news.lock().unwrap_or_else(PoisonError::into_inner) = Some(news);
        let follows = !self.inner.is_followed.swap(true, Ordering::Relaxed);
        // Queried now, so that the first call for help need not wait and the user sees the state.
        let inner = Arc::clone(&self.inner);
        tokio::spawn(async move {
            inner.tell_of_service().await;
            if follows {
                inner.system.follow(&inner).await;
            }
        });
    }

    fn show(&self, notification: Notification) -> BoxFuture<'_, Result<Receipt, NotifyError>> {
        Inner::show(Arc::clone(&self.inner), notification).boxed()
    }

    fn withdraw(&self, id: ShownId) -> BoxFuture<'_, ()> {
        self.inner.finish(id, End::Close);
        async {}.boxed()
    }

    fn settle(&self) -> BoxFuture<'_, ()> {
        async {
            let _ = self.inner.closing.subscribe().wait_for(HashSet::is_empty).await;
        }
        .boxed()
    }

    fn plays_files(&self) -> bool {
        cfg!(all(unix, not(target_os = "macos")))
    }

    fn attention(&self) -> watch::Receiver<Attention> {
        // A later caller gets the result of the running query.
        if !self.inner.is_asking.swap(true, Ordering::Relaxed) {
            let inner = Arc::clone(&self.inner);
            tokio::spawn(async move {
                loop {
                    inner.ask().await;
                    tokio::time::sleep(ASK_EVERY).await;
                }
            });
        }
        self.inner.said.subscribe()
    }
}

impl Inner {
    async fn show(self: Arc<Self>, notification: Notification) -> Result<Receipt, NotifyError> {
        let service = self.service().await?;
        let replaced = notification.replaces.and_then(|id| self.native(id));
        let native = compose(&notification, &service, replaced);
        let handle = match self.system.show(native, &notification, &service, replaced).await {
            Ok(handle) => handle,
            Err(error) => {
                // Next time it may be another service.
                self.service.lock().unwrap_or_else(PoisonError::into_inner).take();
                return Err(NotifyError(error));
            }
        };
        if let Some(replaced) = notification.replaces {
            self.finish(replaced, End::Forget);
        }
        let id = ShownId(self.last.fetch_add(1, Ordering::Relaxed) + 1);
        let (end, ended) = oneshot::channel();
        let native = system::number(&handle);
        let mark = service.screen.map(|screen| (screen, native));
        if let Some((screen, native)) = &mark {
            self.record.change(|left| left.shown(screen, *native));
        }
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).insert(id, Standing { native, end });
        tokio::spawn(Arc::clone(&self).attend(id, handle, mark, ended));
        // Queried after showing: the service decides by its state at that moment.
        Ok(Receipt { id, server: service.name, attention: self.ask().await })
    }

    /// Waits until the user acts or it is withdrawn.
    async fn attend(
        self: Arc<Self>,
        id: ShownId,
        handle: system::Handle,
        mark: Option<(String, u32)>,
        ended: oneshot::Receiver<End>,
    ) {
        let did = system::attend(handle, ended).await;
        let ended_itself = self.standing.lock().unwrap_or_else(PoisonError::into_inner).remove(&id).is_some();
        // Otherwise another one has its number, or it went with the service.
        if ended_itself || self.closing.borrow().contains(&id) {
            if let Some((screen, native)) = mark {
                self.record.change(|left| left.gone(&screen, native));
            }
            self.closing.send_if_modified(|closing| closing.remove(&id));
        }
        if let Some(did) = did {
            self.tell(News::Reaction(Reaction { id, did }));
        }
    }

    fn tell(&self, news: News) {
        if let Some(listener) = &*self.news.lock().unwrap_or_else(PoisonError::into_inner) {
            // The listener may have ended.
            let _ = listener.send(news);
        }
    }

    async fn tell_of_service(&self) {
        let service = self.service().await.map(|service| service.name);
        self.tell(News::Service(service));
    }

    /// The service has a new owner, or none. The old one's notifications are gone.
    #[cfg_attr(any(windows, target_os = "macos"), expect(dead_code, reason = "the service is a part of the system"))]
    async fn service_changed(&self, had_one: bool) {
        self.service.lock().unwrap_or_else(PoisonError::into_inner).take();
        if had_one {
            let lost = std::mem::take(&mut *self.standing.lock().unwrap_or_else(PoisonError::into_inner));
            for (id, standing) in lost {
                let _ = standing.end.send(End::Forget);
                self.tell(News::Reaction(Reaction { id, did: Did::Lost }));
            }
        }
        self.tell_of_service().await;
    }

    fn finish(&self, id: ShownId, end: End) {
        if let Some(standing) = self.standing.lock().unwrap_or_else(PoisonError::into_inner).remove(&id) {
            if end == End::Close {
                self.closing.send_if_modified(|closing| closing.insert(id));
            }
            let _ = standing.end.send(end);
        }
    }

    /// Closes what an earlier run has left, if the service that showed it is still there.
    async fn close_left(&self, left: &Left) {
        let Ok(Service { screen: Some(screen), .. }) = self.service().await else { return };
        for number in left.on(&screen) {
            self.system.close(number).await;
            self.record.change(|left| left.gone(&screen, number));
        }
    }

    fn native(&self, id: ShownId) -> Option<u32> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner).get(&id).map(|standing| standing.native)
    }

    /// Queries the user's attention and publishes it first.
    async fn ask(&self) -> Attention {
        let attention = self.asker.get_or_init(Asker::new).await.ask().await;
        self.said.send_if_modified(|known| std::mem::replace(known, attention) != attention);
        attention
    }

    async fn service(&self) -> Result<Service, NotifyError> {
        if let Some(known) = self.service.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return Ok(known);
        }
        let found = self.system.service().await.map_err(NotifyError)?;
        *self.service.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        Ok(found)
    }
}

fn compose(notification: &Notification, service: &Service, replaces: Option<u32>) -> notify_rust::Notification {
    let body = if service.markup { escaped(&notification.body) } else { without_markup(&notification.body) };
    let mut native = notify_rust::Notification::new();
    native.appname("Tandem").summary(&notification.title).body(&body).icon("tandem");
    if let Some(id) = replaces {
        native.id(id);
    }
    if notification.actions.contains(&Action::Open) {
        native.action("default", &Action::Open.label());
    }
    let offered = |action: &&Action| service.actions && (service.replies || **action != Action::Reply);
    for action in notification.actions.iter().filter(offered) {
        native.action(action.key(), &action.label());
    }
    match &notification.sound {
        None => silence(&mut native),
        Some(Sound::System) => {
            native.sound_name(SOUND);
        }
        Some(Sound::File(path)) => play(&mut native, path),
    }
    native.timeout(match notification.urgency {
        Urgency::Urgent => notify_rust::Timeout::Never,
        Urgency::Normal => notify_rust::Timeout::Milliseconds(10_000),
    });
    native
}

/// A sound in the freedesktop and macOS themes.
#[cfg(all(unix, not(target_os = "macos")))]
const SOUND: &str = "message-new-instant";
#[cfg(not(all(unix, not(target_os = "macos"))))]
const SOUND: &str = "Default";

#[cfg(all(unix, not(target_os = "macos")))]
fn silence(native: &mut notify_rust::Notification) {
    native.hint(notify_rust::Hint::SuppressSound(true));
}

#[cfg(all(unix, not(target_os = "macos")))]
fn play(native: &mut notify_rust::Notification, path: &Path) {
    native.hint(notify_rust::Hint::SoundFile(path.display().to_string()));
}

/// Elsewhere sounds have names only.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn play(native: &mut notify_rust::Notification, _: &Path) {
    native.sound_name(SOUND);
}

/// Elsewhere a notification without a sound is silent.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn silence(_: &mut notify_rust::Notification) {}

/// Escapes text for services with markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Removes markup for services that claim not to parse it: some do anyway.
fn without_markup(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

fn action_of(key: &str) -> Option<Action> {
    if key == "default" {
        return Some(Action::Open);
    }
    [Action::Join, Action::Open, Action::Snooze, Action::Reply].into_iter().find(|action| action.key() == key)
}

#[cfg(test)]
mod tests {
    use super::{action_of, escaped, without_markup};
    use tandem_desk::Action;

    #[test]
    fn customers_text_is_never_markup() {
        assert_eq!(escaped("<b>&"), "&lt;b&gt;&amp;");
        assert_eq!(without_markup("<b>&"), "‹b›&");
    }

    #[test]
    fn every_button_has_its_action() {
        for action in [Action::Join, Action::Open, Action::Snooze, Action::Reply] {
            assert_eq!(action_of(action.key()), Some(action));
        }
        assert_eq!(action_of("default"), Some(Action::Open));
        assert_eq!(action_of("dance"), None);
    }
}
