# SPDX-License-Identifier: Apache-2.0
# Whether `attache bench` and tools that others trust say the same of one service: redis-benchmark for requests on one
# connection, openssl s_time for TLS connections. They take turns, pinned alike, and the medians are compared.

import os
import re
import statistics
import subprocess
import sys

sys.dont_write_bytecode = True
from generator import Target, run
from peers import Shape
from place import Failed, Missing, Place, accepts, free_port, install, output, program, progress, spawn, stop, until
from rows import Row

ROUNDS = 5
SECONDS = 3
REQUESTS = 60_000


def redis(place, cpu):
    """Requests a second on one connection, closed loop, PING: (ours, theirs), round by round."""
    install("redis-server", "redis-tools")
    port = free_port()
    server = spawn([program("redis-server", "apt-get install redis-server"), "--port", str(port), "--save", ""], cpu,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ping = place.file("ping", "PING\r\n")
    row = Row(Shape.PLAIN_PLAIN, "ping", "", "", ("rr", "-c", "1", "--payload", ping, "--expect-line"), 1,
              slice_ms=SECONDS * 1000)
    theirs = [program("redis-benchmark", "apt-get install redis-tools"), "-h", "127.0.0.1", "-p", str(port), "-c", "1",
              "-n", str(REQUESTS), "-t", "ping_inline", "--csv"]
    try:
        until(lambda: accepts(port), server, lambda: "redis-server does not listen")
        for turn in range(ROUNDS):
            progress(f"requests: round {turn + 1} of {ROUNDS}")
            ours = run(place, row, [Target("redis", port, False)], cpu, 1, 300)["redis"].rates[0]
            said = re.search(r'^"PING_INLINE","([\d.]+)"', pinned(theirs, cpu), re.M)
            if not said:
                raise Failed("redis-benchmark said no rate")
            yield ours, float(said.group(1))
    finally:
        stop(server)


def handshakes(place, cpu, resumed):
    """TLS connections a second, one after the other: (ours, theirs), round by round.

    TLS 1.2: s_time ends a connection of TLS 1.3 before it has read the ticket that it would resume with.
    """
    port = free_port()
    server = spawn(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", place.certificate("rsa-server"),
                    "-key", place.key("rsa-server"), "-tls1_2", "-quiet", "-www"], cpu,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    row = Row(Shape.TLS_PLAIN, "handshake", "", "", ("connect", "-c", "1", "--max-version", "1.2"), 1, slice_ms=SECONDS * 1000, resumes=resumed)
    theirs = ["openssl", "s_time", "-connect", f"127.0.0.1:{port}", "-CAfile", place.ca, "-verify", "3",
              "-reuse" if resumed else "-new", "-time", str(SECONDS), "-tls1_2"]
    try:
        until(lambda: accepts(port), server, lambda: "openssl s_server does not listen")
        for turn in range(ROUNDS):
            progress(f"handshakes: round {turn + 1} of {ROUNDS}")
            ours = run(place, row, [Target("s_server", port, True)], cpu, 1, 300)["s_server"].rates[0]
            # Real time, not the CPU time that it prints first.
            said = re.search(r"^(\d+) connections in (\d+) real seconds", pinned(theirs, cpu), re.M)
            if not said:
                raise Failed("openssl s_time said no rate")
            yield ours, int(said.group(1)) / int(said.group(2))
    finally:
        stop(server)


def pinned(command, cpu):
    return output("taskset", "--cpu-list", str(cpu), *command)


def main():
    cpu = int(sys.argv[1]) if len(sys.argv) > 1 else max(os.sched_getaffinity(0))
    with Place() as place:
        kinds = {
            "requests a second, Redis PING, 1 connection (redis-benchmark)": redis(place, cpu),
            "TLS 1.2 connections a second, full (openssl s_time -new)": handshakes(place, cpu, False),
            "TLS 1.2 connections a second, resumed (openssl s_time -reuse)": handshakes(place, cpu, True),
        }
        print("| what | attache bench | the other | ratio (lowest–highest) |")
        print("|---|--:|--:|---|")
        for title, rounds in kinds.items():
            pairs = list(rounds)
            progress("")
            ratios = sorted(ours / theirs for ours, theirs in pairs)
            ours, theirs = (statistics.median(column) for column in zip(*pairs))
            print(f"| {title} | {ours:,.0f} | {theirs:,.0f} | {statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}) |")


if __name__ == "__main__":
    try:
        main()
    except (Missing, Failed) as problem:
        sys.exit(f"agreement: {problem}")
