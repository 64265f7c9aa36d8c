"""After how many pairs of a patient and a criterion the comparison of engines finds a fault put into one of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from blinadss.testing.differential import Engines, compare

Fault = Callable[[], AbstractContextManager[Any]]


def found_after(fault: Fault, seed: int = 0, pairs: int = 1_000_000, engines: Engines | None = None) -> int | None:
    """After how many pairs the comparison finds the fault, or nothing if it does not."""
    with fault():
        tally = compare(pairs, seed, engines)
    return tally.pairs if tally.disagreement else None
