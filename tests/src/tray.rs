//! The desktop's tray: a real `org.kde.StatusNotifierWatcher` that opens the menus of registered icons.

use std::collections::HashMap;
use std::fmt;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use tokio::sync::watch;
use zbus::message::{Header, Type};
use zbus::proxy::CacheProperties;
use zbus::{OwnedVariant, Variant};

use crate::wait::{Look, until};

const NAME: &str = "org.kde.StatusNotifierWatcher";
const PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// One line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    id: i32,
    label: String,
    rule: bool,
    enabled: bool,
    checked: bool,
}

impl fmt::Display for Line {
    /// `-` is a separator, `*` checked, `~` disabled.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { label, rule, enabled, checked, .. } = self;
        match (rule, enabled, checked) {
            (true, ..) => out.write_str("-"),
            (_, false, _) => write!(out, "~{label}"),
            (_, _, true) => write!(out, "*{label}"),
            _ => out.write_str(label),
        }
    }
}

/// The registering connection's unique name, and the object.
type Registered = (String, String);

/// Signals the count to docks.
const LAUNCHER: &str = "com.canonical.Unity.LauncherEntry";

pub struct Tray {
    bus: zbus::Connection,
    /// The count on our icon in a dock, if shown.
    dock: watch::Receiver<Option<i64>>,
    registered: watch::Receiver<Vec<Registered>>,
}

impl Tray {
    /// Takes the well-known name on the bus.
    ///
    /// # Errors
    /// If the bus is missing or the name is taken.
    pub async fn serve(address: &str) -> Result<Self> {
        let (record, registered) = watch::channel(Vec::new());
        let bus =
            zbus::connection::Builder::address(address).serve_at(PATH, Watcher { record }).name(NAME).build().await?;
        Ok(Self { dock: follow_docks(&bus).await?, bus, registered })
    }

    /// Waits until docks show this count on our icon.
    ///
    /// # Errors
    /// If they are not told in time.
    pub async fn docks_show(&self, count: Option<i64>) -> Result<()> {
        until(&format!("docks to show {count:?}"), async || {
            let shown = *self.dock.borrow();
            Ok(if shown == count { Look::Found(()) } else { Look::Instead(format!("{shown:?}")) })
        })
        .await
    }

    /// Removes the tray from the desktop.
    ///
    /// # Errors
    /// If the bus is gone.
    pub async fn leave(self) -> Result<()> {
        self.bus.release_name(NAME).await?;
        Ok(())
    }

    /// The icon registered last.
    ///
    /// # Errors
    /// If there is none in time.
    pub async fn icon(&self) -> Result<Icon> {
        let (owner, path) = until("an icon in the tray", async || {
            Ok(match self.registered.borrow().last() {
                Some(last) => Look::Found(last.clone()),
                None => Look::Instead("none"),
            })
        })
        .await?;
        let item = proxy(&self.bus, &owner, &path, ITEM).await?;
        let menu: zbus::OwnedObjectPath = item.get_property("Menu").await?;
        let menu = proxy(&self.bus, &owner, menu.as_str(), MENU).await?;
        Ok(Icon { bus: self.bus.clone(), owner, item, menu })
    }
}

async fn follow_docks(bus: &zbus::Connection) -> Result<watch::Receiver<Option<i64>>> {
    let rule = zbus::MatchRule::builder().msg_type(Type::Signal).interface(LAUNCHER).member("Update").build()?;
    let mut updates = zbus::MessageStream::for_match_rule(rule, bus, None).await?;
    let (tell, dock) = watch::channel(None);
    tokio::spawn(async move {
        while let Some(Ok(update)) = updates.next().await {
            let Ok((_, said)) = update.body().deserialize::<(String, HashMap<String, OwnedVariant>)>() else {
                continue;
            };
            let is_seen = said.get("count-visible").is_some_and(|seen| bool::try_from(&**seen) == Ok(true));
            let count = said.get("count").and_then(|count| i64::try_from(&**count).ok());
            tell.send_replace(count.filter(|_| is_seen));
        }
    });
    Ok(dock)
}

