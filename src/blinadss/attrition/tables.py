"""The figures of a screened cohort as tables of text: one column of words and columns of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from blinadss.attrition.figures import (
    Attrition,
    Count,
    Cross,
    Funnel,
    NearMiss,
    NearMisses,
    PolicyAttrition,
    Settling,
    Step,
)
from blinadss.attrition.telling import SCOPE, answer, counted, disclosed, placed, share, stated
from blinadss.findings import Verdict

_IN_ORDER = (
    "In a table of criteria, the first three numbers are of each criterion alone, the others of all so far in this "
    "order: lost are those whom it excludes for certain and nothing before it did, remain those whom nothing so far "
    "excludes for certain, and for certain those of them for whom everything so far speaks. The last line is the exact "
    "answer, which may know more than the lines before it together."
)
_SHORT = (
    "One criterion short are patients whom nothing but that criterion excludes for certain: all others speak for "
    "them, or some others cannot be said."
)
_BY_ITSELF = (
    "Each fact by itself, if nothing else is found out; a patient is counted with every fact that matters. "
    "It settles an answer if every value of it would, and can settle it if some value would."
)


@dataclass(frozen=True)
class Grid:
    """A table: what it shows, its headings, its rows, each of a text and as many numbers, and what to know of it."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """Tables under a heading, and what is said before them."""

    heading: str
    said: tuple[str, ...]
    grids: tuple[Grid, ...]


def parts_of(attrition: Attrition) -> Iterator[Part]:
    """How to read the tables, a part for each policy, and one for each comparison of two columns."""
    tables = _Tables(attrition.least)
    said = [disclosed(attrition.least)] if attrition.least > 1 else []
    said += [_IN_ORDER, _SHORT] if attrition.policies else []
    if said:
        yield Part("How to read the tables", tuple(said), ())
    for policy in attrition.policies:
        yield tables.policy(policy)
    for cross in attrition.crosses:
        yield tables.cross(cross)


class _Tables:
    """Writes figures as tables; ``least`` is the smallest count that is told."""

    def __init__(self, least: int) -> None:
        self._least = least

    def _told(self, *counts: Count) -> tuple[str, ...]:
        return tuple(counted(each, self._least) for each in counts)

    def policy(self, policy: PolicyAttrition) -> Part:
        several = len(policy.funnels) > 1
        grids = [self._verdicts(policy)]
        for funnel in policy.funnels:
            grids.append(self._funnel(funnel, everybody=policy.in_force == policy.patients))
            if funnel.near_misses and funnel.near_misses.criteria:
                grids.append(self._near_misses(funnel.id, funnel.near_misses, several=several))
        if policy.settling and policy.settling.facts:
            grids.append(self._settling(policy.settling))
        return Part(f"{policy.title} ({policy.policy})", (f"The edition of {policy.edition}.",), tuple(grids))

    def _verdicts(self, policy: PolicyAttrition) -> Grid:
        (whole,) = self._told(policy.patients)
        rows = tuple(
            (answer(policy, verdict), *self._told(patients), share(patients, policy.patients))
            for verdict, patients in policy.verdicts.items()
            if patients != 0 or policy.kind != "trial" or verdict != Verdict.CONTRAINDICATED.value
        )
        return Grid(f"Verdicts of {whole} patients", ("verdict", "patients", f"of {whole}"), rows)

    def _funnel(self, funnel: Funnel, *, everybody: bool) -> Grid:
        (whole,) = self._told(funnel.patients)
        alone = ("speaks for", "speaks against", "cannot be said")
        first = "All patients" if everybody else "All patients on whose day the policy was in force"
        rows: list[tuple[str, ...]] = [(first, "", "", "", "", whole, share(funnel.patients, funnel.patients), "")]
        rows += [self._step(step, funnel.patients) for step in funnel.steps]
        if any(step.kind == "contraindicates" for step in funnel.steps) and funnel.near_misses:
            said = self._told(funnel.applies.speaks_for, funnel.applies.speaks_against, funnel.applies.cannot_be_said)
            rows.append(("The indication alone, whatever contraindicates", *said, "", "", "", ""))
        headings = ("criterion", *alone, "lost", "remain", f"of {whole}", "for certain")
        return Grid(f"{funnel.title} ({funnel.id})", headings, tuple(rows))

    def _step(self, step: Step, whole: Count) -> tuple[str, ...]:
        where = placed(step)
        said = f"{stated(step)} [{where}]" if where else stated(step)
        alone = self._told(step.alone.speaks_for, step.alone.speaks_against, step.alone.cannot_be_said)
        lost, remain, certain = self._told(step.lost, step.remain, step.certain)
        return (said, *alone, lost, remain, share(step.remain, whole), certain)

    def _near_misses(self, about: str, near: NearMisses, *, several: bool) -> Grid:
        def numbers(each: NearMisses | NearMiss) -> tuple[str, ...]:
            counts = self._told(each.others_for, each.others_open, each.otherwise_eligible)
            return counts if several else counts[:2]

        rows = [
            (f"{SCOPE if each.scope else ''}{each.statement} [{each.id}]", *numbers(each)) for each in near.criteria
        ]
        headings = ("criterion", "all others for", "some others open", "of all for: eligible otherwise")
        rows.append(("Together", *numbers(near)))
        return Grid(f"One criterion short of {about}", headings if several else headings[:3], tuple(rows))

    def _settling(self, settling: Settling) -> Grid:
        undetermined, looked_at = self._told(settling.undetermined, settling.looked_at)
        rows = tuple(
            (
                f"{each.ask} [{each.fact}{f', {each.effort}' if each.effort else ''}]",
                *self._told(each.settles, each.can_settle, each.matters),
                share(each.matters, settling.looked_at),
            )
            for each in settling.facts
        )
        note = _BY_ITSELF
        if not settling.complete:
            part = share(settling.looked_at, settling.undetermined)
            note += (
                f" Looked at were {looked_at} of them{f' ({part})' if part else ''}: those known in the commonest ways."
            )
        headings = ("question", "settles", "can settle", "matters", f"of {looked_at}")
        return Grid(f"What to find out of {undetermined} undetermined patients", headings, rows, note)

    def cross(self, cross: Cross) -> Part:
        rows = [
            (verdict.replace("_", " "), *self._told(*counts, total))
            for verdict, counts, total in zip(cross.verdicts, cross.counts, cross.first_sums, strict=True)
        ]
        rows.append(("all", *self._told(*cross.second_sums, cross.patients)))
        headings = (cross.first, *(each.replace("_", " ") for each in cross.verdicts), "all")
        grids = [Grid(f"Rows: {cross.first}. Columns: {cross.second}", headings, tuple(rows))]
        changes = tuple(
            (f"{each.before} to {each.after}".replace("_", " "), *self._told(each.patients)) for each in cross.changes
        )
        if changes:
            grids.append(Grid("Who changes", (f"from {cross.first} to {cross.second}", "patients"), changes))
        changed, patients = self._told(cross.changed, cross.patients)
        part = share(cross.changed, cross.patients)
        said = f"Another verdict: {changed} of {patients} patients{f' ({part})' if part else ''}."
        return Part(f"{cross.first} and {cross.second}", (said,), tuple(grids))
