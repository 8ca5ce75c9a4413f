// Stacks for signals are there from the start, as a crash is no time to ask for memory; they take none until used.
#include "plugin/plugin_call.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>

namespace probehost {

namespace {

constexpr int signalStacks = 64; // who comes when all are taken is still named, but for a stack that is used up

struct SignalStack {
    alignas(16) std::array<char, 32 << 10> room; // twice what the widest registers take
};

std::atomic<bool> guarded{false};
std::array<SignalStack, signalStacks> stacks;
std::array<std::atomic_flag, signalStacks> taken;

int takeStack() {
    for (int i = 0; i < signalStacks; ++i) {
        if (taken[static_cast<std::size_t>(i)].test_and_set(std::memory_order_acquire)) continue;
        auto& room = stacks[static_cast<std::size_t>(i)].room;
        const stack_t stack{room.data(), 0, room.size()};
        sigaltstack(&stack, nullptr);
        return i;
    }
    return -1;
}

void giveBack(int number) {
    const stack_t none{nullptr, SS_DISABLE, 0};
    sigaltstack(&none, nullptr);
    taken[static_cast<std::size_t>(number)].clear(std::memory_order_release);
}

} // namespace

thread_local const char* PluginCall::current = nullptr;

PluginCall::PluginCall(const char* checker)
    : before_(current), stack_(guarded.load(std::memory_order_relaxed) && before_ == nullptr ? takeStack() : -1) {
    current = checker;
}

PluginCall::~PluginCall() {
    current = before_;
    if (stack_ >= 0) giveBack(stack_);
}

void PluginCall::guardStacks() { guarded = true; }

} // namespace probehost
