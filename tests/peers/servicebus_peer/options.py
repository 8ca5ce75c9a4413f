"""What the stand-in can be told: the fields of `Options` and the command line that fills them."""

import argparse
from dataclasses import dataclass, field


@dataclass
class Options:
    """Everything fixed at the start; what can change at run time is in `control`."""
    host: str = "127.0.0.1"
    port: int = 0
    tls_cert: str = ""
    tls_key: str = ""
    key_name: str = "RootManageSharedAccessKey"
    key: str = "SAS_KEY_VALUE"
    jwt: str = ""
    jwt_life_s: float = 3600
    queues: dict = field(default_factory=dict)
    subscriptions: dict = field(default_factory=dict)
    disabled: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    message_bytes: int = 32
    strict_types: bool = True
    missing_entity: str = "cbs"
    disabled_at: str = "attach"
    answer_first: bool = False
    idle_ms: int = 240000
    idle_advert_ms: int = 0
    first_link_ms: int = 60000
    no_links_ms: int = 300000
    link_idle_ms: int = 600000
    token_wait_ms: int = 20000
    min_client_idle_ms: int = 0
    control: str = ""


def _named_count(text):
    name, _, count = text.partition("=")
    return name, int(count or 0)


def _parser():
    parser = argparse.ArgumentParser(description="A stand-in of Azure Service Bus's AMQP 1.0 endpoint.")
    add = parser.add_argument
    add("--host", help="address to listen on (127.0.0.1)")
    add("--port", type=int, help="0 takes a free one (0)")
    add("--tls-cert", help="PEM chain; with --tls-key the port speaks TLS from its first byte, as 5671 does")
    add("--tls-key")
    add("--key-name", help="name of the only rule (RootManageSharedAccessKey)")
    add("--key", help="its key, used as text (SAS_KEY_VALUE)")
    add("--jwt", help="the one `jwt` token that is accepted; none without this")
    add("--jwt-life-s", type=float, help="how long that token lasts (3600)")
    add("--queue", dest="queues", action="append", type=_named_count, metavar="NAME[=N messages]")
    add("--topic", dest="subscriptions", action="append", type=_named_count, metavar="TOPIC/SUB[=N]")
    add("--disabled", action="append", metavar="NAME", help="a queue, topic or TOPIC/SUB that is disabled")
    add("--fault", dest="faults", action="append", metavar="KIND[=MS][@STEP][*TIMES]", help="see faults.py")
    add("--message-bytes", type=int, help="size of each message's body (32)")
    add("--strict-types", type=lambda text: text != "0", metavar="0|1", help="wrong AMQP types give 500 (1)")
    add("--missing-entity", choices=["cbs", "audience", "attach"],
        help="where it is noticed: 404 at put-token, 401 InvalidAudience at put-token, or at attach (cbs)")
    add("--disabled-at", choices=["attach", "request", "receive"],
        help="what fails on a disabled entity: attach, the peek itself, or only a receiver (attach)")
    add("--answer-first", action="store_true", default=None, help="answer a request before settling it")
    add("--idle-ms", type=int, help="a client silent for so long is closed (240000)")
    add("--idle-advert-ms", type=int, help="idle-time-out announced, when it shall differ")
    add("--first-link-ms", type=int, help="a connection that never had a link is closed (60000)")
    add("--no-links-ms", type=int, help="a connection whose links have all gone is closed (300000)")
    add("--link-idle-ms", type=int, help="a link without a transfer is detached (600000)")
    add("--token-wait-ms", type=int, help="a connection without rights is closed (20000)")
    add("--min-client-idle-ms", type=int, help="a shorter idle-time-out is refused (0)")
    add("--control", metavar="PATH|-", help="Unix socket, or - for stdin: commands as in control.py")
    return parser


def parse(arguments):
    """Options from command line words; exits with a usage message as argparse does."""
    words = vars(_parser().parse_args(arguments))
    given = {name: value for name, value in words.items() if value is not None}
    for name in ("queues", "subscriptions"):
        given[name] = dict(given.get(name, []))
    return Options(**given)
