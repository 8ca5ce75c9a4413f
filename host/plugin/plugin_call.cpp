// Stacks for signals are taken from the heap: as data of threads they would not fit into a plugin's small ones.
#include "plugin/plugin_call.hpp"

#include <atomic>
#include <csignal>
#include <cstddef>
#include <memory>

namespace probehost {

namespace {

constexpr std::size_t signalStack = 32 << 10; // twice what the widest registers take

std::atomic<bool> guarded{false};

class SignalStack {
  public:
    SignalStack() : room_(new char[signalStack]) {
        const stack_t stack{room_.get(), 0, signalStack};
        sigaltstack(&stack, nullptr);
    }
    ~SignalStack() {
        const stack_t none{nullptr, SS_DISABLE, 0};
        sigaltstack(&none, nullptr);
    }

    SignalStack(const SignalStack&) = delete;
    SignalStack& operator=(const SignalStack&) = delete;

  private:
    const std::unique_ptr<char[]> room_;
};

void guardThisStack() {
    static thread_local const SignalStack stack;
    static_cast<void>(stack);
}

} // namespace

thread_local const char* PluginCall::current = nullptr;

PluginCall::PluginCall(const char* checker) : before_(current) {
    if (guarded.load(std::memory_order_relaxed)) guardThisStack();
    current = checker;
}

void PluginCall::guardStacks() { guarded = true; }

} // namespace probehost
