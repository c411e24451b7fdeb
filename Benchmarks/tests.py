# SPDX-License-Identifier: Apache-2.0
# What the figures are made of, tested without a machine to measure: python3 -B Benchmarks/tests.py

import unittest

import against
import tables
from generator import Sample, sample
from peers import PEERS, Shape
from results import DIRECT, Ratio, Results
from rows import QUICK, rows


def target(*turns, **facts):
    """As `attache bench --json` writes it; of each turn its round and CPU."""
    slices = [{"round": number, "cpu_ns_per_unit": cpu, "units_per_second": 10.0} for number, cpu in turns]
    whole = {"slices": slices, "percentiles_us": {"50": 20.0, "99": 90.0}, "done": 5, "failed": 0, "errors": {}, "stages_us": {}, "resumed": 0}
    return {**whole, **facts}


class Figures(unittest.TestCase):
    row = {row.key: row for row in rows()}["plain-tls-rr32"]
    memory = {row.key: row for row in rows()}["plain-tls-idle"]

    def results(self, *passes, row=row):
        made = Results(row, "pinned")
        made.passes = list(passes)
        return made

    def test_only_turns_of_the_same_round_meet(self):
        ours, theirs = sample(target((0, 1000.0), (1, 9000.0))), sample(target((0, 500.0), (2, 1.0)))
        ratio = self.results({"attache": ours, "floor": theirs}).ratio("floor")
        self.assertEqual((ratio.median, ratio.rounds), (2.0, 1))

    def test_the_cost_is_the_median_over_all_passes_in_the_unit_of_the_row(self):
        passes = [{"attache": Sample(cpu={0: 1000.0, 1: 3000.0})}, {"attache": Sample(cpu={0: 2000.0})}]
        self.assertEqual(self.results(*passes).value("attache"), 2.0)

    def test_memory_is_compared_within_a_pass(self):
        one = {"attache": Sample(memory=2048.0), "floor": Sample(memory=1024.0)}
        results = self.results(one, row=self.memory)
        self.assertEqual((results.value("attache"), results.ratio("floor").median), (2.0, 2.0))

    def test_the_direct_connection_has_no_cost_and_stands_last(self):
        one = {DIRECT: sample(target((0, None))), "nginx": Sample(cpu={0: 1.0}), "attache": Sample(cpu={0: 1.0})}
        results = self.results(one)
        self.assertEqual(results.names, ["attache", "nginx", DIRECT])
        self.assertIsNone(results.value(DIRECT))
        self.assertEqual(list(results.ratios()), ["nginx"])

    def test_the_noise_of_a_run_is_as_wide_as_any_of_its_passes_had_it(self):
        ratio = Ratio.of([[1.0, 1.0, 1.0], [], [2.0, 2.0, 2.0, 9.0]])
        self.assertEqual((ratio.low, ratio.lowest, ratio.highest, ratio.passes), (1.0, 1.0, 9.0, 2))
        self.assertAlmostEqual(ratio.high, 3.75)

    def test_resumption_is_of_the_side_that_speaks_tls(self):
        self.assertEqual(sample(target(tls="TLSv1.3", resumed=3, SocketCount=4)).resumed, 0.75)
        self.assertIsNone(sample(target(SocketCount=4)).resumed)

    def test_failures_are_told(self):
        failed = sample(target((0, 1.0), failed=2, errors={"timeout": {"count": 2}}))
        self.assertIn("2 of 7 failed through nginx (timeout)", tables.text([self.results({"nginx": failed})]))


class Worse(unittest.TestCase):
    @staticmethod
    def ratio(median, low, high, passes=2):
        return {"median": median, "low": low, "high": high, "passes": passes}

    def test_halves_that_touch_are_noise(self):
        self.assertFalse(against.is_worse(self.ratio(1.0, 0.9, 1.3), self.ratio(1.5, 1.2, 1.6)))
        self.assertTrue(against.is_worse(self.ratio(1.0, 0.9, 1.1), self.ratio(1.5, 1.2, 1.6)))

    def test_a_hair_is_no_difference(self):
        self.assertFalse(against.is_worse(self.ratio(1.0, 1.0, 1.0), self.ratio(1.04, 1.04, 1.04)))
        self.assertTrue(against.is_worse(self.ratio(1.0, 1.0, 1.0), self.ratio(1.06, 1.06, 1.06)))

    def test_one_pass_knows_less_of_its_noise(self):
        self.assertFalse(against.is_worse(self.ratio(1.0, 1.0, 1.0, 1), self.ratio(1.14, 1.14, 1.14)))
        self.assertTrue(against.is_worse(self.ratio(1.0, 1.0, 1.0, 1), self.ratio(1.16, 1.16, 1.16)))

    def test_what_got_better_is_not_worse(self):
        self.assertFalse(against.is_worse(self.ratio(1.5, 1.4, 1.6), self.ratio(1.0, 0.9, 1.1)))


class Choices(unittest.TestCase):
    def test_quick_rows_are_rows(self):
        self.assertEqual(QUICK.keys() - {row.key for row in rows(is_quick=True)}, set())

    def test_a_peer_says_why_a_shape_is_not_its_own(self):
        for peer in PEERS.values():
            self.assertEqual(bool(peer.why_not), peer.shapes != frozenset(Shape), peer.name)


if __name__ == "__main__":
    unittest.main()
