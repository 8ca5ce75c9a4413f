/* @NAME@ against a service that does as it is told, on a host that keeps what it hears. */
#include <probehost/testing/scripted_peer.h>

#include <stdio.h>
#include <string.h>

static int failures;

static void expect(int truth, const char* what, const char* of) {
    if (truth) return;
    fprintf(stderr, "FAILED: %s: %s\n", of, what);
    failures++;
}

static void expect_text(const char* got, const char* wanted, const char* of) {
    if (strcmp(got, wanted) == 0) return;
    fprintf(stderr, "FAILED: %s: got \"%s\", wanted \"%s\"\n", of, got, wanted);
    failures++;
}

static void set_port(ph_fake* fake, const ph_peer* peer) {
    char port[8];
    snprintf(port, sizeof(port), "%u", (unsigned)ph_peer_port(peer));
    ph_fake_set(fake, "/port", port);
}

struct outcome {
    const char* of;
    int32_t peer, code, verdict;
    const char* message;
};

static void test(const struct outcome* expected) {
    ph_fake* fake = ph_fake_new();
    /* A run that meets a silent service is cancelled as soon as it has connected, so that nobody waits. */
    const ph_peer_conduct conduct = {.kind = expected->peer,
                                     .bytes = "220 ready\r\n",
                                     .length = expected->peer == PH_PEER_ANSWER ? 11 : 0,
                                     .cancels = expected->peer == PH_PEER_SILENT ? fake : NULL};
    ph_peer* peer = ph_peer_start(&conduct);
    set_port(fake, peer);
    expect(ph_fake_create(fake, probehost_plugin_entry_v1, "@NAME@") == PH_OK, ph_fake_error(fake), expected->of);
    const ph_fake_result* said = ph_fake_run(fake, PH_FAKE_UNTIL_CANCELLED);
    expect(said->code == expected->code, "another code was returned", expected->of);
    expect(said->verdict == expected->verdict, "another verdict", expected->of);
    expect_text(said->message, expected->message, expected->of);
    expect_text(ph_fake_broken(fake), "", expected->of);
    ph_peer_stop(peer);
    ph_fake_free(fake);
}

static void test_port_is_needed(void) {
    ph_fake* fake = ph_fake_new();
    expect(ph_fake_create(fake, probehost_plugin_entry_v1, "@NAME@") == PH_E_CONFIG, "was created", "no port");
    expect_text(ph_fake_error(fake), "port: expected a number from 1 to 65535", "no port");
    ph_fake_free(fake);
}

int main(void) {
    static const struct outcome outcomes[] = {
        {"a service that greets", PH_PEER_ANSWER, PH_OK, PH_PASS, ""},
        {"a service that is silent", PH_PEER_SILENT, PH_E_CANCELLED, PH_UNKNOWN, ""},
        {"a service that closes", PH_PEER_CLOSE, PH_OK, PH_FAIL, "No greeting"},
        {"a service that resets", PH_PEER_RESET, PH_OK, PH_FAIL, "Connection failed"},
        {"no service", PH_PEER_REFUSE, PH_OK, PH_FAIL, "Connection refused"},
    };
    for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) test(&outcomes[i]);
    test_port_is_needed();
    if (failures == 0) puts("all passed");
    return failures == 0 ? 0 : 1;
}
