"""A stand-in for the model servers that probehost can ask: six dialects, each loaded, loading or failed."""
import argparse

from .http_peer import Answer, HttpPeer
from .peer import run_until_stopped

DIALECTS = ("kserve", "openai", "ollama", "tei", "llamacpp", "tfserving")
STATES = ("loaded", "loading", "failed")
MODEL = "embed"


class ModelServer(HttpPeer):
    """`state` is loaded, loading or failed and may be changed while it runs; only `model` is known."""

    controllable = ("fault", "state", "model")

    def __init__(self, dialect, model=MODEL, state="loaded", tls=None):
        super().__init__(tls)
        self._answer_in = getattr(self, f"_{dialect}")
        self.model = model
        self.state = state

    def route(self, request):
        answer = self._answer_in(request.path)
        return Answer(404, {"error": "Not Found"}) if answer is None else Answer(*answer)

    def _by_state(self, **answers):
        return answers[self.state]

    def _kserve(self, path):
        ready = self.state == "loaded"
        if path == "/v2/health/live":
            return 200, {"live": True}
        if path == "/v2/health/ready":
            return 200 if ready else 503, {"ready": ready}
        if path.startswith("/v2/models/") and path.endswith("/ready"):
            name = path.split("/")[3]
            if name != self.model:
                return 404, {"error": f"Model {name} not found"}
            return self._by_state(loaded=200, loading=503, failed=400), {"name": name, "ready": ready}
        return None

    def _openai(self, path):
        """vLLM's way: it lists what it serves, and its health fails when the engine is dead."""
        if path == "/health":
            return 200 if self.state == "loaded" else 503, b""
        if path == "/v1/models":
            names = [self.model] if self.state == "loaded" else []
            return 500 if self.state == "failed" else 200, {
                "object": "list", "data": [{"id": name, "object": "model"} for name in names]}
        return None

    def _ollama(self, path):
        """A model that is still pulled is in no list; one that is idle would be in tags and not in ps."""
        if path == "/":
            return 200, b"Ollama is running"
        if path == "/api/version":
            return 200, {"version": "0.5.1"}
        if path in ("/api/tags", "/api/ps"):
            names = [f"{self.model}:latest"] if self.state == "loaded" else []
            answer = {"models": [{"name": name, "model": name, "size": 4096} for name in names]}
            return (500, {"error": "something went wrong"}) if self.state == "failed" else (200, answer)
        return None

    def _tei(self, path):
        if path in ("/health", "/", "/ping"):
            unhealthy = (503, {"error": "unhealthy", "error_type": "Unhealthy"})
            return (200, b"") if self.state == "loaded" else unhealthy
        return (200, {"model_id": self.model, "max_input_length": 512}) if path == "/info" else None

    def _llamacpp(self, path):
        loading = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
        failed = {"error": {"code": 500, "message": "Failed to load model", "type": "server_error"}}
        if path in ("/health", "/v1/health"):
            healthy = (200, {"status": "ok"})
            return self._by_state(loaded=healthy, loading=(503, loading), failed=(500, failed))
        if path == "/v1/models":
            listed = {"object": "list", "data": [{"id": self.model, "object": "model"}]}
            return self._by_state(loaded=(200, listed), loading=(503, loading), failed=(500, failed))
        return None

    def _tfserving(self, path):
        if not path.startswith("/v1/models/"):
            return None
        if path.split("/")[3] != self.model:
            return 404, {"error": "Could not find any versions of model"}
        state = self._by_state(loaded="AVAILABLE", loading="LOADING", failed="END")
        status = {"error_code": "INTERNAL" if self.state == "failed" else "OK", "error_message": ""}
        return 200, {"model_version_status": [{"version": "1", "state": state, "status": status}]}


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="Runs a model server stand-in until SIGTERM.")
    PARSER.add_argument("dialect", choices=DIALECTS)
    PARSER.add_argument("--model", default=MODEL)
    PARSER.add_argument("--state", choices=STATES, default="loaded")
    ARGUMENTS = PARSER.parse_args()
    SERVER = ModelServer(ARGUMENTS.dialect, ARGUMENTS.model, ARGUMENTS.state)
    run_until_stopped(SERVER, url=SERVER.url, model=ARGUMENTS.model)
