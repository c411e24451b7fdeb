# SPDX-License-Identifier: Apache-2.0
# What stands behind the proxies: `attache bench serve`, in plaintext or asking for client certificates.

import json
import re
import subprocess

from peers import GROUP, SUITE
from peers.attache import binary
from place import Failed, spawn, stop, until


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
