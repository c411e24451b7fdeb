# SPDX-License-Identifier: Apache-2.0
# What the figures are made of, tested without a machine to measure: python3 -B Benchmarks/tests.py

import socket
import threading
import unittest

import against
import h2
import tables
from bench import Bench
from generator import Sample, sample
from peers import AUTHORITY, OURS, PEERS, RIVALS, Shape
from results import DIRECT, Ratio, Results
from rows import GOALS, QUICK, rows


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


class Goals(unittest.TestCase):
    def results(self, key, **costs):
        made = Results({row.key: row for row in rows()}[key], "pinned")
        kind = "memory" if made.row.is_memory else "cpu"
        made.passes = [{name: Sample(**{kind: cost if kind == "memory" else {0: cost}}) for name, cost in costs.items()}]
        return made

    def test_the_cheapest_peer_is_nobody_of_ours(self):
        one = self.results("plain-tunnel-session", **{"attache": 60.0, "attache-tls": 1.0, "haproxy": 100.0, "envoy": 80.0, DIRECT: 1.0})
        self.assertEqual((one.cheapest(), one.goals()), ("envoy", {"attache": (0.75, 0.75)}))

    def test_one_on_openssl_3_5_has_goals_of_its_own(self):
        one = self.results("plain-tunnel-up", **{"attache": 90.0, "attache-3.5": 88.0, "envoy": 100.0})
        self.assertEqual(one.goals(), {"attache": (0.9, 0.95), "attache-3.5": (0.88, 0.85)})
        said = tables.text([one])
        self.assertIn("| bulk up | envoy | 0.90 | ≤ 0.95 | 0.88, missed | ≤ 0.85 |", said)

    def test_of_memory_the_figure_itself_is_aimed_at(self):
        one = self.results("plain-tunnel-idle", attache=5 * 1024.0, haproxy=1024.0)
        self.assertEqual(one.goals(), {"attache": (5.0, 4)})
        self.assertEqual(one.as_json()["goals"], {"attache": {"figure": 5.0, "goal": 4}})

    def test_nothing_is_aimed_at_without_a_peer_or_a_figure(self):
        self.assertEqual(self.results("plain-tunnel-up", attache=1.0).goals(), {})
        self.assertEqual(self.results("plain-tunnel-up", envoy=1.0).goals(), {})
        self.assertNotIn("goals", self.results("plain-tls-up", attache=1.0, envoy=1.0).as_json())

    def test_one_behind_the_relay_is_compared_with_one_behind_the_relay(self):
        one = self.results("plain-tunnel-up", **{"attache": 50.0, "attache+relay": 90.0, "envoy": 80.0, "haproxy": 100.0})
        self.assertEqual({name: ratio.median for name, ratio in one.ratios().items()}, {"attache+relay": 50 / 90, "haproxy": 0.9, "envoy": 0.625})
        self.assertEqual((one.cheapest(), one.goals()), ("haproxy", {"attache": (0.9, 0.95)}))
        newer = self.results("plain-tunnel-up", **{"attache": 1.0, "attache+relay": 2.0, "attache-3.5": 1.0, "attache-3.5+relay": 4.0})
        self.assertEqual(newer.ratio("attache-3.5+relay").median, 0.5)

    def test_goals_are_of_rows(self):
        self.assertEqual(GOALS.keys() - {row.key for row in rows()}, set())


class Tunnels(unittest.TestCase):
    """The HTTP/2 of the check, one end against the other."""

    def served(self, answer, authority=AUTHORITY, sessions=3):
        here, there = socket.socketpair()
        asked = []
        with here, there:
            for end in (here, there):
                end.settimeout(5)
            service = threading.Thread(target=answer, args=(there, asked))
            service.start()
            came_back = h2.exchange(here, authority, b"x" * 1000, sessions)
            here.shutdown(socket.SHUT_RDWR)
            service.join()
        return came_back, asked

    def test_what_is_sent_through_tunnels_comes_back(self):
        came_back, asked = self.served(h2.echo)
        self.assertTrue(came_back)
        self.assertEqual(asked, 3 * [{b":method": b"CONNECT", b":authority": AUTHORITY.encode()}])

    def test_a_tunnel_that_is_refused_or_changes_bytes_is_no_tunnel(self):
        def refuse(connection, asked):
            with h2.Carrier(connection, is_client=False) as carrier:
                for kind, _, stream, payload in carrier.frames():
                    carrier.send(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, stream, b"\x8d")  # :status 404

        def change(connection, asked):
            with h2.Carrier(connection, is_client=False) as carrier:
                for kind, flags, stream, payload in carrier.frames():
                    if kind == h2.HEADERS:
                        carrier.send(h2.HEADERS, h2.END_HEADERS, stream, h2.OK)
                    else:
                        carrier.send(h2.DATA, h2.END_STREAM, stream, payload[1:])

        self.assertFalse(self.served(refuse)[0])
        self.assertFalse(self.served(change)[0])


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
            self.assertTrue(all(peer.cannot.values()), peer.name)
            self.assertTrue(any(peer.does(shape) for shape in Shape), peer.name)

    def test_rivals_are_all_that_are_not_ours(self):
        self.assertEqual(set(PEERS) - set(RIVALS) - {"floor"}, {name for name in PEERS if name.startswith(OURS)})

    def test_a_full_handshake_stands_beside_new_sessions_only(self):
        bench = Bench(None, {}, list(PEERS.values()), None, None, 1, None)
        able = {row.key: [peer.name for peer in bench.able(row)] for row in rows()}
        self.assertIn("attache-full", able["plain-tunnel-session"])
        self.assertNotIn("attache-full", able["plain-tunnel-rr32"])
        self.assertIn("attache-tls", able["plain-tunnel-rr32"])
        self.assertEqual({"attache", "attache-3.5", "envoy"}, set(able["tunnel-plain-up"]))


if __name__ == "__main__":
    unittest.main()
