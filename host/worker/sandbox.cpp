// rlimits are the portable floor; the filter is what keeps a worker of the same user from killing its host.
#include "worker/sandbox.hpp"

#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <initializer_list>

#include "isolation/memory_group.hpp"
#include "isolation/worker_limits.hpp"

namespace probehost {

namespace {

constexpr int noFilter = 78;
constexpr int ioprioProcess = 1;            // which glibc does not name
constexpr scmp_datum_t lower = 0xffffffffU; // the half of an argument that the kernel looks at

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true; // which reserves terabytes of address space
#else
constexpr bool sanitized = false;
#endif

void limit(__rlimit_resource resource, rlim_t most) {
    const rlimit both = {most, most};
    setrlimit(resource, &both);
}

// Where memory is scarce, an allocation of the worker fails before the kernel has to choose whom to end.
void leaveMemoryToHost() {
    const auto group = memoryOfGroup();
    if (group / 2 < workerAddressSpace) limit(RLIMIT_DATA, std::max(group / 2, leastWorkerData));
}

// The kernel takes the worker before its host when memory runs out.
void volunteer() {
    const int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score < 0) return;
    static_cast<void>(::write(score, "800", 3) == 3);
    close(score);
}

class Filter {
  public:
    Filter() : rules_(seccomp_init(SCMP_ACT_ALLOW)) {}
    ~Filter() { seccomp_release(rules_); }
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;

    template <typename... Comparisons>
    void deny(int call, Comparisons... when) {
        sound_ = sound_ && seccomp_rule_add(rules_, SCMP_ACT_ERRNO(EPERM), call, sizeof...(when), when...) == 0;
    }
    void pretendMissing(int call) { sound_ = sound_ && seccomp_rule_add(rules_, SCMP_ACT_ERRNO(ENOSYS), call, 0) == 0; }
    bool load() { return sound_ && seccomp_load(rules_) == 0; }

  private:
    scmp_filter_ctx rules_;
    bool sound_ = true;
};

void denyReachingOthers(Filter& filter) {
    const auto self = static_cast<scmp_datum_t>(getpid());
    filter.deny(SCMP_SYS(kill), SCMP_A0(SCMP_CMP_NE, self));
    filter.deny(SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_NE, self));
    filter.deny(SCMP_SYS(rt_sigqueueinfo), SCMP_A0(SCMP_CMP_NE, self));
    filter.deny(SCMP_SYS(rt_tgsigqueueinfo), SCMP_A0(SCMP_CMP_NE, self));
    for (const int call : {SCMP_SYS(tkill), SCMP_SYS(pidfd_send_signal), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
                           SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd)}) {
        filter.deny(call);
    }
}

// A signal for input may be sent to any process, and the kernel sends it.
void denySignalsForInput(Filter& filter) {
    for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG})
        filter.deny(SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_MASKED_EQ, lower, static_cast<scmp_datum_t>(command)));
    for (const int request : {FIOSETOWN, SIOCSPGRP})
        filter.deny(SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, lower, static_cast<scmp_datum_t>(request)));
}

// What is typed at the host's terminal, and who may write to it.
void denyTerminals(Filter& filter) {
    for (const int request : {TIOCSTI, TIOCSCTTY, TIOCSPGRP, TIOCLINUX})
        filter.deny(SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_MASKED_EQ, lower, static_cast<scmp_datum_t>(request)));
}

// A socket that waits for its peer when it is closed would hold up the host to which it is sent, which closes it
// unseen.
void denyLingering(Filter& filter) {
    filter.deny(SCMP_SYS(setsockopt), SCMP_A1(SCMP_CMP_MASKED_EQ, lower, SOL_SOCKET),
                SCMP_A2(SCMP_CMP_MASKED_EQ, lower, SO_LINGER));
}

// Memory that is neither resident nor in the address space, and so in no limit.
void denyUncountedMemory(Filter& filter) {
    filter.pretendMissing(SCMP_SYS(memfd_create));
    filter.pretendMissing(SCMP_SYS(memfd_secret));
    filter.deny(SCMP_SYS(shmget));
}

// Only the calling thread's own; "all processes of the user" is another kind of target.
void denySchedulingOthers(Filter& filter) {
    for (const int call : {SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam),
                           SCMP_SYS(sched_setattr), SCMP_SYS(migrate_pages), SCMP_SYS(move_pages)})
        filter.deny(call, SCMP_A0(SCMP_CMP_NE, 0));
    filter.deny(SCMP_SYS(setpriority), SCMP_A0(SCMP_CMP_NE, PRIO_PROCESS));
    filter.deny(SCMP_SYS(setpriority), SCMP_A1(SCMP_CMP_NE, 0));
    filter.deny(SCMP_SYS(ioprio_set), SCMP_A0(SCMP_CMP_NE, ioprioProcess));
    filter.deny(SCMP_SYS(ioprio_set), SCMP_A1(SCMP_CMP_NE, 0));
}

// What no checker needs, and what goes around this filter.
void denyTheUncommon(Filter& filter) {
    for (const int call :
         {SCMP_SYS(io_uring_setup), SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(mount),
          SCMP_SYS(umount2), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root),
          SCMP_SYS(open_by_handle_at), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(kcmp)})
        filter.deny(call);
}

// Root without these is a user like any other, but for what belongs to root.
void dropCapabilities() {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    const std::array<__user_cap_data_struct, 2> none{};
    syscall(SYS_capset, &header, none.data());
}

// A thread is a clone with CLONE_THREAD; clone3 hides its flags in memory, so the C library is led back to clone.
void denyProcesses(Filter& filter) {
    filter.deny(SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    filter.pretendMissing(SCMP_SYS(clone3));
    for (const int call :
         {SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(setsid), SCMP_SYS(setpgid)}) {
        filter.deny(call);
    }
    for (const int option : {PR_SET_PDEATHSIG, PR_SET_DUMPABLE})
        filter.deny(SCMP_SYS(prctl), SCMP_A0(SCMP_CMP_MASKED_EQ, lower, static_cast<scmp_datum_t>(option)));
    filter.deny(SCMP_SYS(prlimit64), SCMP_A0(SCMP_CMP_NE, 0), SCMP_A2(SCMP_CMP_NE, 0));
}

} // namespace

void enterSandbox() {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    volunteer();
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, workerDescriptors);
    limit(RLIMIT_FSIZE, workerFileSize);
    if (!sanitized) limit(RLIMIT_AS, workerAddressSpace);
    if (!sanitized) leaveMemoryToHost();
    dropCapabilities();
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // other plugins' workers must not read this one's secrets
    Filter filter;
    denyReachingOthers(filter);
    denyProcesses(filter);
    denySignalsForInput(filter);
    denySchedulingOthers(filter);
    denyTerminals(filter);
    denyLingering(filter);
    denyUncountedMemory(filter);
    denyTheUncommon(filter);
    if (!filter.load()) _exit(noFilter);
}

} // namespace probehost
