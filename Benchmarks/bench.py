# SPDX-License-Identifier: Apache-2.0
# scripts/bench: what Attaché costs beside other proxies. README.md says how it is measured and how to read it.

import argparse
import contextlib
import datetime
import fnmatch
import json
import os
import platform
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import against
import page
import tables
from check import check
from generator import Target, run
from peers import OURS, PEERS, Peer, Shape
from peers.attache import AttacheOnDebian13
from peers.floor import Floor
from place import DESCRIPTORS_WANTED, Failed, Missing, Place, progress, raise_descriptor_limit
from results import DIRECT, Results
from rows import METHODS, QUICK, rows
from services import Ends, Service, TunnelledService, first_session

MINUTES = 55  # of a full run; passes are added as long as they fit
ROUNDS, ROUNDS_QUICK = 20, 8  # of a pass: so often each peer has its turn
WARM_UP_MS = 300
TERMINATORS, ORIGINATORS = ("envoy", "attache"), ("attache", "envoy")  # of tunnels; the default first
INDISPENSABLE = (OURS, Floor.name)
WORSE = 99  # the exit code of `attache bench compare`, too


class Bench:
    def __init__(self, place, wanted, peers, ends, cpu, rounds, folder):
        self.place, self.peers, self.ends = place, peers, ends
        self.wanted = wanted  # the methods of each row
        self.cpu, self.rounds, self.folder = cpu, rounds, folder
        self.results = {}
        self.libraries = {}  # what TLS library a peer has loaded
        self.failed = []
        self.passes = 0

    def measure(self, minutes):
        """One pass of each kind, then more as long as there is time; each has fresh processes and another order."""
        started = time.monotonic()
        took = {}
        kinds = [kind for kind in ("pinned", "memory", "unpinned") if self.rows_of(kind)]
        more = [kind for kind in ("pinned", "pinned", "unpinned") if minutes and kind in kinds]
        for kind in endless(kinds, more):
            left = minutes * 60 - (time.monotonic() - started)
            if kind in took and took[kind] > left:
                return
            began = time.monotonic()
            self.pass_over(kind)
            took[kind] = time.monotonic() - began
            self.passes += 1

    def rows_of(self, kind):
        if kind == "memory":
            return [row for row in self.wanted if row.is_memory]
        return [row for row, methods in self.wanted.items() if kind in methods and not row.is_memory]

    def pass_over(self, kind):
        method = "pinned" if kind == "memory" else kind
        some = self.rows_of(kind)
        for number, row in enumerate(some):
            progress(f"pass {self.passes + 1}, {kind}: row {number + 1} of {len(some)}, {row.key}")
            one = self.results.setdefault((row.key, method), Results(row, method))
            try:
                one.passes.append(self.memory(row) if row.is_memory else self.turns(row, method, one))
            except Failed as problem:
                # The others are worth having.
                progress("")
                print(f"{row.key}, {method}: {problem}", file=sys.stderr)
                self.failed.append(f"{row.key}, {method}: {str(problem).splitlines()[0]}")
        progress("")

    def able(self, row):
        """In another order each time: nobody is always first."""
        able = [peer for peer in self.peers if peer.is_in(row)]
        turn = self.passes % len(able) if able else 0
        return able[turn:] + able[:turn]

    def turns(self, row, method, results):
        """All peers in one run of the generator, which lets them take turns."""
        cpu = self.cpu if method == "pinned" else None
        speaks_tls = row.shape.client_speaks_tls
        with contextlib.ExitStack() as stack:
            shared, counting, targets = {}, {}, []

            def behind(kind):
                if kind not in shared:
                    shared[kind] = self.service(stack, kind, cpu)
                return shared[kind]

            for peer in self.able(row):
                kind = peer.behind or row.service
                service = counting[peer.name] = self.service(stack, kind, cpu) if kind == "counting" else behind(kind)
                proxy, ports = self.start(stack, peer, row.shape, service.port, cpu)
                targets += [Target(peer.name + more, port, speaks_tls, proxy.pid) for more, port in ports.items()]
            # The client itself, in what the service speaks.
            service = behind("tls" if row.shape.service_speaks_tls else "plain")
            targets.append(Target(DIRECT, service.port, row.shape.service_speaks_tls))
            html = os.path.join(self.folder, f"{row.key}-{method}.html") if self.folder else None
            samples = run(self.place, row, targets, cpu, self.rounds, WARM_UP_MS, html)
            for name, service in counting.items() if row.service == "counting" else ():
                seen = results.upstream_resumed.setdefault(name, [0, 0])
                for index, count in enumerate(service.resumed()):
                    seen[index] += count
            return samples

    def memory(self, row):
        """One peer after the other: memory does not depend on what else the machine does."""
        samples = {}
        for peer in self.able(row):
            with contextlib.ExitStack() as stack:
                service = self.service(stack, peer.behind or row.service, self.cpu)
                proxy, ports = self.start(stack, peer, row.shape, service.port, self.cpu)
                target = Target(peer.name, ports[""], row.shape.client_speaks_tls, proxy.pid)
                samples |= run(self.place, row, [target], self.cpu, self.rounds, WARM_UP_MS)
        return samples

    def service(self, stack, kind, cpu):
        is_tunnel = kind == TunnelledService.kind
        service = TunnelledService(self.place, self.ends.terminator, cpu) if is_tunnel else Service(self.place, kind, cpu)
        stack.callback(service.stop)
        return service

    def start(self, stack, peer: type[Peer], shape, port, cpu):
        """The proxy, and the ports that its clients use, by what is added to its name."""
        proxy = peer(self.place, shape, port, cpu)
        stack.callback(proxy.stop)
        if shape is not Shape.PLAIN_PLAIN and peer.name not in self.libraries:
            self.libraries[peer.name] = proxy.tls_library()
        if not shape.is_tunnel:
            return proxy, {"": proxy.port}
        doors = self.ends.doors(self.place, shape, proxy, cpu)
        for door in doors.values():
            if door is not proxy:
                stack.callback(door.stop)
        stack.enter_context(first_session(doors[""].port))
        return proxy, {more: door.port for more, door in doors.items()}

    def versions(self):
        said = {}
        for peer in self.peers:
            library = self.libraries.get(peer.name)
            said[peer.name] = f"{peer.version()}, {library}" if library else peer.version()
        return said


