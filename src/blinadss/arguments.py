"""What may be written for an option of a command: a day, a length of time and the like, read as `argparse` asks for."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date, datetime, timedelta

from blinadss.errors import Mistake, printable


def a_day(text: str) -> date:
    """A day."""
    from blinadss.kinds import day

    try:
        return day(text)
    except Mistake as mistake:
        raise ArgumentTypeError(f"{mistake.problem}; {mistake.hint}") from None


def a_moment(text: str) -> date | datetime:
    """A day, or a day and a time of day (in the zone of an option of its own)."""
    if "T" not in text:
        return a_day(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"`{printable(text)}` is not a time; write `2026-12-01T09:00`") from None
    if moment.tzinfo:
        raise ArgumentTypeError("an offset does not say when the clocks change; add `--zone Europe/Berlin`")
    return moment


def a_supposition(text: str) -> tuple[str, str]:
    """A fact and what it is to be."""
    fact, colon, value = text.partition(":")
    if not colon or not value.strip():
        raise ArgumentTypeError(f"`{printable(text)}` is not a fact; write `disease.cd19: positive`")
    return fact.strip(), value.strip()


def a_part(text: str) -> tuple[int, int]:
    """Which part of how many."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise ArgumentTypeError(f"`{printable(text)}` is not a part; write for example `1/2`")
    return int(number), int(of)


def a_length(text: str) -> timedelta:
    """A length of time."""
    from blinadss.treatment_text import read_time

    try:
        return read_time(text)
    except Mistake as mistake:
        raise ArgumentTypeError(f"{mistake.problem}; {mistake.hint}") from None
