# SPDX-License-Identifier: Apache-2.0
# Whether the comparison is fair: every peer does the work of its shapes, with the suite that was agreed, and verifies
# the other side. Clients and services here are Python's, so that Attaché does not vouch for itself.

import contextlib
import os
import socket
import threading

import h2
from peers import AUTHORITY, SUITE, Shape
from peers.floor import Relay
from place import HERE, Failed, install, progress, strays
from services import first_session

# Read when OpenSSL is first used; what is started from here shall not have it.
os.environ["OPENSSL_CONF"] = os.path.join(HERE, "openssl.cnf")
import ssl

ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
del os.environ["OPENSSL_CONF"]

SECONDS = 5
PAYLOAD = os.urandom(1000)


class Service:
    """Echoes on 127.0.0.1; with a `profile` over TLS, to clients whose certificate the development CA signed."""

    def __init__(self, place, profile=None, ends_tunnels=False):
        self.seen = []  # of each TLS connection: version, suite, the client's name, resumed
        self.asked = [] if ends_tunnels else None  # of each tunnel: the headers
        self.context = None
        if profile:
            self.context = context(place, ssl.PROTOCOL_TLS_SERVER, profile)
            self.context.verify_mode = ssl.CERT_REQUIRED
            if ends_tunnels:
                self.context.set_alpn_protocols(["h2"])
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
                if self.asked is None:
                    return self.echo(secured)
                secured.settimeout(None)
                h2.echo(secured, self.asked)

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


def exchange(port, tls=None, ends=False):
    """Sends PAYLOAD, or that and its end, through the proxy and returns what it negotiated; None: it did not come back."""
    try:
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), SECONDS))
            if tls:
                connection = stack.enter_context(tls.wrap_socket(connection, server_hostname="localhost"))
            connection.sendall(PAYLOAD)
            if ends:
                connection.shutdown(socket.SHUT_WR)
            got = b""
            while (ends or len(got) < len(PAYLOAD)) and (more := connection.recv(1 << 16)):
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


def opening_complaints(peer, place, cpu):
    """The same of one that opens tunnels."""
    found = []
    with Service(place, "server", ends_tunnels=True) as service, behind_relay(peer, place, service, cpu) as (proxy, port):
        # While that one is open, the others are to share its connection.
        with first_session(port):
            if not exchange(port) or not exchange(port):
                return [f"no exchange goes through: {proxy.words()}"], None
            if peer.keeps_halves and not exchange(port, ends=True):
                found.append("loses an answer, or its end, when the client has ended first")
        if loose := strays(proxy.pid, cpu):
            found.append(f"threads that are not held on CPU {cpu}: {loose}")
        if {one[:2] for one in service.seen} != {("TLSv1.3", SUITE)}:
            found.append(f"speaks {service.seen}")
        if {one[2] for one in service.seen} != {"client"}:
            found.append("shows another certificate than it was given")
        if len(service.seen) != 1:
            found.append(f"has {len(service.seen)} connections for sessions that came one by one")
        pseudo = [{name: value for name, value in one.items() if name.startswith(b":")} for one in service.asked]
        if any(one != {b":method": b"CONNECT", b":authority": AUTHORITY.encode()} for one in pseudo):
            found.append(f"asks for {pseudo}")
        library = proxy.tls_library()
    for profile in ("wrong-name", "other-authority"):
        with Service(place, profile, ends_tunnels=True) as service, behind_relay(peer, place, service, cpu) as (_, port):
            if exchange(port):
                found.append(f"takes a service with the certificate {profile}.pem")
    return found, library


def ending_complaints(peer, place, cpu):
    """The same of one that ends tunnels."""
    found = []
    with Service(place) as service, started(peer, place, Shape.TUNNEL_PLAIN, service, cpu) as proxy:
        said = tunnels(proxy.port, context(place, ssl.PROTOCOL_TLS_CLIENT, "client"))
        if not said:
            return [f"no exchange goes through: {proxy.words()}"], None
        if said != ("TLSv1.3", SUITE, "h2"):
            found.append(f"speaks {' '.join(map(str, said))}")
        if loose := strays(proxy.pid, cpu):
            found.append(f"threads that are not held on CPU {cpu}: {loose}")
        if tunnels(proxy.port, context(place, ssl.PROTOCOL_TLS_CLIENT)):
            found.append("serves clients without a certificate")
        if tunnels(proxy.port, context(place, ssl.PROTOCOL_TLS_CLIENT, "other-authority-client")):
            found.append("serves clients of another authority")
        return found, proxy.tls_library()


def tunnels(port, tls):
    """Sends PAYLOAD and its end through three tunnels in one connection, and returns what that negotiated."""
    tls.set_alpn_protocols(["h2"])
    try:
        with socket.create_connection(("127.0.0.1", port), SECONDS) as plain, tls.wrap_socket(plain, server_hostname="localhost") as one:
            said = one.version(), one.cipher()[0], one.selected_alpn_protocol()
            return said if h2.exchange(one, AUTHORITY, PAYLOAD, 3) else None
    except OSError:
        return None


@contextlib.contextmanager
def behind_relay(peer, place, service, cpu):
    with started(peer, place, Shape.PLAIN_TUNNEL, service, cpu) as proxy:
        relay = Relay(place, proxy, cpu)
        try:
            yield proxy, relay.port
        finally:
            relay.stop()


@contextlib.contextmanager
def started(peer, place, shape, service, cpu):
    proxy = peer(place, shape, service.port, cpu)
    try:
        yield proxy
    finally:
        proxy.stop()


def check(place, peers, cpu):
    """Prints a line for each peer and shape; returns whether all is well."""
    install("libnghttp2-14")
    well = True
    of_tunnels = {Shape.PLAIN_TUNNEL: opening_complaints, Shape.TUNNEL_PLAIN: ending_complaints}
    # What is nothing but another peer without something is that peer.
    for peer in [peer for peer in peers if not peer.behind]:
        for shape in Shape:
            if not peer.does(shape):
                print(f"-       {peer.name:12} {shape.title:14} {peer.cannot[shape]}")
                continue
            progress(f"checking {peer.name}, {shape.title}")
            try:
                found, library = of_tunnels[shape](peer, place, cpu) if shape.is_tunnel else complaints(peer, place, shape, cpu)
            except Failed as problem:
                found, library = [str(problem)], None
            progress("")
            well = well and not found
            tls = f", {library}" if library and shape is not Shape.PLAIN_PLAIN else ""
            print(f"{'ok' if not found else 'UNFAIR':7} {peer.name:12} {shape.title:14} "
                  f"{'; '.join(found) if found else peer.version() + tls}", flush=True)
    return well
