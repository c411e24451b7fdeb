# SPDX-License-Identifier: Apache-2.0
# What every proxy of the comparison has: shapes it can do, a way to be found, started, measured and stopped.

import enum
import os
import re
import subprocess

from place import Failed, accepts, free_port, spawn, stop, strays, until


class Shape(enum.Enum):
    """What the client speaks, and what the service speaks. A tunnel is a stream of HTTP/2 over TLS, opened by CONNECT."""

    PLAIN_TLS = "plain-tls"
    TLS_PLAIN = "tls-plain"
    PLAIN_PLAIN = "plain-plain"
    PLAIN_TUNNEL = "plain-tunnel"
    TUNNEL_PLAIN = "tunnel-plain"

    @property
    def title(self):
        return self.value.replace("-", " → ").replace("tls", "TLS")

    @property
    def client_speaks_tls(self):
        return self is Shape.TLS_PLAIN

    @property
    def service_speaks_tls(self):
        return self is Shape.PLAIN_TLS

    @property
    def is_tunnel(self):
        return self in TUNNELS


TUNNELS = (Shape.PLAIN_TUNNEL, Shape.TUNNEL_PLAIN)
SUITE, GROUP = "TLS_AES_128_GCM_SHA256", "X25519"
RELAYED = "+relay"  # added to the name of one of ours where the relay is in front
AUTHORITY = "service.internal:7000"  # what every tunnel is opened for


class Peer:
    """One running proxy in front of a service at a port of 127.0.0.1."""

    name = ""
    cannot = {}  # shapes that it does not do, and the reason
    rows = None  # the names of the only rows that it is in
    behind = None  # what has to stand behind it, where that is not the row's
    keeps_halves = True  # whether what is said after the client's end still arrives
    is_relayed = False  # whether it is measured behind the relay too
    asks = False  # whether its client must ask for the tunnel, by HTTP/1.1 CONNECT
    parting_signal = 9  # what it gets if the comparison itself is killed

    def __init__(self, place, shape, service_port, cpu=None):
        assert self.does(shape), (self.name, shape)
        self.place, self.shape, self.service_port, self.cpu = place, shape, service_port, cpu
        self.port = None
        self.log = place.file(f"{self.name}-{shape.value}-{service_port}.log")
        with open(self.log, "wb") as log:
            self.process = spawn(
                self.command(), cpu, self.parting_signal, stdout=subprocess.DEVNULL, stderr=log, env=self.environment())
        try:
            until(self.is_ready, self.process, lambda: f"{self.name} did not start:\n{self.words()}")
            if cpu is not None and (loose := strays(self.pid, cpu)):
                raise Failed(f"{self.name} has threads that are not held on CPU {cpu}: {loose}")
        except BaseException:
            self.stop()
            raise

    # What a kind of peer says of itself.

    @classmethod
    def does(cls, shape):
        return shape not in cls.cannot

    @classmethod
    def is_in(cls, row):
        return cls.does(row.shape) and (cls.rows is None or row.name in cls.rows)

    @classmethod
    def prepare(cls):
        """Installs it, or raises Missing."""

    @classmethod
    def version(cls):
        """Of the program and, where it cannot be seen in the running one, of its TLS library."""
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def environment(self):
        return None

    def is_ready(self):
        raise NotImplementedError

    @property
    def pid(self):
        """The process whose CPU and memory are measured, with all its threads."""
        return self.process.pid

    # The same for all.

    def words(self):
        """What the proxy said last, for an error message."""
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-20:]).strip()

    def stop(self):
        stop(self.process, gently=self.parting_signal != 9)

    def tls_library(self):
        """The version of the libcrypto that it has loaded; None: none from a file."""
        with open(f"/proc/{self.pid}/maps") as maps:
            found = re.search(r"/\S*libcrypto\.so\S*", maps.read())
        if not found:
            return None
        with open(found.group(), "rb") as library:
            said = re.search(rb"OpenSSL \d+\.\d+\.\d+[^\0]*", library.read())
        return said.group().decode() if said else found.group()

    def tls_words(self):
        """The pieces that configurations are made of."""
        return {
            "ca": self.place.ca,
            "server_certificate": self.place.certificate("server"),
            "server_key": self.place.key("server"),
            "client_certificate": self.place.certificate("client"),
            "client_key": self.place.key("client"),
            "suite": SUITE,
            "group": GROUP,
        }


class Announcing(Peer):
    """One that says on stderr where it listens."""

    def is_ready(self):
        with open(self.log, errors="replace") as log:
            found = re.search(r"listening on \S+:(\d+)", log.read())
        self.port = int(found.group(1)) if found else None
        return found is not None


class Configured(Peer):
    """One that reads a file and listens where that says."""

    def configuration(self):
        raise NotImplementedError

    def arguments(self, path):
        raise NotImplementedError

    def command(self):
        self.port = free_port()
        path = self.place.file(f"{self.name}-{self.shape.value}-{self.service_port}.conf", self.configuration())
        return self.arguments(path)

    def is_ready(self):
        return accepts(self.port)

    @property
    def listens_at(self):
        return f"127.0.0.1:{self.port}"

    @property
    def service(self):
        return f"127.0.0.1:{self.service_port}"


def children(pid):
    path = f"/proc/{pid}/task/{pid}/children"
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [int(word) for word in file.read().split()]
