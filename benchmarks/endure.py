"""Many assessments by threads, by forked processes, and one after the other: the same answers, and no memory lost.

The exit status is 1 if an answer differs from that of one thread alone, or if memory grows by more than it may.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import blinadss
from blinadss.engines import ENGINES
from blinadss.testing.choices import Dice
from blinadss.testing.patients import profile

ALLOWED = 20.0  # MB
PROFILES = [profile(Dice(seed), blinadss.load_knowledge()) for seed in range(100)]


def answers(count: int, first: int = 0) -> list[blinadss.Assessment]:
    """So many assessments by all engines, beginning with one of the patients."""
    return [answer((first + number) % len(PROFILES)) for number in range(count)]


def answer(number: int) -> blinadss.Assessment:
    """One of the patients by all engines; of every tenth also what is said beyond the answers, which takes long."""
    return blinadss.assess(PROFILES[number], further=number % 10 == 0)


def rounds(count: int, first: int, expected: list[blinadss.Assessment]) -> int:
    """How many of so many answers differ from those expected."""
    return sum(
        answer(number % len(PROFILES)) != expected[number % len(PROFILES)] for number in range(first, first + count)
    )


def megabytes() -> float:
    """The memory that this process holds."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def by_threads(threads: int, each: int, expected: list[blinadss.Assessment]) -> bool:
    """Several threads at once, all of which begin together with other patients."""
    together = threading.Barrier(threads)

    def one(first: int) -> int:
        together.wait()
        return rounds(each, first * 13, expected)

    begun = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        wrong = sum(pool.map(one, range(threads)))
    took = time.perf_counter() - begun
    print(f"{threads} threads, {each:,} assessments each: {wrong or 'none'} differ from one thread alone, {took:.1f} s")
    return not wrong


def by_forks(processes: int, each: int, expected: list[blinadss.Assessment]) -> bool:
    """Forked processes, which inherit the networks of this one, and this one besides."""
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        waiting = [pool.apply_async(rounds, (each, first * 13, expected)) for first in range(processes)]
        wrong = rounds(each, 0, expected) + sum(each.get(600) for each in waiting)
    print(f"{processes} forked processes and their parent, {each:,} each: {wrong or 'none'} differ")
    return not wrong


def memory(count: int) -> bool:
    """How much more memory is held after many assessments, and after many threads that came and went."""
    answers(2000)
    before = megabytes()
    for _ in range(count // 1000):
        answers(1000)
    grown = megabytes() - before
    print(f"memory after {count:,} assessments: {grown:+.1f} MB, from {before:.0f} MB")
    before, short_lived = megabytes(), count // 200
    for _ in range(short_lived):
        thread = threading.Thread(target=answers, args=(1,))
        thread.start()
        thread.join()
    more = megabytes() - before
    print(f"memory after {short_lived:,} threads that each made one assessment: {more:+.1f} MB")
    return grown < ALLOWED and more < ALLOWED


def main() -> int:
    """Everything, in the sizes given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--each", type=int, default=5_000, help="assessments of each thread")
    parser.add_argument("--memory", type=int, default=200_000, help="assessments over which memory is watched")
    options = parser.parse_args()
    print(f"engines: {' and '.join(ENGINES)}")
    expected = answers(len(PROFILES))
    good = [
        by_threads(options.threads, options.each, expected),
        by_forks(2, options.each, expected),
        memory(options.memory),
    ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
