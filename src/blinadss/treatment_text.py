"""What single words of the files on giving the treatment are read as; each raises `Mistake` for what is none."""

from __future__ import annotations

import re
from datetime import timedelta

from blinadss.errors import Mistake, near, quoted
from blinadss.facts import FACTS
from blinadss.quantity import TIME
from blinadss.treatment import Dose, Range, read_dose

_RANGE = re.compile(r"([1-9][0-9]*)(?:-([1-9][0-9]*))?")


def read_home(name: str, text: str) -> str:
    """The name that a file gives of what it is about, which must be that of where it lies."""
    if text != name:
        raise Mistake(
            f"this is {quoted(text)}, but it lies where {quoted(name)} belongs", f"write `{name}`, or move it"
        )
    return text


def read_fact(text: str) -> str:
    """The name of a fact."""
    if text not in FACTS:
        raise Mistake(f"unknown fact {quoted(text)}", near(text, list(FACTS)))
    return text


def read_cap(dose: Dose, text: str) -> Dose:
    """The most that a dose by body surface can come to."""
    cap = read_dose(text)
    if not dose.by_surface:
        raise Mistake("a fixed dose needs no cap", "leave `cap` out")
    if cap.by_surface or cap.shown_unit != dose.shown_unit:
        raise Mistake(f"the cap is not in {dose.shown_unit}", f"write for example `28 {dose.shown_unit}`")
    return cap


def read_range(text: str) -> Range:
    """A number or two with a hyphen, `1-7`, as the first and the last."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise Mistake(f"{quoted(text)} is not a number or a range of numbers", "write for example `1` or `1-7`")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise Mistake(f"{quoted(text)} runs backwards", f"write `{last}-{first}`")
    return first, last


def read_time(text: str) -> timedelta:
    """A length of time in hours or days."""
    quantity = TIME.read(text)
    if quantity.magnitude <= 0:
        raise Mistake(f"{quoted(text)} is no time at all", "write for example `24 hours` or `7 days`")
    return timedelta(minutes=float(quantity.magnitude * 60))


def read_days(text: str) -> int:
    """A length of time in whole days."""
    time = read_time(text)
    if time % timedelta(days=1):
        raise Mistake(f"{quoted(text)} is not a number of days", "write for example `28 days`")
    return time.days


def read_days_off(text: str) -> int:
    """A length of time in whole days, or `none`."""
    return 0 if text == "none" else read_days(text)
