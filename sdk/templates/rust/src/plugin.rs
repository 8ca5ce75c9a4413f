//! What the host reads and calls.
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;

use crate::abi;
use crate::check::Check;
use crate::host::{Cancelled, Run, Settings};

struct Instance {
    check: Check,
    host: *const abi::Host,
}

/// Fills an error, cut to fit, and returns its code.
unsafe fn fail(error: *mut abi::Error, code: i32, message: &str) -> i32 {
    if let Some(error) = error.as_mut() {
        error.code = code;
        if !error.message.is_null() && error.message_size > 0 {
            let length = message.len().min(error.message_size as usize - 1);
            std::ptr::copy_nonoverlapping(message.as_ptr(), error.message as *mut u8, length);
            *error.message.add(length) = 0;
            error.message_length = length as u32;
        }
    }
    code
}

/// No panic may reach the host.
unsafe fn guarded(error: *mut abi::Error, body: impl FnOnce() -> i32) -> i32 {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|_| fail(error, abi::E_INTERNAL, "the checker panicked"))
}

unsafe extern "C" fn create(
    _: *const abi::Checker,
    host: *const abi::Host,
    settings: *const c_void,
    check: *mut *mut c_void,
    error: *mut abi::Error,
) -> i32 {
    guarded(error, || match Check::new(&Settings { host, settings }) {
        Ok(made) => {
            *check = Box::into_raw(Box::new(Instance { check: made, host })) as *mut c_void;
            abi::OK
        }
        Err(why) => fail(error, abi::E_CONFIG, &why),
    })
}

unsafe extern "C" fn run(check: *mut c_void, context: *const abi::RunContext, error: *mut abi::Error) -> i32 {
    guarded(error, || {
        let instance = &*(check as *const Instance);
        let run = Run { host: &*instance.host, context: &*context };
        match instance.check.run(&run) {
            Ok(verdict) => {
                run.tell(&verdict);
                abi::OK
            }
            Err(Cancelled) => fail(error, abi::E_CANCELLED, "deadline passed or run cancelled"),
        }
    })
}

unsafe extern "C" fn destroy(check: *mut c_void) {
    drop(Box::from_raw(check as *mut Instance));
}

macro_rules! text {
    ($text:expr) => {
        concat!($text, "\0").as_ptr() as *const c_char
    };
}

static CHECKER: abi::Checker = abi::Checker {
    struct_size: size_of::<abi::Checker>() as u32,
    flags: 0,
    name: text!("@NAME@"),
    summary: text!("Waits for the greeting of a service on this machine"),
    settings_schema: text!(
        r#"{"type":"object","additionalProperties":false,"required":["port"],"properties":{
        "port":{"type":"integer","minimum":1,"maximum":65535,"description":"The TCP port of the service"}}}"#
    ),
    info_json: text!(r#"{"example":{"port":2525}}"#),
    scope: abi::SCOPE_EXTERNAL,
    probes: abi::PROBE_READY,
    timeout_ms: 1000,
    interval_ms: 10000,
    max_age_ms: 1000,
    reserved: 0,
    create,
    run,
    destroy,
    get_extension: None,
};

static CHECKERS: abi::Checkers = abi::Checkers([&CHECKER]);

static PLUGIN: abi::Plugin = abi::Plugin {
    struct_size: size_of::<abi::Plugin>() as u32,
    abi_major: abi::ABI_MAJOR,
    abi_minor_built: abi::ABI_MINOR,
    abi_minor_needed: 0,
    flags: 0,
    checker_count: 1,
    checkers: &CHECKERS,
    name: text!("@NAME@"),
    version: text!(env!("CARGO_PKG_VERSION")),
    vendor: null(),
    license: text!("MIT-0"),
    init: None,
    deinit: None,
    get_extension: None,
};

#[used]
#[link_section = ".note.probehost"]
static NOTE: abi::ElfNote = abi::ElfNote {
    name_size: 10,
    descriptor_size: 16,
    kind: 1,
    name: *b"probehost\0\0\0",
    abi_major: abi::ABI_MAJOR,
    abi_minor_built: abi::ABI_MINOR,
    abi_minor_needed: 0,
    flags: 0,
};

#[no_mangle]
pub extern "C" fn probehost_plugin_entry_v1(_: *const abi::Host) -> *const abi::Plugin {
    &PLUGIN
}
