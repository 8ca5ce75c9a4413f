// A checker whose create() and run() are what a test says.
#pragma once

#include <probehost/testing/scripted_peer.h>

#include <functional>
#include <memory>

struct Conduct {
    std::function<int32_t(const ph_host*, const ph_settings*, ph_check**, ph_error*)> create;
    std::function<int32_t(const ph_host*, const ph_run_context*, ph_error*)> run;
    const ph_host* host = nullptr;
    int checks = 0, plugins = 0; // that there are
};

// Of the running test.
extern Conduct conduct;

struct EndFake {
    void operator()(ph_fake* fake) const { ph_fake_free(fake); }
    void operator()(ph_peer* peer) const { ph_peer_stop(peer); }
};
using Fake = std::unique_ptr<ph_fake, EndFake>;
using Peer = std::unique_ptr<ph_peer, EndFake>;

// A fake with a check whose run() is `run`.
Fake fakeWith(decltype(Conduct::run) run);
