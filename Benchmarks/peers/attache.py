# SPDX-License-Identifier: Apache-2.0
# Attaché: the built binary with one worker and its defaults; session lines go to /dev/null. And the same binary on
# Debian 13's OpenSSL.

import os

import debian13
from place import ROOT, Missing, output

from .peer import AUTHORITY, GROUP, SUITE, Announcing, Shape


def binary():
    named = os.environ.get("ATTACHE_BINARY")
    for path in [named] if named else [f"{ROOT}/dist/attache", f"{ROOT}/.build/release/attache"]:
        if os.access(path, os.X_OK):
            return os.path.abspath(path)
    if named:
        raise Missing(f"ATTACHE_BINARY names {named}, and that cannot be executed")
    raise Missing("there is no attache binary: run scripts/build, or name one with ATTACHE_BINARY=PATH")


class Attache(Announcing):
    name = "attache"
    is_relayed = True

    @classmethod
    def prepare(cls):
        binary()

    @classmethod
    def version(cls):
        return output(binary(), "--version").strip()

    def program(self):
        return [binary()]

    @property
    def role(self):
        return self.shape

    def command(self):
        service = f"127.0.0.1:{self.service_port}"
        to = ["--to", service]
        tls = ["--cipher-suites", SUITE, "--groups", GROUP]
        own = lambda profile: ["--certificate", self.place.certificate(profile), "--key", self.place.key(profile)]
        outward = ["--ca", self.place.ca, "--server-name", "localhost", *own("client"), *tls]
        inward = ["--client-ca", self.place.ca, "--allow", "any-verified", *own("server"), *tls]
        mode = {
            Shape.PLAIN_TLS: ["connect", *to, *outward],
            Shape.TLS_PLAIN: ["terminate", *to, *inward],
            Shape.PLAIN_PLAIN: ["connect", *to, "--plain"],
            Shape.PLAIN_TUNNEL: ["connect", *to, *outward, "--tunnel", "h2-connect", "--authority", AUTHORITY],
            Shape.TUNNEL_PLAIN: ["terminate", *inward, "--accept", "h2-connect", "--authorities", f"{AUTHORITY}={service}"],
        }[self.role]
        return [*self.program(), *mode, "--listen", "127.0.0.1:0", "--workers", "1"]


class AttacheWithoutTunnel(Attache):
    """What a tunnel saves: `connect` with a TLS connection for each session, resumed if it can be."""

    name = "attache-tls"
    is_relayed = False
    behind = "tls"
    cannot = {shape: "it is what a tunnel is compared with" for shape in Shape if shape is not Shape.PLAIN_TUNNEL}

    role = Shape.PLAIN_TLS


class AttacheWithoutTunnelOrSession(AttacheWithoutTunnel):
    """The same, with a full handshake each time."""

    name = "attache-full"
    behind = "no-tickets"
    rows = ("session",)


class AttacheOnDebian13(Attache):
    """`--openssl 3.5`: OpenSSL 3 has one ABI, so the same program runs on the newer library."""

    name = "attache-3.5"

    @classmethod
    def prepare(cls):
        super().prepare()
        debian13.prepare()

    @classmethod
    def version(cls):
        return f"{super().version()} on Debian 13's libssl {debian13.version()}"

    def program(self):
        return debian13.loaded(binary())
