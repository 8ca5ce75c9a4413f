// How the model servers of this world say whether a model is loaded.
#pragma once

#include <probehost/checker.hpp>
#include <string>
#include <vector>

#include "net/http_client.hpp"

namespace probehost {

// One GET below the server's base URL, and what has to hold for its JSON besides the status 200.
struct ServerQuestion {
    std::string path;
    bool (*loaded)(const std::string& body, const std::string& model); // nullptr: the status alone decides
    bool names_model = false;                                          // then 400 and 404 speak of the model
};

// In the order of asking; each has to be answered well. Throws sdk::ConfigError.
std::vector<ServerQuestion> questionsFor(const std::string& dialect, const std::string& model);

// The base URL as people have it, for this dialect.
net::HttpUrl serverBase(net::HttpUrl url, const std::string& dialect);

} // namespace probehost
