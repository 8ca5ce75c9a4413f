// Checkers whose settings need every part of the wording: types, ranges, choices, references, conditions.
#include "checkers.hpp"

namespace probehost::test {

namespace {

using std::chrono::seconds;

constexpr auto postgresSchema = R"json({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object", "additionalProperties": false,
  "properties": {
    "url": {"type": "string", "minLength": 1, "writeOnly": true, "description": "Where the database is."},
    "host": {"type": "string", "minLength": 1, "format": "hostname"},
    "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "The server's port. By default 5432."},
    "dbname": {"type": "string"},
    "user": {"type": "string"},
    "password": {"type": "string", "writeOnly": true},
    "query": {"type": "string", "default": "SELECT 1"},
    "require": {"enum": ["any", "primary", "standby"], "default": "any"}
  }
})json";

constexpr auto redisSchema = R"json({
  "type": "object", "additionalProperties": false,
  "definitions": {"file": {"type": "string", "pattern": "^/", "description": "An absolute path"}},
  "properties": {
    "url": {"type": "string"},
    "host": {"type": "string"},
    "port": {"type": "integer"},
    "password": {"type": "string", "writeOnly": true},
    "db": {"type": "integer", "minimum": 0},
    "cluster": {"type": "boolean"},
    "ratio": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    "nodes": {"type": "array", "minItems": 1, "maxItems": 3, "uniqueItems": true, "items": {"type": "string"}},
    "request_timeout": {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)$", "description": "How long one request may take"},
    "tls": {"description": "Speaks TLS", "oneOf": [{"type": "boolean"}, {
      "type": "object", "additionalProperties": false,
      "properties": {"ca_file": {"$ref": "#/definitions/file"}, "server_name": {"type": "string"}}}]},
    "labels": {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string", "maxLength": 8}}
  }
})json";

constexpr auto openAiSchema = R"json({
  "type": "object", "additionalProperties": false,
  "properties": {
    "endpoint": {"type": "string"},
    "api_key": {"type": "string", "writeOnly": true},
    "auth": {"enum": ["key", "entra"]}
  },
  "dependencies": {"api_key": ["endpoint"]}
})json";

constexpr auto servicebusSchema = R"json({
  "type": "object", "additionalProperties": false,
  "properties": {
    "connection_string": {"type": "string", "writeOnly": true},
    "namespace": {"type": "string"},
    "port": {"type": "integer"},
    "queue": {"type": "string", "description": "Queue to look at"},
    "topic": {"type": "string"},
    "subscription": {"type": "string"}
  },
  "oneOf": [{"required": ["queue"]}, {"required": ["topic", "subscription"]}],
  "not": {"required": ["connection_string", "namespace"]}
})json";

constexpr auto modelSchema = R"json({
  "type": "object", "additionalProperties": false,
  "required": ["source"],
  "properties": {
    "source": {"enum": ["file", "app"], "description": "Where the model is asked about"},
    "path": {"type": "string", "description": "The model's file"},
    "key": {"type": "string"},
    "label": {"type": "string", "minLength": 1}
  },
  "if": {"properties": {"source": {"const": "file"}}},
  "then": {"required": ["path"]}
})json";

CheckerInfo checker(const char* name, const char* schema, seconds timeout, seconds interval, seconds maxAge) {
    CheckerInfo info;
    info.name = name;
    info.settingsSchema = schema;
    info.probes.add(Probe::Ready);
    info.timeout = timeout;
    info.interval = interval;
    info.maxAge = maxAge;
    info.pluginFile = std::string("/plugins/") + name + ".so";
    return info;
}

} // namespace

std::vector<CheckerInfo> someCheckers() {
    std::vector<CheckerInfo> all = {
        checker("postgres", postgresSchema, seconds(2), seconds(10), seconds(1)),
        checker("redis", redisSchema, seconds(1), seconds(10), seconds(1)),
        checker("azure-openai", openAiSchema, seconds(4), seconds(30), seconds(30)),
        checker("servicebus", servicebusSchema, seconds(2), seconds(30), seconds(30)),
        checker("model", modelSchema, seconds(1), seconds(1), seconds(1)),
        checker("free", "{}", seconds(1), seconds(1), seconds(1)),
        checker("broken", R"({"type": "object", "minProperties": "many"})", seconds(1), seconds(1), seconds(1)),
        checker("humble", "{}", seconds(1), seconds(1), seconds(1)),
    };
    all.back().probes = ProbeSet();
    auto& model = all[4];
    model.local = true;
    model.doesIo = false;
    model.probes.add(Probe::Started);
    return all;
}

std::vector<RefusedPlugin> someRefusedPlugins() { return {{"/plugins/mysql.so", "built for ABI major 2"}}; }

} // namespace probehost::test
