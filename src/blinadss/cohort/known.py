"""What is known of each fact of a row, in SQL: the one door between a table and the criteria; compare `lookup`.

From the cells of a fact, from others that it is worked out from, and from what follows for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import cast

from sqlglot import exp

from blinadss.cohort.derived import WORKED_OUT, cannot
from blinadss.cohort.given import Table
from blinadss.cohort.numbers import MAGNITUDE
from blinadss.cohort.seen import (
    CONFLICTING,
    MISSING,
    NOTHING,
    CodeReading,
    Seen,
    SeenCode,
    SeenDays,
    SeenSpan,
    decimal_literal,
)
from blinadss.cohort.times import days_between, months_between, whole_months_between
from blinadss.elapsed import DAYS
from blinadss.engines.readings import Reading
from blinadss.engines.terms import decimal, formula
from blinadss.engines.truths import Truths
from blinadss.errors import Problem, UsageError, one_of
from blinadss.expression import Comparison, comparisons
from blinadss.facts import FACTS
from blinadss.kinds import Coded, Dated, Measured
from blinadss.knowledge import Consequence, KnowledgeBase
from blinadss.links import AGREES, DISAGREES, agreement
from blinadss.quantity import DURATION, Quantity

Leaves = Mapping[str, list[Comparison]]


class Known:
    """What is known of the facts that some comparisons ask, as readings of columns over a table.

    Raises `UsageError` for facts that a table cannot work out from what it has.
    """

    def __init__(self, table: Table, knowledge: KnowledgeBase, asked: Leaves) -> None:
        self._table, self._add = table, table.layers.add
        self._follows = {fact: notes.follows for fact, notes in knowledge.facts.items() if notes.follows}
        self._about = {agreement(fact): fact for fact in FACTS}
        self.facts = tuple(sorted({self._about.get(leaf.fact, leaf.fact) for its in asked.values() for leaf in its}))
        conditions = [
            leaf for fact in self.facts for each in self._follows.get(fact, ()) for leaf in comparisons(each.when)
        ]
        self._refuse_impossible([*self.facts, *(leaf.fact for leaf in conditions)])
        self._leaves: dict[str, list[Comparison]] = {reads: list(its) for reads, its in asked.items()}
        for leaf in conditions:
            self._leaves.setdefault(leaf.reads, []).append(leaf)
        said = {leaf.reads: self._reading(self._said(leaf.fact), leaf) for leaf in conditions}
        self._conditions = Truths(table.layers, said)
        self.seen = {fact: self._followed(fact) for fact in self.facts}
        self.readings = {reads: self._final(its[0]) for reads, its in asked.items()}

    def because(self, fact: str) -> exp.Expression:
        """Why the fact is not known: missing, stale or conflicting; NULL where it is, as far as it goes."""
        seen = self.seen[fact]
        return seen.because.copy() if seen else exp.Literal.string(MISSING)

    def _refuse_impossible(self, facts: Iterable[str]) -> None:
        has = self._table.layout.facts
        problems = [
            Problem(
                f"`{fact}` would be worked out from {one_of(others)}, which a table cannot do yet",
                f"give `{fact}` in a column and leave the others out with `--leave-out`",
            )
            for fact in dict.fromkeys(facts)
            if (others := cannot(fact, has))
        ]
        if problems:
            raise UsageError(problems)

    def _said(self, fact: str) -> Seen | None:
        worked_out = WORKED_OUT.get(fact)
        return worked_out(self._table) if worked_out else self._table.seen(fact)

    def _final(self, leaf: Comparison) -> Reading:
        fact = self._about.get(leaf.fact)
        if fact is None:
            return self._reading(self.seen[leaf.fact], leaf)
        text = f"CASE WHEN :because = '{CONFLICTING}' THEN '{DISAGREES}' ELSE '{AGREES}' END"
        return CodeReading(self._add(leaf.fact, formula(text, because=self.because(fact))))

    def _reading(self, seen: Seen | None, leaf: Comparison) -> Reading:
        """What a comparison of that kind asks of what is known of its fact."""
        match seen:
            case SeenCode():
                return seen.reading()
            case SeenDays():
                return seen.reading(self._table.layers, leaf.reads, self._passed(leaf))
            case SeenSpan():
                assert leaf.threshold is not None  # noqa: S101 - a magnitude is compared with one
                return seen.reading(leaf.threshold.scale)
        return NOTHING

    def _passed(self, leaf: Comparison) -> partial[exp.Expression]:
        """How the time since a day is counted for all comparisons that read as this one does."""
        assert leaf.threshold is not None  # noqa: S101 - a length of time is compared with one
        if leaf.threshold.scale == DAYS:
            return partial(days_between, end=self._table.on)
        over = any(each.operator in {">", "<="} for each in self._leaves[leaf.reads])
        return partial(months_between if over else whole_months_between, end=self._table.on)

    def _followed(self, fact: str) -> Seen | None:
        """What is known from what was said and from what follows, which may be in conflict; see `with_consequences`."""
        seen = self._said(fact)
        for number, each in enumerate(self._follows.get(fact, ()), 1):
            holds = formula("COALESCE(:truth, FALSE)", truth=self._conditions.of(each.when))
            holds = self._add(f"{fact} follows {number}", holds)
            if not any(holds.find_all(exp.Column)):
                continue  # what it follows from is not in the table
            seen = self._with(fact, seen, each, holds)
        return seen

    def _with(self, fact: str, seen: Seen | None, each: Consequence, holds: exp.Expression) -> Seen:
        if seen is None:
            seen = self._nothing(fact)
        against, nothing = self._against(seen, each), self._unknown(seen)
        parts = {"holds": holds, "because": seen.because, "against": against, "nothing": nothing}
        conflict = self._add(f"{fact} in conflict", formula("COALESCE(:holds AND :against, FALSE)", **parts))
        fill = self._add(
            f"{fact} filled",
            formula(f":holds AND :nothing AND COALESCE(:because <> '{CONFLICTING}', TRUE)", **parts),
        )
        because = self._add(
            f"{fact} because",
            formula(
                f"CASE WHEN :conflict THEN '{CONFLICTING}' WHEN NOT :fill THEN :because END",
                conflict=conflict,
                fill=fill,
                **parts,
            ),
        )

        def merged(name: str, value: exp.Expression, implied: exp.Expression) -> exp.Expression:
            text = "CASE WHEN :fill THEN :implied WHEN NOT :conflict THEN :value END"
            return self._add(
                f"{fact} {name}".strip(), formula(text, fill=fill, conflict=conflict, value=value, implied=implied)
            )

        changed = replace(seen, because=because)
        match changed:
            case SeenCode():
                return replace(changed, code=merged("", changed.code, exp.Literal.string(str(each.value))))
            case SeenDays():
                day = merged("day", changed.latest, exp.cast(exp.Null(), "DATE"))
                never = formula(
                    ":fill OR (:never AND NOT :conflict)", fill=fill, never=changed.never, conflict=conflict
                )
                return replace(changed, latest=day, earliest=day, never=self._add(f"{fact} never", never))
            case SeenSpan():
                point = self._point(changed, each)
                low = merged("least", changed.low, point)
                high = low if changed.high == changed.low else merged("most", changed.high, point)
                limit = changed.on_limit
                if limit is not None:
                    per = formula("CASE WHEN NOT :conflict THEN :per END", conflict=conflict, per=limit.per)
                    limit = replace(limit, per=self._add(f"{fact} per", per))
                return replace(changed, low=low, high=high, on_limit=limit)
        return changed

    def _nothing(self, fact: str) -> Seen:
        """What is known of a fact that the table has no column for."""
        kind = FACTS[fact]
        on = self._table.on
        base = (exp.false(), exp.Literal.string(MISSING), on, exp.cast(exp.Null(), "DATE"))
        match kind:
            case Coded():
                return SeenCode(*base, exp.cast(exp.Null(), "VARCHAR"))
            case Dated():
                day = exp.cast(exp.Null(), "DATE")
                return SeenDays(*base, day, day, exp.false())
            case Measured():
                assert kind.dimension is not DURATION  # noqa: S101 - no age follows from anything
                none = exp.cast(exp.Null(), MAGNITUDE)
                return SeenSpan(*base, none, none, decimal_literal, MAGNITUDE)

    @staticmethod
    def _unknown(seen: Seen) -> exp.Expression:
        """Whether no value is known."""
        match seen:
            case SeenCode():
                return formula(":code IS NULL", code=seen.code)
            case SeenDays():
                return formula(":day IS NULL AND NOT :never", day=seen.latest, never=seen.never)
            case _:
                span = cast("SeenSpan", seen)
                known = formula(":low IS NULL", low=span.low)
                if span.on_limit is None:
                    return known
                return formula(":known AND :multiple IS NULL", known=known, multiple=span.on_limit.low)

    @staticmethod
    def _against(seen: Seen, each: Consequence) -> exp.Expression:
        """Whether what is known contradicts what follows."""
        match seen:
            case SeenCode():
                return formula(":code <> :implied", code=seen.code, implied=exp.Literal.string(str(each.value)))
            case SeenDays():
                return formula("NOT :day IS NULL", day=seen.latest)
            case _:
                span = cast("SeenSpan", seen)
                point = Known._point(span, each)
                return formula(":low > :point OR :high < :point", low=span.low, high=span.high, point=point)

    @staticmethod
    def _point(span: SeenSpan, each: Consequence) -> exp.Expression:
        """The magnitude that follows, as those of the span are."""
        assert isinstance(each.value, Quantity)  # noqa: S101 - a magnitude follows as one
        return exp.cast(decimal(each.value.magnitude), span.type)
