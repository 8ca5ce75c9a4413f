"""A throwaway certificate authority, and the good and bad certificates that TLS tests need."""
import os
import ssl
from typing import NamedTuple

from .peer import remove, temp_dir
from .process import run

CONFIG = """
[ca]
default_ca = authority
[authority]
dir = {dir}
database = {dir}/index.txt
new_certs_dir = {dir}
certificate = {dir}/ca.crt
private_key = {dir}/ca.key
rand_serial = yes
default_md = sha256
unique_subject = no
copy_extensions = none
policy = any
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[ca_extensions]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""
LEAF = """
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = {usage}
{names}
"""
VALID = ("20200101000000Z", "20450101000000Z")
PAST = ("20200101000000Z", "20200201000000Z")


class Certificate(NamedTuple):
    cert: str
    key: str


class Authority:
    """Use as a context manager, or call `close()`; `ca_file` is what a client has to trust."""

    def __init__(self):
        self.dir = temp_dir("ca")
        self.ca_file = f"{self.dir}/ca.crt"
        self._config = self._write("ca.cnf", CONFIG.format(dir=self.dir))
        self._write("index.txt", "")
        self._self_sign("ca", "probehost test authority", "ca_extensions")
        self._count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        remove(self.dir)

    def server(self, *names, dates=VALID):
        """A server's certificate, by default for localhost and 127.0.0.1."""
        names = names or ("DNS:localhost", "IP:127.0.0.1")
        return self._issue("localhost", f"subjectAltName = {','.join(names)}", "serverAuth", dates)

    def wrong_host(self):
        return self.server("DNS:elsewhere.example")

    def expired(self):
        return self.server(dates=PAST)

    def client(self, name="health"):
        return self._issue(name, "", "clientAuth", VALID)

    def self_signed(self):
        self._write("self.cnf", CONFIG.format(dir=self.dir) +
                    "[leaf]\nsubjectAltName = DNS:localhost,IP:127.0.0.1\n")
        return self._self_sign("self", "localhost", "leaf", f"{self.dir}/self.cnf")

    def _issue(self, name, names, usage, dates):
        self._count += 1
        base = f"{self.dir}/{self._count}"
        extensions = self._write(f"{self._count}.ext", LEAF.format(names=names, usage=usage))
        run(["openssl", "req", "-new", *new_key(base + ".key"), "-subj", f"/CN={name}",
             "-config", self._config, "-out", base + ".csr"])
        run(["openssl", "ca", "-batch", "-notext", "-config", self._config, "-startdate", dates[0],
             "-enddate", dates[1], "-extfile", extensions, "-in", base + ".csr", "-out", base + ".crt"])
        return Certificate(base + ".crt", base + ".key")

    def _self_sign(self, file, name, extensions, config=None):
        base = f"{self.dir}/{file}"
        run(["openssl", "req", "-x509", *new_key(base + ".key"), "-days", "7000", "-subj", f"/CN={name}",
             "-config", config or self._config, "-extensions", extensions, "-out", base + ".crt"])
        return Certificate(base + ".crt", base + ".key")

    def _write(self, name, text):
        path = os.path.join(self.dir, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path


def new_key(path):
    return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path]


def server_context(certificate, client_ca=None):
    """For the peers written in Python; with `client_ca` a client must show a certificate of it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_ca)
    return context
