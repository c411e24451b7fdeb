# SPDX-License-Identifier: Apache-2.0
# nghttpx, nghttp2's own proxy: Debian's package, one worker, as a forward proxy that passes on the CONNECT of its client;
# a line a session to /dev/null.

import re

from place import accepts, install, output, program

from .peer import SUITE, Configured, Shape, children


class NGHTTPX(Configured):
    name = "nghttpx"
    cannot = {
        **{shape: "it relays HTTP only" for shape in (Shape.PLAIN_TLS, Shape.TLS_PLAIN, Shape.PLAIN_PLAIN)},
        Shape.TUNNEL_PLAIN: "it hands a CONNECT on to another proxy, and does not end it",
    }
    asks = True
    keeps_halves = False

    @classmethod
    def prepare(cls):
        install("nghttp2-proxy")

    @classmethod
    def binary(cls):
        return program("nghttpx", "apt-get install nghttp2-proxy")

    @classmethod
    def version(cls):
        return "nghttpx " + re.search(r"nghttp2/(\S+)", output(cls.binary(), "--version")).group(1)

    @property
    def pid(self):
        """The worker; the others only watch over it."""
        pid = self.process.pid
        while below := children(pid):
            pid = below[0]
        return pid

    def is_ready(self):
        return bool(children(self.process.pid)) and accepts(self.port)

    def configuration(self):
        settings = {
            "frontend": f"127.0.0.1,{self.port};no-tls",
            "backend": f"127.0.0.1,{self.service_port};;tls;proto=h2;sni=localhost",
            "http2-proxy": "yes",
            "workers": "1",
            # Of 8 streams by default.
            "backend-connections-per-host": "100000",
            "cacert": self.place.ca,
            "client-cert-file": self.place.certificate("client"),
            "client-private-key-file": self.place.key("client"),
            "tls-min-proto-version": "TLSv1.3",
            "tls13-client-ciphers": SUITE,
            "accesslog-file": "/dev/null",
            "errorlog-file": "/dev/stderr",
            "frontend-read-timeout": "1h",
            "backend-read-timeout": "1h",
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def arguments(self, path):
        return [self.binary(), f"--conf={path}"]
