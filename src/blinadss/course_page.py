"""How a course stands, in words: what has run, what to do about each toxicity, whether to stop, what is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from blinadss.citing import sources
from blinadss.course_advice import CourseAdvice
from blinadss.events import Moment
from blinadss.findings import Cited
from blinadss.guidance import ActionAdvice, ToxicityAdvice
from blinadss.page import Page
from blinadss.toxicity_page import toxicity_lines

_WHAT = {"step": "Step to the full dose", "bag_change": "Change the bag", "end": "End of the infusion"}


def course_text(advice: CourseAdvice, *, width: int = 96, colour: bool = False) -> str:
    """The whole answer as text, ``width`` columns wide."""
    page = Page(width, colour=colour)
    page.paragraph(f"Course at {_moment(advice.at)}", "", style="strong")
    page.paragraph(f"{advice.indication}, edition of {advice.edition}; {advice.events} events", "")
    _state(page, advice)
    for stop in advice.stops:
        confirm = f" ({stop.confirm})" if stop.confirm else ""
        page.headed("STOP FOR GOOD", "bad", f"due since {_moment(stop.at)}: {stop.do}{confirm} [{stop.row}]")
    page.line("")
    page.paragraph("DUE", "", style="strong")
    if not advice.due:
        over = "the treatment is to be stopped for good" if advice.stops else "the infusion is not running"
        page.paragraph(f"Nothing: {over}.", "  ")
    for due in advice.due:
        late = " OVERDUE" if due.overdue else ""
        page.labelled(_moment(due.at), "bad" if due.overdue else "strong", f"{_WHAT[due.what]}{late}", indent=24)
    page.line("")
    page.paragraph("WHAT TO DO NOW", "", style="strong")
    if advice.graded_by:
        page.paragraph(advice.graded_by, "  ", style="faint")
    shown = [each for each in advice.toxicities if each.action or (each.unless and _spoken_of(each, advice))]
    if not shown:
        page.paragraph("No row on toxicities applies to what the course says.", "  ")
    for toxicity in shown:
        toxicity_lines(page, toxicity, only=(toxicity.action, *toxicity.unless), waiting=_waiting(toxicity, advice))
    told = (row for each in shown for row in each.rows if row.id in (each.action, *each.unless))
    sources(page, (cited for row in told for cited in _cited(row)))
    page.line("")
    page.paragraph(
        f"Answered by {' and '.join(advice.engines)}; knowledge {advice.fingerprint[:19]}.", "", style="faint"
    )
    return "\n".join(page.lines) + "\n"


def _state(page: Page, advice: CourseAdvice) -> None:
    if advice.cycle is None:
        page.paragraph("The infusion has not started.", "")
        return
    days = f"{(Decimal(advice.infused_hours) / 24).quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")
    ran = f"{days} of {advice.of_days} days of infusion"
    if advice.permanent:
        page.headed("ENDED FOR GOOD", "bad", f"cycle {advice.cycle}, {ran}")
    elif advice.ended:
        page.headed("ENDED", "open", f"cycle {advice.cycle}, {ran}")
    elif advice.running:
        page.headed("RUNNING", "good", f"cycle {advice.cycle}, {advice.level} dose, {ran}")
    else:
        since = _moment(advice.interrupted_since) if advice.interrupted_since else "?"
        page.headed("STOPPED", "open", f"since {since}, cycle {advice.cycle}, {ran}")
    for fact, text in advice.facts.items():
        if fact.startswith(("toxicity.", "infusion.")):
            page.paragraph(f"{fact}: {text}", "  ", style="faint")


def _waiting(toxicity: ToxicityAdvice, advice: CourseAdvice) -> str:
    """What a row that says to go on has to wait for: another toxicity that keeps the infusion stopped."""
    others = [each.title for each in advice.toxicities if each.id in advice.stopped_by and each.id != toxicity.id]
    return " and ".join(others)


def _cited(row: ActionAdvice) -> Iterator[Cited]:
    yield from row.cite
    for dose in (*row.give, *row.restart):
        yield from dose.cite


def _spoken_of(toxicity: ToxicityAdvice, advice: CourseAdvice) -> bool:
    """Whether the course says anything of the toxicity at all."""
    return toxicity.fact in advice.facts


def _moment(moment: Moment) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else moment.isoformat()
