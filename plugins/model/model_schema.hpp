// The settings of the model checker, as its plugin publishes them.
#pragma once

namespace probehost {

inline constexpr auto kModelSchema = R"({
  "$schema": "http://json-schema.org/draft-07/schema#",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "label": {
      "type": "string",
      "minLength": 1,
      "maxLength": 80,
      "default": "Embedding model",
      "description": "What the model is called in messages."
    },
    "source": {
      "enum": ["file", "app", "server"],
      "default": "file",
      "description": "Who knows whether the model is loaded: a file, the application itself, or a model server."
    },
    "path": {
      "type": "string",
      "description": "With source: file, the model's file; GGUF, safetensors and ONNX are checked, any other must not be empty."
    },
    "key": {
      "type": "string",
      "description": "With source: app, the name under which the application reports its model."
    },
    "url": {
      "type": "string",
      "description": "With source: server, the base URL of the model server, such as http://127.0.0.1:8080."
    },
    "model": {
      "type": "string",
      "description": "With source: server, the model's name there; llamacpp serves one model and ignores it."
    },
    "dialect": {
      "enum": ["kserve", "openai", "ollama", "tei", "llamacpp", "tfserving"],
      "default": "openai",
      "description": "With source: server, what the model server speaks; Triton speaks kserve, vLLM speaks openai."
    },
    "api_key": {
      "type": "string",
      "writeOnly": true,
      "description": "With source: server, a key that is sent as a bearer token."
    },
    "ca_file": {
      "type": "string",
      "description": "With source: server, a file of PEM certificates that are trusted instead of the system's authorities."
    },
    "poll_interval": {
      "type": "string",
      "pattern": "^[0-9]+(ms|s|m|h)$",
      "default": "2s",
      "description": "With source: server, how often the server is asked, and how long it may take to answer."
    }
  }
})";

inline constexpr auto kModelAbout = R"({
  "example": {"source": "file", "path": "/models/embed.safetensors", "label": "Embedding model"}
})";

} // namespace probehost
