"""One instance of a service with its probehost, and clients that never stop asking."""
import http.client
import http.server
import threading
import time
import urllib.parse


class Application:
    """Answers every GET with its name, each on a connection of its own."""

    def __init__(self, name):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(name.encode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


class Instance:
    """Its probehost has one check, which says what `say` told it."""

    def __init__(self, name, configured, script):
        self.name = name
        self.script = script
        self.app = Application(name)
        check = script.check(f"database-{name}", "pass", interval="100ms", max_age="50ms", timeout="1s")
        self.host = configured({"server": {"drain_delay": "1m"}, "checks": {"database": check}})

    def __enter__(self):
        self.host.start().until_ready()
        return self

    def __exit__(self, *_):
        self.host.stop()
        self.app.stop()

    @property
    def health(self):
        """HOST:PORT of probehost."""
        return "{}:{}".format(*self.host.address)

    def say(self, words):
        self.script.say(f"database-{self.name}", words)

    def drain(self):
        self.host.process.terminate()


def ask(url, timeout=5):
    """Status, body and headers of one GET on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    client = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        client.request("GET", parts.path + ("?" + parts.query if parts.query else ""))
        answer = client.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        client.close()


class Load:
    def __init__(self, url):
        self.url = url
        self.answers = []
        self.failures = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(3)]

    def run(self):
        while not self.ended.is_set():
            try:
                status, body, _ = ask(self.url)
                (self.answers if status == 200 else self.failures).append((status, body))
            except (OSError, http.client.HTTPException) as failure:
                self.failures.append(failure)
            time.sleep(0.005)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join()
