// One query of PostgreSQL's simple protocol, its answer read in bounded memory. libpq would buffer a whole message,
// however long the server says it is, so it only logs in.
#pragma once

#include <string>
#include <string_view>

#include "net/stream.hpp"

namespace probehost {

struct QueryAnswer {
    std::string first_value; // of the first row, cut; empty for NULL or no row
    bool idle = false;       // no transaction is left open
};

// Throws PostgresError, net::NetError or sdk::Cancelled; after each of them the conversation is over.
QueryAnswer askQuery(net::Stream& server, std::string_view query, const sdk::Deadline& deadline);

} // namespace probehost
