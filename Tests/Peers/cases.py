# SPDX-License-Identifier: Apache-2.0
# Runs the cases of a group one after the other and tells of each how it went, a line each.

import traceback

from wire import Unmet

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
