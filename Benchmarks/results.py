# SPDX-License-Identifier: Apache-2.0
# What was measured of a row by a method, over all its passes, and what is concluded from it.

import statistics
from dataclasses import dataclass

from generator import middle
from peers import OURS, PEERS, RELAYED, RIVALS

DIRECT = "direct"  # the client at the service itself, without a proxy
ORDER = [name + more for name in PEERS for more in ("", RELAYED)] + [DIRECT]  # of the tables


@dataclass(frozen=True)
class Ratio:
    """What Attaché cost, divided by what a peer did: within each round, then over all rounds of all passes."""

    median: float
    lowest: float
    highest: float
    # The middle half of a pass's rounds: the lowest that any pass had, and the highest. What processes owe to luck at
    # their start differs from pass to pass and not from round to round.
    low: float
    high: float
    rounds: int
    passes: int

    @classmethod
    def of(cls, passes):
        """Of the ratios of each pass; None where there are none."""
        passes = [one for one in passes if one]
        if not passes:
            return None
        every = [value for one in passes for value in one]
        halves = [quartiles(one) for one in passes]
        return cls(
            statistics.median(every), min(every), max(every), min(low for low, _ in halves),
            max(high for _, high in halves), len(every), len(passes))


def quartiles(values):
    if len(values) < 2:
        return values[0], values[0]
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


class Results:
    def __init__(self, row, method):
        self.row, self.method = row, method
        self.passes = []  # of each pass: a Sample by name
        self.upstream_resumed = {}  # name: [resumed, of so many]

    @property
    def names(self):
        """In the order of the tables, the direct connection last."""
        seen = {name for one in self.passes for name in one}
        return [name for name in ORDER if name in seen]

    def samples(self, name):
        return [one[name] for one in self.passes if name in one]

    def value(self, name):
        """In the row's unit; None: the direct connection has no proxy to measure."""
        found = []
        for sample in self.samples(name):
            found += [sample.memory] if self.row.is_memory else sample.cpu.values()
        value = middle(found)
        return None if value is None else value * self.row.scale

    def ratio(self, name, ours=OURS):
        """Only what was measured in the same round meets, or for memory in the same pass; and who had the relay in front
        meets who had it too."""
        is_relayed = PEERS[name].asks if name in PEERS else name.endswith(RELAYED) and name != ours + RELAYED
        relayed = ours + RELAYED if is_relayed else ours
        pairs = [(one.get(relayed, one.get(ours)), one.get(name)) for one in self.passes]
        return Ratio.of([self.ratios_of(mine, theirs) for mine, theirs in pairs if mine and theirs])

    def ratios_of(self, ours, theirs):
        if self.row.is_memory:
            return [ours.memory / theirs.memory] if ours.memory and theirs.memory else []
        return [ours.cpu[number] / theirs.cpu[number] for number in ours.cpu.keys() & theirs.cpu.keys()]

    def ratios(self):
        return {name: ratio for name in self.names if name != OURS and (ratio := self.ratio(name))}

    def cheapest(self, ours=OURS):
        """The name of the peer that is hardest to beat for one of ours; None: there is none."""
        ratios = {name: ratio.median for name in self.names if name in RIVALS and (ratio := self.ratio(name, ours))}
        return max(ratios, key=ratios.get, default=None)

    def goals(self):
        """Of each of ours with a goal: `(figure, goal)`, to the cheapest peer, or of memory in the row's unit."""
        reached = {}
        for name, goal in self.row.goals.items():
            best = self.cheapest(name)
            ratio = self.ratio(best, name) if best else None
            figure = self.value(name) if self.row.is_memory else ratio and ratio.median
            if figure is not None:
                reached[name] = (figure, goal)
        return reached

    def rate(self, name):
        """Units a second."""
        return None if self.row.is_memory else middle(rate for one in self.samples(name) for rate in one.rates)

    def percentiles(self, name):
        samples = self.samples(name)
        return middle(one.p50 for one in samples), middle(one.p99 for one in samples)

    def resumed(self, name):
        """The part of the connections that were resumed, on the side that speaks TLS; None: unknown."""
        if name in self.upstream_resumed:
            resumed, all_of_them = self.upstream_resumed[name]
            return resumed / all_of_them if all_of_them else None
        return middle(one.resumed for one in self.samples(name))

    def troubles(self):
        """What failed, in words."""
        for name in self.names:
            samples = self.samples(name)
            failed = sum(one.failed for one in samples)
            if failed:
                kinds = sorted({kind for one in samples for kind in one.errors})
                done = sum(one.done for one in samples)
                yield f"{self.row.key}, {self.method}: {failed} of {failed + done} failed through {name} ({', '.join(kinds)})"

    def as_json(self):
        peers = {}
        for name in self.names:
            p50, p99 = self.percentiles(name)
            facts = {
                "value": self.value(name), "units_per_second": self.rate(name), "p50_us": p50, "p99_us": p99,
                "resumed": self.resumed(name) if self.row.name == "resumed" else None,
                "failed": sum(one.failed for one in self.samples(name)) or None,
            }
            peers[name] = {key: shortened(fact) for key, fact in facts.items() if fact is not None}
        goals = {name: {"figure": shortened(figure), "goal": goal} for name, (figure, goal) in self.goals().items()}
        return {
            "row": self.row.key,
            "method": self.method,
            "title": self.row.title,
            "unit": self.row.unit,
            "peers": peers,
            "ratios": {name: {key: shortened(fact) for key, fact in vars(ratio).items()} for name, ratio in self.ratios().items()},
            **({"cheapest": self.cheapest(), "goals": goals} if goals else {}),
        }


def shortened(number):
    """Digits beyond the fifth are noise, and a baseline is read by people."""
    return number if isinstance(number, int) else float(f"{number:.5g}")
