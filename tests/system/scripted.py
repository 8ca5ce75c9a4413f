"""Compiles the scripted checker (scripted.c) and steers its runs."""
import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent
INCLUDE = HERE.parent.parent / "sdk" / "include"


def compile_plugin(source, target, *options):
    """A file or a text of C becomes a plugin."""
    text = source.read_text(encoding="utf-8") if isinstance(source, pathlib.Path) else source
    subprocess.run(["gcc", "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall",
                    "-I", INCLUDE, *options, "-x", "c", "-", "-o", target], input=text, text=True, check=True, timeout=120)
    return pathlib.Path(target)


class Script:
    """What the checks of one host do, by key. A check is `script.check("database", interval="1s")`."""

    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self.dir.mkdir()
        self.say("default", "pass")

    def say(self, key, words):
        """From the next run on; a run that hangs comes back when it no longer reads `hang`."""
        fresh = self.dir / f"{key}.new"
        fresh.write_text(words, encoding="utf-8")
        os.replace(fresh, self.dir / key)

    def check(self, key, words=None, checker="scripted", **policy):
        if words is not None:
            self.say(key, words)
        own = {"dir": str(self.dir), "key": key, **policy.pop("settings", {})}
        return {"checker": checker, "isolation": "thread", **policy, "with": own}

    def checks(self, *keys, **policy):
        return {key: self.check(key, **policy) for key in keys}

    def lines(self, key):
        log = self.dir / f"{key}.log"
        return log.read_text(encoding="ascii").splitlines() if log.exists() else []

    def runs(self, key):
        return sum(line.startswith("start") for line in self.lines(key))

    def ended(self, key):
        return sum(line.startswith("end") for line in self.lines(key))

    def most_at_once(self, key):
        return max((int(line.split()[2]) for line in self.lines(key) if line.startswith("start")), default=0)
