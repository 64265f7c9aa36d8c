"""A course in a file: read event by event, and everything wrong with it said at once, at its line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from blinadss.course import Course, CourseError
from blinadss.course_files import load_course
from blinadss.events import (
    KINDS,
    BagChange,
    End,
    Interruption,
    Resolution,
    Restart,
    Seizure,
    Start,
    Step,
    Toxicity,
)

EVERY = """\
# one event a line
- {at: 2026-12-01T09:00, event: start, cycle: 1, level: starting}
- {at: 2026-12-05 09:00, event: bag_change}
- {at: 2026-12-06 09:00, event: toxicity, of: neurologic, grade: 3, scale: ctcae-v5}
- {at: 2026-12-06 09:10:30, event: seizure}
- at: 2026-12-06 10:00
  event: interruption
  because: a seizure, and
    confusion
- {at: 2026-12-09 09:00, event: resolution, of: neurologic}
- {at: 2026-12-10 09:00, event: restart, level: starting}
- {at: 2026-12-17 09:00, event: step, level: full}
- {at: 2026-12-18 09:00, event: toxicity, of: crs, grade: grade 1}
- {at: 2026-12-31 09:00, event: end, permanent: false}
"""

RUNS = "started the infusion, and it has run since"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "course.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def wrong(tmp_path: Path, text: str) -> list[tuple[int, str, str | None]]:
    """The line, problem and hint of everything wrong with a course."""
    with pytest.raises(CourseError) as caught:
        load_course(written(tmp_path, text))
    return [(each.place.line if each.place else 0, each.problem, each.hint) for each in caught.value.problems]


def december(day: int, hour: int = 9, *more: int) -> datetime:
    return datetime(2026, 12, day, hour, *more)  # type: ignore[arg-type]  # noqa: DTZ001


def test_every_kind_of_event_is_read(tmp_path: Path) -> None:
    course = load_course(written(tmp_path, EVERY))
    assert course == Course.of(
        [
            Start(december(1), 1, "starting"),
            BagChange(december(5)),
            Toxicity(december(6), "neurologic", 3, "ctcae-v5"),
            Seizure(december(6, 9, 10, 30)),
            Interruption(december(6, 10), "a seizure, and confusion"),
            Resolution(december(9), "neurologic"),
            Restart(december(10), "starting"),
            Step(december(17), "full"),
            Toxicity(december(18), "crs", 1),
            End(december(31), permanent=False),
        ]
    )
    assert {type(event) for event in course.events} == set(KINDS.values())


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("2026-12-01T09:00+01:00", december(1).replace(tzinfo=timezone(timedelta(hours=1)))),
        ("2026-12-01T09:00Z", december(1).replace(tzinfo=UTC)),
        ('"2026-12-01 09:00"', december(1)),
    ],
)
def test_a_time_is_a_day_a_time_or_a_time_with_a_zone(tmp_path: Path, text: str, at: date) -> None:
    course = load_course(written(tmp_path, f"- {{at: {text}, event: seizure}}"))
    assert course.events == (Seizure(at),)
    assert type(course.events[0].at) is type(at)


def test_json_is_read_as_well(tmp_path: Path) -> None:
    text = '[{"at": "2026-12-01T09:00", "event": "start", "cycle": 1, "level": "full"}]'
    assert load_course(written(tmp_path, text)).events == (Start(december(1), 1, "full"),)


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        ("{at: 2026-12-01, event: seizures}", "there is no event `seizures`", "did you mean `seizure`?"),
        ("{at: 2026-12-01, event: [seizure]}", "there is no event an empty text", None),
        ("{at: 2026-12-01}", "an event has no `event`", None),
        ("{event: seizure}", "a `seizure` has no `at`", None),
        ("{at: 2026-12-01, event: step}", "a `step` has no `level`", None),
        ("{at: 2026-12-01, event: step, levle: full, level: full}", "a `step` has no `levle`",
         "did you mean `level`?"),
        ("{at: 2026-12-01, event: interruption, grade: 3}", "an `interruption` has no `grade`",
         "write `event`, `at` or `because`"),
        ("{at: 2026-12-01, event: start, cycle: one, level: full}", "`one` is not a whole number",
         "write for example `1`"),
        ("{at: 2026-12-01, event: restart, level: Full}", "`level` cannot be `Full`", "did you mean `full`?"),
        ("{at: 2026-12-01, event: toxicity, of: crs, grade: 3.5}", "`3.5` is not a grade", "write for example `3`"),
        ("{at: 2026-12-01, event: resolution, of: cr}", "`of` cannot be `cr`", "did you mean `crs`?"),
        ("{at: 2026-12-01, event: end, permanent: yes}", "`permanent` cannot be `yes`", "write `true` or `false`"),
        ("{at: 2026-12-01, event: end}", "an `end` has no `permanent`", None),
        ("{at: 2026-12-01 9:00, event: seizure}", "`2026-12-01 9:00` is not a time",
         "write for example `2026-03-02T09:00`"),
        ("{at: 2026-12-01T25:00, event: seizure}", "`2026-12-01T25:00` is not a time of a day in the calendar",
         "check day, hour and zone"),
        ("{at: 2026-02-30, event: seizure}", "`2026-02-30` is not a day in the calendar",
         "check the month and the day"),
        ("{at: 01/12/2026, event: seizure}", "`01/12/2026` is not a date",
         "write year-month-day, for example `2026-03-02`"),
        ("{at: , event: seizure}", "`at` needs some text", None),
        ("seizure", "an event is a group of `key: value` lines", None),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_at_its_line(tmp_path: Path, line: str, problem: str, hint: str | None) -> None:
    found = wrong(tmp_path, f"# a course\n- {line}\n")
    assert [(number, said) for number, said, _ in found] == [(2, problem)]
    if hint is not None:
        assert found[0][2] == hint


def test_what_contradicts_is_named_at_its_line(tmp_path: Path) -> None:
    text = EVERY.replace("event: seizure}", "event: restart, level: full}").replace("of: neurologic}", "of: liver}")
    assert [(line, problem) for line, problem, _ in wrong(tmp_path, text)] == [
        (5, "event 4 (restart, 2026-12-06 09:10:30) cannot be: event 1 (start, 2026-12-01 09:00) " + RUNS),
        (10, "event 6 (resolution, 2026-12-09 09:00) resolves a toxicity (liver) that never was"),
    ]  # fmt: skip


def test_an_event_that_cannot_be_read_leaves_open_what_follows_from_it(tmp_path: Path) -> None:
    """No contradiction is made up because of an event that is there but misspelt; what is wrong anyhow is said."""
    text = """\