def endless(first, again):
    yield from first
    while again:
        yield from again


def machine():
    cpu = platform.machine()
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as file:
        cpu = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), cpu)
    return {"cpu": cpu, "processors": len(os.sched_getaffinity(0)), "kernel": f"Linux {platform.release()}"}


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="What Attaché costs beside other proxies; Benchmarks/README.md says how to read it.")
    add = parser.add_argument
    add("--quick", action="store_true", help=f"{len(QUICK)} rows, one pass, less than five minutes: that it runs, not how fast")
    add("--rows", metavar="A,B", help="only these rows; * and ? work (--list shows them)")
    add("--peers", metavar="A,B", help=f"only these beside {OURS}: {', '.join(name for name in PEERS if name != OURS)}")
    add("--openssl", choices=["3.5"], help="run Attaché on Debian 13's OpenSSL as well, as one more peer")
    add("--terminator", choices=TERMINATORS, help=f"what ends the tunnels that others open (default {TERMINATORS[0]})")
    add("--originator", choices=ORIGINATORS, help=f"what opens the tunnels that others end (default {ORIGINATORS[0]})")
    add("--method", choices=METHODS, help="only this one of the two: everything on one CPU, or free")
    add("--minutes", type=float, metavar="N", help=f"how long a full run may take (default {MINUTES})")
    add("--rounds", type=int, metavar="N", help=f"turns of each peer in a pass (default {ROUNDS}, quick {ROUNDS_QUICK})")
    add("--cpu", type=int, metavar="N", help="the CPU of the pinned method (default: the last)")
    add("--json", metavar="FILE", help="write the results there")
    add("--html", metavar="DIR", help="write pages there: index.html, and one of each row's last run")
    add("--against", metavar="FILE", help=f"say what got worse since that --json; exit code {WORSE} if anything did")
    add("--list", action="store_true", help="list rows and peers, and end")
    add("--check", action="store_true", help="only see whether each peer does, and verifies, what it has to")
    return parser.parse_args()


def chosen_peers(words):
    names = [name for name in PEERS if name != AttacheOnDebian13.name]
    if words.peers:
        names = [OURS, *words.peers.split(",")]
        if unknown := [name for name in names if name not in PEERS]:
            raise Missing(f"there is no peer {unknown[0]!r}; there are {', '.join(PEERS)}")
    if words.openssl:
        names.append(AttacheOnDebian13.name)
    return [PEERS[name] for name in PEERS if name in names]


def chosen_rows(words):
    available = rows(words.quick)
    methods = (words.method,) if words.method else METHODS
    if not words.rows:
        said = {row: QUICK.get(row.key, ()) if words.quick and not words.method else methods for row in available}
        return {row: some for row, some in said.items() if row.key in QUICK or not words.quick}
    patterns = words.rows.split(",")
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(row.key, pattern) for row in available):
            raise Missing(f"there is no row {pattern!r}; --list shows them")
    return {row: methods for row in available if any(fnmatch.fnmatchcase(row.key, pattern) for pattern in patterns)}


def listing(wanted):
    for row in wanted:
        able = [peer.name for peer in PEERS.values() if peer.is_in(row)]
        print(f"{row.key:20} {row.title}, {row.unit}: {', '.join(able)}")
    print()
    for peer in PEERS.values():
        for why in dict.fromkeys(peer.cannot.values()):
            shapes = [shape.title for shape, reason in peer.cannot.items() if reason == why]
            print(f"{peer.name}, not {', '.join(shapes)}: {why}")


