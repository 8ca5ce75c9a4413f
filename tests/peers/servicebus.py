#!/usr/bin/python3
"""The Service Bus stand-in, as a class (`ServiceBusPeer`) and a command, which prints `listening on PORT` and
serves until SIGTERM, SIGINT or the end of its parent. faults.py lists the faults, control.py the commands."""

import asyncio
import os
import signal
import sys

if __package__:
    from .servicebus_peer import Options, Peer, ServiceBusPeer
    from .servicebus_peer.options import parse
else:
    from servicebus_peer import Options, Peer, ServiceBusPeer
    from servicebus_peer.options import parse

__all__ = ["Options", "Peer", "ServiceBusPeer"]

PARENT_PERIOD = 0.2


async def outlive(parent):
    """Returns when the parent is gone. The kernel's own signal for that comes when the *thread* that started
    us ends, which may be long before the program does."""
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_PERIOD)


async def serve(options, parent):
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    peer = Peer(options)
    await peer.start()
    print(f"listening on {peer.port}", flush=True)
    watch = asyncio.create_task(outlive(parent))
    watch.add_done_callback(lambda _: stopped.set())
    await stopped.wait()
    peer.stop()


def main():
    parent = os.getppid()
    try:
        asyncio.run(serve(parse(sys.argv[1:]), parent))
    except (KeyError, OSError, ValueError) as error:
        sys.exit(f"servicebus peer: {error}")


if __name__ == "__main__":
    main()
