// The head of an answer on a request/response link: all that a check wants to know of it.
#pragma once

#include <string>
#include <string_view>

namespace probehost::servicebus {

struct Answer {
    std::string correlation_id; // empty unless it is a string, as our message ids are
    int status = 0;             // 0: it says none
    std::string description;
    std::string condition;
    bool cut = false; // the rest of it was never read

    bool good() const { return status >= 200 && status < 300; }
};

// Reads the sections before the body, so the bytes may end anywhere in it. Throws Failure "Unexpected answer".
Answer parseAnswer(std::string_view bytes);

} // namespace probehost::servicebus
