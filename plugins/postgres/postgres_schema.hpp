// The settings of a postgres check as JSON Schema, and an example of them.
#pragma once

namespace probehost {

inline constexpr auto kPostgresSchema = R"json({
"$schema": "http://json-schema.org/draft-07/schema#",
"type": "object",
"additionalProperties": false,
"properties": {
  "url": {
    "type": "string", "minLength": 1, "writeOnly": true,
    "description": "Where the database is: a postgresql:// URI or libpq key=value pairs, of one host or several."},
  "host": {
    "type": "string", "minLength": 1,
    "description": "The server's name, address or socket directory, or several with commas between."},
  "port": {
    "type": ["integer", "string"], "minimum": 1, "maximum": 65535, "pattern": "^[0-9]*(,[0-9]*)*$", "default": 5432,
    "description": "The server's port, or one for each host with commas between."},
  "dbname": {
    "type": "string",
    "description": "The database to connect to; without it the one named like the user."},
  "user": {
    "type": "string",
    "description": "The role to log in as."},
  "password": {
    "type": "string", "writeOnly": true,
    "description": "The role's password; empty means that there is none."},
  "sslmode": {
    "enum": ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"], "default": "prefer",
    "description": "Whether TLS is used, and how much of the server's certificate is verified."},
  "sslrootcert": {
    "type": "string", "minLength": 1,
    "description": "A PEM file of the authorities to trust, or 'system', which verify-ca and verify-full default to."},
  "sslcert": {
    "type": "string", "minLength": 1,
    "description": "A PEM file with the client's certificate."},
  "sslkey": {
    "type": "string", "minLength": 1,
    "description": "A PEM file with the key of sslcert, readable by its owner only."},
  "sslpassword": {
    "type": "string", "writeOnly": true,
    "description": "The passphrase of sslkey."},
  "application_name": {
    "type": "string", "default": "probehost",
    "description": "How the connection is named in pg_stat_activity."},
  "query": {
    "type": "string", "minLength": 1, "default": "SELECT 1",
    "description": "What is asked each time; any answer but an error is healthy."},
  "require": {
    "enum": ["any", "primary", "standby"], "default": "any",
    "description": "The role the server must have to be healthy; of several hosts, one with it is looked for."}
}})json";

inline constexpr auto kPostgresAbout =
    R"json({"example": {"url": "postgresql://health@db:5432/app", "password": "${PGPASSWORD}"}})json";

} // namespace probehost
