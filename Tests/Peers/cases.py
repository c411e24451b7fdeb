# SPDX-License-Identifier: Apache-2.0
# Runs the cases of a group one after the other and tells of each how it went, a line each.

import traceback

from wire import FLOW_CONTROL_ERROR, PROTOCOL_ERROR, Unmet, settings, window_update

GROUPS = {}


def case(group, *reasons):
    """`reasons`: those of the session lines that the case must leave behind; "?" is any, "..." are
    as many as there are."""
    def add(body):
        GROUPS.setdefault(group, []).append((body.__name__.replace("_", "-"), reasons, body))
        return body
    return add


class Nobody:
    """In place of a neighbour, where the case itself has a well-behaved session."""

    def exchange(self):
        pass

    def finish(self):
        pass


def run(group, world, neighbour):
    """Beside each case the neighbour's well-behaved session carries bytes, before and after."""
    for name, reasons, body in GROUPS[group]:
        try:
            neighbour.exchange()
            body(world)
            neighbour.exchange()
            verdict = "ok"
        except Unmet as unmet:
            verdict = f"bad: {unmet}"
        except Exception:
            verdict = "bad: " + traceback.format_exc().replace("\n", " | ")
        print(f"case {name} [{' '.join(reasons)}] {verdict}", flush=True)
        try:
            world.tidy()
        except Exception as error:
            print(f"case {name} [] bad: untidy: {error!r}", flush=True)
    try:
        neighbour.finish()
        verdict = "ok"
    except Unmet as unmet:
        verdict = f"bad: {unmet}"
    reason = "" if isinstance(neighbour, Nobody) else "completed"
    print(f"case the-neighbours-end [{reason}] {verdict}", flush=True)
    print("done", flush=True)


def wrong_windows(breaks, harms):
    """Both ends may be told wrong windows: registered by what each calls an end of the connection,
    and of the stream."""
    breaks("window update of nothing for the connection", [PROTOCOL_ERROR],
           lambda s: window_update(0, 0))
    # A stream error (RFC 9113 section 6.9), which may be treated as one of the connection (5.4);
    # nghttp2 does.
    breaks("window update of nothing for a stream", [PROTOCOL_ERROR], lambda s: window_update(s, 0))
    breaks("window of the connection beyond its bound", [FLOW_CONTROL_ERROR],
           lambda s: window_update(0, 2**31 - 1))
    harms("window of a stream beyond its bound", [FLOW_CONTROL_ERROR],
          lambda s: window_update(s, 2**31 - 1))
    breaks("initial window beyond its bound", [FLOW_CONTROL_ERROR], lambda s: settings(window=2**31))
    # An error of the connection by RFC 9113 section 6.9.2; nghttp2 ends the streams that overflow.
    harms("initial window that overflows a stream", [FLOW_CONTROL_ERROR],
          lambda s: window_update(s, 2**30), lambda s: settings(window=2**31 - 1))
