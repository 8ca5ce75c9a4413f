// An epoll loop whose entries are numbered, so that a descriptor that was closed and used again is not mistaken.
#include "isolation/worker_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace probehost {

WorkerLoop::WorkerLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    try {
        if (epoll_ < 0 || wake_ < 0) throw std::system_error(errno, std::generic_category(), "worker processes");
        add(wake_, 0);
        thread_ = std::thread([this] { loop(); });
    } catch (...) {
        close(epoll_);
        close(wake_);
        throw;
    }
}

WorkerLoop::~WorkerLoop() {
    stop();
    close(epoll_);
    close(wake_);
}

void WorkerLoop::stop() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        eventfd_write(wake_, 1);
    }
    if (thread_.joinable()) thread_.join();
}

void WorkerLoop::post(Task task) {
    const std::scoped_lock lock(mutex_);
    tasks_.push_back(std::move(task));
    eventfd_write(wake_, 1);
}

void WorkerLoop::watch(int fd, Task readable) {
    add(fd, ++lastId_);
    watched_.emplace(lastId_, Watched{fd, std::move(readable)});
}

void WorkerLoop::unwatch(int fd) {
    epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
    std::erase_if(watched_, [fd](const auto& each) { return each.second.fd == fd; });
}

void WorkerLoop::add(int fd, uint64_t id) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "worker processes cannot be heard");
    }
}

void WorkerLoop::loop() {
    pthread_setname_np(pthread_self(), "workers");
    for (bool stopping = false; !stopping;) {
        std::array<epoll_event, 16> events{};
        const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
        for (int i = 0; i < count; i++) {
            const auto found = watched_.find(events.at(static_cast<size_t>(i)).data.u64);
            if (found == watched_.end()) continue;
            const Task readable = found->second.readable; // a copy, because it may unwatch itself
            readable();
        }
        runTasks();
        const std::scoped_lock lock(mutex_);
        stopping = stopping_ && tasks_.empty();
    }
}

void WorkerLoop::runTasks() {
    eventfd_t ignored = 0;
    eventfd_read(wake_, &ignored);
    std::vector<Task> tasks;
    {
        const std::scoped_lock lock(mutex_);
        tasks.swap(tasks_);
    }
    for (const auto& task : tasks) task();
}

} // namespace probehost
