# SPDX-License-Identifier: Apache-2.0
# How each proxy of the comparison is found, configured for one shape, started on one CPU and stopped.

import ctypes
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START_SECONDS = 10
DESCRIPTORS_WANTED = 8192  # two for each of 2000 idle connections, and two for a pipe where one is used

# A shape says what the client speaks and what the service speaks.
PLAIN_TLS, TLS_PLAIN, PLAIN_PLAIN = "plain-tls", "tls-plain", "plain-plain"

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """Something that the comparison needs is not installed; the message says what to do."""


def raise_descriptor_limit():
    """Returns how many descriptors a process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def spawn(command, cpu, **options):
    """A child that runs on `cpu` only and that ends with this process."""

    def prepare():
        os.sched_setaffinity(0, {cpu})
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return subprocess.Popen(command, preexec_fn=prepare, stdin=subprocess.DEVNULL, **options)


def stop(process):
    if process.poll() is None:
        process.kill()
    process.wait()


class Proxy:
    """One running proxy: listens on `port`, is process `pid`."""

    def __init__(self, place, name, shape, service_port):
        self.place, self.name, self.shape = place, name, shape
        self.service_port = service_port
        self.log = os.path.join(place.directory, f"{name}-{shape}.log")
        with open(self.log, "wb") as log:
            self.process = spawn(self.command(), place.cpu, stdout=subprocess.DEVNULL, stderr=log)
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self):
        return self.process.pid

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended at its start:\n{self.words()}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} does not listen after {START_SECONDS} s:\n{self.words()}")
            time.sleep(0.01)

    def words(self):
        """What the proxy said last, for an error message."""
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-20:]).strip()

    def stop(self):
        stop(self.process)


class HAProxy(Proxy):
    """Debian's package as it comes: one thread, default buffers; splice where both sides are plain; a line a session."""

    CONFIGURATION = """\
global
    nbthread 1
    maxconn 2500
    log stdout format raw local0
defaults
    mode tcp
    log global
    option tcplog
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    {splice}
listen proxy
    bind 127.0.0.1:{port} {bind_tls}
    server service 127.0.0.1:{service_port} {server_tls}
"""

    @staticmethod
    def binary():
        path = os.environ.get("HAPROXY_BINARY") or shutil.which("haproxy", path=os.defpath + ":/usr/sbin:/usr/local/sbin")
        if not path or not os.access(path, os.X_OK):
            raise Missing("HAProxy is not installed. Debian's package is called haproxy: apt-get install haproxy")
        return path

    @classmethod
    def version(cls):
        said = subprocess.run([cls.binary(), "-vv"], capture_output=True, text=True).stdout
        return [re.search(p, said, re.M).group(1).strip() for p in (r"^HAProxy version (\S+)", r"^Running on OpenSSL version : (.*)$")]

    def command(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        pki = self.place.pki
        tls_listener = f"ssl crt {self.pair('server')} ca-file {pki}/ca.pem verify required"
        tls_service = (
            f"ssl crt {self.pair('client')} ca-file {pki}/ca.pem verify required sni str(localhost) verifyhost localhost"
        )
        path = os.path.join(self.place.directory, f"{self.name}-{self.shape}.cfg")
        with open(path, "w") as file:
            file.write(
                self.CONFIGURATION.format(
                    port=self.port,
                    service_port=self.service_port,
                    bind_tls=tls_listener if self.shape == TLS_PLAIN else "",
                    server_tls=tls_service if self.shape == PLAIN_TLS else "",
                    splice="option splice-auto" if self.shape == PLAIN_PLAIN else "",
                )
            )
        return [self.binary(), "-db", "-f", path]

    def pair(self, profile):
        """HAProxy wants chain and key in one file."""
        path = os.path.join(self.place.directory, f"{profile}-pair.pem")
        with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as pair:
            for part in (f"{profile}.pem", f"{profile}.key"):
                with open(os.path.join(self.place.pki, part)) as file:
                    pair.write(file.read())
        return path

    def is_ready(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Attache(Proxy):
    """The built binary with one worker and its defaults; session lines go nowhere."""

    @staticmethod
    def binary():
        named = os.environ.get("ATTACHE_BINARY")
        for path in [named] if named else [f"{ROOT}/dist/attache", f"{ROOT}/.build/release/attache"]:
            if os.access(path, os.X_OK):
                return path
        raise Missing("There is no attache binary: run scripts/build, or name one with ATTACHE_BINARY=PATH")

    @classmethod
    def version(cls):
        said = subprocess.run([cls.binary(), "--version"], capture_output=True, text=True).stdout.strip()
        loaded = subprocess.run(["ldd", cls.binary()], capture_output=True, text=True).stdout
        return [said or "unknown version", " ".join(re.findall(r"libssl\.so\S* => \S+", loaded)) or "unknown libssl"]

    def command(self):
        pki = self.place.pki
        to = ["--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{self.service_port}", "--workers", "1"]
        pair = lambda profile: ["--certificate", f"{pki}/{profile}.pem", "--key", f"{pki}/{profile}.key"]
        return [self.binary()] + {
            PLAIN_TLS: ["connect", *to, "--ca", f"{pki}/ca.pem", "--server-name", "localhost", *pair("client")],
            TLS_PLAIN: ["terminate", *to, "--client-ca", f"{pki}/ca.pem", "--allow", "any-verified", *pair("server")],
            PLAIN_PLAIN: ["connect", *to, "--plain"],
        }[self.shape]

    def is_ready(self):
        with open(self.log, errors="replace") as log:
            found = re.search(r"listening on \S+:(\d+)", log.read())
        self.port = int(found.group(1)) if found else None
        return found is not None
