"""ServiceMonitor as the Prometheus operator's CRD (monitoring.coreos.com/v1) types it: the fields that are used here, and no other."""
import jsonschema

DURATION = {"type": "string", "pattern": r"^(0|([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$", "minLength": 1}
LABEL = {"type": "string", "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}


def closed(required=(), **fields):
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": fields}


RELABELING = closed(sourceLabels={"type": "array", "items": LABEL}, targetLabel={"type": "string"})
ENDPOINT = closed(port={"type": "string"}, path={"type": "string"}, interval=DURATION, scrapeTimeout=DURATION,
                  params={"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
                  relabelings={"type": "array", "items": RELABELING})
SCHEMA = closed(["apiVersion", "kind", "metadata", "spec"], apiVersion={"const": "monitoring.coreos.com/v1"}, kind={"const": "ServiceMonitor"},
                metadata=closed(["name"], name={"type": "string"}, namespace={"type": "string"}, labels=TEXTS),
                spec=closed(["selector", "endpoints"], selector=closed(matchLabels=TEXTS), endpoints={"type": "array", "items": ENDPOINT}))


def complaints(thing):
    """What is wrong with a whole object, one line each."""
    return [f"{error.json_path} {error.message}" for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(thing)]
