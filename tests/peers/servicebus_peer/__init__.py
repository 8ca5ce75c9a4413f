"""An Azure Service Bus namespace for tests: its AMQP 1.0 endpoint, as the real one is reported to behave."""

from .options import Options
from .server import Peer, ServiceBusPeer

__all__ = ["Options", "Peer", "ServiceBusPeer"]
