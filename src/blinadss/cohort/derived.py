"""Facts that follow from others, in SQL, as `blinadss.derived` works them out for one patient.

A table has no others: criteria that ask for one are refused where the table has what it would be worked out from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlglot import exp

from blinadss.cohort.given import Table
from blinadss.cohort.numbers import MAGNITUDE
from blinadss.cohort.seen import HALF, Seen, SeenCode, SeenDays, SeenSpan, decimal_literal, magnitude_literal
from blinadss.derived import DERIVED, origins
from blinadss.engines.terms import all_of, any_of, formula, negated
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
    add, is_born = table.layers.add, born.given
    ends = {"born": born.latest, "latest": stated.latest, "earliest": stated.earliest}
    apart = add("two ages", formula("COALESCE(:born > :latest OR :born < :earliest, FALSE)", **ends))

    def either(which: str, stated_one: exp.Expression) -> exp.Expression:
        text = "CASE WHEN NOT :is_born THEN :stated WHEN NOT :apart THEN :born END"
        return add(which, formula(text, is_born=is_born, stated=stated_one, apart=apart, born=born.latest))

    return SeenDays(
        any_of(is_born, stated.given),
        any_of(born.stale, all_of(negated(is_born), stated.stale)),
        apart,
        table.on,
        born.dated,
        either("latest birth", stated.latest),
        either("earliest birth", stated.earliest),
        exp.false(),
    )


def mrd_level(table: Table) -> Seen | None:
    """The MRD level as measured, or what "detected" and "not detected" say about it."""
    level, status = table.seen(_LEVEL), table.seen(_STATUS)
    if not isinstance(status, SeenCode):
        return level
    low, high = _said_by(table, status)
    if not isinstance(level, SeenSpan):
        return SeenSpan(
            status.given, status.stale, exp.false(), status.seen_on, status.dated, low, high, decimal_literal
        )
    add = table.layers.add
    parts = {
        "level": level.given,
        "status": status.given,
        "level_on": level.seen_on,
        "status_on": status.seen_on,
        "known": all_of(status.given, negated(status.stale)),
        "measured": all_of(level.given, negated(level.stale)),
    }
    # Which of the two counts: the level, the status, or both, of the same day.
    by_level = add(
        "by the level",
        formula(
            "NOT :status OR (:level AND (:level_on > :status_on OR (NOT :known AND :level_on = :status_on)))", **parts
        ),
    )
    by_status = add(
        "by the status",
        formula(
            "NOT :by_level AND (NOT :known OR NOT :measured OR :status_on > :level_on)", by_level=by_level, **parts
        ),
    )
    both = {
        "by_level": by_level,
        "by_status": by_status,
        "least": formula("GREATEST(:one, :other)", one=low, other=level.low),
        "most": formula("LEAST(:one, :other)", one=high, other=level.high),
    }
    apart = add(
        "level and status disagree",
        formula("COALESCE(NOT :by_level AND NOT :by_status AND :least > :most, FALSE)", **both),
    )

    def end(which: str, measured: exp.Expression, said: exp.Expression, together: exp.Expression) -> exp.Expression:
        text = "CASE WHEN :by_level THEN :measured WHEN :by_status THEN :said WHEN NOT :apart THEN :together END"
        return add(which, formula(text, measured=measured, said=said, together=together, apart=apart, **both))

    def of_both(of_level: exp.Expression, of_status: exp.Expression) -> exp.Expression:
        return any_of(all_of(by_level, of_level), all_of(by_status, of_status))

    return SeenSpan(
        any_of(of_both(level.given, status.given), negated(any_of(by_level, by_status))),
        of_both(level.stale, status.stale),
        apart,
        level.seen_on,
        level.dated,
        end("level at least", level.low, low, both["least"]),
        end("level at most", level.high, high, both["most"]),
        decimal_literal,
    )


def _said_by(table: Table, status: SeenCode) -> tuple[exp.Expression, exp.Expression]:
    """Between what the level lies by the status alone."""
    kind = FACTS[_LEVEL]
    assert isinstance(kind, Measured)  # noqa: S101 - the profile declares it so
    parts = {
        "known": formula("NOT :code IS NULL", code=status.code),
        "found": formula(":code = 'detected'", code=status.code),
        "edge": _edge(table, status),
        "least": magnitude_literal(kind.least),
        "most": magnitude_literal(kind.most),
        "half": magnitude_literal(HALF),
    }
    low = formula(f"CAST(CASE WHEN :found THEN :least + :half WHEN :known THEN :least END AS {MAGNITUDE})", **parts)
    high = formula(
        "CAST(CASE WHEN :found OR (:known AND :edge IS NULL) THEN :most WHEN :known THEN :edge - :half END"
        f" AS {MAGNITUDE})",
        **parts,
    )
    return table.layers.add("status says from", low), table.layers.add("status says to", high)


def _edge(table: Table, status: SeenCode) -> exp.Expression:
    """Below what the level lies if none was detected, NULL where nobody says; an assay of another day is another."""
    sensitivity = table.seen(_SENSITIVITY, always=True)
    if not isinstance(sensitivity, SeenSpan):
        return exp.cast(exp.Null(), MAGNITUDE)
    # what a bound excludes is half a step below it
    edge = formula(f"CAST(ROUND(:high, 21) AS {MAGNITUDE})", high=sensitivity.high)
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
    add = table.layers.add
    found = formula("COALESCE(:low > 0, FALSE)", low=level.low)
    measured = all_of(level.given, negated(level.stale))
    if not isinstance(status, SeenCode):
        code = add("status by level", formula("CASE WHEN :found THEN 'detected' END", found=found))
        return SeenCode(measured, exp.false(), exp.false(), level.seen_on, level.dated, code)
    parts = {
        "found": found,
        "measured": measured,
        "given": status.given,
        "code": status.code,
        "status_on": status.seen_on,
        "level_on": level.seen_on,
    }
    by_level = add("status by the level", formula(":measured AND NOT (:given AND :status_on >= :level_on)", **parts))
    apart = add(
        "status and level disagree",
        formula(
            "COALESCE(:measured AND :given AND :status_on = :level_on AND :found AND :code <> 'detected', FALSE)",
            **parts,
        ),
    )
    code = formula(
        "CASE WHEN :by_level THEN CASE WHEN :found THEN 'detected' END WHEN NOT :apart THEN :code END",
        by_level=by_level,
        apart=apart,
        **parts,
    )
    given = any_of(by_level, status.given)
    stale = all_of(negated(by_level), status.stale)
    return SeenCode(given, stale, apart, status.seen_on, status.dated, add("status or level", code))


WORKED_OUT: Mapping[str, Callable[[Table], Seen | None]] = {_AGE: age, _LEVEL: mrd_level, _STATUS: mrd_status}
