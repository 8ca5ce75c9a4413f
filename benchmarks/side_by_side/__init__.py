"""The servers are those of the tests, which come last in the path: one of their folders has the name of a library."""
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "tests"))
