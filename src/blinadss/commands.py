"""What each command does; how it is called is in `cli`. Only these modules read today's date."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from blinadss.errors import ProfileError, UsageError, quoted
from blinadss.output import target_of, write

if TYPE_CHECKING:
    from blinadss.knowledge import KnowledgeBase
    from blinadss.profile import PatientProfile
    from blinadss.reading import Node


def assess(options: argparse.Namespace) -> int:
    """Assess one patient's file."""
    from blinadss.assessment import assess as assessed
    from blinadss.explanation import explain
    from blinadss.intake import read_patient

    target = target_of(options)
    knowledge = _knowledge(options)
    profile, node = read_patient(options.profile)
    on = _on(options, profile)
    with _placed(node):
        assessment = assessed(
            profile, on=on, policies=options.policy, knowledge=knowledge, supposing=dict(options.suppose or ())
        )
    _note_absent_engines()
    if options.format == "json":
        write(target, assessment.model_dump_json(indent=2) + "\n")
    else:
        width, colour = _look(target)
        write(target, explain(assessment, width=width, colour=colour))
    return 0


def checklist(options: argparse.Namespace) -> int:
    """Write the checklist of one indication from a start."""
    from blinadss.checklists import checklist as listed
    from blinadss.intake import read_patient

    target = target_of(options)
    knowledge = _knowledge(options)
    profile, node = read_patient(options.profile)
    on = _on(options, profile)
    with _placed(node):
        made = listed(
            profile,
            options.indication,
            start=starting(options.start, options.zone),
            cycle=options.cycle,
            bag=options.bag,
            ordered=options.ordered,
            on=on,
            knowledge=knowledge,
        )
    _note_absent_engines()
    if options.format == "json":
        write(target, made.model_dump_json(indent=2) + "\n")
    elif options.format == "csv":
        from blinadss.checklist_table import checklist_csv

        write(target, checklist_csv(made, on=options.due))
    elif options.format == "ics":
        from blinadss.checklist_calendar import checklist_ics

        write(target, checklist_ics(made, on=options.due))
    else:
        from blinadss.checklist_page import checklist_text

        width, colour = _look(target)
        write(target, checklist_text(made, on=options.due, width=width, colour=colour))
    return 0


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
    from blinadss.intake import read_patient

    target, knowledge = target_of(options), _knowledge(options)
    profile, node = read_patient(options.profile)
    on = _on(options, profile)
    scales = options.scale or [scale.id for system in knowledge.grading.values() for scale in system.scales]
    with _placed(node):
        grades = [graded(profile, scale, on=on, knowledge=knowledge) for scale in scales]
    _note_absent_engines()
    if options.format == "json":
        write(target, json.dumps([each.model_dump(mode="json") for each in grades], indent=2) + "\n")
    else:
        width, colour = _look(target)
        write(target, grades_text(grades, width=width, colour=colour))
    return 0


def course(options: argparse.Namespace) -> int:
    """Say how a course stands, what to do about its toxicities and what is due."""
    from blinadss.course_advice import advise_course
    from blinadss.course_files import load_course
    from blinadss.course_page import course_text
    from blinadss.intake import read_patient

    target, knowledge = target_of(options), _knowledge(options)
    profile, node = read_patient(options.profile)
    events = load_course(options.events)
    last = events.events[-1].at if len(events) else None
    at = options.at or last or date.today()  # noqa: DTZ011
    if isinstance(at, datetime) and options.zone:
        at = starting(at, options.zone)
    with _placed(node):
        advice = advise_course(events, profile, options.indication, at=at, bag=options.bag, knowledge=knowledge)
    _note_absent_engines()
    if options.format == "json":
        write(target, advice.model_dump_json(indent=2) + "\n")
    else:
        width, colour = _look(target)
        write(target, course_text(advice, width=width, colour=colour))
    return 0


def _on(options: argparse.Namespace, profile: PatientProfile) -> date:
    """The day of assessment: as called for, as the profile says, or today."""
    return options.on or profile.assessed_on or date.today()  # noqa: DTZ011 - the patient's own calendar day


@contextmanager
def _placed(node: Node) -> Iterator[None]:
    """Say of what is wrong with a profile where it stands in the patient's file."""
    from blinadss.intake import located

    try:
        yield
    except ProfileError as error:
        raise located(error, node) from None


def _look(target: Path | None) -> tuple[int, bool]:
    """How wide a text is written, and whether in colours."""
    from shutil import get_terminal_size

    terminal = target is None and sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return (min(get_terminal_size().columns, 110) if terminal else 96), colour


