"""What `probehost manifest systemd` prints and the unit that is installed say the same."""
import re

from .conftest import PACKAGING


def test_the_watchdog_is_the_units(probehost):
    unit = (PACKAGING / "systemd/probehost.service.in").read_text(encoding="utf-8")
    printed = probehost(["manifest", "systemd"], "checks: {}")
    assert re.findall(r"^WatchdogSec=.*$", printed, re.MULTILINE) == re.findall(r"^WatchdogSec=.*$", unit, re.MULTILINE)


def test_the_times_fit_into_systemds_own_which_the_unit_leaves(probehost):
    printed = probehost(["manifest", "systemd"], "checks: {}")
    start, stop = (int(re.search(rf"^Timeout{name}Sec=(\d+)s$", printed, re.MULTILINE)[1]) for name in ("Start", "Stop"))
    assert (start, stop <= 90) == (90, True)
