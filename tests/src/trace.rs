//! What strace wrote of an agent started by [`crate::agent::Agent::traced`]: one line for each system call that ended.

use std::path::Path;

/// The system calls from exec to the first poll, execve itself and the poll apart.
pub fn start(trace: &Path) -> Vec<String> {
    let text = read(trace);
    let exec = text.lines().position(|l| l.starts_with("execve(") && l.contains("--xenstore")).expect("the agent's exec");
    text.lines().skip(exec + 1).take_while(|l| !is_poll(l)).map(String::from).collect()
}

/// The system calls that ended behind the first `skip` lines.
pub fn since(trace: &Path, skip: usize) -> Vec<String> {
    let text = read(trace);
    // The last line is the poll that the agent sleeps in; it has no end yet.
    let ended = text.rsplit_once('\n').map_or("", |(ended, _)| ended);
    ended.lines().skip(skip).map(String::from).collect()
}

fn is_poll(line: &str) -> bool {
    line.starts_with("poll(") || line.starts_with("ppoll(")
}

fn read(trace: &Path) -> String {
    std::fs::read_to_string(trace).expect("read the trace")
}
