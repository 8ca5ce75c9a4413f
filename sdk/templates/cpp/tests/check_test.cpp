// @NAME@ against a service that does as it is told, on a host that keeps what it hears.
#include <probehost/testing/scripted_peer.h>

#include <iostream>
#include <memory>
#include <string>

namespace {

struct End {
    void operator()(ph_fake* fake) const { ph_fake_free(fake); }
    void operator()(ph_peer* peer) const { ph_peer_stop(peer); }
};
using Fake = std::unique_ptr<ph_fake, End>;
using Peer = std::unique_ptr<ph_peer, End>;

int failures = 0;

template <typename T>
void expect(const std::string& what, const T& got, const T& wanted) {
    if (got == wanted) return;
    std::cerr << "FAILED: " << what << ": got \"" << got << "\", wanted \"" << wanted << "\"\n";
    failures++;
}

struct Outcome {
    const char* of;
    int32_t peer, code, verdict;
    const char* message;
};

void test(const Outcome& expected) {
    const std::string of = expected.of;
    const Fake fake(ph_fake_new());
    ph_peer_conduct conduct{};
    conduct.kind = expected.peer;
    if (expected.peer == PH_PEER_ANSWER) conduct.bytes = "220 ready\r\n";
    if (expected.peer == PH_PEER_ANSWER) conduct.length = 11;
    // A run that meets a silent service is cancelled as soon as it has connected, so that nobody waits.
    if (expected.peer == PH_PEER_SILENT) conduct.cancels = fake.get();
    const Peer peer(ph_peer_start(&conduct));

    ph_fake_set(fake.get(), "/port", std::to_string(ph_peer_port(peer.get())).c_str());
    expect(of, ph_fake_create(fake.get(), probehost_plugin_entry_v1, "@NAME@"), int32_t{PH_OK});
    const ph_fake_result* said = ph_fake_run(fake.get(), PH_FAKE_UNTIL_CANCELLED);
    expect(of + ", code", said->code, expected.code);
    expect(of + ", verdict", said->verdict, expected.verdict);
    expect(of + ", message", std::string(said->message), std::string(expected.message));
    expect(of + ", rules", std::string(ph_fake_broken(fake.get())), std::string());
}

void testPortIsNeeded() {
    const Fake fake(ph_fake_new());
    expect("no port", ph_fake_create(fake.get(), probehost_plugin_entry_v1, "@NAME@"), int32_t{PH_E_CONFIG});
    expect("no port", std::string(ph_fake_error(fake.get())), std::string("port: expected a number from 1 to 65535"));
}

} // namespace

int main() {
    const Outcome outcomes[] = {
        {"a service that greets", PH_PEER_ANSWER, PH_OK, PH_PASS, ""},
        {"a service that is silent", PH_PEER_SILENT, PH_E_CANCELLED, PH_UNKNOWN, ""},
        {"a service that closes", PH_PEER_CLOSE, PH_OK, PH_FAIL, "No greeting"},
        {"a service that resets", PH_PEER_RESET, PH_OK, PH_FAIL, "Connection failed"},
        {"no service", PH_PEER_REFUSE, PH_OK, PH_FAIL, "Connection refused"},
    };
    for (const auto& outcome : outcomes) test(outcome);
    testPortIsNeeded();
    if (failures == 0) std::cout << "all passed\n";
    return failures == 0 ? 0 : 1;
}
