"""What each command does; how it is called is in `cli`. Only these modules read today's date."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blinadss.errors import UsageError, quoted
from blinadss.output import patience, target_of, write
from blinadss.patient_files import read_patient_file

if TYPE_CHECKING:
    from blinadss.findings import Assessment
    from blinadss.knowledge import KnowledgeBase
    from blinadss.report import Report
    from blinadss.result import Result

DOCUMENTS = ("markdown", "html", "pdf")  # the formats of a report; all but the first need the extra `report`


def assess(options: argparse.Namespace) -> int:
    """Assess one patient's file."""
    from blinadss.assessment import assess as assessed
    from blinadss.explanation import explain

    target = target_of(options)
    knowledge = knowledge_of(options)
    patient = read_patient_file(options, knowledge, today())
    with patient.placed(), patience("assessing"):
        assessment = assessed(
            patient.profile,
            on=patient.on,
            policies=options.policy,
            knowledge=knowledge,
            supposing=dict(options.suppose or ()),
        )
    if options.format in DOCUMENTS:
        from blinadss.report import assessment_report

        return _document(options, target, lambda: assessment_report(assessment, patient.profile, knowledge=knowledge))
    if options.format == "fhir":
        from blinadss.fhir.bundling import answer_bundle

        return _written(target, as_json(answer_bundle(assessment, knowledge, subject=patient.subject)))

    def text(made: Assessment, *, width: int, colour: bool) -> str:
        return explain(made, width=width, colour=colour) + patient.passages(width=width, colour=colour)

    return _answered(options, target, assessment, text)


def compare(options: argparse.Namespace) -> int:
    """Say which policies or editions answer differently about one patient, and what makes the difference."""
    from blinadss.contrast import compare as compared
    from blinadss.contrast_page import contrast_text

    target, knowledge = target_of(options), knowledge_of(options)
    patient = read_patient_file(options, knowledge, today())
    with patient.placed():
        made = compared(
            patient.profile, on=patient.on, policies=options.policies, dates=options.dates, knowledge=knowledge
        )
    return _answered(options, target, made, contrast_text)


def checklist(options: argparse.Namespace) -> int:
    """Write the checklist of one indication from a start."""
    from blinadss.checklists import checklist as listed

    target = target_of(options)
    knowledge = knowledge_of(options)
    patient = read_patient_file(options, knowledge, today())
    with patient.placed():
        made = listed(
            patient.profile,
            options.indication,
            start=starting(options.start, options.zone),
            cycle=options.cycle,
            bag=options.bag,
            ordered=options.ordered,
            on=patient.on,
            knowledge=knowledge,
        )
    if options.format in DOCUMENTS:
        from blinadss.report import checklist_report

        return _document(options, target, lambda: checklist_report(made, on=options.due))
    if options.format == "csv":
        from blinadss.checklist_table import checklist_csv

        return _written(target, checklist_csv(made, on=options.due))
    if options.format == "ics":
        from blinadss.checklist_calendar import checklist_ics

        return _written(target, checklist_ics(made, on=options.due))
    if options.format == "fhir":
        from blinadss.fhir.bundling import checklist_bundle

        return _written(target, as_json(checklist_bundle(made, subject=patient.subject)))
    from blinadss.checklist_page import checklist_text

    return _answered(options, target, made, partial(checklist_text, on=options.due))


def starting(start: date | datetime, zone: str | None) -> date | datetime:
    """The start in its time zone; raises `UsageError` for a zone that is not known here, or one without a time."""
    if zone is None:
        return start
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    if not isinstance(start, datetime):
        raise UsageError("a time zone needs a time of day", "write for example `--start 2026-12-01T09:00`")
    try:
        return start.replace(tzinfo=ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"there is no time zone {quoted(zone)}", "write for example `--zone Europe/Berlin`") from None


def grade(options: argparse.Namespace) -> int:
    """Grade what was seen in a patient, by each scale that is named, or by all."""
    import json

    from blinadss.grade_page import grades_text
    from blinadss.grading import grade as graded

    target, knowledge = target_of(options), knowledge_of(options)
    patient = read_patient_file(options, knowledge, today())
    scales = options.scale or [scale.id for system in knowledge.grading.values() for scale in system.scales]
    with patient.placed():
        grades = [graded(patient.profile, scale, on=patient.on, knowledge=knowledge) for scale in scales]
    if options.format == "json":
        return _written(target, json.dumps([each.model_dump(mode="json") for each in grades], indent=2) + "\n")
    width, colour = look(target)
    return _written(target, grades_text(grades, width=width, colour=colour))


