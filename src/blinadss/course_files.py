"""A course in a file: a list of events, each with its time, its kind and what belongs to that kind.

- {at: 2026-12-01T09:00, event: start, cycle: 1, level: starting}
- {at: 2026-12-04T15:30, event: toxicity, of: neurologic, grade: 3, scale: ctcae-v5}
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from blinadss.authoring import Entry
from blinadss.course import Course, CourseError, folded
from blinadss.errors import KnowledgeError, Mistake, Place, Problem, Problems, near, one_of, quoted
from blinadss.events import KINDS, LEVELS, TOXICITIES, Event, Moment
from blinadss.kinds import day
from blinadss.reading import Entries, Items, Node, Text, read_file
from blinadss.stamps import Refusal, stamped

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_KEYS = {kind: {each.name: each.default is MISSING for each in fields(event)} for kind, event in KINDS.items()}


def load_course(path: str | Path) -> Course:
    """The course in a YAML or JSON file (``-`` is standard input).

    Raises `CourseError` with every problem, each at its line. An event that cannot be
    read leaves open what it did, so contradictions are only looked for before the first.
    """
    node = read_file(path, CourseError)
    if not isinstance(node, Items):
        hint = "start each event with `- `, for example `- {at: 2026-12-01T09:00, event: seizure}`"
        raise CourseError(Problem("a course is a list of events", hint, node.place))
    problems: list[Problem] = []
    events = [(_event(item, problems), item.place) for item in node.items]
    if problems:
        raise CourseError(_in_order([*problems, *_contradictions(events)]))
    course, refused = folded(event for event, _ in events if event)
    if refused:
        raise CourseError(_at(events[number - 1][1], refusal) for number, refusal in refused)
    return course


def _contradictions(events: list[tuple[Event | None, Place]]) -> list[Problem]:
    """What can be said of the events although some cannot be read: all of those before, and each alone after them."""
    unread = next(number for number, (event, _) in enumerate(events) if event is None)
    found = [_at(events[number - 1][1], each) for number, each in folded(e for e, _ in events[:unread] if e)[1]]
    for number, (event, place) in enumerate(events[unread:], unread + 1):
        try:
            if event is not None:
                stamped(number, event)
        except Refusal as refusal:
            found.append(_at(place, refusal))
    return found


def _at(place: Place, refusal: Refusal) -> Problem:
    return Problem(refusal.problem, refusal.hint, place)


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda each: (each.place.line, each.place.column) if each.place else (0, 0))


def _event(node: Node, problems: list[Problem]) -> Event | None:
    """The event in one item of the list, or nothing if any part of it was wrong, which is noted."""
    own = Problems()
    kind = _kind(node, own)
    keys = _KEYS.get(kind, {"at": True})
    if kind in KINDS or not isinstance(node, Entries):
        required = ["event", *(key for key, needed in keys.items() if needed)]
        optional = [key for key, needed in keys.items() if not needed]
        what = f"{'an' if kind[:1] in {'e', 'i'} else 'a'} `{kind}`" if kind else "an event"
        entry = Entry(node, own, what, required=required, optional=optional)
    else:  # what else may stand there is not known
        entry = Entry(node, own, "an event", required=["at"], optional=list(node.entries))
    values = {key: entry.read(key, _READ[key], None) for key in keys if key in entry}
    try:
        own.raise_any()
    except KnowledgeError as error:
        problems += error.problems
        return None
    return KINDS[kind](**values)


def _kind(node: Node, problems: Problems) -> str:
    """The word under `event`, which is noted if it is none of those that there are."""
    if not isinstance(node, Entries):
        return ""
    written = node.entries.get("event")
    if written is None:
        problems.add(node.place, "an event has no `event`", f"write `event:` and {one_of(list(KINDS))}")
        return ""
    kind = " ".join(written.value.split()) if isinstance(written, Text) else ""
    if kind not in KINDS:
        hint = near(kind, list(KINDS)) or f"write {one_of(list(KINDS))}"
        problems.add(written.place, f"there is no event {quoted(kind)}", hint)
    return kind


def _moment(text: str) -> Moment:
    if _TIME.fullmatch(text) is None:
        if ":" in text:
            raise Mistake(f"{quoted(text)} is not a time", "write for example `2026-03-02T09:00`")
        return day(text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Mistake(f"{quoted(text)} is not a time of a day in the calendar", "check day, hour and zone") from None


def _whole(text: str) -> int:
    if re.fullmatch("[0-9]{1,4}", text) is None:
        raise Mistake(f"{quoted(text)} is not a whole number", "write for example `1`")
    return int(text)


def _grade(text: str) -> int:
    if re.fullmatch("(grade )?[0-9]", text) is None:
        raise Mistake(f"{quoted(text)} is not a grade", "write for example `3`")
    return int(text[-1])


def _one_of(key: str, *words: str) -> Callable[[str], str]:
    def chosen(text: str) -> str:
        if text not in words:
            raise Mistake(f"`{key}` cannot be {quoted(text)}", near(text, words) or f"write {one_of(words)}")
        return text

    return chosen


def _permanent(text: str) -> bool:
    return _one_of("permanent", "true", "false")(text) == "true"


_READ: dict[str, Callable[[str], Any]] = {
    "at": _moment,
    "cycle": _whole,
    "level": _one_of("level", *LEVELS),
    "of": _one_of("of", *TOXICITIES),
    "grade": _grade,
    "scale": str,
    "because": str,
    "permanent": _permanent,
}
