"""How long a course takes to fold, at 1,000, 10,000 and 100,000 events, and how long rules take for the same patterns.

Prints figures and ratios taken in one run; nothing here passes or fails.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from blinadss.course import Course
from blinadss.events import BagChange, End, Event, Interruption, Restart, Seizure, Start, Step, Toxicity

FIRST = datetime(2026, 1, 1, 9, tzinfo=timezone(timedelta(hours=1)))


def events_of(count: int, start: datetime) -> list[Event]:
    """So many events of cycles that each see everything there is, a minute apart."""
    found: list[Event] = []
    cycle = 0
    while len(found) < count:
        cycle += 1
        at = [start + timedelta(minutes=len(found) + number) for number in range(10)]
        found += [
            Start(at[0], cycle, "starting"),
            BagChange(at[1]),
            Toxicity(at[2], "neurologic", 3, "ctcae-v5"),
            Interruption(at[3]),
            Seizure(at[4]),
            Toxicity(at[5], "neurologic", 1, "ctcae-v5"),
            Restart(at[6], "starting"),
            Step(at[7], "full"),
            Toxicity(at[8], "crs", cycle % 3),
            End(at[9], permanent=False),
        ]
    return found[:count]


def milliseconds(run: Callable[[], object], rounds: int = 9, *, collecting: bool = True) -> float:
    """The median time of one call, after one that does not count, with or without Python's garbage collector."""
    times = []
    for _ in range(rounds + 1):
        gc.collect()
        if not collecting:
            gc.disable()
        start = time.perf_counter()
        kept = run()
        times.append((time.perf_counter() - start) * 1000)
        gc.enable()
        del kept
    return statistics.median(times[1:])


def thens(events: list[Event]) -> Course:
    """The course, grown event by event."""
    course = Course()
    for event in events:
        course = course.then(event)
    return course


def main() -> None:
    """Fold, fold event by event, and ask."""
    before: dict[str, float] = {}
    for count in (1_000, 10_000, 100_000):
        for name, start in (("with a zone", FIRST), ("without", FIRST.replace(tzinfo=None))):
            events = events_of(count, start)
            course, last = Course.of(events), events[-1].at
            figures = {
                "of": milliseconds(lambda events=events: Course.of(events)),  # type: ignore[misc]
                "of, collector off": milliseconds(lambda events=events: Course.of(events), collecting=False),  # type: ignore[misc]
                "then": milliseconds(lambda events=events: thens(events)),  # type: ignore[misc]
                "patterns": milliseconds(course.patterns),
            }
            shown = []
            for what, took in figures.items():
                earlier = before.get(what + name)
                ratio = f" ({took / earlier:.1f} times)" if earlier else ""
                shown.append(f"{what} {took:.1f} ms{ratio}")
                before[what + name] = took
            asked = milliseconds(lambda course=course, last=last: course.facts(last)) * 1000  # type: ignore[misc]
            print(f"{count:,} events, times {name}: {', '.join(shown)}; facts at the end {asked:.0f} µs")
    small = Course.of(events_of(100, FIRST))
    one = milliseconds(small.patterns)
    both = milliseconds(small.correlated)
    print(f"100 events: patterns by the fold {one:.2f} ms, by the fold and by rules {both:.2f} ms")


if __name__ == "__main__":
    main()
