//! Log levels. The line format and the sinks are in `sys` and `run`.

/// How much the log tells. Nothing at [`Level::Info`] or above ever holds request data, secrets, file contents or addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What helps to find a fault in the agent or its host.
    Debug,
    /// One line a request, and what was decided.
    Info,
    /// What an administrator should look at.
    Warning,
}
