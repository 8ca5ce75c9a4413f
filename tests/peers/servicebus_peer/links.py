"""Links: what every attached link has in common, and how one is accepted, refused or detached."""

from proton import Condition, Terminus

from . import errors

LINK_CREDIT = 100
LARGEST_MESSAGE = 2 ** 64 - 1
# A real broker never sends more than 64 KiB in a frame, even to a client that names no limit.
CHUNK = 65536 - 512
ENDED = "The service ended the link."


class Place:
    """One open link; `path` is what its rights are checked against, None where none are needed."""

    def __init__(self, connection, link, path=None):
        self.connection = connection
        self.peer = connection.peer
        self.link = link
        self.path = path
        self.last_used = connection.loop.time()

    def used(self):
        self.last_used = self.connection.loop.time()

    def on_credit(self):
        """Credit matters to senders only."""

    def gone(self):
        if self in self.connection.links:
            self.connection.links.remove(self)
            self.connection.idle.link_closed()
            self.peer.count("links_open", by=-1)


class Replies(Place):
    """The service's end of a link on which answers go; without credit they wait."""

    def __init__(self, connection, link, path=None):
        super().__init__(connection, link, path)
        self.waiting = []
        self.sent = 0

    def addresses(self):
        return {self.link.name, self.link.remote_target.address}

    def send(self, encoded, twice=False):
        self.waiting += [encoded, encoded] if twice else [encoded]
        self.on_credit()

    def on_credit(self):
        while self.waiting and self.link.credit > 0 and not self.connection.halted:
            self.transfer(self.waiting.pop(0))

    def transfer(self, encoded):
        self.used()
        self.sent += 1
        delivery = self.link.delivery(f"{self.sent}")
        for start in range(0, len(encoded), CHUNK):
            self.link.stream(encoded[start:start + CHUNK])
            self.connection.flush()
        self.link.advance()
        return delivery

    def on_delivery(self, delivery):
        if delivery.updated:
            delivery.settle()


def place_of(connection, link):
    return next((place for place in connection.links if place.link == link), None)


def accept(connection, place):
    link = place.link
    mirror(link)
    link.max_message_size = LARGEST_MESSAGE
    link.open()
    connection.links.append(place)
    connection.peer.count("links_total", "links_open")
    if link.is_receiver:
        link.flow(LINK_CREDIT)


def mirror(link):
    link.source.copy(link.remote_source)
    link.target.copy(link.remote_target)
    link.snd_settle_mode = link.remote_snd_settle_mode
    link.rcv_settle_mode = link.remote_rcv_settle_mode


def refuse(connection, link, refusal):
    """Attach with null termini, then Detach with the reason."""
    connection.peer.count("attaches_refused")
    link.source.type = Terminus.UNSPECIFIED
    link.target.type = Terminus.UNSPECIFIED
    link.open()
    close_link(link, refusal)


def close_link(link, refusal):
    link.condition = Condition(refusal.condition, refusal.description)
    link.close()


def detach(place, refusal):
    place.gone()
    close_link(place.link, refusal)


def detach_group(connection, link_or_place):
    """A fault at one link takes its partner with it: both links of $cbs, or both of one $management."""
    if not isinstance(link_or_place, Place):
        refuse(connection, link_or_place, errors.detach_forced(link_or_place.name, ENDED))
        return
    for place in [place for place in connection.links if place.path == link_or_place.path]:
        detach(place, errors.detach_forced(place.link.name, ENDED))
