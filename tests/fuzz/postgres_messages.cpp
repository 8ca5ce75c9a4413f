// What a PostgreSQL server says after a query, and the texts in which libpq passes its errors on.
#include "fuzz_stream.hpp"
#include "postgres/postgres_errors.hpp"
#include "postgres/postgres_query.hpp"

using namespace probehost;
using fuzz::require;

namespace {

void requireShort(const net::NetError& error) {
    require(!error.message.empty() && error.message.size() < 100, "an error has words for strangers");
    require(error.detail.find('\n') == std::string::npos, "a detail is one line");
}

void ask(std::string_view answer, size_t piece) {
    fuzz::FuzzStream server(answer, piece);
    try {
        const auto given = askQuery(server, "SELECT 1", fuzz::soon());
        require(given.first_value.size() <= 4096, "a value is bounded");
    } catch (const net::NetError& error) {
        requireShort(error);
    }
}

void readError(std::string_view text) {
    const auto state = findSqlState(text);
    require(state.empty() || state.size() == 5, "a state has five characters");
    for (const auto phase : {PostgresPhase::Connect, PostgresPhase::Query}) requireShort(explain(text, phase, 10));
}

} // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Parts parts(fuzz::bytesOf(data, size));
    const size_t piece = parts.byte();
    ask(parts.rest(), piece);
    readError(parts.rest());
    return 0;
}
