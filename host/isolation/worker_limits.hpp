// What a worker process may use, agreed between the host and the worker.
#pragma once

#include <sys/resource.h>

#include <cstddef>
#include <cstdint>

namespace probehost {

constexpr size_t workerMemory = size_t{256} << 20U;     // resident bytes, looked at after each run; a quarter of
                                                        // the control group's when that is less
constexpr uint64_t leastWorkerData = 32U << 20U;        // bytes, when half of the control group's memory is less
constexpr rlim_t workerAddressSpace = rlim_t{1} << 30U; // bytes, enforced by the kernel
constexpr rlim_t workerFileSize = 64U << 20U;           // bytes
constexpr rlim_t workerDescriptors = 1024;
constexpr long workerThreads = 256;     // beside those of its checks, of which there is one each
constexpr int workerSocket = 3;         // descriptors of a worker
constexpr int workerImage = 4;          // where its plugin was copied
constexpr int workerMemoryStatus = 77;  // how a worker ends that got too large,
constexpr int workerThreadsStatus = 76; // or too many threads

} // namespace probehost
