// Marks that a thread is inside a plugin, so that a crash can name the checker.
#pragma once

namespace probehost {

class PluginCall {
  public:
    // Until the end of its scope, on this thread; calls may be nested. `checker` is the plugin's own text and outlives
    // it.
    explicit PluginCall(const char* checker);
    ~PluginCall();

    PluginCall(const PluginCall&) = delete;
    PluginCall& operator=(const PluginCall&) = delete;

    // Of the calling thread; null outside of plugins. May be called by a signal handler.
    static const char* checker() { return current; }

    // From now on threads inside of plugins can handle a signal also when their stack is used up.
    static void guardStacks();

  private:
    static thread_local const char* current;
    const char* const before_;
    const int stack_; // for signals; none is -1
};

} // namespace probehost