def prepared(peers, is_demanded):
    """Those that can be had; of what was asked for by name nothing is left out in silence."""
    had = []
    for peer in peers:
        progress(f"preparing {peer.name}")
        try:
            peer.prepare()
            had.append(peer)
        except Missing as problem:
            if is_demanded or peer.name in INDISPENSABLE:
                raise
            progress("")
            print(f"{peer.name} is left out: {problem}", file=sys.stderr)
    progress("")
    return had


def chosen_ends(words, wanted, had):
    """What was not asked for by name may be replaced, and that is said; None: no row needs any."""
    def one(kind, named, choices):
        name = named or choices[0]
        # Of the peers that are not among those wanted it was not tried yet.
        is_untried = PEERS[name] not in chosen_peers(words)
        if PEERS[name] in had or (is_untried or named) and prepared([PEERS[name]], is_demanded=bool(named)):
            return PEERS[name]
        print(f"the {kind} of tunnels is {OURS} instead of {name}", file=sys.stderr)
        return PEERS[OURS]

    if not any(row.shape.is_tunnel for row in wanted):
        return None
    return Ends(one("terminator", words.terminator, TERMINATORS), one("originator", words.originator, ORIGINATORS))


def main():
    words = arguments()
    wanted, peers = chosen_rows(words), chosen_peers(words)
    if words.list:
        listing(wanted)
        return 0
    baseline = against.read(words.against) if words.against else None
    if raise_descriptor_limit() < DESCRIPTORS_WANTED and any(row.is_memory for row in wanted):
        raise Missing(f"memory rows need {DESCRIPTORS_WANTED} descriptors a process; raise the hard limit (ulimit -Hn)")
    cpus = os.sched_getaffinity(0)
    cpu = max(cpus) if words.cpu is None else words.cpu
    if cpu not in cpus:
        raise Missing(f"this process may not run on CPU {cpu}, only on {sorted(cpus)}")
    if words.html:
        os.makedirs(words.html, exist_ok=True)
    peers = prepared(peers, is_demanded=bool(words.peers or words.openssl))
    with Place() as place:
        if words.check:
            return 0 if check(place, peers, cpu) else 1
        ends = chosen_ends(words, wanted, peers)
        started = datetime.datetime.now(datetime.timezone.utc)
        bench = Bench(place, wanted, peers, ends, cpu, words.rounds or (ROUNDS_QUICK if words.quick else ROUNDS), words.html)
        interrupted = False
        try:
            bench.measure(0 if words.quick else words.minutes or MINUTES)
        except Interrupted:
            interrupted = True
            progress("")
            print("interrupted; this is what was measured so far:", file=sys.stderr)
        seconds = (datetime.datetime.now(datetime.timezone.utc) - started).total_seconds()
        return conclude(bench, words, baseline, started, round(seconds)) or (130 if interrupted else 0)


def conclude(bench, words, baseline, started, seconds):
    results = [one for row in bench.wanted for method in METHODS if (one := bench.results.get((row.key, method))) and one.passes]
    whole = {
        "attache_benchmarks": against.VERSION,
        "started": started.isoformat(timespec="seconds"),
        "seconds": seconds,
        "passes": bench.passes,
        "machine": machine(),
        "peers": bench.versions(),
        **({"tunnels": {end: kind.name for end, kind in vars(bench.ends).items()}} if bench.ends else {}),
        "failed": bench.failed,
        "rows": [one.as_json() for one in results],
    }
    for name, said in whole["peers"].items():
        print(f"{name}: {said}")
    here = whole["machine"]
    print(f"{here['cpu']}, {here['processors']} processors, {here['kernel']}; {seconds} s\n")
    if bench.ends:
        print(f"tunnels: {bench.ends.terminator.name} ends those of the others, {bench.ends.originator.name} opens those for the others\n")
    print(tables.text(results))
    if words.json:
        with open(words.json, "w") as file:
            json.dump(whole, file, indent=1, ensure_ascii=False)
            file.write("\n")
    if words.html:
        page.write(words.html, whole, results)
    for line in bench.failed:
        print(f"failed: {line}")
    worse = False
    if baseline:
        said, worse = against.text(baseline, whole)
        print(said)
    return 1 if bench.failed or not results else WORSE if worse else 0


class Interrupted(BaseException):
    """Ctrl-C or SIGTERM: what is running is stopped, what was measured is told."""


def interrupt(*_):
    # A second one must not cut the stopping short.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise Interrupted


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        sys.exit(main())
    except Interrupted:
        sys.exit(130)
    except (Missing, Failed, subprocess.CalledProcessError, OSError) as problem:
        progress("")
        print(f"scripts/bench: {problem}", file=sys.stderr)
        sys.exit(1)
