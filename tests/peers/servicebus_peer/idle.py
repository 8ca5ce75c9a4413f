"""The service's clocks: a silent client, a connection without links or rights, an idle link, an old token."""

from . import errors, links

LONGEST_PERIOD = 1.0


class Watch:
    """Looks at one connection several times in its shortest limit; sends Proton's heartbeats too."""

    def __init__(self, connection):
        self.connection = connection
        self.options = connection.options
        self.loop = connection.loop
        self.started = self.last_heard = self.last_link = self.loop.time()
        limits = (self.options.idle_ms, self.options.first_link_ms, self.options.no_links_ms,
                  self.options.link_idle_ms, self.options.token_wait_ms)
        self.period = min(LONGEST_PERIOD, min(limit for limit in limits if limit > 0) / 10000)
        self.timer = self.loop.call_later(self.period, self.look)

    def stop(self):
        self.timer.cancel()

    def heard(self):
        self.last_heard = self.loop.time()

    def link_closed(self):
        self.last_link = self.loop.time()

    def look(self):
        connection = self.connection
        if connection.amqp is not None and not connection.closing:
            self.judge()
        connection.flush()
        if not connection.halted:
            self.timer = self.loop.call_later(self.until_next(), self.look)

    def until_next(self):
        """Proton's heartbeat may be due before the next look."""
        now = self.loop.time()
        due = self.connection.amqp.tick(now) if self.connection.amqp is not None else 0
        return max(0.001, min(self.period, due - now)) if due else self.period

    def older(self, since, limit_ms):
        return limit_ms > 0 and (self.loop.time() - since) * 1000 >= limit_ms

    def judge(self):
        options = self.options
        if self.older(self.last_heard, options.idle_ms):
            self.close(f"The connection was inactive for more than the allowed {options.idle_ms} "
                       f"milliseconds and is closed by container '{self.connection.peer.container_id}'.")
        elif not self.connection.rights.any() and self.older(self.started, options.token_wait_ms):
            self.close(f"No token was put on this connection within {options.token_wait_ms} milliseconds.")
        elif not self.connection.links:
            self.judge_no_links()
        else:
            self.judge_links()

    def judge_no_links(self):
        first = self.last_link == self.started
        limit = self.options.first_link_ms if first else self.options.no_links_ms
        if self.older(self.last_link, limit):
            self.close(f"The connection was closed by container '{self.connection.peer.container_id}' "
                       f"because it did not have any active links in the past {limit} milliseconds.")

    def judge_links(self):
        for place in list(self.connection.links):
            if place.path is not None and not self.connection.rights.allow(place.path):
                links.detach(place, errors.Refusal(401, "amqp:unauthorized-access", errors.tracked(
                    "ExpiredToken: The token is expired.")))
            elif self.older(place.last_used, self.options.link_idle_ms):
                links.detach(place, errors.detach_forced(
                    place.link.name, f"IdleTimerExpired: Idle timeout: {self.options.link_idle_ms} ms."))

    def close(self, text):
        self.connection.close(errors.connection_forced(text))
