"""One client's connection: bytes in, bytes out, Proton as the codec between, and the faults at every step."""

import asyncio

from proton import Collector, Condition, Connection as Engine, Endpoint, ProtonException, Transport

from . import errors, idle, links, nodes
from .faults import REFUSALS, SPOILED_ANSWERS
from .sasl import Greeting
from .tokens import Rights

MAX_FRAME = 65536
WINDOW_FRAMES = 5000
CHANNEL_MAX = 4999


class Connection(asyncio.Protocol):
    """Lives on the event loop's thread only."""

    def __init__(self, peer):
        self.peer = peer
        self.options = peer.options
        self.loop = peer.loop
        self.rights = Rights()
        self.links = []
        self.sessions = 0
        self.transport = None
        self.greeting = None
        self.amqp = None
        self.halted = False
        self.closing = False
        self.stalling = False

    def connection_made(self, transport):
        self.transport = transport
        self.greeting = Greeting(self, self.options)
        self.idle = idle.Watch(self)
        self.peer.joined(self)

    def data_received(self, data):
        if self.halted:
            return
        self.idle.heard()
        try:
            self.greeting.feed(data) if self.amqp is None else self.feed(data)
        except ProtonException as error:
            self.peer.warn(f"bytes that are not AMQP: {error}")
            self.finish()

    def connection_lost(self, _error):
        self.halted = True
        self.idle.stop()
        for place in list(self.links):
            place.gone()
        self.peer.count("sessions_open", by=-self.sessions)
        self.peer.left(self)

    def write(self, data):
        if not self.halted:
            self.transport.write(data)

    def uri(self, path):
        """An entity as the service names it in what it says."""
        return f"sb://{self.engine.remote_hostname or 'localhost'}/{path}"

    def finish(self):
        """Closes the socket after what was written."""
        self.halted = True
        self.transport.close()

    def greeted(self, mechanism, hostname, rest):
        self.peer.seen.update(sasl_mechanism=mechanism, sasl_hostname=hostname)
        self.rights.everything = mechanism == "PLAIN"
        self.engine = Engine()
        self.engine.container = self.peer.container_id
        self.collector = Collector()
        self.engine.collect(self.collector)
        self.amqp = Transport(Transport.SERVER)
        self.amqp.max_frame_size = MAX_FRAME
        self.amqp.channel_max = CHANNEL_MAX
        # Proton announces half of what it is given.
        self.amqp.idle_timeout = 2 * (self.options.idle_advert_ms or self.options.idle_ms) / 1000
        self.amqp.bind(self.engine)
        self.feed(rest)

    def feed(self, data):
        if self.stalling:
            return
        while data and not self.halted and (capacity := self.amqp.capacity()) > 0:
            self.amqp.push(data[:capacity])
            data = data[capacity:]
            self.dispatch()
        self.flush()

    def dispatch(self):
        while not self.halted and not self.stalling and (event := self.collector.peek()):
            handler = getattr(self, "on_" + event.type.name.removeprefix("PN_").lower(), None)
            if handler:
                handler(event)
            self.collector.pop()

    def flush(self):
        """Writes what Proton has to say; handles the events that this makes."""
        if self.amqp is None or self.halted:
            return
        self.amqp.tick(self.loop.time())
        while (pending := self.amqp.pending()) > 0:
            self.write(self.amqp.peek(pending))
            self.amqp.pop(pending)
        if self.amqp.pending() < 0:
            self.finish()

    def halt(self):
        """From now on the client hears nothing: what was said so far is sent, what comes is thrown away."""
        self.flush()
        self.halted = True
        self.idle.stop()

    # Steps

    def step(self, name, answer, refuse=None, uri="sb://localhost/", link=None, session=None):
        """One step of the protocol: `answer()` is the honest reply unless a fault says otherwise."""
        self.apply(self.peer.faults.take(name), answer, refuse, uri, link, session)

    def apply(self, fault, answer, refuse, uri, link, session):
        if fault is None:
            answer()
        elif fault.kind == "silent":
            self.halt()
        elif fault.kind == "stall":
            self.stalling = True
            answer()
            self.halt()
        elif fault.kind == "delay":
            self.loop.call_later(fault.milliseconds / 1000, self.late, answer)
        elif fault.kind in SPOILED_ANSWERS:
            answer(fault.kind)
        elif fault.kind in REFUSALS:
            refuse(REFUSALS[fault.kind](uri))
        elif fault.kind != "ignore":
            self.break_off(fault.kind, link, session)

    def late(self, answer):
        if not self.halted and not self.closing:
            answer()
            if self.amqp is not None:
                self.dispatch()
                self.flush()

    def break_off(self, kind, link, session):
        if kind == "drop":
            self.halted = True
            self.transport.abort()
        elif kind == "close":
            self.close(errors.connection_forced("The connection was closed by the service."))
        elif kind == "end":
            self.end(session, errors.internal_error())
        elif kind == "detach":
            links.detach_group(self, link)

    # Connection and sessions

    def on_connection_remote_open(self, event):
        announced = event.transport.remote_idle_timeout * 1000
        self.peer.seen.update(
            open_hostname=self.engine.remote_hostname, open_container=self.engine.remote_container,
            open_idle_ms=int(announced), open_max_frame=event.transport.remote_max_frame_size)
        if 0 < announced < 60000:
            self.peer.warn(f"the client announces an idle-time-out of {announced:.0f} ms, under 60000")
        if 0 < announced < self.options.min_client_idle_ms:
            self.close(errors.internal_error())
        else:
            self.step("open", self.engine.open, self.close)

    def on_session_remote_open(self, event):
        if self.closing:
            return
        session = event.session
        session.incoming_capacity = WINDOW_FRAMES * MAX_FRAME
        session.outgoing_window = WINDOW_FRAMES
        self.sessions += 1
        self.peer.count("sessions_total", "sessions_open")
        self.step("begin", session.open, lambda refusal: self.end(session, refusal), session=session)

    def on_session_remote_close(self, event):
        self.sessions -= 1
        self.peer.count("sessions_open", by=-1)
        for link in [link for link in self.links if link.link.session == event.session]:
            link.gone()
        event.session.close()

    def on_connection_remote_close(self, _event):
        self.closing = True
        self.engine.close()

    def end(self, session, refusal):
        session.open()
        session.condition = Condition(refusal.condition, refusal.description)
        session.close()

    def close(self, refusal):
        """Open, if it was not sent yet, and Close with the reason."""
        self.closing = True
        self.engine.open()
        self.engine.condition = Condition(refusal.condition, refusal.description)
        self.engine.close()

    # Links and deliveries

    def on_link_remote_open(self, event):
        session_ended = event.session.state & Endpoint.LOCAL_CLOSED
        if not self.closing and not session_ended:
            nodes.attach(self, event.link)

    def on_link_remote_close(self, event):
        place = links.place_of(self, event.link)
        if place:
            place.gone()
        event.link.close()
        event.link.free()

    on_link_remote_detach = on_link_remote_close

    def on_link_flow(self, event):
        place = links.place_of(self, event.link)
        if place and not self.closing:
            place.on_credit()

    def on_delivery(self, event):
        place = links.place_of(self, event.link)
        if place and not self.closing:
            place.on_delivery(event.delivery)

    def on_transport_closed(self, _event):
        self.flush()
        if not self.halted:
            self.finish()