def course(options: argparse.Namespace) -> int:
    """Say how a course stands, what to do about its toxicities and what is due."""
    from blinadss.course_advice import advise_course
    from blinadss.course_files import load_course
    from blinadss.course_page import course_text

    target, knowledge = target_of(options), knowledge_of(options)
    patient = read_patient_file(options, knowledge, today())
    events = load_course(options.events)
    last = events.events[-1].at if len(events) else None
    at = options.at or last or today()
    if isinstance(at, datetime) and options.zone:
        at = starting(at, options.zone)
    with patient.placed():
        advice = advise_course(events, patient.profile, options.indication, at=at, bag=options.bag, knowledge=knowledge)
    return _answered(options, target, advice, course_text)


def _document(options: argparse.Namespace, target: Path | None, report: Callable[[], Report]) -> int:
    """Write a report as a document."""
    from blinadss.report import to_html, to_markdown, to_pdf

    writers: dict[str, Callable[[Report], str | bytes]] = {"html": to_html, "markdown": to_markdown, "pdf": to_pdf}
    with patience("writing the report"):
        content = writers[options.format](report())
    return _written(target, content)


def _written(target: Path | None, content: str | bytes) -> int:
    note_absent_engines()
    write(target, content)
    return 0


def as_json(resource: Mapping[str, Any]) -> str:
    """A resource of FHIR as JSON text."""
    import json

    return json.dumps(resource, indent=2, ensure_ascii=False) + "\n"


def _answered(options: argparse.Namespace, target: Path | None, made: Result, text: Callable[..., str]) -> int:
    """Write an answer as JSON, or in words for where it goes."""
    if options.format == "json":
        return _written(target, made.model_dump_json(indent=2) + "\n")
    width, colour = look(target)
    return _written(target, text(made, width=width, colour=colour))


def look(target: Path | None) -> tuple[int, bool]:
    """How wide a text is written, and whether in colours."""
    from shutil import get_terminal_size

    terminal = target is None and sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return (min(get_terminal_size().columns, 110) if terminal else 96), colour


def check_profile_file(options: argparse.Namespace) -> int:
    """Say in what a patient's file contradicts itself; 2 if it does."""
    import json

    from blinadss.consistency import check_profile
    from blinadss.consistency_page import contradictions_text

    target, knowledge = target_of(options), knowledge_of(options)
    options.profile = options.what
    patient = read_patient_file(options, knowledge, today())
    with patient.placed():
        found = check_profile(patient.profile, on=patient.on, knowledge=knowledge)
    note_absent_engines()
    if options.format == "json":
        write(target, json.dumps([each.model_dump(mode="json") for each in found], indent=2, ensure_ascii=False) + "\n")
    else:
        width, colour = look(target)
        write(target, contradictions_text(found, width=width, colour=colour))
    return 2 if found else 0


def policies(options: argparse.Namespace) -> int:
    """List the policies and their editions."""
    from blinadss.vocabulary import policies_text

    print(policies_text(knowledge_of(options), options.on or today()), end="")
    return 0


def today() -> date:
    """The day on which a command runs, in the user's own calendar."""
    return date.today()  # noqa: DTZ011


def counted(number: int, one: str, many: str = "") -> str:
    """``no scenarios``, ``1 scenario``, ``2 scenarios``."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def knowledge_of(options: argparse.Namespace) -> KnowledgeBase:
    """The knowledge to use, with the user's own freshness windows and codes if there are any."""
    from blinadss.loading import load_knowledge, with_codes, with_windows

    knowledge = load_knowledge(options.knowledge)
    if getattr(options, "codes", None):
        knowledge = with_codes(knowledge, options.codes)
    return with_windows(knowledge, options.fresh_for) if getattr(options, "fresh_for", None) else knowledge


def note_absent_engines() -> None:
    """Say, once a command, which engine cannot run here; the answers say which did."""
    from blinadss.engines import ABSENT

    for name, why in ABSENT.items():
        print(f"note: answered without the engine `{name}`: {why}", file=sys.stderr)
