# SPDX-License-Identifier: Apache-2.0
# nginx with its stream module: Debian's packages, one worker process, default buffers; a line a session.

import os
import re
import signal

from place import accepts, install, output, program

from .peer import TUNNELS, Configured, Shape, children

MODULE = "/usr/lib/nginx/modules/ngx_stream_module.so"

CONFIGURATION = """\
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid {pid_file};
error_log stderr warn;
{user}
events {{ worker_connections 8192; }}
stream {{
    log_format line '$remote_addr [$time_local] $protocol $status $bytes_sent $bytes_received $session_time';
    access_log /dev/null line;
    server {{
        listen {listens_at}{ssl};
        proxy_pass {service};
        proxy_timeout 1h;
        {tls}
    }}
}}
"""

TLS_SERVICE = """\
proxy_ssl on;
        proxy_ssl_certificate {client_certificate};
        proxy_ssl_certificate_key {client_key};
        proxy_ssl_trusted_certificate {ca};
        proxy_ssl_verify on;
        proxy_ssl_verify_depth 2;
        proxy_ssl_name localhost;
        proxy_ssl_server_name on;
        proxy_ssl_session_reuse on;
        proxy_ssl_protocols TLSv1.3;
        proxy_ssl_conf_command Ciphersuites {suite};
        proxy_ssl_conf_command Groups {group};"""

TLS_CLIENT = """\
ssl_certificate {server_certificate};
        ssl_certificate_key {server_key};
        ssl_client_certificate {ca};
        ssl_verify_client on;
        ssl_verify_depth 2;
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites {suite};
        ssl_ecdh_curve {group};
        ssl_session_cache shared:tls:10m;"""


class NGINX(Configured):
    name = "nginx"
    cannot = {shape: "its stream module knows no HTTP/2" for shape in TUNNELS}
    parting_signal = signal.SIGTERM  # the master then ends its worker

    @classmethod
    def prepare(cls):
        install("nginx", "libnginx-mod-stream")

    @classmethod
    def binary(cls):
        return program("nginx", "apt-get install nginx libnginx-mod-stream")

    @classmethod
    def version(cls):
        return "nginx " + re.search(r"nginx/(\S+)", output(cls.binary(), "-v")).group(1) + " stream"

    @property
    def pid(self):
        """The worker; the master does nothing."""
        return (children(self.process.pid) or [self.process.pid])[0]

    def is_ready(self):
        return bool(children(self.process.pid)) and accepts(self.port)

    def configuration(self):
        sides = {Shape.PLAIN_TLS: TLS_SERVICE, Shape.TLS_PLAIN: TLS_CLIENT, Shape.PLAIN_PLAIN: ""}
        return CONFIGURATION.format(
            module=MODULE,
            pid_file=self.place.file(f"nginx-{self.service_port}.pid"),
            # Otherwise it would change to a user that may not exist here.
            user="user root;" if os.geteuid() == 0 else "",
            listens_at=self.listens_at,
            ssl=" ssl" if self.shape is Shape.TLS_PLAIN else "",
            service=self.service,
            tls=sides[self.shape].format(**self.tls_words()),
        )

    def arguments(self, path):
        return [self.binary(), "-e", "stderr", "-c", path]
