"""The system's D-Bus with a systemd on it, or what looks like it: units are in the states that a test gives them."""
import os
import socket
import threading

from jeepney import DBusAddress, HeaderFields, new_error, new_method_return, new_signal
from jeepney.low_level import Parser
from peers.peer import remove, temp_dir

NO_SYSTEMD = "org.freedesktop.DBus.Error.ServiceUnknown"
DENIED = "org.freedesktop.DBus.Error.AccessDenied"


class SystemBus:
    """`units` maps a name to (LoadState, ActiveState). `mode` is answer, silent (nothing is said at all), mute (said
    hello to, but to no question), close (at the first question), garbage, wrong_type, flood (signals without end)
    or the name of a D-Bus error."""

    def __init__(self, units, mode="answer"):
        self.units = units
        self.mode = mode
        self._clients = []

    def __enter__(self):
        self._dir = temp_dir("bus")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(f"{self._dir}/socket")
        self._listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for client in self._clients:
            client.close()
        remove(self._dir)

    @property
    def env(self):
        return {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self._dir}/socket"}

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._clients.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            if self.mode == "silent":
                return
            rest = self._authenticate(client)
            parser = Parser()
            parser.add_data(rest)
            while True:
                while (message := parser.get_next_message()) is None:
                    if not (data := client.recv(65536)):
                        return
                    parser.add_data(data)
                if not self._answer(client, message):
                    return
        except OSError:
            pass

    @staticmethod
    def _authenticate(client):
        """sd-bus sends all of its part at once."""
        received = b""
        while b"BEGIN\r\n" not in received:
            if not (data := client.recv(4096)):
                raise OSError("gone")
            received += data
        client.sendall(b"DATA\r\nOK 0123456789abcdef0123456789abcdef\r\nAGREE_UNIX_FD\r\n")
        return received.partition(b"BEGIN\r\n")[2]

    def _answer(self, client, message):
        if message.header.fields.get(HeaderFields.member) == "Hello":
            self._send(client, new_method_return(message, "s", (":1.7",)))
            return True
        if self.mode == "close":
            client.close()
            return False
        if self.mode == "garbage":
            client.sendall(os.urandom(4096))
        elif self.mode == "flood":
            self._flood(client)
        elif self.mode == "wrong_type":
            self._send(client, new_method_return(message, "v", (("u", 7),)))
        elif "." in self.mode:
            self._send(client, new_error(message, self.mode, "s", ("as ordered",)))
        elif self.mode != "mute":
            self._send(client, new_method_return(message, "v", (("s", self._state(message)),)))
        return True

    def _state(self, message):
        escaped = message.header.fields[HeaderFields.path].rpartition("/")[2]
        name = "".join(bytes.fromhex(part[:2]).decode() + part[2:] if number else part
                       for number, part in enumerate(escaped.split("_")))
        return self.units.get(name, ("not-found", "inactive"))[message.body[1] == "ActiveState"]

    def _flood(self, client):
        emitter = DBusAddress("/org/freedesktop/systemd1", interface="org.freedesktop.systemd1.Manager")
        signal = new_signal(emitter, "UnitNew", "s", ("x" * 1000,))
        while True:
            self._send(client, signal)

    @staticmethod
    def _send(client, message):
        message.header.fields.setdefault(HeaderFields.sender, "org.freedesktop.DBus")
        client.sendall(message.serialise(serial=1))
