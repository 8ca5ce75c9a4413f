//! What a check sees of the host: its settings, its runs, and what it says of them.
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_int, c_ulong, c_void};
use std::ptr::null_mut;
use std::time::Duration;

use crate::abi;

pub const POLLIN: i16 = 1;
const CLOCK_MONOTONIC: c_int = 1;

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: i16,
    revents: i16,
}

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn poll(fds: *mut PollFd, count: c_ulong, timeout_ms: c_int) -> c_int;
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
}

/// The settings of one check, already validated.
pub struct Settings {
    pub(crate) host: *const abi::Host,
    pub(crate) settings: *const c_void,
}

impl Settings {
    /// The scalar at a JSON pointer, such as "/port".
    pub fn text(&self, pointer: &str) -> Option<String> {
        let pointer = CString::new(pointer).ok()?;
        let found = unsafe { ((*self.host).setting)(self.settings, pointer.as_ptr(), null_mut()) };
        if found.is_null() {
            return None;
        }
        Some(unsafe { CStr::from_ptr(found) }.to_string_lossy().into_owned())
    }
}

/// The deadline has passed, or the host cancelled the run: let it pass, and the host says "Timeout after 1000ms".
pub struct Cancelled;

/// The first text is for strangers, and the same every time; the second is for operators. Neither holds a secret.
pub enum Verdict {
    Pass,
    Fail(String, String),
}

impl Verdict {
    pub fn fail(message: &str, detail: &str) -> Verdict {
        Verdict::Fail(message.into(), detail.into())
    }
}

/// One run.
pub struct Run<'a> {
    pub(crate) host: &'a abi::Host,
    pub(crate) context: &'a abi::RunContext,
}

impl Run<'_> {
    pub fn remaining(&self) -> Result<Duration, Cancelled> {
        self.wait_for(-1, 0, 0)?;
        match self.nanoseconds_left() {
            left if left > 0 => Ok(Duration::from_nanos(left as u64)),
            _ => Err(Cancelled),
        }
    }

    /// Until `fd` has one of `events`.
    pub fn wait(&self, fd: c_int, events: i16) -> Result<(), Cancelled> {
        loop {
            let milliseconds = (self.nanoseconds_left().max(0) + 999_999) / 1_000_000;
            if self.wait_for(fd, events, milliseconds.min(3_600_000) as c_int)? {
                return Ok(());
            }
            if milliseconds == 0 {
                return Err(Cancelled);
            }
        }
    }

    /// A number about this run, for operators.
    pub fn fact(&self, key: &str, value: f64, unit: &str) {
        if let (Ok(key), Ok(unit)) = (CString::new(key), CString::new(unit)) {
            unsafe { (self.host.fact_number)(self.context.run, key.as_ptr(), value, unit.as_ptr()) };
        }
    }

    fn wait_for(&self, fd: c_int, events: i16, timeout_ms: c_int) -> Result<bool, Cancelled> {
        let ours = PollFd { fd, events, revents: 0 };
        let mut fds = [ours, PollFd { fd: self.context.cancel_fd, events: POLLIN, revents: 0 }];
        let count = unsafe { poll(fds.as_mut_ptr(), 2, timeout_ms) };
        if count > 0 && fds[1].revents != 0 {
            return Err(Cancelled);
        }
        Ok(count > 0)
    }

    fn nanoseconds_left(&self) -> i64 {
        let mut now = Timespec { seconds: 0, nanoseconds: 0 };
        unsafe { clock_gettime(CLOCK_MONOTONIC, &mut now) };
        self.context.deadline_ns - (now.seconds * 1_000_000_000 + now.nanoseconds)
    }

    pub(crate) fn tell(&self, verdict: &Verdict) {
        let text = |text: &str| (text.as_ptr() as *const c_char, text.len() as u64);
        let ((message, length), status) = match verdict {
            Verdict::Pass => (text(""), abi::PASS),
            Verdict::Fail(message, detail) => {
                let (detail, length) = text(detail);
                unsafe { (self.host.detail)(self.context.run, detail, length) };
                (text(message), abi::FAIL)
            }
        };
        unsafe { (self.host.verdict)(self.context.run, status, message, length) };
    }
}
