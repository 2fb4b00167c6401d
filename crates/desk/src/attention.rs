//! Whether the user can notice a notification.

/// The user's attention as reported by the system. Only whether calls are taken, and why one went unnoticed, leaves
/// this machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    /// The system shows no notifications now.
    pub do_not_disturb: bool,
    pub locked: bool,
    /// The machine is idle or sleeps.
    pub idle: bool,
}

impl Attention {
    pub(crate) fn is_away(self) -> bool {
        self.locked || self.idle
    }
}
