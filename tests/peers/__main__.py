"""Runs one peer as a command: `python3 tests/peers postgres`, `... model_server kserve --state loading`."""
import os
import runpy
import sys

NAMES = ("postgres", "redis", "openai", "model_server", "model_files")

if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
    sys.exit(f"usage: python3 {sys.argv[0]} {'|'.join(NAMES)} [options]")
sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
runpy.run_module("peers." + sys.argv.pop(1), run_name="__main__", alter_sys=True)
