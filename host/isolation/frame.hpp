// One message between the host and a worker process: a header and a payload, in one packet of a SOCK_SEQPACKET pair.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace probehost {

enum class FrameType : uint8_t {
    // From the host.
    Create, // checker name, CheckSettings
    Run,    // RunRequest
    Cancel,
    End,
    Destroy,
    AppSaid, // state, age
    // From the worker.
    Loaded,     // PluginDescription
    Refused,    // why
    Created,    //
    NotCreated, // why
    Finished,   // Result, or that there is none
    Log,        // level, text
    AppAsked,   // key
};

constexpr size_t longestFrame = 128 * 1024;

// The bytes of a frame are not what they should be; whoever sent them is not to be trusted any more.
struct FrameBroken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class FrameWriter {
  public:
    // `check`, `run`: what the frame is about; 0 where that has no meaning.
    explicit FrameWriter(FrameType type, uint32_t check = 0, uint32_t run = 0);

    FrameWriter& byte(uint8_t value);
    FrameWriter& number(int64_t value);
    FrameWriter& real(double value);
    FrameWriter& text(std::string_view value);

    const std::string& bytes() const { return bytes_; }

  private:
    FrameWriter& raw(const void* value, size_t size);

    std::string bytes_;
};

// Reads what a FrameWriter wrote, in the same order; throws FrameBroken for anything else.
class FrameReader {
  public:
    explicit FrameReader(std::string_view bytes); // outlives this

    FrameType type() const { return type_; }
    uint32_t check() const { return check_; }
    uint32_t run() const { return run_; }

    uint8_t byte();
    int64_t number();
    // At least 0 and at most `most`.
    size_t count(size_t most);
    double real();
    std::string text();
    void end() const; // nothing may follow

  private:
    void raw(void* value, size_t size);

    std::string_view left_;
    FrameType type_ = FrameType::Create;
    uint32_t check_ = 0;
    uint32_t run_ = 0;
};

} // namespace probehost
