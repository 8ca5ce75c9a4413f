// How much memory the control group of this process leaves to it.
#pragma once

#include <cstdint>
#include <filesystem>

namespace probehost {

// Bytes: the smallest limit of the process' control groups and their parents, of version 1 or 2; UINT64_MAX without
// one. `proc` and `groups` are where the kernel shows them.
uint64_t memoryOfGroup(const std::filesystem::path& proc = "/proc/self/cgroup",
                       const std::filesystem::path& groups = "/sys/fs/cgroup");

} // namespace probehost
