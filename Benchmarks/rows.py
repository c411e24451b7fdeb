# SPDX-License-Identifier: Apache-2.0
# What is measured: a row is one kind of work through one shape of proxy.

from dataclasses import dataclass

from peers import Shape

SMALL = ("--request", "128", "--answer", "128")
STREAMS = 4  # of a bulk row, and connections under way of one that makes them
BULK = (("up", "bulk up"), ("down", "bulk down"), ("both", "bulk both ways"))
REQUESTS = ((1, "request, 1 connection"), (32, "request, 32 busy"), (256, "request, 256 busy"))
RATE = 1000  # requests a second of the open loop: about a fifth of what one CPU can do for all of them


@dataclass(frozen=True)
class Row:
    shape: Shape
    name: str
    words: str
    unit: str
    mode: tuple  # of attache bench, with its options
    scale: float  # from nanoseconds of CPU, or bytes, to the unit
    slice_ms: int = 50
    service: str = ""  # which one stands behind, of services.py
    resumes: bool = True  # the client, where it speaks TLS

    @property
    def key(self):
        return f"{self.shape.value}-{self.name}"

    @property
    def title(self):
        return f"{self.shape.title}: {self.words}"

    @property
    def is_memory(self):
        return self.unit == "KiB"

    @property
    def goals(self):
        return GOALS.get(self.key, {})


METHODS = ("pinned", "unpinned")

# Of --quick: enough that nothing can rot unseen.
QUICK = {
    "plain-tls-up": METHODS[:1],
    "plain-tls-down": METHODS[:1],
    "plain-tls-rr32": METHODS,
    "plain-tls-rate": METHODS[:1],
    "plain-tls-full": METHODS[:1],
    "plain-tls-resumed": METHODS[:1],
    "plain-tls-idle": METHODS[:1],
    "tls-plain-rr32": METHODS[:1],
    "tls-plain-resumed": METHODS[:1],
    "plain-plain-both": METHODS[:1],
    "plain-tunnel-rr32": METHODS[:1],
}

# What Attaché shall cost at most, divided by the cheapest peer; of memory, in the row's unit. One on OpenSSL 3.5, too.
GOALS = {
    "plain-tunnel-up": {"attache": 0.95, "attache-3.5": 0.85},
    "plain-tunnel-down": {"attache": 1.00, "attache-3.5": 0.90},
    "plain-tunnel-rr32": {"attache": 0.65, "attache-3.5": 0.65},
    "plain-tunnel-session": {"attache": 0.75, "attache-3.5": 0.75},
    "plain-tunnel-idle": {"attache": 4, "attache-3.5": 4},
}


def rows(is_quick=False):
    """All of them, in the order of the tables."""
    made = []
    for shape in Shape:
        usual = {Shape.PLAIN_TLS: "tls", Shape.PLAIN_TUNNEL: "tunnel"}.get(shape, "plain")

        def row(name, words, unit, mode, scale, service=usual, **more):
            made.append(Row(shape, name, words, unit, mode, scale, service=service, **more))

        for way, words in BULK[:2] if shape.is_tunnel else BULK:
            row(way, words, "CPU s/GB", ("stream", way, "-c", str(STREAMS), "--block", "4MiB"), 1e-9, slice_ms=100)
        for count, words in REQUESTS[1:2] if shape.is_tunnel else REQUESTS:
            row(f"rr{count}", words, "CPU us", ("rr", "-c", str(count), *SMALL), 1e-3)
        if not shape.is_tunnel:
            rate = ("rate", "-c", "32", "--rate", str(RATE), *SMALL)
            row("rate", f"request, {RATE}/s over 32", "CPU us", rate, 1e-3, slice_ms=250)
        connect = ("connect", "-c", str(STREAMS), *SMALL)
        if shape is Shape.PLAIN_PLAIN:
            row("connect", "connection", "CPU us", connect, 1e-3)
        elif shape.is_tunnel:
            row("session", "new session", "CPU us", connect, 1e-3, slice_ms=100)
        else:
            full = "no-tickets" if shape.service_speaks_tls else usual
            resumed = "counting" if shape.service_speaks_tls else usual
            row("full", "connection, full handshake", "CPU us", connect, 1e-3, full, slice_ms=100, resumes=False)
            row("resumed", "connection, resumed", "CPU us", connect, 1e-3, resumed, slice_ms=100)
        low, high = ("50", "300") if is_quick else ("100", "1000")
        settle = ("--settle", "1s") if is_quick else ()
        row("idle", "idle stream" if shape.is_tunnel else "idle connection", "KiB", ("idle", "-c", high, "--low", low, *SMALL, *settle), 1 / 1024)
        if shape.is_tunnel:
            continue
        stalled = ("idle", "-c", "100", "--low", "20", "--stalled", "--request", "128", "--answer", "64MiB", *settle)
        row("stalled", "connection whose client does not read", "KiB", stalled, 1 / 1024)
    return made
