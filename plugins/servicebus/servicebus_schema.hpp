// The settings of a servicebus check, as people read them and as the host validates them.
#pragma once

namespace probehost::servicebus {

inline constexpr auto kServiceBusSchema = R"json({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "connection_string": {
      "type": "string",
      "writeOnly": true,
      "description": "Connection string with a key, a signature or UseDevelopmentEmulator=true."
    },
    "namespace": {
      "type": "string",
      "description": "Host of the namespace (x.servicebus.windows.net), or its first word; goes with auth: entra."
    },
    "auth": {
      "type": "string",
      "enum": ["entra"],
      "description": "Tokens from Microsoft Entra ID (workload or managed identity); needs namespace."
    },
    "client_id": {
      "type": "string",
      "description": "Client id of the identity to use, where there are several; goes with auth: entra."
    },
    "queue": {
      "type": "string",
      "description": "Queue to look at; by default the EntityPath of the connection string."
    },
    "topic": {
      "type": "string",
      "description": "Topic that the subscription belongs to."
    },
    "subscription": {
      "type": "string",
      "description": "Subscription to look at; goes with topic."
    },
    "mode": {
      "type": "string",
      "enum": ["peek", "attach", "token"],
      "default": "peek",
      "description": "Peeks at the first message, attaches a receiver without credit, or only puts a token."
    },
    "transport": {
      "type": "string",
      "enum": ["amqp", "websocket"],
      "default": "amqp",
      "description": "AMQP over TLS on port 5671, or inside a WebSocket on port 443."
    },
    "ca_file": {
      "type": "string",
      "description": "PEM file of the only certificate authorities to trust; by default the system's."
    },
    "port": {
      "type": "integer",
      "minimum": 1,
      "maximum": 65535,
      "description": "Port to connect to, where it is not the usual one."
    }
  }
})json";

inline constexpr auto kServiceBusAbout =
    R"json({"example":{"connection_string":"${SERVICEBUS_CONNECTION_STRING}","queue":"jobs"}})json";

} // namespace probehost::servicebus
