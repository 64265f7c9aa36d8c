"""Every criterion broken on purpose, one small way at a time; a good set of scenarios notices each.

An operator loosened or turned round, a code or a part dropped, `all` made `any`,
a threshold nudged, a requirement, an exclusion or its date dropped, an edition moved by a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from blinadss.expression import Comparison, Expression, Group, Operator, Word, line
from blinadss.facts import FACTS
from blinadss.kinds import Measured
from blinadss.knowledge import Policy
from blinadss.quantity import COUNT, DURATION, GRADE, Quantity
from blinadss.statements import ALWAYS, Criterion, Period, Use

_TURNED: dict[str, str] = {">=": ">", ">": ">=", "<=": "<", "<": "<=", "is": "is not", "is not": "is"}
_REGROUPED: dict[str, str] = {"all": "any", "any": "all", "none": "any"}


@dataclass(frozen=True)
class Breakage:
    """One deliberate fault: what was changed, and the policy that has it."""

    what: str
    policy: Policy

    def __str__(self) -> str:
        return self.what


def breakages(policy: Policy) -> Iterator[Breakage]:
    """Every way one policy is broken."""
    for criterion in dict.fromkeys(use.criterion for use in policy.uses()):
        for what, expression in broken_expressions(criterion.when):
            broken = replace(criterion, when=expression)
            yield Breakage(f"{criterion.id}: {what}", _with_criterion(policy, criterion, broken))
    for indication in policy.indications:
        yield Breakage(
            f"{indication.id} dropped",
            replace(policy, indications=tuple(each for each in policy.indications if each is not indication)),
        )
        for what, uses in _broken_uses(indication.uses):
            changed = tuple(replace(each, uses=uses) if each is indication else each for each in policy.indications)
            yield Breakage(f"{indication.id}: {what}", replace(policy, indications=changed))
    for what, uses in _broken_uses(policy.contraindications):
        yield Breakage(f"{policy.id} contraindications: {what}", replace(policy, contraindications=uses))
    for edition in policy.editions:
        for shift in (-1, 1):
            moved = edition.start + timedelta(days=shift)
            yield Breakage(
                f"{policy.id}: the edition of {edition.start} begins on {moved}", _moved(policy, edition.start, moved)
            )


def broken_expressions(expression: Expression) -> Iterator[tuple[str, Expression]]:
    """Every small way one expression is broken, with what was done."""
    if isinstance(expression, Comparison):
        yield from _broken_comparisons(expression)
        return
    yield from _broken_groups(expression)
    for index, part in enumerate(expression.parts):
        for what, broken in broken_expressions(part):
            parts = (*expression.parts[:index], broken, *expression.parts[index + 1 :])
            yield what, replace(expression, parts=parts)


def _broken_comparisons(leaf: Comparison) -> Iterator[tuple[str, Expression]]:
    written = line(leaf)

    def changed(broken: Comparison) -> tuple[str, Expression]:
        return f"`{written}` became `{line(broken)}`", broken

    if len(leaf.codes) <= 1 or leaf.threshold is not None:
        yield changed(replace(leaf, operator=cast("Operator", _TURNED[leaf.operator])))
    else:
        yield f"`{written}` became its opposite", Group("none", (leaf,))
    if len(leaf.codes) > 1:
        for code in leaf.codes:
            yield changed(replace(leaf, codes=tuple(each for each in leaf.codes if each != code)))
    if leaf.threshold is not None:
        for nudged in _nudged(leaf):
            yield changed(replace(leaf, threshold=nudged))


def _nudged(leaf: Comparison) -> Iterator[Quantity]:
    """The threshold a hundredth lower and higher, or one where only whole numbers make sense."""
    assert leaf.threshold is not None  # noqa: S101 - only called for a threshold
    kind, magnitude = FACTS[leaf.fact], leaf.threshold.magnitude
    whole = not isinstance(kind, Measured) or kind.dimension in (COUNT, GRADE, DURATION)
    step = Decimal(1) if whole or not magnitude else magnitude / 100
    for nudged in (magnitude - step, magnitude + step):
        if nudged >= 0:
            yield replace(leaf.threshold, magnitude=nudged)


def _broken_groups(group: Group) -> Iterator[tuple[str, Expression]]:
    heading = group.heading
    if group.word == "at least":
        for needed in (group.needed - 1, group.needed + 1):
            if 1 <= needed <= len(group.parts):
                yield f"`{heading}` became `at least {needed} of`", replace(group, needed=needed)
    else:
        word = _REGROUPED[group.word]
        yield f"`{heading}` became `{word}`", replace(group, word=cast("Word", word))
    for index, part in enumerate(group.parts):
        rest = (*group.parts[:index], *group.parts[index + 1 :])
        if rest and group.needed <= len(rest):
            named = line(part) if isinstance(part, Comparison) else part.heading
            yield f"`{named}` dropped from `{heading}`", replace(group, parts=rest)


def _broken_uses(uses: tuple[Use, ...]) -> Iterator[tuple[str, tuple[Use, ...]]]:
    for index, use in enumerate(uses):
        before, after = uses[:index], uses[index + 1 :]
        yield f"{use.role} {use.criterion.id} dropped", (*before, *after)
        if use.scope:
            yield f"{use.criterion.id} no longer says whom it is for", (*before, replace(use, scope=False), *after)
        always = replace(use, period=ALWAYS)
        if use.period.start > date.min:
            since = replace(always, period=Period(until=use.period.until))
            yield f"{use.criterion.id} applies before {use.period.start} too", (*before, since, *after)
        if use.period.until < date.max:
            onwards = replace(always, period=Period(start=use.period.start))
            yield f"{use.criterion.id} applies after {use.period.until} too", (*before, onwards, *after)


def _with_criterion(policy: Policy, criterion: Criterion, broken: Criterion) -> Policy:
    def swapped(uses: tuple[Use, ...]) -> tuple[Use, ...]:
        return tuple(replace(use, criterion=broken) if use.criterion is criterion else use for use in uses)

    return replace(
        policy,
        indications=tuple(replace(each, uses=swapped(each.uses)) for each in policy.indications),
        contraindications=swapped(policy.contraindications),
    )


def _moved(policy: Policy, day: date, moved: date) -> Policy:
    """The policy with everything that begins or ends on one day moved to another."""

    def period(old: Period) -> Period:
        start, until = (moved if each == day else each for each in (old.start, old.until))
        return Period(start, until)

    def uses(old: tuple[Use, ...]) -> tuple[Use, ...]:
        return tuple(replace(use, period=period(use.period)) for use in old)

    return replace(
        policy,
        editions=tuple(replace(each, start=moved) if each.start == day else each for each in policy.editions),
        indications=tuple(
            replace(each, period=period(each.period), uses=uses(each.uses)) for each in policy.indications
        ),
        contraindications=uses(policy.contraindications),
    )
