"""How long a checklist takes: one cycle and nine, with days and with times, as text, CSV and calendar.

    python benchmarks/checklist.py

Asked of it: nine cycles in under 20 ms. Ratios are to one cycle, taken side by side in one run.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

from blinadss import checklist, load_knowledge, load_profile
from blinadss.checklist_calendar import checklist_ics
from blinadss.checklist_page import checklist_text
from blinadss.checklist_table import checklist_csv
from blinadss.guidance import Checklist

PATIENT = {
    "patient": {"birth_date": "1981-02-03", "weight": "71 kg", "height": "174 cm"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "course": "relapsed"},
}
START, BERLIN = date(2026, 12, 1), datetime(2027, 3, 20, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def milliseconds(call: Callable[[], object], rounds: int = 15) -> float:
    """The median time of a call, the first of which is not counted."""
    call()
    times = []
    for _ in range(rounds):
        begun = perf_counter()
        call()
        times.append((perf_counter() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    """Print the figures, each with its ratio to the first."""
    knowledge, profile = load_knowledge(), load_profile(PATIENT)

    def made(
        start: date | datetime, cycle: int | None, bag: timedelta | None = None, engines: Sequence[str] | None = None
    ) -> Checklist:
        return checklist(
            profile,
            "us-label/relapsed-refractory",
            start=start,
            cycle=cycle,
            bag=bag,
            knowledge=knowledge,
            engines=engines,
        )

    bag = timedelta(hours=96)
    nine = made(START, None, bag)
    cases: dict[str, Callable[[], object]] = {
        "one cycle, days": lambda: made(START, 1, bag),
        "nine cycles, days": lambda: made(START, None, bag),
        "nine cycles, times in a zone": lambda: made(BERLIN, None, bag),
        "nine cycles, reference alone": lambda: made(START, None, bag, engines=["reference"]),
        "nine cycles as text": lambda: checklist_text(nine),
        "nine cycles as CSV": lambda: checklist_csv(nine),
        "nine cycles as JSON": nine.model_dump_json,
        "nine cycles as a calendar": lambda: checklist_ics(nine),
    }
    first = None
    for name, call in cases.items():
        taken = milliseconds(call)
        first = taken if first is None else first
        print(f"{name:30} {taken:8.2f} ms   ×{taken / first:.1f}")
    print(f"{len(nine.items)} items, {len(nine.entries)} entries in nine cycles")


if __name__ == "__main__":
    main()
