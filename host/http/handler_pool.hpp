// The threads that handlers run on, and the slots in which requests lie meanwhile.
#pragma once

#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Runnable.h>
#include <Poco/ThreadPool.h>

#include <chrono>
#include <optional>
#include <vector>

#include "http/file_descriptor.hpp"
#include "http/memory_socket.hpp"

namespace probehost {

// A slot belongs to the front's thread until its number is written to the work pipe, to a handler thread until it comes
// back through the done pipe, and to the front's thread again. No lock is needed, so no handler can hold one.
class HandlerPool {
  public:
    HandlerPool(Poco::Net::HTTPRequestHandlerFactory::Ptr handlers, int threads, std::size_t queue);

    std::optional<uint32_t> freeSlot();
    void release(uint32_t slot) { free_.push_back(slot); }
    Exchange& operator[](uint32_t slot) { return slots_[slot]; }

    void hand(uint32_t slot);
    std::optional<uint32_t> finished();
    int doneFd() const { return doneOut_.get(); }

    // Ends the threads; false when one has not come back after this time.
    bool finish(std::chrono::milliseconds patience);

  private:
    class Worker : public Poco::Runnable {
      public:
        explicit Worker(HandlerPool& pool) : pool_(pool) {}
        void run() override;

      private:
        HandlerPool& pool_;
    };

    void serve(Exchange& exchange);

    Poco::Net::HTTPRequestHandlerFactory::Ptr handlers_;
    Poco::Net::HTTPServerParams::Ptr params_;
    std::vector<Exchange> slots_;
    std::vector<uint32_t> free_;
    FileDescriptor workOut_, workIn_, doneOut_, doneIn_;
    std::vector<Worker> workers_;
    Poco::ThreadPool threads_;
};

} // namespace probehost
