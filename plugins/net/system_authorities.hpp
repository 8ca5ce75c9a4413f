// Whether this system has anybody to trust: bare images come without the package ca-certificates.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace probehost::net {

// After SSL_CTX_set_default_verify_paths: true when that found no certificate, in the file or in the directories.
bool lacksAuthorities(const SSL_CTX* context);

// What to do about it, for operators. `setting` is what may name a file instead; empty where nothing may.
std::string lackOfAuthorities(const std::string& setting);

} // namespace probehost::net
