# SPDX-License-Identifier: Apache-2.0
# HAProxy: Debian's package, one thread, default buffers; splice where both sides are plain; a line a session. Into a
# tunnel it passes on the CONNECT of its client, who has to write one: in mode tcp it cannot speak HTTP/2.

import re

from place import install, output, program

from .peer import Configured, Shape

CONFIGURATION = """\
global
    nbthread 1
    maxconn 2500
    log stdout format raw local0
    ssl-default-bind-options ssl-min-ver TLSv1.3
    ssl-default-bind-ciphersuites {suite}
    ssl-default-bind-curves {group}
    ssl-default-server-options ssl-min-ver TLSv1.3
    ssl-default-server-ciphersuites {suite}
defaults
    mode {mode}
    log global
    option {mode}log
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    {more}
listen proxy
    bind {listens_at} {listener}
    server service {service} {upstream}
"""

# Or the first request of each client would have a connection of its own.
TUNNEL = """\
http-reuse always
    timeout http-request 5s
    timeout tunnel 1h"""


class HAProxy(Configured):
    name = "haproxy"
    cannot = {Shape.TUNNEL_PLAIN: "it hands a CONNECT on to another proxy, and does not end it"}
    asks = True

    @classmethod
    def prepare(cls):
        install("haproxy")

    @classmethod
    def binary(cls):
        return program("haproxy", "apt-get install haproxy")

    @classmethod
    def version(cls):
        return "HAProxy " + re.search(r"version (\S+)", output(cls.binary(), "-v")).group(1)

    def configuration(self):
        tls = self.tls_words()
        listener = f"ssl crt {self.pair('server')} ca-file {tls['ca']} verify required"
        upstream = f"ssl crt {self.pair('client')} ca-file {tls['ca']} verify required"
        is_tunnel = self.shape is Shape.PLAIN_TUNNEL
        upstream += " sni str(localhost) verifyhost localhost"
        return CONFIGURATION.format(
            **tls,
            listens_at=self.listens_at,
            service=self.service,
            mode="http" if is_tunnel else "tcp",
            listener=listener if self.shape is Shape.TLS_PLAIN else "",
            upstream=f"{upstream} alpn h2" if is_tunnel else upstream if self.shape is Shape.PLAIN_TLS else "",
            more={Shape.PLAIN_PLAIN: "option splice-auto", Shape.PLAIN_TUNNEL: TUNNEL}.get(self.shape, ""),
        )

    def pair(self, profile):
        """It wants chain and key in one file."""
        parts = []
        for path in (self.place.certificate(profile), self.place.key(profile)):
            with open(path) as file:
                parts.append(file.read())
        return self.place.file(f"{profile}-pair.pem", "".join(parts))

    def arguments(self, path):
        return [self.binary(), "-db", "-f", path]