def check(options: argparse.Namespace) -> int:
    """Say what is legal but unwise in a folder of criteria; 1 if anything is."""
    from blinadss.checks import check as checked
    from blinadss.loading import load_knowledge, shipped_criteria
    from blinadss.normal_form import sizes

    folder = Path(options.folder) if options.folder else shipped_criteria()
    knowledge = load_knowledge(folder)
    found = checked(knowledge, folder)
    warnings = [each for each in found if not each.known]
    for each in found:
        print(each)
    known = f", {_counted(len(found) - len(warnings), 'known flaw')} of a source" if len(found) > len(warnings) else ""
    by_size = sorted(sizes(knowledge).items(), key=lambda each: -sum(each[1]))
    for (policy, edition), (yes, no) in by_size[: None if options.sizes else 1]:
        largest = "" if options.sizes else "the largest normal form: "
        print(f"{largest}{policy} of {edition}: {_counted(yes, 'set')} of findings settle a yes, {no or 'none'} a no")
    print(f"{_counted(len(knowledge.criteria), 'criterion', 'criteria')}: {_counted(len(warnings), 'warning')}{known}")
    return 1 if warnings else 0


def test(options: argparse.Namespace) -> int:
    """Run scenarios, then break everything on purpose; 1 if a scenario fails or a breakage goes unnoticed."""
    from blinadss.pinned import unnoticed
    from blinadss.scenario_files import load_scenarios
    from blinadss.scenarios import run

    folder = Path(options.folder or "scenarios")
    knowledge = _knowledge(options)
    scenarios = load_scenarios(folder, knowledge)
    failures = [failure for scenario in scenarios for failure in run(scenario, knowledge)]
    _note_absent_engines()
    for failure in failures:
        print(failure)
    print(f"{_counted(len(scenarios), 'scenario')}: {_counted(len(failures), 'failure')}")
    if failures or options.no_breakages:
        return 1 if failures else 0
    total, missed = unnoticed(knowledge, scenarios, only=options.policy, listed=print if options.list else None)
    for breakage in missed:
        print(f"no scenario notices: {breakage}")
    print(f"{_counted(total, 'breakage')}: {total - len(missed)} noticed, {len(missed) or 'none'} unnoticed")
    return 1 if missed else 0


def facts(options: argparse.Namespace) -> int:
    """List every fact a profile can hold."""
    from blinadss.vocabulary import vocabulary_markdown, vocabulary_text

    knowledge = _knowledge(options)
    write(
        target_of(options),
        vocabulary_markdown(knowledge) if options.format == "markdown" else vocabulary_text(knowledge),
    )
    return 0


def policies(options: argparse.Namespace) -> int:
    """List the policies and their editions."""
    from blinadss.vocabulary import policies_text

    on = options.on or date.today()  # noqa: DTZ011
    print(policies_text(_knowledge(options), on), end="")
    return 0


def show(options: argparse.Namespace) -> int:
    """Show something of the knowledge in words, or write the whole handbook."""
    from blinadss.handbook import GENERATED, handbook
    from blinadss.treatment_prose import show as shown

    knowledge = _knowledge(options)
    if options.write is None:
        for name in options.id:
            print(shown(knowledge, name), end="")
        return 0
    folder, pages = Path(options.write), handbook(knowledge)
    before = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.md")}
    foreign = [path for path in before.values() if GENERATED not in path.read_text(encoding="utf-8")]
    if foreign:
        raise UsageError(f"{foreign[0]}: is not a page of the handbook", "name a folder that holds nothing else")
    for name, text in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, text)
    for name in before.keys() - pages.keys():
        before[name].unlink()
    print(f"{_counted(len(pages), 'page')} in {folder}")
    return 0


def schema(options: argparse.Namespace) -> int:
    """Print a JSON Schema."""
    from blinadss.vocabulary import schema_text

    write(target_of(options), schema_text(options.of))
    return 0


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"


def _knowledge(options: argparse.Namespace) -> KnowledgeBase:
    """The knowledge to use, with the user's own freshness windows if there are any."""
    from blinadss.loading import load_knowledge, with_windows

    knowledge = load_knowledge(options.knowledge)
    return with_windows(knowledge, options.fresh_for) if getattr(options, "fresh_for", None) else knowledge


def _note_absent_engines() -> None:
    """Say, once a command, which engine cannot run here; the answers say which did."""
    from blinadss.engines import ABSENT

    for name, why in ABSENT.items():
        print(f"note: answered without the engine `{name}`: {why}", file=sys.stderr)
