// Hands the newest value from any thread to one reader without a lock; a value nobody took is replaced.
#pragma once

#include <atomic>
#include <memory>

namespace probehost {

template <typename T>
class Mailbox {
  public:
    Mailbox() = default;
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() { take(); }

    void put(std::unique_ptr<T> value) { adopt(newest_.exchange(value.release(), std::memory_order_acq_rel)); }
    std::unique_ptr<T> take() { return adopt(newest_.exchange(nullptr, std::memory_order_acq_rel)); }

  private:
    static std::unique_ptr<T> adopt(T* value) { return std::unique_ptr<T>(value); }

    std::atomic<T*> newest_ = nullptr;
};

} // namespace probehost
