//! The check against a service that does as it is told, on a host that keeps what it hears.
use crate::abi;
use crate::fake_host::{FakeHost, Kind, Peer, UNTIL_CANCELLED};

fn expect(kind: Kind, bytes: &str, code: i32, verdict: i32, message: &str) {
    let host = FakeHost::new();
    // A run that meets a silent service is cancelled as soon as it has connected, so that nobody waits.
    let cancels = if kind == Kind::Silent { Some(&host) } else { None };
    let peer = Peer::start(kind, bytes, cancels);
    host.set("/port", &peer.port().to_string());
    assert_eq!(host.create("@NAME@"), abi::OK, "{}", host.error());
    let said = host.run(UNTIL_CANCELLED);
    assert_eq!((said.code, said.verdict, said.message.as_str()), (code, verdict, message));
    assert_eq!(host.broken(), "");
}

#[test]
fn a_service_that_greets_passes() {
    expect(Kind::Answer, "220 ready\r\n", abi::OK, abi::PASS, "");
}

#[test]
fn a_service_that_is_silent_is_waited_for_until_the_run_is_cancelled() {
    expect(Kind::Silent, "", abi::E_CANCELLED, 0, "");
}

#[test]
fn a_service_that_closes_fails() {
    expect(Kind::Close, "", abi::OK, abi::FAIL, "No greeting");
}

#[test]
fn a_service_that_resets_fails() {
    expect(Kind::Reset, "", abi::OK, abi::FAIL, "Connection failed");
}

#[test]
fn no_service_fails() {
    expect(Kind::Refuse, "", abi::OK, abi::FAIL, "Connection refused");
}

#[test]
fn a_port_is_needed() {
    let host = FakeHost::new();
    assert_eq!(host.create("@NAME@"), abi::E_CONFIG);
    assert_eq!(host.error(), "port: expected a number from 1 to 65535");
}
