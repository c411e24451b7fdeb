# SPDX-License-Identifier: Apache-2.0
# Runs `attache bench`, which does all the measuring, and reads what it wrote. Only this file knows its options and keys.

import json
import statistics
import subprocess
from dataclasses import dataclass, field

from peers import GROUP, SUITE
from peers.attache import binary
from place import Failed, spawn, stop

TIMEOUT = "20s"
LIMIT_SECONDS = 300


@dataclass
class Target:
    name: str
    port: int
    speaks_tls: bool
    pid: int | None = None


@dataclass
class Sample:
    """What one run saw of one target. CPU in nanoseconds and memory in bytes, for each unit of the run's mode."""

    cpu: dict = field(default_factory=dict)  # by round
    rates: list = field(default_factory=list)  # units a second, of each round
    p50: float | None = None  # microseconds
    p99: float | None = None
    memory: float | None = None
    done: int = 0
    failed: int = 0
    errors: dict = field(default_factory=dict)
    resumed: float | None = None  # of the connections over TLS that the client made


def run(place, row, targets, cpu, rounds, warm_up, html=None):
    """One run of a row: a Sample for each target, by name."""
    said = place.file("run.json", "")
    command = [binary(), "bench", *row.mode, "--timeout", TIMEOUT, "--quiet", "--json", said]
    if html:
        command += ["--html", html]
    for target in targets:
        url = f"{'tls' if target.speaks_tls else 'tcp'}://127.0.0.1:{target.port}"
        command += ["--compare", f"{target.name}={url}"]
        if target.pid:
            command += ["--pid", f"{target.name}={target.pid}"]
    if any(target.speaks_tls for target in targets):
        command += ["--ca", place.ca, "--server-name", "localhost", "--cipher-suites", SUITE, "--groups", GROUP]
        command += ["--certificate", place.certificate("client"), "--key", place.key("client")]
        if not row.resumes:
            command += ["--no-resume"]
    if not row.is_memory:
        command += ["--slice", f"{row.slice_ms}ms", "--rounds", str(rounds), "--warmup", f"{warm_up}ms"]
    process = spawn(command, cpu, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        words, _ = process.communicate(timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        raise Failed(f"attache bench did not end within {LIMIT_SECONDS} s: {' '.join(command)}") from None
    finally:
        stop(process)
    if process.returncode:
        raise Failed(f"attache bench ended with status {process.returncode}: {' '.join(command)}\n{words.strip()}")
    with open(said) as file:
        report = json.load(file)
    return {target["name"]: sample(target) for target in report["targets"]}


def sample(target):
    """From one of `targets` of a report."""
    slices = target["slices"]
    percentiles = target["percentiles_us"]
    connections = target.get("SocketCount", 0)
    return Sample(
        cpu={one["round"]: one["cpu_ns_per_unit"] for one in slices if one.get("cpu_ns_per_unit")},
        rates=[one["units_per_second"] for one in slices if one.get("units_per_second")],
        p50=percentiles.get("50"),
        p99=percentiles.get("99"),
        memory=target.get("memory_bytes_per_connection"),
        done=target["done"],
        failed=target["failed"],
        errors={kind: error["count"] for kind, error in target["errors"].items()},
        resumed=target["resumed"] / connections if "tls" in target and connections else None,
    )


def middle(values):
    """The median; None of nothing."""
    values = [value for value in values if value is not None]
    return statistics.median(values) if values else None
