// Only whole names: ${peers} is somebody else's.
#include "authoring/peer_address.hpp"

#include <cstdlib>
#include <variant>

#include "config/text_file.hpp"

namespace probehost::authoring {

void offerPeer(uint16_t port) {
    const auto number = std::to_string(port);
    setenv("peer", ("127.0.0.1:" + number).c_str(), 1);
    setenv("peer_host", "127.0.0.1", 1);
    setenv("peer_port", number.c_str(), 1);
}

void revealPeer(std::vector<std::string>& secrets) {
    for (const auto* name : {"peer", "peer_host", "peer_port"}) {
        const char* value = std::getenv(name);
        if (value != nullptr) std::erase(secrets, value);
    }
}

bool mentionsPeer(const std::string& settingsFile) {
    constexpr size_t most = 1U << 20U;
    if (settingsFile.empty()) return false;
    const auto read = readTextFile(settingsFile, most);
    const auto* text = std::get_if<std::string>(&read);
    return text != nullptr &&
           (text->find("${peer}") != std::string::npos || text->find("${peer_port}") != std::string::npos);
}

} // namespace probehost::authoring
