"""The control channel: commands as lines, one line of answer each: `ok`, `error: ...` or JSON.

fault KIND[@STEP] ...   these faults and no others are in force; `fault none` ends them all
throttle on|off         every request is answered server-busy
disable NAME, enable NAME, create NAME[=N], delete NAME, fill NAME=N
expire-tokens           every token put so far has run out
close-all, detach-all, drop-all    Close or Detach with the service's reason, or the socket just closed
answer-first on|off     a request is answered before it is settled
counters, seen          what was counted; what the last client said of itself
reset                   counts start from zero, open things aside
"""

import asyncio
import json
import os
import shlex
import sys

from . import errors, links
from .faults import Faults


class Control:
    def __init__(self, peer):
        self.peer = peer
        self.server = None
        self.path = ""

    async def start(self, where):
        if where == "-":
            self.reading = asyncio.get_running_loop().create_task(self.read_standard_input())
        elif where:
            self.server = await asyncio.start_unix_server(self.serve, where)
            self.path = where

    def stop(self):
        if self.server:
            self.server.close()
            os.unlink(self.path)

    async def read_standard_input(self):
        reader = asyncio.StreamReader()
        await self.peer.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            print(self.obey(line.decode()), flush=True)

    async def serve(self, reader, writer):
        while line := await reader.readline():
            writer.write(self.obey(line.decode()).encode() + b"\n")
        writer.close()

    def obey(self, line):
        words = shlex.split(line)
        command = getattr(self, "do_" + words[0].replace("-", "_"), None) if words else None
        if command is None:
            return f"error: no command '{line.strip()}'"
        try:
            return command(*words[1:]) or "ok"
        except KeyError as error:
            return f"error: no entity {error}"
        except (TypeError, ValueError) as error:
            return f"error: {error}"

    def do_fault(self, *texts):
        self.peer.faults = Faults([text for text in texts if text != "none"])

    def do_throttle(self, switch):
        self.peer.namespace.throttled = is_on(switch)

    def do_answer_first(self, switch):
        self.peer.options.answer_first = is_on(switch)

    def do_disable(self, name):
        entity = self.peer.namespace.named(name)
        entity.disabled = True
        self.detach_all_of(entity.path.lower(), management=self.peer.options.disabled_at == "attach")

    def do_enable(self, name):
        self.peer.namespace.named(name).disabled = False

    def do_create(self, text):
        name, _, count = text.partition("=")
        self.peer.namespace.create(name, int(count or 0))

    def do_fill(self, text):
        name, _, count = text.partition("=")
        self.peer.namespace.named(name).fill(int(count), self.peer.options.message_bytes)

    def do_delete(self, name):
        path = self.peer.namespace.named(name).path.lower()
        self.peer.namespace.delete(name)
        self.detach_all_of(path, management=True)

    def do_expire_tokens(self):
        for connection in self.engines():
            connection.rights.expire()

    def do_close_all(self):
        for connection in self.engines():
            connection.close(errors.connection_forced("The connection was closed by the service."))
            connection.flush()

    def do_detach_all(self):
        self.detach(lambda place: True)

    def do_drop_all(self):
        for connection in list(self.peer.connections):
            connection.transport.abort()

    def do_counters(self):
        return json.dumps(self.peer.counters)

    def do_seen(self):
        return json.dumps(self.peer.seen)

    def do_reset(self):
        for name in self.peer.counters:
            if not name.endswith("_open"):
                self.peer.counters[name] = 0
        self.peer.seen.clear()

    def engines(self):
        return [connection for connection in self.peer.connections if getattr(connection, "amqp", None)]

    def detach_all_of(self, path, management):
        """What is up at an entity that goes away is detached."""
        wanted = {path} | ({f"{path}/$management"} if management else set())
        self.detach(lambda place: place.path in wanted)

    def detach(self, chosen):
        for connection in self.engines():
            for place in [place for place in connection.links if chosen(place)]:
                links.detach(place, errors.detach_forced(
                    place.link.name, "The entity is no longer available."))
            connection.flush()


def is_on(switch):
    if switch not in ("on", "off"):
        raise ValueError("on or off")
    return switch == "on"
