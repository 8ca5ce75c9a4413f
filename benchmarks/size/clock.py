"""The processor's time that a process has taken."""
import time


def cpu_seconds(pid):
    """To the nanosecond, of the process itself and all its threads, those that have ended as well: Linux's own clock of the process."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e9
