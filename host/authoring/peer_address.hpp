// How the peer of a test gets into the settings that a checker is tried with: through the environment, as ${peer}.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace probehost::authoring {

constexpr uint16_t nobody = 1; // a port of this machine that nothing listens on

// From now on ${peer}, ${peer_host} and ${peer_port} of settings mean this port of this machine.
void offerPeer(uint16_t port);

// The peer's address came through the environment, but is no secret.
void revealPeer(std::vector<std::string>& secrets);

// Whether a file of settings speaks of the peer.
bool mentionsPeer(const std::string& settingsFile);

} // namespace probehost::authoring
