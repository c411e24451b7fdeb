# SPDX-License-Identifier: Apache-2.0
# stunnel: Debian's package as it comes, a thread for each connection; what it says of sessions goes to /dev/null.

import re

from place import install, output, program

from .peer import TUNNELS, Configured, Shape

CONFIGURATION = """\
foreground = quiet
pid =
syslog = no
output = /dev/null
[proxy]
client = {client}
accept = {listens_at}
connect = {service}
cert = {certificate}
key = {key}
CAfile = {ca}
verifyChain = yes
{peer_is}
sslVersionMin = TLSv1.3
ciphersuites = {suite}
curves = {group}
TIMEOUTidle = 3600
"""


class Stunnel(Configured):
    name = "stunnel"
    cannot = {
        Shape.PLAIN_PLAIN: "one of its two sides always speaks TLS",
        **{shape: "it knows no HTTP/2" for shape in TUNNELS},
    }

    @classmethod
    def prepare(cls):
        install("stunnel4")

    @classmethod
    def binary(cls):
        return program("stunnel4", "apt-get install stunnel4")

    @classmethod
    def version(cls):
        return re.search(r"stunnel \S+", output(cls.binary(), "-version")).group()

    def configuration(self):
        is_client = self.shape is Shape.PLAIN_TLS
        own = "client" if is_client else "server"
        return CONFIGURATION.format(
            **self.tls_words(),
            client="yes" if is_client else "no",
            listens_at=self.listens_at,
            service=self.service,
            certificate=self.place.certificate(own),
            key=self.place.key(own),
            peer_is="sni = localhost\ncheckHost = localhost" if is_client else "requireCert = yes",
        )

    def arguments(self, path):
        return [self.binary(), path]
