//! The user's settings.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use tandem_conversation::Section;
use ts_rs::TS;

use crate::words::Spoken;

/// The user's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SettingsView {
    /// A customer's turn since writing also holds a reply back.
    pub mind_customer: bool,
    /// How long a turn can be taken back before it is sent, in seconds, 0 to 20; none until the user chooses.
    pub undo_s: Option<u8>,
    /// After completing, leaving or handing over, the next of the user's conversations opens.
    pub open_next: bool,
    /// What opens at the start; none until the user chooses: the board for supervisors, for others their own conversations.
    pub start_section: Option<StartPage>,
    /// None until the user chooses.
    pub appearance: Option<AppearanceSettings>,
    pub language: Language,
    /// Languages that the user reads, as tags of BCP 47; none for the language of the desk's own words.
    pub reads: Vec<String>,
    pub notifications: NotificationSettings,
    pub lists: ListSettings,
    pub board: BoardLimits,
}

/// What the window shows first. Users who may not see it begin with their own conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StartPage {
    My,
    Help,
    Left,
    All,
    /// The supervisors' board.
    Board,
}

/// From when on the board's figures are over their limits; 0 for those that are not watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct BoardLimits {
    /// The longest time for which a person is wanted, in seconds.
    pub wanted_s: u32,
    /// The longest time for which nobody answers, in seconds.
    pub unanswered_s: u32,
    /// Open calls for help.
    pub calls: u32,
    /// Conversations in which Your Logic could not go on, in the last 10 minutes.
    pub fallbacks: u32,
    /// Free places: over below this.
    pub free_places: u32,
}

impl BoardLimits {
    /// Largest value of each: a day, in seconds.
    pub(crate) const MOST: u32 = 24 * 60 * 60;

    pub(crate) fn every(&self) -> [u32; 5] {
        let Self { wanted_s, unanswered_s, calls, fallbacks, free_places } = *self;
        [wanted_s, unanswered_s, calls, fallbacks, free_places]
    }
}

impl Default for BoardLimits {
    /// A person is wanted for a minute, or nobody answers for five.
    fn default() -> Self {
        Self { wanted_s: 60, unanswered_s: 300, calls: 0, fallbacks: 5, free_places: 0 }
    }
}

impl SettingsView {
    /// Largest value of `undo_s`.
    pub(crate) const LONGEST_UNDO_S: u8 = 20;
    /// Most entries of `reads`.
    pub(crate) const MOST_READ: usize = 30;
}

impl Default for SettingsView {
    fn default() -> Self {
        Self {
            mind_customer: false,
            undo_s: None,
            open_next: true,
            start_section: None,
            appearance: None,
            language: Language::System,
            reads: Vec::new(),
            notifications: NotificationSettings::default(),
            lists: ListSettings::default(),
            board: BoardLimits::default(),
        }
    }
}

/// How the list of each section is arranged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ListSettings {
    pub my: Arrangement,
    pub help: Arrangement,
    pub left: Arrangement,
    pub all: Arrangement,
}

impl ListSettings {
    pub(crate) fn of(&self, section: Section) -> Arrangement {
        match section {
            Section::My => self.my,
            Section::Help => self.help,
            Section::Left => self.left,
            Section::All => self.all,
        }
    }
}

/// Which conversations of a section are listed, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Arrangement {
    pub order: ListOrder,
    pub group: ListGroup,
    pub only: ListOnly,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    /// The section's own: whoever needs somebody first.
    #[default]
    Need,
    /// By when a person's reply is due; those without a target come last.
    Due,
    /// The last change first.
    Newest,
    Oldest,
    /// By the customer's name.
    Name,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListGroup {
    #[default]
    None,
    /// Help needed, waiting, the others.
    State,
    Channel,
    Language,
    Brand,
    /// By the person who handles the conversation, those without one last.
    Agent,
    /// By why help is needed; the others come last.
    Reason,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ListOnly {
    #[default]
    All,
    /// The customer wrote something that the user has not seen.
    Unread,
    /// The customer waits.
    Waiting,
}

/// How the window looks. Kept with the other settings, and not with the window, whose storage is not the desk's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AppearanceSettings {
    pub theme: Theme,
    pub density: Density,
    pub contrast: Contrast,
    /// Size of everything, in percent.
    pub text_percent: u16,
}

impl AppearanceSettings {
    /// Possible values of `text_percent`.
    pub(crate) const TEXT_PERCENT: RangeInclusive<u16> = 50..=300;
}

impl Default for AppearanceSettings {
    fn default() -> Self {
        Self { theme: Theme::System, density: Density::Comfortable, contrast: Contrast::System, text_percent: 100 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    System,
    Light,
    Dark,
}

/// How much room rows and messages take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    Comfortable,
    Compact,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    System,
    More,
}

/// The language of the desk's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// The system's, if the desk speaks it; otherwise English.
    System,
    En,
    De,
}

impl Language {
    /// None if it is the system's.
    pub(crate) fn chosen(self) -> Option<Spoken> {
        match self {
            Self::System => None,
            Self::En => Some(Spoken::En),
            Self::De => Some(Spoken::De),
        }
    }
}

/// Loudness per kind of notification, and quiet hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct NotificationSettings {
    pub help_needed: Loudness,
    pub invited: Loudness,
    pub customer_wrote: Loudness,
    pub waiting_too_long: Loudness,
    pub delivery_failed: Loudness,
    /// A colleague's note mentions the user.
    pub mentioned: Loudness,
    /// A snooze of the user's is over.
    pub reminded: Loudness,
    /// For users who view all conversations and reviews: a customer gave at most `low_score_up_to` of 5.
    pub low_score: Loudness,
    pub low_score_up_to: u8,
    /// For users who view all conversations: more calls for help are open than `queue_threshold`.
    pub queue_long: Loudness,
    pub queue_threshold: u32,
    /// Calls for help, invitations and customers who were joined without a reply are shown again every minute until the
    /// user acts.
    pub repeat: bool,
    /// Notifications include the customer's words.
    pub preview: bool,
    /// No notifications in these hours.
    pub quiet: Option<QuietHours>,
    pub chime: Chime,
    /// Volume of the desk's own sounds, in percent; the system's has its own.
    pub volume: u8,
    /// The user has seen a test notification on this machine.
    pub tried: bool,
}

impl NotificationSettings {
    /// Largest value of `volume`.
    pub(crate) const LOUDEST: u8 = 100;
    /// Largest value of `low_score_up_to`: 4 of 5 is a good score.
    pub(crate) const HIGHEST_LOW: u8 = 3;
}

impl Default for NotificationSettings {
    fn default() -> Self {
        Self {
            help_needed: Loudness::Sound,
            invited: Loudness::Sound,
            customer_wrote: Loudness::Sound,
            waiting_too_long: Loudness::Sound,
            delivery_failed: Loudness::Silent,
            mentioned: Loudness::Sound,
            reminded: Loudness::Sound,
            low_score: Loudness::Silent,
            low_score_up_to: 2,
            queue_long: Loudness::Sound,
            queue_threshold: 10,
            repeat: false,
            preview: true,
            quiet: None,
            chime: Chime::System,
            volume: 70,
            tried: false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Loudness {
    Off,
    Silent,
    Sound,
}

/// The sound of notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Chime {
    /// Chosen in the system's own settings.
    System,
    Bell,
    Chord,
    Knock,
    Rise,
}

/// A daily period in this machine's time zone, in minutes after midnight; it may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    pub from: u16,
    pub to: u16,
}
