//! When to tell the service manager that the guest is ready, so that what needs the network can wait for it.
//!
//! Ready means: nothing came for 2 s since start; or, after a first request, `resetnetwork` was answered or nothing came for 10 s.
//! systemd is told with `READY=1` (sd_notify(3)), upstart (`expect stop`) by stopping ourselves.

use crate::limits::{READY_IDLE_MS, READY_REQUEST_MS};

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notify {
    /// The socket in `NOTIFY_SOCKET`.
    Systemd(&'static [u8]),
    /// The parent, by SIGSTOP.
    Upstart,
}

/// The state of readiness.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// Whom to tell; `None` once told.
    notify: Option<Notify>,
    deadline_ms: u64,
}

impl Ready {
    /// At start.
    pub fn new(notify: Option<Notify>, now_ms: u64) -> Self {
        Self { notify, deadline_ms: now_ms + READY_IDLE_MS }
    }

    /// When to look again, if ever.
    pub fn deadline(&self) -> Option<u64> {
        self.notify.map(|_| self.deadline_ms)
    }

    /// A request was answered.
    pub fn answered(&mut self, reset_network: bool, now_ms: u64) {
        self.deadline_ms = if reset_network { now_ms } else { now_ms + READY_REQUEST_MS };
    }

    /// Whom to tell now, once.
    pub fn due(&mut self, now_ms: u64) -> Option<Notify> {
        if now_ms < self.deadline_ms { None } else { self.notify.take() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_once_at_the_right_moment() {
        let mut idle = Ready::new(Some(Notify::Upstart), 1000);
        assert_eq!(idle.due(2999), None);
        assert_eq!(idle.due(3000), Some(Notify::Upstart));
        assert_eq!((idle.due(9000), idle.deadline()), (None, None));

        let mut busy = Ready::new(Some(Notify::Systemd(b"@x")), 0);
        busy.answered(false, 1500);
        assert_eq!(busy.due(11_499), None);
        busy.answered(false, 11_499);
        assert_eq!(busy.due(21_498), None);
        busy.answered(true, 21_498);
        assert_eq!(busy.due(21_498), Some(Notify::Systemd(b"@x")));

        assert_eq!(Ready::new(None, 0).deadline(), None);
    }
}
