"""Faults: what goes wrong, at which step, how often. Written KIND[=MS][@STEP][*TIMES]; STEP may be left out.

Steps, in their order on the wire: accept, header (SASL's), sasl (its outcome), open, begin, attach-cbs,
put-token, attach (any link to an entity or its $management), request (alias peek, and the default).

silent       that step is not answered, nor anything after it; no heartbeats either
stall        that step is answered, nothing after it
ignore       that step alone is not answered
delay=MS     that step is answered late
drop         the socket is closed without a word
close, end, detach   Close, End or Detach with an error, instead of the answer
reject       the request's transfer is rejected
server-busy, disabled, unauthorized, not-found, internal-error, timed-out   refused in that step's own way
wrong-correlation, no-correlation, no-status, bad-message, twice   the answer itself is wrong
"""

import re
from dataclasses import dataclass

from . import errors

STEPS = ("accept", "header", "sasl", "open", "begin", "attach-cbs", "put-token", "attach", "request")
ANSWER_STEPS = ("put-token", "request")
REFUSALS = {
    "server-busy": errors.server_busy,
    "disabled": errors.entity_disabled,
    "unauthorized": errors.unauthorized,
    "not-found": errors.not_found,
    "internal-error": errors.internal_error,
    "timed-out": errors.timed_out,
}
SPOILED_ANSWERS = ("wrong-correlation", "no-correlation", "no-status", "bad-message", "twice")
# The first step at which a kind makes sense: nothing can be detached before there is a link.
EARLIEST = {"silent": "accept", "drop": "accept", "stall": "header", "ignore": "header", "delay": "header",
            "close": "open", "end": "begin", "detach": "attach-cbs"}


@dataclass
class Fault:
    kind: str
    step: str = "request"
    milliseconds: int = 0
    times: int = -1

    @classmethod
    def parse(cls, text):
        match = re.fullmatch(r"([a-z-]+)(?:=(\d+))?(?:@([a-z-]+))?(?:\*(\d+))?", text)
        if not match:
            raise ValueError(f"a fault is KIND[=MS][@STEP][*TIMES], not '{text}'")
        kind, milliseconds, step, times = match.groups()
        step = "request" if step in (None, "peek") else step
        fault = cls(kind, step, int(milliseconds or 0), int(times or -1))
        fault.verify()
        return fault

    def verify(self):
        if self.step not in STEPS:
            raise ValueError(f"no step '{self.step}': {', '.join(STEPS)}")
        if self.kind in (*SPOILED_ANSWERS, "reject"):
            allowed = ANSWER_STEPS
        elif self.kind in REFUSALS:
            allowed = STEPS[STEPS.index("sasl"):]
        elif self.kind in EARLIEST:
            allowed = STEPS[STEPS.index(EARLIEST[self.kind]):]
        else:
            raise ValueError(f"no fault '{self.kind}'")
        if self.step not in allowed:
            raise ValueError(f"'{self.kind}' is possible at {', '.join(allowed)}, not at '{self.step}'")


class Faults:
    """The faults in force; one that is limited to a number of times wears out."""

    def __init__(self, texts=()):
        self.active = [Fault.parse(text) for text in texts]

    def take(self, step):
        for fault in self.active:
            if fault.step == step and fault.times != 0:
                fault.times -= 1 if fault.times > 0 else 0
                return fault
        return None
