"""The figures of a screened cohort: how many patients each criterion loses, what is nearly met, what to find out.

The shapes, which are the JSON. Every count is of patients (rows of the table); where so few are counted that
they must not be told, there is nothing (``null``), and every other count is rounded; see `Discretion`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from blinadss.errors import UsageError
from blinadss.knowledge import Effort, PolicyKind
from blinadss.result import Result
from blinadss.statements import Assurance

Count = int | None  # patients; nothing where they are too few to be told
StepKind = Literal["contraindicates", "requires", "excludes", "applies", "concludes"]


@dataclass(frozen=True, slots=True)
class Discretion:
    """Which counts are told: none of 1 to ``least`` - 1, and all larger ones rounded to a multiple of ``least``.

    Rounding is what keeps a small count from being worked out as the difference of two large ones, whichever tables
    these stand in: the same number is rounded alike everywhere, sums and all. So sums add up only about, and
    a percentage is one of rounded numbers.

    It does not protect from a comparison with another screening of nearly the same patients, from somebody who
    knows the exact size of a group from elsewhere, or from what a count says of a whole group: that all
    are alike, or none (a zero is told). Nobody's table of single patients is made safe by it.
    """

    least: int = 0

    def __post_init__(self) -> None:
        if self.least < 0:
            raise UsageError(f"the least count that is told cannot be {self.least}", "name a whole number, such as 5")

    def told(self, patients: int) -> Count:
        """The count as it may be told.

        >>> [Discretion(5).told(patients) for patients in (0, 1, 4, 5, 7, 8, 1002)]
        [0, None, None, 5, 5, 10, 1000]
        >>> Discretion().told(3)
        3
        """
        if self.least < 2 or not patients:
            return patients
        if patients < self.least:
            return None
        return (patients + self.least // 2) // self.least * self.least


@dataclass(frozen=True, slots=True)
class Truths(Result):
    """For how many something speaks for the treatment, for how many against it, and of how many it cannot be said."""

    speaks_for: Count
    speaks_against: Count
    cannot_be_said: Count


@dataclass(frozen=True, slots=True)
class Step(Result):
    """One line of a funnel: a criterion ``alone``, and in its place after all lines before it.

    ``lost`` are those whom it excludes for certain and no line before it did. ``remain`` are those whom nothing so far
    has excluded for certain; of these everything so far speaks for the ``certain``, and something about
    the ``open`` cannot be said. ``scope`` marks a requirement that says whom the indication is for at all.
    """

    id: str
    kind: StepKind
    statement: str
    assurance: Assurance | None
    scope: bool
    alone: Truths
    lost: Count
    remain: Count
    certain: Count
    open: Count


@dataclass(frozen=True, slots=True)
class NearMiss(Result):
    """Patients whom nothing but this criterion excludes for certain.

    All ``others_for`` them, or some of the ``others_open``: they cannot be said. Of the former,
    so many are ``otherwise_eligible``, under another indication of the policy.
    """

    id: str
    statement: str
    scope: bool
    others_for: Count
    others_open: Count
    otherwise_eligible: Count


@dataclass(frozen=True, slots=True)
class NearMisses(Result):
    """Patients who are one criterion short of an indication, contraindications counted as criteria, and of which."""

    others_for: Count
    others_open: Count
    otherwise_eligible: Count
    criteria: tuple[NearMiss, ...]


@dataclass(frozen=True, slots=True)
class Funnel(Result):
    """What is left of all ``patients`` after each line, for one indication or for a policy of several.

    The last line is the exact answer, which may know more than the lines before it together: that two criteria
    exclude each other, or that one of two holds whatever the missing fact is. ``applies`` counts the indication, or
    any of several, whatever contraindicates. A policy of several has no near misses; its indications have.
    """

    id: str
    title: str
    patients: Count
    steps: tuple[Step, ...]
    applies: Truths
    near_misses: NearMisses | None = None


@dataclass(frozen=True, slots=True)
class Settles(Result):
    """A fact that is missing of some undetermined patients: for how many it matters, and what finding it out would do.

    It ``can_settle`` an answer if some value of it would (the weight ``alone`` of an assessment), and it ``settles`` it
    if every value would. What a profile would conclude from it about facts that the policy does not ask is left out.
    """

    fact: str
    ask: str
    effort: Effort | None
    matters: Count
    can_settle: Count
    settles: Count


@dataclass(frozen=True, slots=True)
class Settling(Result):
    """What to find out of the undetermined patients of a policy, the fact first that settles most of them.

    A patient is counted with every fact that matters. Patients of whom the same is known are looked at together, as
    one pattern, the largest first; ``looked_at`` are those in the patterns that were, ``complete`` if these were all.
    """

    undetermined: Count
    looked_at: Count
    complete: bool
    facts: tuple[Settles, ...]


@dataclass(frozen=True, slots=True)
class PolicyAttrition(Result):
    """How the patients of a table fare under one edition of a policy.

    ``patients`` are all rows, ``in_force`` those on whose day the policy was in force; each has one of the
    ``verdicts``. A policy of several indications has a funnel of its own first, then one for each of them.
    """

    policy: str
    title: str
    kind: PolicyKind
    edition: str
    patients: Count
    in_force: Count
    verdicts: Mapping[str, Count]
    funnels: tuple[Funnel, ...]
    settling: Settling | None = None


@dataclass(frozen=True, slots=True)
class Change(Result):
    """Patients who have one verdict in the first column and another in the second."""

    before: str
    after: str
    patients: Count


@dataclass(frozen=True, slots=True)
class Cross(Result):
    """Two columns of verdicts against each other: of two policies, or of one on two days.

    ``counts`` has a row for each of ``verdicts`` in the ``first`` column, in it a count for each in the ``second``.
    """

    first: str
    second: str
    verdicts: tuple[str, ...]
    counts: tuple[tuple[Count, ...], ...]
    first_sums: tuple[Count, ...]
    second_sums: tuple[Count, ...]
    patients: Count
    changed: Count
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Attrition(Result):
    """All figures of a screened cohort; ``least`` is the smallest count that is told, if small ones are not."""

    policies: tuple[PolicyAttrition, ...]
    crosses: tuple[Cross, ...] = ()
    least: int = 0
