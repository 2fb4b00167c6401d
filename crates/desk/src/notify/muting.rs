//! Why a notification goes unnoticed: the user's settings, the system, an absent user.

use tandem_conversation::{NoticeKind, Time};
use tandem_protocol::agents::Muted;

use crate::attention::Attention;
use crate::view::{Loudness, NotificationSettings, QuietHours};

/// The configured loudness for this kind.
pub(super) fn loudness(settings: &NotificationSettings, kind: NoticeKind) -> Loudness {
    match kind {
        NoticeKind::HelpNeeded { .. } => settings.help_needed,
        NoticeKind::Invited { .. } => settings.invited,
        NoticeKind::CustomerWrote { .. } => settings.customer_wrote,
        NoticeKind::WaitingTooLong { .. } => settings.waiting_too_long,
        NoticeKind::DeliveryFailed { .. } => settings.delivery_failed,
        NoticeKind::Mentioned { .. } => settings.mentioned,
        NoticeKind::Reminded { .. } => settings.reminded,
        NoticeKind::LowScore { .. } => settings.low_score,
    }
}

/// Why a notice of this loudness is held back now, if it is.
pub(super) fn held_back(settings: &NotificationSettings, loudness: Loudness, minute: u16) -> Option<Muted> {
    if loudness == Loudness::Off {
        return Some(Muted::TurnedOff);
    }
    settings.quiet.is_some_and(|quiet| is_within(quiet, minute)).then_some(Muted::QuietHours)
}

/// Why the user cannot notice a delivered notification, if so.
pub(super) fn unnoticed(attention: Attention) -> Option<Muted> {
    match attention {
        Attention { do_not_disturb: true, .. } => Some(Muted::DoNotDisturb),
        Attention { locked: true, .. } => Some(Muted::Locked),
        _ => None,
    }
}

fn is_within(quiet: QuietHours, minute: u16) -> bool {
    match quiet.from <= quiet.to {
        true => (quiet.from..quiet.to).contains(&minute),
        false => minute >= quiet.from || minute < quiet.to,
    }
}

/// Minutes after midnight in this machine's time zone.
pub(super) fn minute_of_day(now: Time) -> u16 {
    let Ok(at) = jiff::Timestamp::from_millisecond(now.0) else { return 0 };
    let local = at.to_zoned(jiff::tz::TimeZone::system());
    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use tandem_conversation::{CallId, EngagementId, Position, ReviewId};
    use uuid::Uuid;

    use super::*;

    const HELP: NoticeKind = NoticeKind::HelpNeeded { call: CallId(Uuid::nil()) };

    #[test]
    fn each_kind_has_its_own_setting() {
        let quiet = NotificationSettings::default();
        type Of = fn(&mut NotificationSettings) -> &mut Loudness;
        let kinds: [(NoticeKind, Of); 8] = [
            (HELP, |settings| &mut settings.help_needed),
            (NoticeKind::Invited { engagement: EngagementId(Uuid::nil()) }, |settings| &mut settings.invited),
            (NoticeKind::CustomerWrote { position: Position(1) }, |settings| &mut settings.customer_wrote),
            (NoticeKind::WaitingTooLong { position: Position(1) }, |settings| &mut settings.waiting_too_long),
            (NoticeKind::DeliveryFailed { position: Position(1) }, |settings| &mut settings.delivery_failed),
            (NoticeKind::Mentioned { position: Position(1) }, |settings| &mut settings.mentioned),
            (NoticeKind::Reminded { since: Time(1) }, |settings| &mut settings.reminded),
            (NoticeKind::LowScore { review: ReviewId(Uuid::nil()) }, |settings| &mut settings.low_score),
        ];
        for (kind, of) in kinds {
            let mut settings = quiet;
            *of(&mut settings) = Loudness::Off;
            for (other, _) in kinds {
                let expected = (other == kind).then_some(Muted::TurnedOff);
                assert_eq!(
                    held_back(&settings, loudness(&settings, other), 0),
                    expected,
                    "{other:?} with {kind:?} turned off"
                );
            }
        }
    }

    #[test]
    fn quiet_hours_may_go_over_midnight() {
        let night = QuietHours { from: 22 * 60, to: 7 * 60 };
        let lunch = QuietHours { from: 12 * 60, to: 13 * 60 };
        for (quiet, minute, muted) in [
            (night, 21 * 60 + 59, false),
            (night, 22 * 60, true),
            (night, 0, true),
            (night, 7 * 60 - 1, true),
            (night, 7 * 60, false),
            (lunch, 12 * 60, true),
            (lunch, 13 * 60, false),
            (QuietHours { from: 60, to: 60 }, 60, false),
        ] {
            let settings = NotificationSettings { quiet: Some(quiet), ..NotificationSettings::default() };
            let expected = muted.then_some(Muted::QuietHours);
            assert_eq!(held_back(&settings, Loudness::Sound, minute), expected, "{quiet:?} at minute {minute}");
        }
    }

    #[test]
    fn what_the_system_hides_is_said_as_it_is() {
        let none = Attention::default();
        assert_eq!(unnoticed(none), None);
        assert_eq!(unnoticed(Attention { idle: true, ..none }), None, "a bell is heard in the next room");
        assert_eq!(unnoticed(Attention { locked: true, ..none }), Some(Muted::Locked));
        let both = Attention { locked: true, do_not_disturb: true, idle: true };
        assert_eq!(unnoticed(both), Some(Muted::DoNotDisturb));
    }
}
