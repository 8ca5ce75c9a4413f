"""Starts the servers that checkers_benchmark looks at, and runs it.

    /usr/bin/python3 benchmarks/checkers/run.py BUILD [OPTIONS OF GOOGLE BENCHMARK]

BUILD is a Release build. As root; needs the packages of packaging/packages-peers and nginx-light."""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from side_by_side.services import free_port, services  # noqa: E402
from peers.servicebus_peer import ServiceBusPeer  # noqa: E402
from peers.servicebus_peer.blocking_client import sas  # noqa: E402


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        with services(directory, free_port) as everything, ServiceBusPeer(queues={"full": 1}) as servicebus:
            environment = {"POSTGRES": everything.environment["DATABASE_URL"], "REDIS": str(everything.redis.port), "HTTP": str(everything.openai_port),
                           "SERVICEBUS": str(servicebus.port), "SERVICEBUS_TOKEN": sas("sb://127.0.0.1/full", life=3600),
                           "MODEL": str(everything.model)}
            sys.exit(subprocess.run([pathlib.Path(sys.argv[1], "bin/checkers_benchmark"), *sys.argv[2:]], env={**os.environ, **environment}, check=False).returncode)


if __name__ == "__main__":
    main()
