# SPDX-License-Identifier: Apache-2.0
# HAProxy: Debian's package, one thread, default buffers; splice where both sides are plain; a line a session.

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
    mode tcp
    log global
    option tcplog
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    {splice}
listen proxy
    bind {listens_at} {listener}
    server service {service} {upstream}
"""


class HAProxy(Configured):
    name = "haproxy"

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
        return CONFIGURATION.format(
            **tls,
            listens_at=self.listens_at,
            service=self.service,
            listener=listener if self.shape is Shape.TLS_PLAIN else "",
            upstream=f"{upstream} sni str(localhost) verifyhost localhost" if self.shape is Shape.PLAIN_TLS else "",
            splice="option splice-auto" if self.shape is Shape.PLAIN_PLAIN else "",
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
