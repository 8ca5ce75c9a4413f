// The settings of a redis check as JSON Schema, and an example of them.
#pragma once

namespace probehost {

inline constexpr auto kRedisSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"properties": {
  "url": {
    "type": "string", "pattern": "^(redis|rediss|unix)://", "writeOnly": true,
    "description": "Where the server is: redis://, rediss:// (TLS) or unix://, its parts percent-encoded."},
  "host": {
    "type": "string", "minLength": 1,
    "description": "The server's name or address, instead of url."},
  "port": {
    "type": "integer", "minimum": 1, "maximum": 65535, "default": 6379,
    "description": "The server's port, beside host."},
  "username": {
    "type": "string",
    "description": "The ACL user to log in as, beside password; without it the default user."},
  "password": {
    "type": "string", "writeOnly": true,
    "description": "The user's password; empty means that there is none."},
  "db": {
    "type": "integer", "minimum": 0, "default": 0,
    "description": "The number of the database to select."},
  "tls": {
    "description": "Speaks TLS, as rediss:// does: true, or how to verify the server and who we are.",
    "oneOf": [
      {"type": "boolean"},
      {"type": "object", "additionalProperties": false, "minProperties": 1, "properties": {
        "ca_file": {
          "type": "string", "minLength": 1,
          "description": "A PEM file of the authorities to trust instead of the system's."},
        "cert_file": {
          "type": "string", "minLength": 1,
          "description": "A PEM file with the client's certificate chain."},
        "key_file": {
          "type": "string", "minLength": 1,
          "description": "A PEM file with the key of cert_file, when that does not hold it."},
        "server_name": {
          "type": "string", "minLength": 1,
          "description": "The name the server's certificate must be for, when it is not the host."}}}]},
  "require": {
    "enum": ["any", "primary", "replica"], "default": "any",
    "description": "The role the server must have to be healthy, as its ROLE command tells."},
  "cluster": {
    "type": "boolean", "default": false,
    "description": "Also asks CLUSTER INFO, and is healthy only while cluster_state is ok."}
}})json";

inline constexpr auto kRedisAbout =
    R"json({"example": {"url": "rediss://cache:6380/0", "password": "${REDIS_PASSWORD}"}})json";

} // namespace probehost
