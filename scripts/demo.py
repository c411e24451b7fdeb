# SPDX-License-Identifier: Apache-2.0
# For scripts/demo: measures the latency that the ambassador adds, and reads what its session lines tell.
# Usage: demo.py SERVICE-PORT DOOR-PORT redis|echo SESSION-LINES     (in the directory of the PKI)

import json
import signal
import socket
import ssl
import statistics
import sys
import time

BLOCKS, ROUND_TRIPS = 20, 100
SPOKEN = {"redis": (b"PING\r\n", b"+PONG\r\n"), "echo": (b"x" * 64, b"x" * 64)}


def direct(port):
    context = ssl.create_default_context(cafile="ca.pem")
    context.load_cert_chain("client.pem", "client.key")
    return context.wrap_socket(connection(port), server_hostname="localhost")


def connection(port):
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain


def round_trips(stream, question, answer):
    """The time of each, in microseconds."""
    times = []
    for _ in range(ROUND_TRIPS):
        started = time.perf_counter_ns()
        stream.sendall(question)
        got = b""
        while len(got) < len(answer):
            got += stream.recv(1024) or sys.exit("the service hung up")
        times.append((time.perf_counter_ns() - started) / 1000)
        assert got == answer, got
    return times


def session_lines(path, wanted):
    """The lines come when sessions end, by a thread of their own: waits a little for the last ones."""
    deadline = time.monotonic() + 5
    while True:
        with open(path) as file:
            lines = [json.loads(line) for line in file if line.endswith("\n")]
        if len(lines) >= wanted or time.monotonic() > deadline:
            return lines
        time.sleep(0.02)


def main():
    service, door, kind, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    before = len(session_lines(path, 1))
    question, answer = SPOKEN[kind]
    with direct(service) as straight, connection(door) as through:
        both = {straight: [], through: []}
        for stream in both:  # not counted: handshakes, first buffers
            round_trips(stream, question, answer)
        for _ in range(BLOCKS):
            for stream, times in both.items():
                times += round_trips(stream, question, answer)
        medians = [statistics.median(times) for times in both.values()]
    lines = session_lines(path, before + 1)
    tls = lines[0]["upstream_tls"]
    up, down = (sum(line[key] for line in lines) for key in ("bytes_up", "bytes_down"))
    resumed = [line["tls_ms"] for line in lines if line["upstream_tls"]["resumed"]]
    full = [line["tls_ms"] for line in lines if not line["upstream_tls"]["resumed"]]
    kinds = [
        f"{len(times)} {word} ({statistics.median(times):.1f} ms)"
        for word, times in (("full", full), ("resumed", resumed))
        if times
    ]
    rows = [
        ("in, plain", f"{len(lines)} sessions, {up:,} bytes up, {down:,} down"),
        ("out, encrypted", f"{tls['version']}, {tls['cipher']}, to {lines[-1]['endpoint']}"),
        ("peer, verified", tls["peer"]),
        ("TLS handshakes", ", ".join(kinds)),
        (
            "round trip",
            f"{medians[0]:.0f} us with TLS in the client, {medians[1]:.0f} us in plain through attache: "
            f"{medians[1] - medians[0]:+.0f} us",
        ),
        ("", f"(medians of {BLOCKS * ROUND_TRIPS} each, in turns, by one Python client)"),
    ]
    for name, text in rows:
        print(f"  {name:16}{text}")


signal.signal(signal.SIGINT, signal.SIG_DFL)
main()
