// The settings of the azure-openai checker, as its plugin publishes them.
#pragma once

namespace probehost {

inline constexpr auto kOpenAiSchema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "endpoint": {
      "type": "string",
      "description": "The resource's endpoint, such as https://NAME.openai.azure.com, or a gateway's address in front of it."
    },
    "api_key": {
      "type": "string",
      "writeOnly": true,
      "description": "One of the resource's keys, sent as the api-key header; not needed with auth: entra."
    },
    "auth": {
      "enum": ["key", "entra"],
      "default": "key",
      "description": "Whether to send api_key, or an Entra ID token of the workload's identity."
    },
    "client_id": {
      "type": "string",
      "description": "The client ID of the user-assigned identity to use with auth: entra; absent, the environment decides."
    },
    "api": {
      "enum": ["models", "deployments", "v1"],
      "default": "models",
      "description": "The list that is asked for: /openai/models, /openai/deployments or /openai/v1/models."
    },
    "api_version": {
      "type": "string",
      "pattern": "^[A-Za-z0-9._-]*$",
      "description": "The api-version parameter; by default 2024-10-21 for models, 2024-12-01-preview for deployments, none for v1."
    },
    "request_timeout": {
      "type": "string",
      "pattern": "^[0-9]+(ms|s|m|h)$",
      "default": "3s",
      "description": "How long one request may take; the check's own timeout should be longer."
    },
    "ca_file": {
      "type": "string",
      "description": "A file of PEM certificates that are trusted instead of the system's authorities."
    },
    "throttled": {
      "enum": ["degraded", "healthy", "unhealthy"],
      "default": "degraded",
      "description": "What the check says when the service answers 429: it is there and took the key, but has too much to do."
    }
  }
})";

inline constexpr auto kOpenAiAbout = R"({
  "example": {"endpoint": "${AZURE_OPENAI_ENDPOINT:-}", "api_key": "${AZURE_OPENAI_API_KEY:-}"}
})";

} // namespace probehost
