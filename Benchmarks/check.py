# SPDX-License-Identifier: Apache-2.0
# Whether the comparison is fair: every peer does the work of its shapes, with the suite that was agreed, and verifies
# the other side. Clients and services here are Python's, so that Attaché does not vouch for itself.

import contextlib
import os
import socket
import threading

from peers import SUITE, Shape
from place import HERE, Failed, progress, strays

# Read when OpenSSL is first used; what is started from here shall not have it.
os.environ["OPENSSL_CONF"] = os.path.join(HERE, "openssl.cnf")
import ssl

ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
del os.environ["OPENSSL_CONF"]

SECONDS = 5
PAYLOAD = os.urandom(1000)


class Service:
    """Echoes on 127.0.0.1; with a `profile` over TLS, to clients whose certificate the development CA signed."""

    def __init__(self, place, profile=None):
        self.seen = []  # of each TLS connection: version, suite, the client's name, resumed
        self.context = None
        if profile:
            self.context = context(place, ssl.PROTOCOL_TLS_SERVER, profile)
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.welcome, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def welcome(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=self.listener.accept()[:1], daemon=True).start()

    def serve(self, connection):
        # Some clients are meant to be refused.
        with connection, contextlib.suppress(OSError):
            connection.settimeout(SECONDS)
            if not self.context:
                return self.echo(connection)
            with self.context.wrap_socket(connection, server_side=True) as secured:
                names = dict(pair[0] for pair in secured.getpeercert()["subject"])
                self.seen.append((secured.version(), secured.cipher()[0], names["commonName"], secured.session_reused))
                self.echo(secured)

    def echo(self, connection):
        while got := connection.recv(1 << 16):
            connection.sendall(got)


def context(place, protocol, profile=None):
    made = ssl.SSLContext(protocol)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.load_verify_locations(place.ca)
    if profile:
        made.load_cert_chain(place.certificate(profile), place.key(profile))
    return made


def exchange(port, tls=None):
    """Sends PAYLOAD through the proxy and returns what it negotiated; None: it did not come back."""
    try:
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), SECONDS))
            if tls:
                connection = stack.enter_context(tls.wrap_socket(connection, server_hostname="localhost"))
            connection.sendall(PAYLOAD)
            got = b""
            while len(got) < len(PAYLOAD) and (more := connection.recv(1 << 16)):
                got += more
            if got != PAYLOAD:
                return None
            return (connection.version(), connection.cipher()[0]) if tls else ("plain",)
    except OSError:
        return None


def complaints(peer, place, shape, cpu):
    """What is wrong with a peer in a shape, and what it runs on."""
    found = []
    with Service(place, "server" if shape.service_speaks_tls else None) as service, started(peer, place, shape, service, cpu) as proxy:
        tls = context(place, ssl.PROTOCOL_TLS_CLIENT, "client") if shape.client_speaks_tls else None
        said = exchange(proxy.port, tls)
        again = said and exchange(proxy.port, tls)
        if not said or not again:
            return [f"no exchange goes through: {proxy.words()}"], None
        if loose := strays(proxy.pid, cpu):
            found.append(f"threads that are not held on CPU {cpu}: {loose}")
        negotiated = [said] if shape.client_speaks_tls else [one[:2] for one in service.seen]
        for one in negotiated if shape is not Shape.PLAIN_PLAIN else []:
            if one != ("TLSv1.3", SUITE):
                found.append(f"speaks {' '.join(one)}")
        if shape.service_speaks_tls and {one[2] for one in service.seen} != {"client"}:
            found.append("shows another certificate than it was given")
        if shape.client_speaks_tls:
            if exchange(proxy.port, context(place, ssl.PROTOCOL_TLS_CLIENT)):
                found.append("serves clients without a certificate")
            if exchange(proxy.port, context(place, ssl.PROTOCOL_TLS_CLIENT, "other-authority-client")):
                found.append("serves clients of another authority")
        library = proxy.tls_library()
    for profile in ("wrong-name", "other-authority") if shape.service_speaks_tls else ():
        with Service(place, profile) as service, started(peer, place, shape, service, cpu) as proxy:
            if exchange(proxy.port):
                found.append(f"takes a service with the certificate {profile}.pem")
    return found, library


@contextlib.contextmanager
def started(peer, place, shape, service, cpu):
    proxy = peer(place, shape, service.port, cpu)
    try:
        yield proxy
    finally:
        proxy.stop()


def check(place, peers, cpu):
    """Prints a line for each peer and shape; returns whether all is well."""
    well = True
    for peer in peers:
        for shape in Shape:
            if shape not in peer.shapes:
                print(f"-       {peer.name:12} {shape.title:14} {peer.why_not}")
                continue
            progress(f"checking {peer.name}, {shape.title}")
            try:
                found, library = complaints(peer, place, shape, cpu)
            except Failed as problem:
                found, library = [str(problem)], None
            progress("")
            well = well and not found
            tls = f", {library}" if library and shape is not Shape.PLAIN_PLAIN else ""
            print(f"{'ok' if not found else 'UNFAIR':7} {peer.name:12} {shape.title:14} "
                  f"{'; '.join(found) if found else peer.version() + tls}", flush=True)
    return well
