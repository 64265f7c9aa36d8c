"""Facts that follow from others, in SQL, as `blinadss.derived` works them out for one patient.

A table has no others: criteria that ask for one are refused where the table has what it would be worked out from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlglot import exp

from blinadss.cohort.given import Table
from blinadss.cohort.numbers import MAGNITUDE
from blinadss.cohort.seen import (
    CONFLICTING,
    HALF,
    MISSING,
    Seen,
    SeenCode,
    SeenDays,
    SeenSpan,
    decimal_literal,
    magnitude_literal,
)
from blinadss.derived import DERIVED, origins
from blinadss.engines.terms import formula
from blinadss.facts import FACTS
from blinadss.kinds import Measured

_AGE, _BORN = "patient.age", "patient.birth_date"
_LEVEL, _STATUS, _SENSITIVITY = "mrd.level", "mrd.status", "mrd.assay_sensitivity"


def exactly(facts: Collection[str]) -> frozenset[str]:
    """The facts of a table with these facts that are compared with others, and so must be decimals."""
    return frozenset({_LEVEL, _SENSITIVITY}) if _STATUS in facts else frozenset()


def cannot(fact: str, facts: Collection[str]) -> tuple[str, ...]:
    """From what a table with these facts would have to work this one out, and cannot."""
    if fact not in DERIVED or fact in WORKED_OUT:
        return ()
    return tuple(each for each in origins(fact) if each != fact and each in facts)


def age(table: Table) -> Seen | None:
    """The age: exact from the date of birth, otherwise as stated; the two may conflict."""
    born, stated = table.seen(_BORN), table.seen(_AGE)
    if not isinstance(born, SeenDays) or not isinstance(stated, SeenDays):
        return born or stated
    apart = formula(
        "COALESCE(:born > :latest OR :born < :earliest, FALSE)",
        born=born.latest,
        latest=stated.latest,
        earliest=stated.earliest,
    )
    parts = {"is_born": born.given, "born": born.because, "stated": stated.because, "apart": apart}
    because = table.layers.add(
        f"{_AGE} worked out because",
        formula(f"CASE WHEN NOT :is_born THEN :stated WHEN :apart THEN '{CONFLICTING}' ELSE :born END", **parts),
    )
    latest, earliest = (
        table.layers.add(
            f"{_AGE} {which}",
            formula(
                "CASE WHEN NOT :is_born THEN :stated WHEN NOT :apart THEN :born END",
                is_born=born.given,
                stated=one,
                apart=apart,
                born=born.latest,
            ),
        )
        for which, one in (("youngest", stated.latest), ("oldest", stated.earliest))
    )
    given = formula(":one OR :other", one=born.given, other=stated.given)
    return SeenDays(given, because, table.on, born.dated, latest, earliest, exp.false())


def mrd_level(table: Table) -> Seen | None:
    """The MRD level as measured, or what "detected" and "not detected" say about it."""
    level, status = table.seen(_LEVEL), table.seen(_STATUS)
    if not isinstance(status, SeenCode):
        return level
    add, kind = table.layers.add, FACTS[_LEVEL]
    assert isinstance(kind, Measured)  # noqa: S101 - the profile declares it so
    nothing, most = magnitude_literal(kind.least), magnitude_literal(kind.most)
    half = magnitude_literal(HALF)
    seen = {
        "found": formula(":code = 'detected'", code=status.code),
        "edge": _edge(table, status),
        "nothing": nothing,
        "most": most,
        "half": half,
    }
    low = add(
        "status says from",
        formula(f"CAST(CASE WHEN :found THEN :nothing + :half ELSE :nothing END AS {MAGNITUDE})", **seen),
    )
    high = add(
        "status says to",
        formula(f"CAST(CASE WHEN :found OR :edge IS NULL THEN :most ELSE :edge - :half END AS {MAGNITUDE})", **seen),
    )
    if not isinstance(level, SeenSpan):
        known = formula(":because IS NULL", because=status.because)
        ends = (formula("CASE WHEN :known THEN :end END", known=known, end=end) for end in (low, high))
        low, high = (add(f"{_LEVEL} {which}", end) for which, end in zip(("least", "most"), ends, strict=True))
        return SeenSpan(
            status.given, status.because, status.seen_on, status.dated, low, high, decimal_literal, MAGNITUDE
        )
    parts = {
        "level": level.given,
        "status": status.given,
        "level_on": level.seen_on,
        "status_on": status.seen_on,
        "known": formula(":because IS NULL", because=status.because),
        "measured": formula(":because IS NULL", because=level.because),
    }
    # Which of the two counts: the level, the status, or both, of the same day.
    counts = add(
        "which says the level",
        formula(
            "CASE WHEN NOT :status OR (:level AND :level_on > :status_on) THEN 'level'"
            " WHEN NOT :known AND NOT (NOT :level OR :status_on > :level_on) THEN 'level'"
            " WHEN NOT :known OR NOT :level OR :status_on > :level_on OR NOT :measured THEN 'status'"
            " ELSE 'both' END",
            **parts,
        ),
    )
    both = {
        "counts": counts,
        "known": parts["known"],
        "least": formula("GREATEST(:one, :other)", one=low, other=level.low),
        "most": formula("LEAST(:one, :other)", one=high, other=level.high),
    }
    apart = add("level and status disagree", formula("COALESCE(:counts = 'both' AND :least > :most, FALSE)", **both))
    because = formula(
        f"CASE WHEN :apart THEN '{CONFLICTING}' WHEN :counts = 'level' THEN :of_level"
        " WHEN :counts = 'status' THEN :of_status END",
        apart=apart,
        of_level=level.because,
        of_status=status.because,
        **both,
    )
    ends = (
        formula(
            "CASE WHEN :counts = 'level' THEN :measured WHEN :apart THEN NULL WHEN :counts = 'both' THEN :both"
            " WHEN :known THEN :said END",
            apart=apart,
            measured=measured,
            both=together,
            said=said,
            counts=counts,
            known=parts["known"],
        )
        for measured, together, said in ((level.low, both["least"], low), (level.high, both["most"], high))
    )
    given = formula(":one OR :other", one=level.given, other=status.given)
    low, high = (add(f"{_LEVEL} {which}", end) for which, end in zip(("least", "most"), ends, strict=True))
    return SeenSpan(
        given, add(f"{_LEVEL} because", because), level.seen_on, level.dated, low, high, decimal_literal, MAGNITUDE
    )


def _edge(table: Table, status: SeenCode) -> exp.Expression:
    """Below what the level lies if none was detected, NULL where nobody says; an assay of another day is another."""
    sensitivity = table.seen(_SENSITIVITY, always=True)
    if not isinstance(sensitivity, SeenSpan):
        return exp.cast(exp.Null(), MAGNITUDE)
    # what a bound excludes is half a step below it
    edge = formula("ROUND(:high, 21)", high=sensitivity.high)
    same = formula(
        "CASE WHEN :dated IS NULL OR :dated = :seen_on THEN :edge END",
        dated=sensitivity.dated,
        seen_on=status.seen_on,
        edge=edge,
    )
    return table.layers.add("below what none was detected", same)


def mrd_status(table: Table) -> Seen | None:
    """Whether MRD was detected, as reported, or because a level above zero was measured."""
    level, status = table.seen(_LEVEL), table.seen(_STATUS)
    if not isinstance(level, SeenSpan):
        return status
    found = formula("COALESCE(:low > 0, FALSE)", low=level.low)
    measured = formula(":given AND :because IS NULL", given=level.given, because=level.because)
    if not isinstance(status, SeenCode):
        code = formula("CASE WHEN :found THEN 'detected' END", found=found)
        because = formula(f"CASE WHEN NOT :measured THEN '{MISSING}' END", measured=measured)
        return SeenCode(measured, because, level.seen_on, level.dated, table.layers.add(_STATUS, code))
    parts = {
        "found": found,
        "measured": measured,
        "given": status.given,
        "code": status.code,
        "status_on": status.seen_on,
        "level_on": level.seen_on,
    }
    counts = table.layers.add(
        "which says the status",
        formula(
            "CASE WHEN NOT :measured OR (:given AND :status_on > :level_on) THEN 'status'"
            " WHEN :given AND :status_on = :level_on"
            " AND (NOT :found OR :code IS NULL OR :code = 'detected') THEN 'status'"
            f" WHEN :given AND :status_on = :level_on THEN '{CONFLICTING}' ELSE 'level' END",
            **parts,
        ),
    )
    code = formula(
        "CASE WHEN :counts = 'status' THEN :code WHEN :counts = 'level' AND :found THEN 'detected' END",
        counts=counts,
        **parts,
    )
    because = formula(
        f"CASE WHEN :counts = 'status' THEN :because WHEN :counts = '{CONFLICTING}' THEN '{CONFLICTING}' END",
        counts=counts,
        because=status.because,
    )
    given = formula(":one OR :other", one=level.given, other=status.given)
    return SeenCode(
        given,
        table.layers.add(f"{_STATUS} because", because),
        status.seen_on,
        status.dated,
        table.layers.add(_STATUS, code),
    )


WORKED_OUT: Mapping[str, Callable[[Table], Seen | None]] = {_AGE: age, _LEVEL: mrd_level, _STATUS: mrd_status}
