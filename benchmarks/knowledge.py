"""How long the shipped knowledge takes to load, read from its files and recalled, and an answer of every policy.

Prints figures and ratios taken in one run; nothing here passes or fails.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import blinadss
from blinadss import compiled, loading
from blinadss.engines import ENGINES

ON = date(2026, 11, 22)
PATIENT = Path(__file__).parents[1] / "docs" / "examples" / "patient.yaml"


def milliseconds(run: Callable[[], object], rounds: int) -> float:
    """The median time of one call."""
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def loads() -> None:
    """From the files, with and without keeping the result, and from what was kept."""
    read_and_keep_or_recall = loading._shipped.__wrapped__  # noqa: SLF001 - without the memory of this process
    with TemporaryDirectory() as folder:
        os.environ["BLINADSS_CACHE"] = ""
        read = milliseconds(read_and_keep_or_recall, 5)
        os.environ["BLINADSS_CACHE"] = folder
        store = compiled.stored(loading.shipped_criteria())
        assert store is not None  # noqa: S101 - the folder's name is absolute

        def anew() -> None:
            store.unlink(missing_ok=True)
            read_and_keep_or_recall()

        kept = milliseconds(anew, 5)
        recalled = milliseconds(read_and_keep_or_recall, 30)
        size = store.stat().st_size
    knowledge = blinadss.load_knowledge()
    print(
        f"{len(knowledge.policies)} policies, {len(knowledge.criteria)} criteria, {len(knowledge.evidence)} results, "
        f"{len(knowledge.sources)} sources"
    )
    print(f"read from the files: {read:.0f} ms; and kept: {kept:.0f} ms")
    print(f"recalled from {size / 1e6:.1f} MB: {recalled:.1f} ms, {recalled / read:.3f} of reading")


def answers() -> None:
    """One patient under the labels, and under every policy with the cautions, by each engine and by all."""
    patients = {"the example": blinadss.load_profile(PATIENT), "nothing known": blinadss.load_profile({})}
    for name, profile in patients.items():
        labels = milliseconds(lambda profile=profile: blinadss.assess(profile, on=ON), 100)  # type: ignore[misc]
        print(f"{name}: the labels and the cautions, {' and '.join(ENGINES)}: {labels:.2f} ms")
        for engines in ([engine] for engine in ENGINES):
            took = every(profile, engines)
            print(f"{name}: every policy and the cautions, {engines[0]} alone: {took:.2f} ms")
        print(f"{name}: every policy and the cautions, {' and '.join(ENGINES)}: {every(profile, list(ENGINES)):.2f} ms")


def every(profile: blinadss.PatientProfile, engines: list[str]) -> float:
    """One answer of every policy, by these engines."""
    return milliseconds(lambda: blinadss.assess(profile, on=ON, policies=["all"], engines=engines), 100)


if __name__ == "__main__":
    loads()
    answers()
