// Proves that a file's bytes can really be had: from the disk, and through a mapping.
#pragma once

#include <cstdint>

namespace probehost {

// Maps and populates windows spread over the whole file, the first and the last included: all of it up to 64 MiB, that
// much of a larger one. Throws std::system_error, or sdk::Cancelled when `stop_fd` is readable.
void proveReadable(int fd, uint64_t size, int stop_fd);

} // namespace probehost
