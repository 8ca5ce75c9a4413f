//! <probehost/abi.h>, ABI 1.0, in Rust. What each member means, who owns it, and which thread may call it, stands there.
use std::os::raw::{c_char, c_void};

pub const ABI_MAJOR: u32 = 1;
pub const ABI_MINOR: u32 = 0;

pub const OK: i32 = 0;
pub const E_CONFIG: i32 = -1;
pub const E_CANCELLED: i32 = -3;
pub const E_INTERNAL: i32 = -4;

pub const PASS: i32 = 1;
pub const FAIL: i32 = 3;

pub const SCOPE_EXTERNAL: u32 = 0;
pub const PROBE_READY: u32 = 2;

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub code: i32,
    pub message: *mut c_char,
    pub message_size: u32,
    pub message_length: u32,
}

#[repr(C)]
pub struct RunContext {
    pub struct_size: u32,
    pub reason: u32,
    pub deadline_ns: i64,
    pub cancel_fd: i32,
    pub attempt: u32,
    pub traceparent: *const c_char,
    pub run: *mut c_void,
}

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub version: *const c_char,
    pub reserved: *mut c_void,
    pub log: unsafe extern "C" fn(*const Host, *const c_void, i32, *const c_char, u64),
    pub setting: unsafe extern "C" fn(*const c_void, *const c_char, *mut u64) -> *const c_char,
    pub settings_json: unsafe extern "C" fn(*const c_void, *mut u64) -> *const c_char,
    pub verdict: unsafe extern "C" fn(*mut c_void, i32, *const c_char, u64),
    pub detail: unsafe extern "C" fn(*mut c_void, *const c_char, u64),
    pub fact_text: unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char, u64) -> i32,
    pub fact_number: unsafe extern "C" fn(*mut c_void, *const c_char, f64, *const c_char) -> i32,
    pub get_extension: unsafe extern "C" fn(*const Host, *const c_char) -> *const c_void,
}

#[repr(C)]
pub struct Checker {
    pub struct_size: u32,
    pub flags: u32,
    pub name: *const c_char,
    pub summary: *const c_char,
    pub settings_schema: *const c_char,
    pub info_json: *const c_char,
    pub scope: u32,
    pub probes: u32,
    pub timeout_ms: u32,
    pub interval_ms: u32,
    pub max_age_ms: u32,
    pub reserved: u32,
    pub create:
        unsafe extern "C" fn(*const Checker, *const Host, *const c_void, *mut *mut c_void, *mut Error) -> i32,
    pub run: unsafe extern "C" fn(*mut c_void, *const RunContext, *mut Error) -> i32,
    pub destroy: unsafe extern "C" fn(*mut c_void),
    pub get_extension: Option<unsafe extern "C" fn(*const Checker, *const c_char) -> *const c_void>,
}

#[repr(C)]
pub struct Checkers(pub [*const Checker; 1]);

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor_built: u32,
    pub abi_minor_needed: u32,
    pub flags: u32,
    pub checker_count: u32,
    pub checkers: *const Checkers,
    pub name: *const c_char,
    pub version: *const c_char,
    pub vendor: *const c_char,
    pub license: *const c_char,
    pub init: Option<unsafe extern "C" fn(*const Host, *mut Error) -> i32>,
    pub deinit: Option<unsafe extern "C" fn()>,
    pub get_extension: Option<unsafe extern "C" fn(*const c_char) -> *const c_void>,
}

#[repr(C)]
pub struct ElfNote {
    pub name_size: u32,
    pub descriptor_size: u32,
    pub kind: u32,
    pub name: [u8; 12],
    pub abi_major: u32,
    pub abi_minor_built: u32,
    pub abi_minor_needed: u32,
    pub flags: u32,
}

// Constants, and pointers to constants.
unsafe impl Sync for Checker {}
unsafe impl Sync for Checkers {}
unsafe impl Sync for Plugin {}
