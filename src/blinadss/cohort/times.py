"""Time in SQL, by the same calendar as `elapsed`: months and days between two days, days of birth of a stated age."""

from __future__ import annotations

from sqlglot import exp

from blinadss.engines.terms import formula
from blinadss.quantity import DURATION, LIFETIME

NEVER_ENDS = 100_000  # longer than any time that is asked about, in months as in days; since what never happened
_MOST = int(max(LIFETIME.values()))


def whole_months_between(start: exp.Expression, end: exp.Expression) -> exp.Expression:
    """Whole months from one day to a later one."""
    return formula(
        "(YEAR(:end) - YEAR(:start)) * 12 + MONTH(:end) - MONTH(:start)"
        " - CASE WHEN DAY(:end) < DAY(:start) THEN 1 ELSE 0 END",
        start=start,
        end=end,
    )


def months_between(start: exp.Expression, end: exp.Expression) -> exp.Expression:
    """Whole months from one day to a later one, and a half more if there are days over."""
    return formula(
        ":whole + CASE WHEN DAY(:end) = DAY(:start)"
        " OR (DAY(:end) = 1 AND DAY(:start) > DAY(CAST(:end - INTERVAL '1' DAY AS DATE))) THEN 0.0 ELSE 0.5 END",
        whole=whole_months_between(start, end),
        start=start,
        end=end,
    )


def days_between(start: exp.Expression, end: exp.Expression) -> exp.Expression:
    """Days from one day to another."""
    return formula("DATE_DIFF('day', :start, :end)", start=start, end=end)


def births(
    number: exp.Expression, factor: exp.Expression, in_months: exp.Expression, seen_on: exp.Expression
) -> tuple[exp.Expression, exp.Expression]:
    """The latest and the earliest day of birth of somebody of that age, in completed units, on the day ``seen_on``."""
    parts = {
        "completed": formula(
            f"CASE WHEN :number * :factor <= {_MOST} THEN CAST(:number * :factor AS INT) END",
            number=number,
            factor=factor,
        ),
        "step": formula("CAST(:factor AS INT)", factor=factor),
        "seen": seen_on,
        "in_months": in_months,
    }
    latest = formula(
        "CASE WHEN :in_months THEN CAST(:seen - :completed * INTERVAL '1' MONTH AS DATE)"
        " ELSE CAST(:seen - :completed AS DATE) END",
        **parts,
    )
    earliest = formula(
        "CASE WHEN :in_months THEN CAST(CAST(:seen - (:completed + :step) * INTERVAL '1' MONTH AS DATE)"
        " + INTERVAL '1' DAY AS DATE)"
        " ELSE CAST(:seen - (:completed + :step - 1) AS DATE) END",
        **parts,
    )
    return latest, earliest


def too_old(magnitude: exp.Expression, in_months: exp.Expression) -> exp.Expression:
    """Whether an age is longer than any life."""
    days, months = (int(LIFETIME[scale]) for scale in DURATION.scales())
    return formula(
        f":magnitude > CASE WHEN :in_months THEN {months} ELSE {days} END", magnitude=magnitude, in_months=in_months
    )
