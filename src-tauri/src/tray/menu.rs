//! The tray's menu as a function of the desk's standing. Sections and counts, never customers' words.

use tandem_conversation::{Availability, Section};
use tandem_desk::words::say;

use crate::standing::Standing;

/// An item that can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    Show(Section),
    Be(Availability),
    Open,
    Quit,
}

const CHOICES: [(Choice, &str); 9] = [
    (Choice::Show(Section::My), "my"),
    (Choice::Show(Section::Help), "help"),
    (Choice::Show(Section::Left), "left"),
    (Choice::Show(Section::All), "all"),
    (Choice::Be(Availability::Available), "available"),
    (Choice::Be(Availability::Busy), "busy"),
    (Choice::Be(Availability::Away), "away"),
    (Choice::Open, "open"),
    (Choice::Quit, "quit"),
];

impl Choice {
    /// The item's id towards the system.
    pub fn id(self) -> &'static str {
        let known = CHOICES.iter().find(|(choice, _)| *choice == self);
        known.map(|(_, id)| *id).expect("BUG: a choice is not in the table")
    }

    pub fn of(id: &str) -> Option<Self> {
        CHOICES.iter().find(|(_, known)| *known == id).map(|(choice, _)| *choice)
    }
}

/// One line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Text that cannot be chosen.
    Words(String),
    Rule,
    Choice(Choice, String),
    Check(Choice, String, bool),
}

impl Line {
    /// Whether this line can be updated in place to become the other.
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Words(_), Self::Words(_)) | (Self::Rule, Self::Rule) => true,
            (Self::Choice(one, _), Self::Choice(other, _)) | (Self::Check(one, ..), Self::Check(other, ..)) => {
                one == other
            }
            _ => false,
        }
    }
}

pub fn lines(standing: &Standing) -> Vec<Line> {
    let mut lines = vec![Line::Words(headline(standing)), Line::Rule];
    if let Standing::SignedIn { availability, counts, .. } = standing {
        let section = |section, id, count: u32| {
            let title = say(id, &[]);
            let words = say("tray-section", &[("title", title.into()), ("count", count.into())]);
            Line::Choice(Choice::Show(section), words)
        };
        lines.extend([
            section(Section::My, "tray-section.my", counts.my),
            section(Section::Help, "tray-section.help", counts.help),
            section(Section::Left, "tray-section.left", counts.left),
        ]);
        lines.extend(counts.all.map(|all| section(Section::All, "tray-section.all", all)));
        lines.push(Line::Rule);
        let check = |of, id| Line::Check(Choice::Be(of), say(id, &[]), *availability == of);
        lines.extend([
            check(Availability::Available, "tray-available"),
            check(Availability::Busy, "tray-busy"),
            check(Availability::Away, "tray-away"),
            Line::Rule,
        ]);
    }
    lines.push(Line::Choice(Choice::Open, say("tray-open", &[])));
    lines.push(Line::Choice(Choice::Quit, say("tray-quit", &[])));
    lines
}

/// The standing as a headline.
fn headline(standing: &Standing) -> String {
    match standing {
        Standing::Locked => say("tray-locked", &[]),
        Standing::SignedOut => say("tray-signed-out", &[]),
        Standing::SignedIn { .. } => {
            let words = standing.words();
            let mut letters = words.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::Counts;

    fn signed_in(availability: Availability, counts: Counts) -> Standing {
        Standing::SignedIn { availability, offline: false, counts }
    }

    /// The menu as text: `-` separator, `*` checked, `~` disabled.
    fn drawn(standing: &Standing) -> Vec<String> {
        let line = |line: &Line| match line {
            Line::Words(words) => format!("~{words}"),
            Line::Rule => "-".into(),
            Line::Choice(choice, label) => format!("{}: {label}", choice.id()),
            Line::Check(choice, label, checked) => {
                format!("{}: {}{label}", choice.id(), if *checked { "*" } else { "" })
            }
        };
        lines(standing).iter().map(line).collect()
    }

    #[test]
    fn the_menu_says_how_the_desk_stands() {
        let counts = Counts { my: 3, help: 2, left: 7, all: None, unread: 1 };
        let agent = [
            "~2 need help, 1 unread",
            "-",
            "my: My Conversations (3)",
            "help: Help Needed (2)",
            "left: Recently Left (7)",
            "-",
            "available: *Available",
            "busy: Busy",
            "away: Away",
            "-",
            "open: Open Tandem",
            "quit: Quit",
        ];
        assert_eq!(drawn(&signed_in(Availability::Available, counts)), agent);
        let mut supervisor = agent.to_vec();
        supervisor.insert(5, "all: All Live Conversations (12)");
        (supervisor[7], supervisor[8]) = ("available: Available", "busy: *Busy");
        assert_eq!(drawn(&signed_in(Availability::Busy, Counts { all: Some(12), ..counts })), supervisor);
        let nobody = |words| [words, "-", "open: Open Tandem", "quit: Quit"];
        assert_eq!(drawn(&Standing::SignedOut), nobody("~You are signed out"));
        assert_eq!(drawn(&Standing::Locked), nobody("~Tandem is locked"));
        assert_eq!(drawn(&signed_in(Availability::Away, Counts::default()))[0], "~Nobody waits");
    }

    #[test]
    fn counts_and_checks_change_in_their_place_and_sections_do_not() {
        let places = |standing: &Standing| lines(standing);
        let same = |one: &[Line], other: &[Line]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same_place(other))
        };
        let before = places(&signed_in(Availability::Available, Counts::default()));
        let counted = signed_in(Availability::Busy, Counts { help: 9, ..Counts::default() });
        assert!(same(&before, &places(&counted)));
        assert!(!same(&before, &places(&signed_in(Availability::Busy, Counts { all: Some(1), ..Counts::default() }))));
        assert!(!same(&before, &places(&Standing::SignedOut)));
    }

    #[test]
    fn every_choice_comes_back_from_its_name() {
        for (choice, id) in CHOICES {
            assert_eq!((choice.id(), Choice::of(id)), (id, Some(choice)));
        }
        assert_eq!(Choice::of("dance"), None);
    }
}
