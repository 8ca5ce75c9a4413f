"""Counts the instructions of each hot path, and fails when one takes a twentieth more or less than is written down.

    /usr/bin/python3 benchmarks/instructions/count.py BUILD [--write]

BUILD is a Release build. --write writes down what is counted now. Instructions do not depend on what else the machine does; they do
on the compiler, which is Debian 12's."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FIGURES = pathlib.Path(__file__).parent / "figures.json"
PATHS = ("probe", "report", "schedule", "check")
TOLERANCE = 1.05
FEW, MANY = 500, 1500


def instructions(program, path, times):
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", program, path, str(times)],
                              capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{path}: {done.stderr}")
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def counted(program, path):
    """Of one time along the path, without the program's start and end."""
    return round((instructions(program, path, MANY) - instructions(program, path, FEW)) / (MANY - FEW))


def main():
    program = pathlib.Path(sys.argv[1]) / "bin/hot_paths"
    now = {path: counted(program, path) for path in PATHS}
    if "--write" in sys.argv:
        FIGURES.write_text(json.dumps(now, indent=2) + "\n", encoding="ascii")
    known = json.loads(FIGURES.read_text(encoding="ascii"))
    for path, count in now.items():
        print(f"{path:10} {count:8} instructions, {known[path]} written down")
    grown = [path for path in PATHS if now[path] > known[path] * TOLERANCE]
    shrunk = [path for path in PATHS if now[path] * TOLERANCE < known[path]]
    if grown or shrunk:
        sys.exit(f"more than were written down: {', '.join(grown) or 'none'}; fewer: {', '.join(shrunk) or 'none'}; --write writes down those of now")


if __name__ == "__main__":
    main()
