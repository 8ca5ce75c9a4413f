"""Writes small valid GGUF, safetensors and ONNX files, and spoils them."""
import argparse
import json
import os
import struct


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)
    return str(path)


def gguf_string(text):
    return struct.pack("<Q", len(text)) + text.encode()


def write_gguf(path):
    """Version 3, one key, one F32 tensor of 8 values, data aligned to 32 bytes."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 1)
    head += gguf_string("general.architecture") + struct.pack("<I", 8) + gguf_string("bert")
    head += gguf_string("weight") + struct.pack("<IQIQ", 1, 8, 0, 0)
    return write(path, head + bytes(-len(head) % 32) + struct.pack("<8f", *range(8)))


def write_safetensors(path):
    """One F32 tensor of 16 values; the header is padded with spaces to a multiple of 8."""
    header = json.dumps({"__metadata__": {"format": "pt"},
                         "weight": {"dtype": "F32", "shape": [4, 4], "data_offsets": [0, 64]}}).encode()
    header += b" " * (-len(header) % 8)
    return write(path, struct.pack("<Q", len(header)) + header + struct.pack("<16f", *range(16)))


def field(number, value):
    """One protobuf field: a small integer as varint, a string or nested message with its length."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    value = value.encode() if isinstance(value, str) else value
    return bytes([number << 3 | 2, len(value)]) + value


def write_onnx(path):
    """`y = Identity(x)` on one float: ModelProto with ir_version 8 and opset 17."""
    shape = field(2, field(1, field(1, 1) + field(2, field(1, field(1, 1)))))
    node = field(1, "x") + field(2, "y") + field(4, "Identity")
    ends = field(11, field(1, "x") + shape) + field(12, field(1, "y") + shape)
    graph = field(1, node) + field(2, "identity") + ends
    return write(path, field(1, 8) + field(2, "probehost") + field(7, graph) + field(8, field(2, 17)))


WRITERS = {"gguf": write_gguf, "safetensors": write_safetensors, "onnx": write_onnx}


def truncate(path, drop=None):
    """Cuts the end off; without `drop`, half of the file."""
    size = os.path.getsize(path)
    os.truncate(path, size - (size // 2 if drop is None else drop))


def wrong_magic(path):
    """Spoils the first bytes, which for ONNX is the tag of ir_version."""
    overwrite(path, 0, b"\xff\xfe\xfd\xfc")


def bad_header_length(path):
    """Makes the length or count that the reader meets first larger than the file can hold."""
    kind = os.path.splitext(path)[1]
    at = {".gguf": 8, ".safetensors": 0}.get(kind)
    overwrite(path, at, struct.pack("<Q", 1 << 60)) if at is not None else overwrite(path, 3, b"\x7f")


def overwrite(path, at, data):
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(data)


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description="Writes model.gguf, model.safetensors and model.onnx.")
    PARSER.add_argument("directory")
    DIRECTORY = PARSER.parse_args().directory
    print(json.dumps({kind: writer(f"{DIRECTORY}/model.{kind}") for kind, writer in WRITERS.items()}))
