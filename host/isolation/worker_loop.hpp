// The one thread that starts worker processes, and hears and buries those that run checks. It lives as long as any
// worker, because a worker dies with the thread that started it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace probehost {

class WorkerLoop {
  public:
    using Task = std::function<void()>;

    WorkerLoop(); // throws std::system_error without descriptors or threads
    ~WorkerLoop();

    WorkerLoop(const WorkerLoop&) = delete;
    WorkerLoop& operator=(const WorkerLoop&) = delete;

    // Any thread. Tasks run on the loop's thread, in order.
    void post(Task task);

    // On the loop's thread: `readable` is called while the descriptor is, until unwatch(). Throws std::system_error.
    void watch(int fd, Task readable);
    void unwatch(int fd);

    // Ends the thread; what was posted before has run.
    void stop();

  private:
    struct Watched {
        int fd;
        Task readable;
    };

    void loop();
    void runTasks();
    void add(int fd, uint64_t id) const;

    int epoll_;
    int wake_;
    uint64_t lastId_ = 0;
    std::map<uint64_t, Watched> watched_; // the loop's thread only
    std::mutex mutex_;
    std::vector<Task> tasks_; // guarded by mutex_
    bool stopping_ = false;   // guarded by mutex_
    std::thread thread_;
};

} // namespace probehost