- {at: 2026-12-01, event: restart, level: full}
- {at: 2026-12-02, event: strat, cycle: 1, level: full}
- {at: 2026-12-03, event: interruption}
- {at: 2026-12-03, event: toxicity, of: crs, grade: 9}
- {at: 2026-12-04, event: restart, levl: full}
"""
    assert [(line, problem) for line, problem, _ in wrong(tmp_path, text)] == [
        (1, "event 1 (restart, 2026-12-01) cannot be: no event before it started the infusion"),
        (2, "there is no event `strat`"),
        (4, "event 4 (toxicity, 2026-12-03): there is no grade `9`"),
        (5, "a `restart` has no `level`"),
        (5, "a `restart` has no `levl`"),
    ]


def test_a_message_shows_the_authors_own_line(tmp_path: Path) -> None:
    path = written(tmp_path, "- {at: 2026-12-01, event: seizures}\n")
    with pytest.raises(CourseError) as caught:
        load_course(path)
    line = "- {at: 2026-12-01, event: seizures}"
    caret = " " * line.index("seizures") + "^"
    assert str(caught.value) == (
        f"{path}:1:27: there is no event `seizures`\n    {line}\n    {caret}\n  hint: did you mean `seizure`?"
    )


@pytest.mark.parametrize("text", ["start: 1\n", "seizure\n", "", "- [\n"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CourseError):
        load_course(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(CourseError, match="there is no such file"):
        load_course("nowhere.yaml")
