"""An author's workshop: plugins that are built as the SDK says, and the commands for authors."""
import dataclasses
import json
import os
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
SDK = HERE.parent.parent / "sdk"
COMPILE = ["-D_GNU_SOURCE", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror", "-I", SDK / "include",
           "-I", HERE / "bad"]
LINK = [f"-Wl,--version-script={SDK}/probehost_plugin.map", "-Wl,-z,defs", "-Wl,-z,now", "-Wl,-z,relro", "-Wl,-z,noexecstack",
        "-Wl,--exclude-libs,ALL", "-Wl,--build-id"]


def compile_plugin(source, target, extra=(), without=()):
    """`source`: a file of C or C++; `without`: ends of link options that are left out."""
    language = ["g++", "-std=c++17"] if source.suffix == ".cpp" else ["gcc", "-std=c11"]
    link = [option for option in LINK if not any(word in option for word in without)]
    subprocess.run([*language, *COMPILE, *link, source, *extra, "-o", target], check=True, timeout=120)
    return target


@dataclasses.dataclass
class BadPlugin:
    """What the head of a source in bad/ says: the one test that finds something, and how to build and try the plugin."""
    source: pathlib.Path

    def __post_init__(self):
        self.text = self.source.read_text(encoding="utf-8")
        self.test, self.finding = re.match(r"\W+(\w+) (FAIL|WARN): ", self.text).groups()

    def words(self, key):
        return [word for line in re.findall(rf"^/\* {key}: (.*) \*/$", self.text, re.MULTILINE) for word in line.split()]

    def build(self, directory):
        target = compile_plugin(self.source, directory / "tried.so", self.words("cc"), self.words("drop"))
        for mode in self.words("mode"):
            target.chmod(int(mode, 8))
        if "/* beside */" in self.text:
            compile_plugin(HERE / "good.c", directory / "neighbour.so")
        return target

    def previous(self, directory):
        """The option that names an earlier version, if the source wants one."""
        if "/* previous */" not in self.text:
            return []
        (directory / "earlier").mkdir()
        return ["--previous", compile_plugin(HERE / "good.c", directory / "earlier" / "previous.so")]

    def settings(self, directory):
        """The options that go with it."""
        given = re.findall(r"^/\* with: (.*) \*/$", self.text, re.MULTILINE)
        if not given:
            return []
        (directory / "settings.yaml").write_text("\n".join(given), encoding="utf-8")
        return ["--with", directory / "settings.yaml"]


def run(programs, *arguments, timeout=120, **options):
    return subprocess.run([programs / "probehost", "plugin", *arguments], capture_output=True, text=True, check=False, timeout=timeout,
                          stdin=subprocess.DEVNULL, env=os.environ | {"LC_ALL": "C.UTF-8"}, **options)


def findings(programs, plugin, *options):
    """What each test found, by id: {"finding", "reason", …}."""
    done = run(programs, "verify", plugin, "--format", "json", *options)
    assert done.returncode in (0, 1), done
    told = json.loads(done.stdout)
    found = {test["id"]: test for test in told["tests"]}
    assert told["passed"] == (done.returncode == 0) == all(test["finding"] != "FAIL" for test in found.values())
    return found
