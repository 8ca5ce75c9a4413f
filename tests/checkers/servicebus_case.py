"""What the tests of the servicebus checker share: its settings, and what its verdicts look like."""
from . import loop
from .loop import said

KEY = "SAS_KEY_VALUE"
RULE = "SharedAccessKeyName=RootManageSharedAccessKey"
LOCKED = ("messages_locked", "messages_consumed", "receiver_credits")


def connection_string(peer, host="127.0.0.1", key=KEY, emulator=True):
    ending = ";UseDevelopmentEmulator=true" if emulator else ""
    return f"Endpoint=sb://{host}:{peer.port};{RULE};SharedAccessKey={key}{ending}"


def settings(peer, **more):
    """For the plain port; `more` is merged, and None takes a setting away."""
    merged = {"connection_string": connection_string(peer), "queue": "full", **more}
    return {name: value for name, value in merged.items() if value is not None}


def over_tls(peer, authority, host="127.0.0.1", **more):
    return settings(peer, connection_string=connection_string(peer, host, emulator=False), ca_file=authority.ca_file,
                    **more)


def run(peer_settings, runs=1, timeout=2000, **options):
    return loop.run("servicebus", peer_settings, runs=runs, timeout=timeout, **options)[:runs]


def first(peer_settings, **options):
    return said(run(peer_settings, **options)[0])


def watch(peer_settings, **options):
    return loop.Loop("servicebus", peer_settings, **options)


def until(running, text):
    return running.until(lambda result: said(result) == text)
