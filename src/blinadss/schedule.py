"""When something is done: one line of the schedule language, read and written.

line   = [before] anchor [", day N" | ", days N-M"] [", every LENGTH"]
before = "before" | "LENGTH before" | "within LENGTH before" | "A-LENGTH before"
       | "at the end of" | "for LENGTH after the end of" | "at"
anchor = "cycle N" | "cycles N-M" | "cycle N onwards" | "every cycle" | "the last cycle"
       | "every step of dose" | "every bag change" | "every restart" ["after >= LENGTH" ["in cycle N"]]

A cycle is met on its days, an event ("every …") at the moment it happens; days after an event are counted from it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple, cast

from blinadss.errors import Mistake, close_to, quoted

Unit = Literal["minute", "hour", "day", "week"]
AnchorKind = Literal["cycle", "step", "restart", "bag change"]
Moment = Literal["on days", "before", "at end", "after end", "at"]

MOST = 999  # the largest number in a line: a cycle, a day, or a count of hours
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(1), "week": timedelta(7)}
_EVENTS: dict[str, AnchorKind] = {"step of dose": "step", "bag change": "bag change", "restart": "restart"}
_PHRASES = {kind: f"every {words}" for words, kind in _EVENTS.items()}
_ANCHORS = ("cycle N", "cycles N-N", "cycle N onwards", "every cycle", "the last cycle", *_PHRASES.values(),
            "every restart after >= 4 hours", "every restart after >= 4 hours in cycle N")  # fmt: skip
_LENGTH = "[0-9]+[ ](?:minute|hour|day|week)s?"
_HEAD = re.compile(
    rf"""(?: (?:(?P<within>within[ ])?(?:(?P<least>[0-9]+)-)?(?P<lead>{_LENGTH})[ ])?(?P<before>before)
           | for[ ](?P<lasts>{_LENGTH})[ ]after[ ]the[ ]end[ ]of
           | (?P<end>at[ ]the[ ]end[ ]of)
           | (?P<at>at) )[ ](?P<anchor>.+)""",
    re.VERBOSE,
)
_CYCLES = re.compile(r"cycle ([0-9]+)( onwards)?|cycles ([0-9]+)-([0-9]+)|every cycle|the last cycle")
_EVENT = re.compile(
    rf"every (?P<event>{'|'.join(_EVENTS)})"
    rf"(?:(?<=restart) after >= (?P<stop>{_LENGTH})(?: in cycle (?P<cycle>[0-9]+))?)?"
)
_DAYS = re.compile(r"day ([0-9]+)|days ([0-9]+)-([0-9]+)")
_EVERY = re.compile(rf"every (?P<every>{_LENGTH})")

# What people write instead, rewritten in this order. Never read as meant: the line that results is the hint.
_CYCLE = r"cycles? [0-9-]+(?: onwards)?|every cycle|the last cycle"
_TYPED = (
    (r"[–—−]", "-"), ("≥", ">="), (r"[;,]", ", "), (r"\s+", " "), (r" ,|, ,", ","), (r"^ | $|,? ?\.?$", ""),
    (r"(?<=[0-9]) ?(?:-|to|until) ?(?=[0-9])", "-"), (r">= ?", ">= "), (r"\bq ?(?=[0-9])", "every "),
    (r"([0-9]) ?(?:h|hr|hrs|hourly)\b", r"\1 hours"), (r"([0-9]) ?mins?\b", r"\1 minutes"),
    (r"([0-9]) ?d\b", r"\1 days"), (r"([0-9]) ?wks?\b", r"\1 weeks"), (r"\b(?:each|all|any)\b", "every"),
    (r"\bdaily\b|\bevery day\b", "every 1 day"), (r"\bweekly\b|\bevery week\b", "every 1 week"),
    (r"\bhourly\b|\bevery hour\b", "every 1 hour"), (r"\bevery other day\b", "every 2 days"),
    (r"\bdays? ([0-9]+-[0-9]+)", r"days \1"), (r"\bdays ([0-9]+)(?![0-9-])", r"day \1"),
    (r"\bevery cycles\b", "every cycle"), (r"\bcycles? ([0-9]+-[0-9]+)", r"cycles \1"),
    (r"\bcycles ([0-9]+)(?![0-9-])", r"cycle \1"),
    (r"(?:from )?(cycle [0-9]+) ?(?:\+|onward\b|and (?:later|after|on|up|beyond)\b)", r"\1 onwards"),
    (r"(?<!the )\blast cycle", "the last cycle"), (r"\b(?:prior to|before the start of|ahead of)\b", "before"),
    (r"\b(?:the |(?<!every )(?<!the ))(?=restart\b|bag change\b|step of dose\b)", "every "),
    (r"every (?:step|change) (?:of|in) (?:the )?dose|every (?:dose step|step\b(?! of dose))", "every step of dose"),
    (r"^(?=every (?:step|restart|bag))", "at "), (r"restart after (?=[0-9])", "restart after >= "),
    (rf"^(?:on )?(days? [0-9-]+),?(?: of| in)? ({_CYCLE})", r"\2, \1"), (r"(, every .*)(, days? [0-9-]+)$", r"\2\1"),
    (r",? (?=days? [0-9]|every [0-9])", ", "), (rf"^at ({_CYCLE})$", r"\1, day 1"),
)  # fmt: skip
_BACKWARDS = re.compile(r"(?<=[s0-9] )([0-9]{1,3})-([0-9]{1,3})|^([0-9]{1,3})-([0-9]{1,3})(?= )")


@dataclass(frozen=True, slots=True)
class Length:
    """A whole number of one unit. Days and weeks are counted in the calendar, hours and minutes as they pass."""

    number: int
    unit: Unit

    @property
    def calendar(self) -> bool:
        """Whether it is counted in days of the calendar, whatever the clocks do in between."""
        return self.unit in {"day", "week"}

    @property
    def time(self) -> timedelta:
        """How long it is where no clock changes."""
        return self.number * _UNITS[self.unit]

    def __str__(self) -> str:
        return f"{self.number} {self.unit}" if self.number == 1 else f"{self.number} {self.unit}s"


@dataclass(frozen=True)
class Schedule:
    """One line of the schedule language.

    ``lead`` is how long before the anchor it is due, from and to: equal for one moment, to 0 for "within", and
    nothing for any time before. ``last_cycle`` is nothing for "onwards"; ``last_only`` means the last of a course.
    """

    anchor: AnchorKind
    moment: Moment
    first_cycle: int = 1
    last_cycle: int | None = None
    last_only: bool = False
    lead: tuple[Length, Length] | None = None
    lasts: Length | None = None
    days: tuple[int, int] | None = None
    every: Length | None = None
    after_stop_of: Length | None = None
    in_cycle: int | None = None

    @property
    def conditional(self) -> bool:
        """Whether it has no date until something happens that nobody plans."""
        return self.anchor == "restart"

    def __str__(self) -> str:
        parts = [self._start() + self._anchor()]
        if self.days:
            first, last = self.days
            parts.append(f"day {first}" if first == last else f"days {first}-{last}")
        if self.every:
            parts.append(f"every {self.every}")
        return ", ".join(parts)

    def _start(self) -> str:
        if self.moment == "before" and self.lead:
            start, end = self.lead
            if not end.number:
                return f"within {start} before "
            return f"{start} before " if start == end else f"{end.number}-{start} before "
        words = {"on days": "", "at end": "at the end of ", "after end": f"for {self.lasts} after the end of "}
        return words.get(self.moment, f"{self.moment} ")

    def _anchor(self) -> str:
        first, last = self.first_cycle, self.last_cycle
        if self.anchor != "cycle":
            stop = f" after >= {self.after_stop_of}" if self.after_stop_of else ""
            return _PHRASES[self.anchor] + stop + (f" in cycle {self.in_cycle}" if self.in_cycle else "")
        if self.last_only:
            return "the last cycle"
        if last is None:
            return "every cycle" if first == 1 else f"cycle {first} onwards"
        return f"cycle {first}" if first == last else f"cycles {first}-{last}"


class _Part(NamedTuple):
    """A part of a line between two commas, and where it begins."""

    text: str
    offset: int


def read_schedule(text: str) -> Schedule:
    """The schedule written in ``text``; raises `Mistake` with the offset of what is wrong, and what was meant.

    >>> str(read_schedule("within 1 hour before cycle 2 onwards"))
    'within 1 hour before cycle 2 onwards'
    """
    try:
        return _read(text)
    except Mistake as mistake:
        meant = _meant(text)
        raise Mistake(mistake.problem, f"write `{meant}`" if meant else mistake.hint, mistake.offset) from None


def _read(text: str) -> Schedule:
    head, *rest = (_Part(" ".join(each[0].split()), _start(each)) for each in re.finditer(r"[^,]+|(?<=,)$|^$", text))
    days, every = None, None
    for part in rest:
        if (found := _DAYS.fullmatch(part.text)) and not days and not every:
            days = _span(found[1] or found[2], found[1] or found[3], "day", part)
        elif (found := _EVERY.fullmatch(part.text)) and not every:
            every = _length(found["every"], part)
        else:
            hint = "after the anchor come the days, as `days 1-9`, and then the repetition, as `every 8 hours`"
            raise Mistake(f"{quoted(part.text)} does not say on which days or how often", hint, part.offset)
    schedule = _begun(head, days, every)
    _refuse_senseless(schedule, head, rest[-1] if rest else head)
    return schedule


def _start(part: re.Match[str]) -> int:
    return part.start() + len(part[0]) - len(part[0].lstrip())


def _begun(head: _Part, days: tuple[int, int] | None, every: Length | None) -> Schedule:
    """The schedule whose first part is ``head``."""
    found = _HEAD.fullmatch(head.text)
    words: dict[str, str] = {name: text for name, text in found.groupdict().items() if text} if found else {}
    moments: dict[str, Moment] = {"before": "before", "lasts": "after end", "end": "at end", "at": "at"}
    moment: Moment = next((moments[name] for name in moments if name in words), "on days")
    lead = _lead(words, head) if "lead" in words else None
    lasts = _length(words["lasts"], head) if "lasts" in words else None
    anchor = words.get("anchor", head.text)
    if cycles := _CYCLES.fullmatch(anchor):
        first, last = _cycles(cycles, head)
        return Schedule("cycle", moment, first, last, anchor == "the last cycle", lead, lasts, days, every)
    if event := _EVENT.fullmatch(anchor):
        stop = _length(event["stop"], head) if event["stop"] else None
        cycle = _number(event["cycle"], "cycle", head) if event["cycle"] else None
        return Schedule(_EVENTS[event["event"]], moment, 1, None, False, lead, lasts, days, every, stop, cycle)
    if _DAYS.fullmatch(anchor):
        hint = f"write `cycle 1, {anchor}` or `every cycle, {anchor}`"
        raise Mistake(f"{quoted(anchor)} does not say of which cycle", hint, head.offset)
    hint = _near(anchor) or "write for example `before cycle 1`, `cycle 1, days 1-9` or `at every bag change`"
    raise Mistake(f"{quoted(anchor)} is nothing to count time from", hint, head.offset)


def _refuse_senseless(schedule: Schedule, head: _Part, last: _Part) -> None:
    """Raise `Mistake` for parts that are well written and do not go together."""
    days, lead, every, moment = schedule.days, schedule.lead, schedule.every, schedule.moment
    event, end, text = schedule.anchor != "cycle", moment in {"at end", "after end"}, head.text
    span = schedule.lasts or (lead and lead[0] != lead[1]) or (moment in {"on days", "at"} and days)
    again = "leave `every` out" if moment != "at" else "give it days before `every`, as `days 1-2`"
    for wrong, problem, hint, part in (
        (event and moment == "on days", f"{quoted(text)} does not say when", f"write `at {text}`", head),
        (not event and moment == "at", "a cycle lasts, so nothing is done at it", "write `cycle 1, day 1`", head),
        (event and end, "only a cycle has an end", "write `at the end of cycle 1`", head),
        (not event and moment == "on days" and not days, f"{quoted(text)} does not say on which days",
         f"write `{text}, days 1-9`, or `before {text}`", head),
        (end and days, "an end has no days", "write `for 48 hours after the end of cycle 1`", last),
        (moment == "before" and days and days[0] != days[1], "several days have no one time before them",
         "write a line for each, as `day 1`", last),
        (every and not span, "what has no beginning or no end cannot be repeated", again, last),
        (every and every.unit == "minute", "nothing is repeated by the minute", "write hours, days or weeks", last),
    ):  # fmt: skip
        if wrong:
            raise Mistake(problem, hint, part.offset)


def _lead(words: dict[str, str], head: _Part) -> tuple[Length, Length]:
    start, least = _length(words["lead"], head), words.get("least")
    if "within" in words:
        if least:
            raise Mistake("`within` takes one length of time", f"write `within {start} before`", head.offset)
        return start, Length(0, start.unit)
    if least is None:
        return start, start
    if not least.strip("0"):
        raise Mistake(f"{quoted(head.text)} begins at nothing", f"write `within {start} before`", head.offset)
    fewest, most = _span(least, str(start.number), start.unit, head)
    return Length(most, start.unit), Length(fewest, start.unit)


def _cycles(found: re.Match[str], head: _Part) -> tuple[int, int | None]:
    if found[3]:
        return _span(found[3], found[4], "cycle", head)
    first = _number(found[1], "cycle", head) if found[1] else 1
    return first, None if found[2] or not found[1] else first


def _span(first: str, last: str, what: str, part: _Part) -> tuple[int, int]:
    start, end = _number(first, what, part), _number(last, what, part)
    if start > end:
        raise Mistake(f"{what}s {start}-{end} run backwards", f"write `{end}-{start}`", part.offset)
    return start, end


def _length(text: str, part: _Part) -> Length:
    number, unit = text.split()
    unit = unit.removesuffix("s")
    return Length(_number(number, unit, part), cast("Unit", unit))


def _number(text: str, what: str, part: _Part) -> int:
    number = text.lstrip("0")
    if not number:
        raise Mistake(f"there is no {what} 0 in {quoted(part.text)}", "counting begins at 1", part.offset)
    if len(number) > len(str(MOST)):
        raise Mistake(f"{quoted(number)} is more than is possible", f"write a number from 1 to {MOST}", part.offset)
    return int(number)


def _near(anchor: str) -> str | None:
    """A hint that names the nearest anchor, with the author's own numbers."""
    numbers = iter(re.findall(r"[0-9]{1,3}", anchor))
    close = close_to(re.sub(r"[0-9]+", "N", anchor), _ANCHORS)
    return f"did you mean `{re.sub('N', lambda _: next(numbers, '1'), close)}`?" if close else None


def _meant(text: str) -> str | None:
    """The line that was probably meant, if rewriting what people type instead gives one."""
    meant = text.casefold()
    for typed, instead in _TYPED:
        meant = re.sub(typed, instead, meant)
    for line in (meant, _BACKWARDS.sub(_turned, meant)):
        with suppress(Mistake):
            return str(_read(line))
    return None


def _turned(span: re.Match[str]) -> str:
    return "-".join(sorted((each for each in span.groups() if each), key=int))
