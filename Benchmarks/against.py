# SPDX-License-Identifier: Apache-2.0
# What got worse since a baseline, beyond the noise that both runs have measured themselves.

import json

from place import Missing

VERSION = 1
LEAST, LEAST_OF_ONE_PASS = 1.05, 1.15

RULE = (
    "Said to be worse: Attaché's ratio to a peer, if the middle halves of the rounds of both runs, each taken as wide as "
    "any pass had it, do not touch, and the median grew by more than 5 % (15 % where a run had one pass only: what fresh "
    "processes owe to luck shows between passes).")


def read(path):
    try:
        with open(path) as file:
            whole = json.load(file)
    except (OSError, ValueError) as problem:
        raise Missing(f"--against {path} cannot be read: {problem}") from None
    if not isinstance(whole, dict) or whole.get("attache_benchmarks") != VERSION:
        raise Missing(f"--against {path} is no result of scripts/bench --json")
    return whole


def is_worse(before, now):
    """Of two ratios, as a file has them."""
    least = LEAST if min(before["passes"], now["passes"]) > 1 else LEAST_OF_ONE_PASS
    return now["median"] > before["median"] * least and now["low"] > before["high"]


def compared(baseline, whole):
    """`(what is worse, in lines; how many ratios were compared)`."""
    known = {(row["row"], row["method"]): row["ratios"] for row in baseline["rows"]}
    worse, count = [], 0
    for row in whole["rows"]:
        for peer, now in row["ratios"].items():
            before = known.get((row["row"], row["method"]), {}).get(peer)
            if not before:
                continue
            count += 1
            if is_worse(before, now):
                worse.append(f"{row['row']}, {row['method']}, to {peer}: {span(before)} became {span(now)}")
    return worse, count


def span(ratio):
    return f"{ratio['median']:.2f} ({ratio['low']:.2f}–{ratio['high']:.2f})"


def text(baseline, whole):
    """`(words, whether something is worse)`."""
    worse, count = compared(baseline, whole)
    machines = baseline["machine"]["cpu"], whole["machine"]["cpu"]
    lines = [RULE]
    if machines[0] != machines[1]:
        lines.append(f"Careful: the baseline is of another machine ({machines[0]}), this one is {machines[1]}.")
    if not count:
        lines.append("The two runs have no row and peer in common.")
    elif not worse:
        lines.append(f"Nothing of {count} ratios got worse since {baseline['started']}.")
    else:
        lines.append(f"{len(worse)} of {count} ratios got worse since {baseline['started']}:")
        lines += [f"  {line}" for line in worse]
    return "\n".join(lines), bool(worse)