async fn proxy(bus: &zbus::Connection, owner: &str, path: &str, interface: &str) -> Result<zbus::Proxy<'static>> {
    let proxy = zbus::proxy::Builder::new(bus)
        .destination(owner.to_owned())
        .path(path.to_owned())
        .interface(interface.to_owned())
        .cache_properties(CacheProperties::No)
        .build()
        .await?;
    Ok(proxy)
}

/// An icon in the tray, with its menu.
pub struct Icon {
    bus: zbus::Connection,
    owner: String,
    item: zbus::Proxy<'static>,
    menu: zbus::Proxy<'static>,
}

impl Icon {
    /// Waits until the menu reads like this: `-` is a separator, `*` checked, `~` disabled.
    ///
    /// # Errors
    /// If it does not in time; reports what it reads instead.
    pub async fn reads(&self, lines: &[&str]) -> Result<()> {
        until(&format!("the tray's menu to read {lines:#?}"), async || {
            let read: Vec<_> = self.lines().await?.iter().map(Line::to_string).collect();
            Ok(if read == lines { Look::Found(()) } else { Look::Instead(format!("{read:#?}")) })
        })
        .await
    }

    /// Waits until the menu has this line.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn says(&self, line: &str) -> Result<()> {
        until(&format!("{line:?} in the tray's menu"), async || {
            let read: Vec<_> = self.lines().await?.iter().map(Line::to_string).collect();
            Ok(if read.iter().any(|read| read == line) { Look::Found(()) } else { Look::Instead(read.join("\n")) })
        })
        .await
    }

    /// Presses the line with this name, however it is marked.
    ///
    /// # Errors
    /// If there is no such line.
    pub async fn choose(&self, label: &str) -> Result<()> {
        let lines = self.lines().await?;
        let line = lines.iter().find(|line| line.label == label).with_context(|| format!("no {label:?}: {lines:?}"))?;
        let pressed = (line.id, "clicked", Variant::from(0_i32), 0_u32);
        Ok(self.menu.call::<_, _, ()>("Event", &pressed).await?)
    }

    /// The name of the picture.
    ///
    /// # Errors
    /// If the icon is gone.
    pub async fn picture(&self) -> Result<String> {
        Ok(self.item.get_property("IconName").await?)
    }

    /// Waits until this text is beside the icon.
    ///
    /// # Errors
    /// If it does not come in time.
    pub async fn label(&self, words: &str) -> Result<()> {
        until(&format!("{words:?} beside the icon"), async || {
            let label: String = self.item.get_property("XAyatanaLabel").await?;
            Ok(if label == words { Look::Found(()) } else { Look::Instead(label) })
        })
        .await
    }

    /// Waits until the icon's owner has left the bus.
    ///
    /// # Errors
    /// If it stays.
    pub async fn is_gone(&self) -> Result<()> {
        let bus = zbus::fdo::DBusProxy::new(&self.bus).await?;
        until("the program to end", async || {
            let is_there = bus.name_has_owner(self.owner.as_str().try_into()?).await?;
            Ok(if is_there { Look::Instead("it runs") } else { Look::Found(()) })
        })
        .await
    }

    async fn lines(&self) -> Result<Vec<Line>> {
        type Layout = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);
        let all = (0_i32, -1_i32, Vec::<&str>::new());
        let (_, (_, _, children)): (u32, Layout) = self.menu.call("GetLayout", &all).await?;
        children
            .into_iter()
            .map(|child| {
                let (id, says, _) = Layout::try_from(child)?;
                let word = |name: &str| says.get(name).and_then(|value| <&str>::try_from(&**value).ok());
                let is_so =
                    |name: &str, unless: bool| says.get(name).map_or(Ok(unless), |value| bool::try_from(&**value));
                Ok(Line {
                    id,
                    label: word("label").unwrap_or_default().to_owned(),
                    rule: word("type") == Some("separator"),
                    enabled: is_so("enabled", true)?,
                    checked: says.get("toggle-state").and_then(|value| i32::try_from(&**value).ok()) == Some(1),
                })
            })
            .collect()
    }
}

struct Watcher {
    record: watch::Sender<Vec<Registered>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        let owner = header.sender().map(ToString::to_string).unwrap_or_default();
        self.record.send_modify(|all| all.push((owner, service)));
    }

    fn register_status_notifier_host(&self, _host: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.record.borrow().iter().map(|(owner, path)| format!("{owner}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
