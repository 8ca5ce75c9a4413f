// One frame after the other, on the thread that creates and destroys all checks.
#include "worker/check_server.hpp"

#include "isolation/payloads.hpp"

namespace probehost {

void CheckServer::serve() {
    FrameWriter loaded(FrameType::Loaded);
    write(loaded, library_.describe());
    link_.send(loaded);
    for (;;) {
        FrameReader frame(link_.receive());
        obey(frame);
    }
}

void CheckServer::obey(FrameReader& frame) {
    if (frame.type() == FrameType::Create) return create(frame);
    if (frame.type() == FrameType::AppSaid) return link_.answered(frame);
    const auto found = checks_.find(frame.check());
    if (found == checks_.end()) return; // it was refused
    switch (frame.type()) {
        case FrameType::Run:
            return found->second->run(frame.run(), readRequest(frame));
        case FrameType::Cancel:
            return found->second->cancel();
        case FrameType::End:
            return found->second->end();
        case FrameType::Destroy:
            checks_.erase(found);
            return;
        default:
            throw FrameBroken("not a host's frame");
    }
}

void CheckServer::create(FrameReader& frame) {
    const auto check = frame.check();
    const auto* checker = library_.find(frame.text());
    const auto settings = readSettings(frame);
    secrets_.insert(settings.secrets.begin(), settings.secrets.end());
    link_.mask({secrets_.begin(), secrets_.end()});
    try {
        if (checker == nullptr) throw CheckNotCreated("the plugin no longer offers this checker");
        checks_[check] = std::make_unique<HostedCheck>(*checker, link_, check, settings);
        link_.send(FrameWriter(FrameType::Created, check));
    } catch (const CheckNotCreated& refused) {
        checks_.erase(check);
        link_.send(FrameWriter(FrameType::NotCreated, check).text(refused.what()));
    }
}

} // namespace probehost
