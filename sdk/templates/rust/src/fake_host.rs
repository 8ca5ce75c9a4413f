//! The SDK's fake host and its scripted peers; <probehost/testing/fake_host.h> says more.
use std::ffi::{CStr, CString};
use std::os::raw::{c_char, c_void};
use std::ptr::null_mut;

use crate::abi;

pub const UNTIL_CANCELLED: i64 = i64::MAX;

#[derive(Clone, Copy, PartialEq)]
#[repr(i32)]
pub enum Kind {
    Silent = 0,
    Refuse = 1,
    Answer = 2,
    Close = 3,
    Reset = 4,
}

#[repr(C)]
struct FakeResult {
    code: i32,
    verdict: i32,
    message: *const c_char,
    detail: *const c_char,
    error: *const c_char,
    took_ms: i64,
}

#[repr(C)]
struct Conduct {
    kind: i32,
    bytes: *const u8,
    length: u32,
    after: u32,
    pause_ms: u32,
    cancels: *mut c_void,
}

type Entry = extern "C" fn(*const abi::Host) -> *const abi::Plugin;

#[link(name = "probehost-testing")]
extern "C" {
    fn ph_fake_new() -> *mut c_void;
    fn ph_fake_free(fake: *mut c_void);
    fn ph_fake_set(fake: *mut c_void, pointer: *const c_char, value: *const c_char);
    fn ph_fake_create(fake: *mut c_void, entry: Entry, checker: *const c_char) -> i32;
    fn ph_fake_run(fake: *mut c_void, timeout_ms: i64) -> *const FakeResult;
    fn ph_fake_error(fake: *const c_void) -> *const c_char;
    fn ph_fake_broken(fake: *mut c_void) -> *const c_char;
    fn ph_peer_start(conduct: *const Conduct) -> *mut c_void;
    fn ph_peer_stop(peer: *mut c_void);
    fn ph_peer_port(peer: *const c_void) -> u16;
}

unsafe fn owned(text: *const c_char) -> String {
    CStr::from_ptr(text).to_string_lossy().into_owned()
}

pub struct Said {
    pub code: i32,
    pub verdict: i32,
    pub message: String,
}

pub struct FakeHost(*mut c_void);

impl FakeHost {
    pub fn new() -> FakeHost {
        FakeHost(unsafe { ph_fake_new() })
    }

    pub fn set(&self, pointer: &str, value: &str) {
        let (pointer, value) = (CString::new(pointer).unwrap(), CString::new(value).unwrap());
        unsafe { ph_fake_set(self.0, pointer.as_ptr(), value.as_ptr()) }
    }

    pub fn create(&self, checker: &str) -> i32 {
        let checker = CString::new(checker).unwrap();
        unsafe { ph_fake_create(self.0, crate::plugin::probehost_plugin_entry_v1, checker.as_ptr()) }
    }

    pub fn run(&self, timeout_ms: i64) -> Said {
        unsafe {
            let said = &*ph_fake_run(self.0, timeout_ms);
            Said { code: said.code, verdict: said.verdict, message: owned(said.message) }
        }
    }

    pub fn error(&self) -> String {
        unsafe { owned(ph_fake_error(self.0)) }
    }

    /// The rules that were broken.
    pub fn broken(&self) -> String {
        unsafe { owned(ph_fake_broken(self.0)) }
    }
}

impl Drop for FakeHost {
    fn drop(&mut self) {
        unsafe { ph_fake_free(self.0) }
    }
}

pub struct Peer(*mut c_void);

impl Peer {
    /// Whoever connects has its run on `cancels` cancelled.
    pub fn start(kind: Kind, bytes: &str, cancels: Option<&FakeHost>) -> Peer {
        let conduct = Conduct {
            kind: kind as i32,
            bytes: bytes.as_ptr(),
            length: bytes.len() as u32,
            after: 0,
            pause_ms: 0,
            cancels: cancels.map_or(null_mut(), |fake| fake.0),
        };
        Peer(unsafe { ph_peer_start(&conduct) })
    }

    pub fn port(&self) -> u16 {
        unsafe { ph_peer_port(self.0) }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        unsafe { ph_peer_stop(self.0) }
    }
}
