"""How long a record in FHIR takes to become a profile, beside parsing it with fhir.resources; and whether it is linear.

    python benchmarks/import_fhir.py [ENTRIES]

Two bundles of 200 entries (`fhir_records`) are read from their JSON text to a profile, alone and with its report, and
parsed by fhir.resources (R4B) from the same text, in turns. Then records of up to ENTRIES entries, beside plain `json`,
with the garbage collector on, which takes both longer the larger the record is. A bundle of 100,000 is larger than one
JSON document may be, so it is read as lines and as parsed objects. Nothing here passes or fails.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from blinadss import fhir
from blinadss.fhir.parsing import LARGEST
from blinadss.loading import load_knowledge
from fhir_records import ON, bundle, diabetic, resources

SIZES = (100, 1_000, 10_000, 100_000)


def timed(*what: Callable[[], object], times: int) -> list[float]:
    """The shortest of several runs of each, in turns, in milliseconds."""
    shortest = [float("inf")] * len(what)
    for _ in range(times):
        for number, each in enumerate(what):
            start = perf_counter()
            each()
            shortest[number] = min(shortest[number], (perf_counter() - start) * 1000)
    return shortest


def side_by_side(name: str, text: bytes) -> None:
    """Print what one bundle takes us and fhir.resources."""
    how: dict[str, Any] = {"on": ON, "knowledge": load_knowledge()}
    ways = (
        partial(fhir.read_profile, text, **how),
        partial(fhir.read, text, **how),
        partial(Bundle.model_validate_json, text),
        partial(json.loads, text),
    )
    alone, reported, theirs, plain = timed(*ways, times=40)
    print(f"{name}, 200 entries, {len(text):,} bytes (json alone {plain:.2f} ms):")
    print(f"  to a profile {alone:.2f} ms, with its mapping report {reported:.2f} ms")
    times = f"{theirs / alone:.1f} and {theirs / reported:.1f} times as long"
    print(f"  fhir.resources parses the same text in {theirs:.1f} ms: {times}")


def growing(entries: int, read: Callable[[Any], object]) -> None:
    """Print what each entry of a record of that size takes, in each of its forms."""
    record = list(resources(entries))
    whole, lines = json.dumps(bundle(record)).encode(), "\n".join(map(json.dumps, record)).encode()
    ways: dict[str, Callable[[], object]] = {
        "bundle": partial(read, whole),
        "NDJSON": partial(read, lines),
        "objects": partial(read, record),
        "json alone": lambda: [json.loads(line) for line in lines.splitlines()],
    }
    if len(whole) > LARGEST:
        del ways["bundle"]
    took = timed(*ways.values(), times=3 if entries < 50_000 else 1)
    each = ", ".join(f"{way} {ms / entries * 1000:.1f}" for way, ms in zip(ways, took, strict=True))
    print(f"{entries:>7,} entries, {len(whole) / 2**20:6.1f} MiB, µs an entry: {each}")


def main() -> None:
    """Time all, and print what it took."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else max(SIZES)
    read = partial(fhir.read, on=ON, knowledge=load_knowledge())
    side_by_side("as US Core has it", json.dumps(bundle(list(resources(200)))).encode())
    side_by_side("of carebundle", diabetic())
    gc.freeze()  # the collector need not look through the classes of fhir.resources while records are read
    for entries in SIZES:
        if entries <= most:
            growing(entries, read)


if __name__ == "__main__":
    main()
