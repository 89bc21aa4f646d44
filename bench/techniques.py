"""Measures what all AWS techniques take on accounts that grow, beside comparing every pair of identities."""

from __future__ import annotations

import gc
import json
import sys
import tempfile
import time
from math import log
from pathlib import Path

import accounts

from nhiassess import installed, pipeline
from nhiassess.network.build import build
from nhiassess.observation import Observation
from nhiassess.permissions.aws.evaluation import decide
from nhiassess.permissions.aws.held import held

SIZES = (500, 1_000, 2_000, 5_000)
# every pair soon takes longer than anybody waits
PAIRS = (125, 250, 500, 1_000)
NOW = "2026-11-24T09:00:00Z"
# what a comparison of pairs asks of each: may one change, become or pass the other
ASKED = ("iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy", "sts:AssumeRole", "iam:PassRole")


def main() -> None:
    """Print seconds of this process for each size, and by what power of the size they grow."""
    print(f"{'principals':>10} {'observe':>8} {'edges':>8} {'graph':>8} {'count':>9}  all techniques of AWS")
    ours = [techniques(size) for size in sizes(SIZES)]
    print(f"{'':10} grows with size to the power of {power(ours):.2f} (edges alone)\n")
    print(f"{'principals':>10} {'seconds':>8}  every pair, {len(ASKED)} actions each")
    theirs = [pairs(size) for size in sizes(PAIRS)]
    print(f"{'':10} grows with size to the power of {power(theirs):.2f}")


def sizes(default: tuple[int, ...]) -> tuple[int, ...]:
    """Give the sizes to measure at: those up to the one named on the command line, at least the smallest."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else max(default)
    return tuple(each for each in default if each <= most) or default[:1]


def techniques(size: int) -> tuple[int, float]:
    """Observe an account and derive its edges; give its size and the seconds that the edges took."""
    start = time.process_time()
    estate = observed(size)
    seen = time.process_time()
    rules = installed.plugins("edges", "EDGE")
    edges = [edge for rule in rules for edge in rule.derive(estate.inventory, estate.knowledge)]
    derived = time.process_time()
    build(estate.inventory, edges, estate.knowledge)
    built = time.process_time()
    print(f"{size:10,} {seen - start:8.1f} {derived - seen:8.1f} {built - derived:8.1f} {len(edges):9,}", flush=True)
    return size, derived - seen


def pairs(size: int) -> tuple[int, float]:
    """Ask of every pair of identities of an account, with the same evaluator; give its size and the seconds."""
    everybody = [has for has in held(observed(size).inventory).values() if has.kind in ("user", "role")]
    start = time.process_time()
    for one in everybody:
        for other in everybody:
            for action in ASKED:
                decide(one, action, other.arn)
    took = time.process_time() - start
    print(f"{size:10,} {took:8.1f}", flush=True)
    return size, took


def observed(size: int) -> Observation:
    """Observe an account of a size."""
    gc.collect()
    with tempfile.TemporaryDirectory() as room:
        file = Path(room) / "account.json"
        file.write_text(json.dumps(accounts.account(size)), encoding="utf-8")
        return pipeline.inventory(room, NOW)


def power(measured: list[tuple[int, float]]) -> float:
    """Give the power of the size by which seconds grow, from the first to the last of what was measured."""
    (small, first), (large, last) = measured[0], measured[-1]
    return log(last / first) / log(large / small) if large > small else 1.0


if __name__ == "__main__":
    main()
