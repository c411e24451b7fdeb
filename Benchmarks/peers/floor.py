# SPDX-License-Identifier: Apache-2.0
# The floor: floor.c, which does what the shape cannot do without and nothing else.

from place import compiled

from .peer import AUTHORITY, TUNNELS, Announcing, Shape


class Floor(Announcing):
    name = "floor"
    cannot = {shape: "it knows no HTTP/2" for shape in TUNNELS}

    @classmethod
    def prepare(cls):
        compiled("floor.c")

    @classmethod
    def version(cls):
        return "Benchmarks/floor.c"

    def command(self):
        role, own = {
            Shape.PLAIN_TLS: ("connect", "client"),
            Shape.TLS_PLAIN: ("terminate", "server"),
            Shape.PLAIN_PLAIN: ("relay", None),
        }[self.shape]
        return [*relay(self.place, role, own), "--to", str(self.service_port)]


def relay(place, role, own=None):
    """The program, in the role, with its certificate."""
    words = [compiled("floor.c"), role, "--listen", "0"]
    if own:
        words += ["--certificate", place.certificate(own), "--key", place.key(own), "--ca", place.ca]
    return words


class Relay(Announcing):
    """The floor's plain relay in front of proxies that open tunnels: it asks for one where a proxy wants to be asked."""

    name = "relay"

    def __init__(self, place, proxy, cpu):
        self.asking = ["--ask", AUTHORITY] if proxy.asks else []
        super().__init__(place, Shape.PLAIN_PLAIN, proxy.port, cpu)

    def command(self):
        return [*relay(self.place, "relay"), "--to", str(self.service_port), *self.asking]
