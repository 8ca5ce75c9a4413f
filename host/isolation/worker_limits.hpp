// What a worker process may use, agreed between the host and the worker.
#pragma once

#include <sys/resource.h>

#include <cstddef>

namespace probehost {

constexpr size_t workerMemory = size_t{256} << 20U;     // resident bytes, looked at after each run
constexpr rlim_t workerAddressSpace = rlim_t{1} << 30U; // bytes, enforced by the kernel
constexpr rlim_t workerDescriptors = 256;
constexpr int workerMemoryStatus = 77; // how a worker ends that got too large

} // namespace probehost
