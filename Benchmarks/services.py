# SPDX-License-Identifier: Apache-2.0
# What stands behind the proxies: `attache bench serve`, in plaintext or asking for client certificates; and what stands
# at the other end of a tunnel.

import json
import re
import socket
import subprocess
from dataclasses import dataclass

from peers import GROUP, RELAYED, SUITE, Peer, Shape
from peers.attache import binary
from peers.floor import Relay
from place import Failed, spawn, stop, until

WAIT_SECONDS = 5


class Service:
    """Listens at `port` of 127.0.0.1.

    Kinds: plain; tls; no-tickets, with which no session can be resumed; counting, which writes down each connection
    so that one knows how many were.
    """

    def __init__(self, place, kind, cpu):
        self.place, self.kind = place, kind
        self.processes = []
        self.counted = place.file(f"sessions-{id(self)}.json", "") if kind == "counting" else None
        try:
            self.port = self.start(self.serve(kind), cpu)
        except BaseException:
            self.stop()
            raise

    def serve(self, kind):
        command = [binary(), "bench", "serve", "--listen", "127.0.0.1:0", "--workers", "1"]
        if kind != "plain":
            command += ["--certificate", self.place.certificate("server"), "--key", self.place.key("server")]
            command += ["--client-ca", self.place.ca, "--allow", "any-verified", "--cipher-suites", SUITE, "--groups", GROUP]
        if kind == "no-tickets":
            command += ["--no-resume"]
        if self.counted:
            command += ["--log-access", self.counted, "--log-format", "json"]
        return command

    def start(self, command, cpu):
        log = self.place.file(f"service-{id(self)}-{len(self.processes)}.log", "")
        with open(log, "wb") as file:
            process = spawn(command, cpu, stdout=subprocess.DEVNULL, stderr=file)
        self.processes.append(process)

        def said():
            with open(log, errors="replace") as file:
                return file.read()

        listening = lambda: re.search(r"listening on \S+:(\d+)", said())
        until(listening, process, lambda: f"the service behind the proxies did not start:\n{said()}")
        return int(listening().group(1))

    def resumed(self):
        """How many of the connections so far were resumed, of how many; a `counting` one knows."""
        if not self.counted:
            raise Failed(f"a service that is {self.kind} does not count")
        with open(self.counted) as file:
            lines = [json.loads(line) for line in file if line.endswith("\n")]
        spoken = [line["client_tls"] for line in lines if "client_tls" in line]
        return sum(tls["resumed"] for tls in spoken), len(spoken)

    def stop(self):
        for process in self.processes:
            stop(process)


class TunnelledService:
    """A plain service behind a proxy that ends tunnels, and that nobody measures."""

    kind = "tunnel"

    def __init__(self, place, terminator, cpu):
        self.service = Service(place, "plain", cpu)
        try:
            self.terminator = terminator(place, Shape.TUNNEL_PLAIN, self.service.port, cpu)
        except BaseException:
            self.service.stop()
            raise
        self.port = self.terminator.port

    def stop(self):
        self.terminator.stop()
        self.service.stop()


@dataclass
class Ends:
    """The other ends of the tunnels of a run, the same for all that are measured."""

    terminator: type[Peer]
    originator: type[Peer]

    def doors(self, place, shape, proxy, cpu):
        """What the clients of a proxy connect to, by what is added to its name.

        Who must be asked for a tunnel has the relay in front. That changes how bytes arrive, and with that what they cost:
        so ours has a second door with the relay, to be compared with those.
        """
        if shape is Shape.TUNNEL_PLAIN:
            return {"": self.originator(place, Shape.PLAIN_TUNNEL, proxy.port, cpu)}
        if proxy.asks:
            return {"": Relay(place, proxy, cpu)}
        return {"": proxy, RELAYED: Relay(place, proxy, cpu)} if proxy.is_relayed else {"": proxy}


def first_session(port):
    """An open session, so that those that come all at once find an HTTP/2 connection to share: where there is none yet,
    HAProxy makes one for each of them."""
    asked = b"is anybody there?"
    try:
        session = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS)
        session.sendall(asked)
        got = session.recv(len(asked))
    except OSError as problem:
        got = str(problem)
    if got != asked:
        raise Failed(f"no session goes through the tunnel: {got!r}")
    return session
