//! Running a program of the guest and waiting for its end: fork(2), execve(2), wait4(2).
//!
//! What runs is a fixed argument vector with an empty environment, as in a fresh session: nothing of the agent's own reaches it but the
//! input. Its output goes nowhere. Who may be run, and what a failure means, is the caller's business.

use core::ffi::CStr;
use core::mem::MaybeUninit;
use core::ptr;

use super::super::os::{self, calls};
use super::clock;
use super::fd::{Fd, check};
use super::process;
use super::signal;
use crate::error::{Errno, Error, What};
use crate::limits::{ARGUMENT_COUNT, INPUT_LEN, KILL_MS};

/// An argument vector as execve(2) wants it: the last one is null.
type Arguments = [*const libc::c_char; ARGUMENT_COUNT + 1];

/// Exit status of a child that did not become the program, as of a shell's.
const NOT_RUN: libc::c_int = 127;

/// Runs `words`, the first of them the program's absolute path, with `input` as its standard input, and waits for its end. The exit
/// status; 128 and the signal's number for a program that a signal ended, as a shell has it.
///
/// What the program started in the background and left behind stays, but goes with it when the time is over.
///
/// # Errors
///
/// See access(2), ENOENT if there is no such program; fork(2). ETIMEDOUT if it was killed after `limit_ms`; [`Error::Stopped`] if it was
/// killed because the agent is to end.
pub fn run(words: &[&CStr], input: &[u8], limit_ms: u64) -> Result<i32, Error> {
    let mut arguments: Arguments = [ptr::null(); ARGUMENT_COUNT + 1];
    let [room @ .., _] = &mut arguments;
    let (Some(program), true, true) = (words.first(), words.len() <= room.len(), input.len() <= INPUT_LEN) else {
        return Err(Error::bug(What::CannotRun));
    };
    for (to, word) in room.iter_mut().zip(words) {
        *to = word.as_ptr();
    }
    let child = start(program, &arguments, input).map_err(|errno| Error::System(What::RunProgram, errno))?;
    wait(child, limit_ms)
}

/// Starts the program.
fn start(program: &CStr, arguments: &Arguments, input: &[u8]) -> Result<libc::pid_t, Errno> {
    // Asked first, so that an absent program costs no process and is told from one that fails.
    // SAFETY: `program` is NUL-terminated.
    check(unsafe { calls::access(program.as_ptr(), libc::X_OK) })?;
    let null = Fd::open(c"/dev/null", libc::O_RDWR, 0)?;
    let input = filled_pipe(input)?;
    // SAFETY: there is one thread, and the child does nothing but system calls.
    match check(unsafe { os::fork() })? {
        0 => become_program(program, arguments, &input, &null),
        child => Ok(child),
    }
}

/// The reading end of a pipe that holds `input` and then ends. As much as always fits is written before anybody reads, so neither side
/// ever waits for the other or loses its peer.
fn filled_pipe(input: &[u8]) -> Result<Fd, Errno> {
    let mut ends = [-1; 2];
    // SAFETY: `ends` has room for two descriptors.
    check(unsafe { calls::pipe(ends.as_mut_ptr()) })?;
    let [reading, writing] = ends.map(Fd::adopt);
    writing?.write_all(input)?;
    reading
}

/// The child's part: from the agent's fork to the program.
fn become_program(program: &CStr, arguments: &Arguments, input: &Fd, null: &Fd) -> ! {
    // SAFETY: no arguments; fails only for a group leader, which a new child is not.
    unsafe { calls::setsid() };
    for (standard, fd) in [input, null, null].into_iter().enumerate() {
        // SAFETY: both are valid descriptor numbers.
        unsafe { calls::dup2(fd.raw(), standard as libc::c_int) };
    }
    process::reset();
    // Handlers end at execve(2), but what is ignored, by whoever started the agent, would stay so.
    for number in 1..32 {
        let _ = signal::set_handler(number, libc::SIG_DFL);
    }
    signal::unblock_all();
    if process::leave_directory().is_ok() {
        let environment: [*const libc::c_char; 1] = [ptr::null()];
        // SAFETY: the path is NUL-terminated; both vectors end in a null pointer, and what is in front of it is NUL-terminated.
        unsafe { calls::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    }
    process::end(NOT_RUN)
}

/// Waits for the child's end, and sees to it when the time is over or the agent is to end.
fn wait(child: libc::pid_t, limit_ms: u64) -> Result<i32, Error> {
    let result = await_end(child, limit_ms, false);
    if let Err(Error::Stopped | Error::System(_, Errno(libc::ETIMEDOUT))) = result {
        // The group while its head holds the number; and the head, which may not have made the group yet.
        let _ = process::send_signal(-child, libc::SIGKILL);
        let _ = process::send_signal(child, libc::SIGKILL);
        // One that not even SIGKILL ends hangs in the kernel and is left to it.
        let _ = await_end(child, KILL_MS, true);
    }
    result
}

/// Waits until the child has ended, the time is over, or the agent is to end, unless that `is_known`.
#[inline(never)]
fn await_end(child: libc::pid_t, limit_ms: u64, is_known: bool) -> Result<i32, Error> {
    let deadline_ms = clock::now_ms() + limit_ms;
    loop {
        if let Some(status) = ended(child).map_err(|errno| Error::System(What::WaitForProgram, errno))? {
            return Ok(status);
        }
        if signal::stopping() && !is_known {
            return Err(Error::Stopped);
        }
        let left_ms = deadline_ms.saturating_sub(clock::now_ms());
        if left_ms == 0 {
            return Err(Error::System(What::RunProgram, Errno(libc::ETIMEDOUT)));
        }
        // A child's end is a SIGCHLD.
        let _ = signal::wait(None, 0, left_ms);
    }
}

/// The exit status of a child that has ended; it is gone then.
fn ended(child: libc::pid_t) -> Result<Option<i32>, Errno> {
    let mut status = MaybeUninit::uninit();
    // SAFETY: `status` is writable and of the right type.
    if check(unsafe { calls::wait4(child, status.as_mut_ptr(), libc::WNOHANG, ptr::null_mut()) })? == 0 {
        return Ok(None);
    }
    // SAFETY: wait4 told of a child, so it wrote the status.
    let status = unsafe { status.assume_init() };
    Ok(Some(if libc::WIFEXITED(status) { libc::WEXITSTATUS(status) } else { 128 + libc::WTERMSIG(status) }))
}
