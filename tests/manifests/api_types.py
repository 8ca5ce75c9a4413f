"""Objects against the types of Kubernetes' own Python client: no unknown field, none missing, none of a wrong type."""
import re

from kubernetes.client import models

PLAIN = {"str": str, "int": int, "bool": bool, "object": (str, int, dict)}
# Native sidecars came with Kubernetes 1.28; Debian's client is that of 1.22.
LATER = {("V1Container", "restartPolicy"): "str"}


def complaints(thing):
    """What is wrong with a whole object, one line each."""
    version = thing["apiVersion"].rpartition("/")[2]
    return list(_wrong(thing, version.capitalize() + thing["kind"], thing["kind"]))


def _wrong(value, kind, place):
    if plain := PLAIN.get(kind):
        if not isinstance(value, plain) or (kind == "int" and isinstance(value, bool)):
            yield f"{place} is {value!r}, expected {kind}"
    elif items := re.fullmatch(r"list\[(.+)\]", kind):
        for index, item in enumerate(value):
            yield from _wrong(item, items[1], f"{place}[{index}]")
    elif items := re.fullmatch(r"dict\(str, (.+)\)", kind):
        for key, item in value.items():
            yield from _wrong(item, items[1], f"{place}.{key}")
    else:
        yield from _wrong_fields(value, kind, place)


def _wrong_fields(value, kind, place):
    model = getattr(models, kind)
    attributes = {name: attribute for attribute, name in model.attribute_map.items()}
    for name, item in value.items():
        known = LATER.get((kind, name)) or model.openapi_types.get(attributes.get(name))
        if known is None:
            yield f"{place} has the unknown field {name}"
        else:
            yield from _wrong(item, known, f"{place}.{name}")
    try:
        model(**{attributes[name]: item for name, item in value.items() if name in attributes})
    except ValueError as missing:
        yield f"{place}: {missing}"
