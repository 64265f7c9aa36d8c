"""How long reports take, on generated patients under both labels, and whether a thousand of them leave memory behind.

Prints figures and ratios taken in one run; nothing here passes or fails.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import blinadss
from blinadss.loading import load_knowledge
from blinadss.profile import PatientProfile
from blinadss.report import Report, assessment_report, checklist_report, to_html, to_markdown, to_pdf
from further import patients

ON = date(2026, 11, 22)
START = datetime(2026, 12, 1, 9, tzinfo=timezone(timedelta(hours=1)))


def timed(make: Callable[[Any], object], each: Sequence[Any]) -> list[float]:
    """Milliseconds for each."""
    took = []
    for one in each:
        begun = time.perf_counter()
        make(one)
        took.append((time.perf_counter() - begun) * 1000)
    return took


def line(name: str, took: Sequence[float]) -> None:
    """How long something took: the first time, and then."""
    ordered = sorted(took)
    print(
        f"{name:34} first {took[0]:7.1f} ms, then median {statistics.median(took[1:]):6.1f} ms, "
        f"95th percentile {ordered[int(len(ordered) * 0.95)]:6.1f} ms, longest {max(took[1:]):6.1f} ms"
    )


def resident() -> float:
    """Memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


def assessed(profile: PatientProfile) -> Report:
    """The report of an assessment."""
    return assessment_report(blinadss.assess(profile, on=ON, engines=["reference"]), profile)


def listed(profile: PatientProfile) -> Report:
    """The report of a checklist of one cycle."""
    made = blinadss.checklist(
        profile, "us-label/relapsed-refractory", start=START, cycle=1, on=ON, engines=["reference"]
    )
    return checklist_report(made)


def main(count: int, many: int) -> None:
    """Print how long ``count`` reports take, and what ``many`` of them leave behind."""
    profiles = [profile for profile, _ in patients(load_knowledge(), max(count, many))]
    answered = [(blinadss.assess(each, on=ON), each) for each in profiles[:count]]
    print(f"{count} assessments of generated patients under both labels")
    line("assess, both engines", timed(lambda each: blinadss.assess(each, on=ON), profiles[:count]))
    line("the view model, pictures included", timed(lambda each: assessment_report(*each), answered))
    reports = [assessment_report(*each) for each in answered]
    html = timed(to_html, reports)
    line("HTML", html)
    line("Markdown", timed(to_markdown, reports))
    pdf = timed(to_pdf, reports)
    line("PDF", pdf)
    print(f"PDF takes {statistics.median(pdf) / statistics.median(html):.1f} times as long as HTML")
    lists = [listed(each) for each in profiles[: count // 4]]
    print(f"{len(lists)} checklists of one cycle")
    line("HTML", timed(to_html, lists))
    line("PDF", timed(to_pdf, lists))

    print(f"{many} reports in one process, each as HTML and PDF:")
    for number, profile in enumerate(profiles[:many], 1):
        report = listed(profile) if number % 10 == 0 else assessed(profile)
        to_html(report)
        to_pdf(report)
        if number % (many // 10) == 0:
            gc.collect()
            print(f"  after {number:5}: {resident():6.0f} MB")


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:]) if len(sys.argv) > 2 else (100, 1000))
