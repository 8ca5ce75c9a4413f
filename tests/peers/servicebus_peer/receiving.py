"""A receiver on the entity: without credit it does nothing, with credit it locks, as peeking never does."""

from proton import Delivery, Link

from .links import Replies


class EntityReceiver(Replies):
    """Peek-lock, or receive-and-delete when the client asked for settled transfers."""

    def __init__(self, connection, link, path, entity):
        super().__init__(connection, link, path)
        self.entity = entity
        self.locked = {}

    def on_credit(self):
        self.peer.count("receiver_credits", by=int(self.link.credit > 0))
        free = [message for message in self.entity.messages if not message.locked]
        for message in free[:max(0, self.link.credit)]:
            self.hand_out(message)
        if self.link.drain_mode:
            self.link.drained()

    def hand_out(self, message):
        delivery = self.transfer(message.encode())
        if self.link.remote_snd_settle_mode == Link.SND_SETTLED:
            delivery.settle()
            self.consume(message)
        else:
            message.locked = True
            self.locked[delivery.tag] = message
            self.peer.count("messages_locked")

    def consume(self, message):
        self.entity.messages.remove(message)
        self.peer.count("messages_consumed")

    def on_delivery(self, delivery):
        if not delivery.updated:
            return
        message = self.locked.pop(delivery.tag, None)
        if message and delivery.remote_state in (Delivery.ACCEPTED, Delivery.REJECTED):
            self.consume(message)
        elif message:
            self.give_back(message)
        delivery.settle()

    def give_back(self, message):
        message.locked = False
        message.deliveries += 1

    def gone(self):
        super().gone()
        for message in self.locked.values():
            self.give_back(message)
        self.locked = {}
