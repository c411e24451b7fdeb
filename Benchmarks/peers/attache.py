# SPDX-License-Identifier: Apache-2.0
# Attaché: the built binary with one worker and its defaults; session lines go to /dev/null. And the same binary on
# Debian 13's OpenSSL.

import os

import debian13
from place import ROOT, Missing, output

from .peer import GROUP, SUITE, Announcing, Shape


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

    @classmethod
    def prepare(cls):
        binary()

    @classmethod
    def version(cls):
        return output(binary(), "--version").strip()

    def program(self):
        return [binary()]

    def command(self):
        to = ["--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{self.service_port}", "--workers", "1"]
        tls = ["--cipher-suites", SUITE, "--groups", GROUP]
        own = lambda profile: ["--certificate", self.place.certificate(profile), "--key", self.place.key(profile)]
        if self.shape is Shape.PLAIN_TLS:
            mode = ["connect", *to, "--ca", self.place.ca, "--server-name", "localhost", *own("client"), *tls]
        elif self.shape is Shape.TLS_PLAIN:
            mode = ["terminate", *to, "--client-ca", self.place.ca, "--allow", "any-verified", *own("server"), *tls]
        else:
            mode = ["connect", *to, "--plain"]
        return [*self.program(), *mode]


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
