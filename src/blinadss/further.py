"""What is said beyond an answer: what it could still become, what to find out, why it is no, and until when it holds.

The shapes, which are the JSON; see docs/reference/assessment.md. The field names are a contract: add, never rename.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from blinadss.lapses import Lapse
from blinadss.result import Result

Weight = Literal["alone", "together"]


@dataclass(frozen=True, slots=True)
class Completion(Result):
    """Findings that would settle an open answer, by fact and written as in a profile, and which answer that is."""

    answer: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Forbidding(Result):
    """Facts that make the answer no, whatever else is so; without any one of them the others do not."""

    facts: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Otherwise(Result):
    """What would have to be different for a yes, by fact and in words, of what can change in a patient's life.

    ``answer`` is what it would be then: ``eligible``, or ``undetermined`` where other facts are not known.
    """

    answer: str
    facts: Mapping[str, str]
    says: str


@dataclass(frozen=True, slots=True)
class Further(Result):
    """What is said beyond one answer.

    Of an open answer: ``completions`` shows it going each way, ``ask_next`` is the best single question,
    ``enough`` the facts that settle it for certain, ``no_matter`` those that are unknown and make no difference.
    Of a no: ``forbidden_by``, ``otherwise``, and ``fixed``, the facts that never change, if nothing can be otherwise.
    Of any: ``lapses``, what becomes of it by time alone until ``searched_until`` (for good if that is empty).
    ``not_searched`` says what was not looked for.
    """

    completions: tuple[Completion, ...] = ()
    ask_next: str | None = None
    enough: tuple[str, ...] = ()
    no_matter: tuple[str, ...] = ()
    forbidden_by: tuple[Forbidding, ...] = ()
    otherwise: tuple[Otherwise, ...] = ()
    fixed: tuple[str, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    searched_until: date | None = None
    not_searched: tuple[str, ...] = ()
