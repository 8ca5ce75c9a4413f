"""Starts throwaway peers for all five checkers and probehost on quickstart.yaml, shows the probes, and stops it all at the end."""
import argparse
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.dont_write_bytecode = True

from peers import model_files, postgres, redis  # noqa: E402
from peers.openai import KEY, OpenAi  # noqa: E402
from peers.servicebus_peer import ServiceBusPeer  # noqa: E402

PROBES = ("/health", "/health/ready", "/health/started")


def environment(database, cache, openai, bus, model, plugins, listen):
    return os.environ | {
        "PROBEHOST_PLUGINS": plugins, "PROBEHOST_LISTEN": listen,
        "PG_PORT": str(database.port), "PG_DATABASE": postgres.DATABASE, "PG_USER": postgres.USER,
        "PG_PASSWORD": postgres.PASSWORD, "REDIS_PORT": str(cache.port), "REDIS_PASSWORD": cache.password,
        "AZURE_OPENAI_ENDPOINT": openai.url, "AZURE_OPENAI_API_KEY": KEY,
        "SERVICEBUS_PORT": str(bus.port), "MODEL_FILE": str(model)}


def ask(url):
    """Status and body, or the reason why there is none."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
    except OSError as failure:
        return 0, str(failure)


def wait_until_started(base, service):
    for _ in range(100):
        if service.poll() is not None:
            sys.exit(f"probehost ended with status {service.returncode}; what it said is above")
        if ask(base + "/health/started")[0] == 200 and ask(base + "/health/ready")[0] == 200:
            return
        time.sleep(0.1)


def show(base):
    for path in PROBES:
        status, body = ask(base + path)
        print(f"\nGET {path}  {status}")
        try:
            print(json.dumps(json.loads(body), indent=2))
        except ValueError:
            print(body)


def tell_what_next(base, program, cache):
    print(f"""
Try next, in another terminal:
  kill -STOP {cache.child.pid}; sleep 3; {program} probe ready --url {base}; kill -CONT {cache.child.pid}    Redis hangs: Timeout after 1000ms, the rest answers
  kill {cache.child.pid}; sleep 1; {program} probe ready --url {base}            Redis is gone: 503, not_ready
  {program} probe live --url {base}                   liveness does not care: alive
Open {base}/health/ready?verbose for the details. Ctrl-C stops everything and leaves nothing behind.""", flush=True)


def stop(service):
    for number in (signal.SIGTERM, signal.SIGTERM):  # the second one ends the drain
        if service.poll() is None:
            service.send_signal(number)
            time.sleep(0.2)
    with contextlib.suppress(subprocess.TimeoutExpired):
        service.wait(5)
    service.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="the build tree")
    parser.add_argument("--listen", default="127.0.0.1:8000", help="where probehost answers (default: %(default)s)")
    parser.add_argument("--once", action="store_true", help="stop after the first answers")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))

    program = options.build.resolve() / "bin" / "probehost"
    base = "http://" + options.listen
    with contextlib.ExitStack() as everything, contextlib.suppress(KeyboardInterrupt):
        print("Starting PostgreSQL, Redis, stand-ins for Azure OpenAI and Service Bus, and probehost …", flush=True)
        model = pathlib.Path(everything.enter_context(tempfile.TemporaryDirectory(prefix="probehost-"))) / "embed.safetensors"
        model_files.write_safetensors(model)
        peers = [everything.enter_context(peer) for peer in (
            postgres.Postgres(), redis.Redis(password="quickstart-redis"), OpenAi(), ServiceBusPeer(queues={"jobs": 3}))]
        service = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", program, "serve", "--config", ROOT / "config" / "quickstart.yaml"], start_new_session=True,
            env=environment(*peers, model, str(options.build.resolve() / "plugins"), options.listen))
        everything.callback(stop, service)
        wait_until_started(base, service)
        show(base)
        if options.once:
            return
        tell_what_next(base, program, peers[1])
        service.wait()
    print("\nStopped; nothing is left behind.")


if __name__ == "__main__":
    main()
