"""Three-valued logic: what is true, what is false, and what nobody has told us.

The tables are Kleene's strong ones, which CQL and SQL use as well: an unknown
part leaves the whole unknown unless the known parts already settle it.

              all_of           any_of
              T  F  U          T  F  U
          T   T  F  U          T  T  T
          F   F  F  F          T  F  U
          U   U  F  U          T  U  U
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """The answer to one question about one patient."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values; compare it with `is Truth.TRUE`")

    def __invert__(self) -> Truth:
        return _OPPOSITE[self]


_OPPOSITE = {Truth.TRUE: Truth.FALSE, Truth.FALSE: Truth.TRUE, Truth.UNKNOWN: Truth.UNKNOWN}


def at_least(needed: int, truths: Iterable[Truth]) -> Truth:
    """Whether ``needed`` or more of ``truths`` hold.

    >>> at_least(2, [Truth.TRUE, Truth.UNKNOWN, Truth.FALSE])
    <Truth.UNKNOWN: 'unknown'>
    """
    answers = list(truths)
    certain = answers.count(Truth.TRUE)
    if certain >= needed:
        return Truth.TRUE
    possible = certain + answers.count(Truth.UNKNOWN)
    return Truth.FALSE if possible < needed else Truth.UNKNOWN


def all_of(truths: Iterable[Truth]) -> Truth:
    """Whether every one of ``truths`` holds.

    >>> all_of([Truth.UNKNOWN, Truth.FALSE])
    <Truth.FALSE: 'false'>
    """
    answers = list(truths)
    return at_least(len(answers), answers)


def any_of(truths: Iterable[Truth]) -> Truth:
    """Whether one or more of ``truths`` hold.

    >>> any_of([Truth.UNKNOWN, Truth.TRUE])
    <Truth.TRUE: 'true'>
    """
    return at_least(1, truths)


def none_of(truths: Iterable[Truth]) -> Truth:
    """Whether not one of ``truths`` holds.

    >>> none_of([Truth.FALSE, Truth.UNKNOWN])
    <Truth.UNKNOWN: 'unknown'>
    """
    return ~any_of(truths)
