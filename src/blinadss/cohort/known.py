"""What is known of each fact of a row, in SQL: the one door between a table and the criteria; compare `lookup`.

From the cells of a fact, from others that it is worked out from, and from what follows for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from sqlglot import exp

from blinadss.cohort.derived import WORKED_OUT, cannot
from blinadss.cohort.following import Followed, following
from blinadss.cohort.given import Table
from blinadss.cohort.seen import NOTHING, Asked, Seen, SeenCode, SeenDays, SeenSpan
from blinadss.cohort.times import days_between, months_between, whole_months_between
from blinadss.derived import origins
from blinadss.elapsed import DAYS
from blinadss.engines.readings import Reading
from blinadss.engines.terms import copied, negated
from blinadss.engines.truths import Truths
from blinadss.errors import Problem, UsageError, one_of
from blinadss.expression import Comparison, comparisons
from blinadss.facts import FACTS
from blinadss.knowledge import KnowledgeBase
from blinadss.links import AGREES, agreement

Leaves = Mapping[str, list[Comparison]]


class Known:
    """What is known of the facts that some comparisons ask, as readings of columns over a table.

    Raises `UsageError` for facts that a table cannot work out from what it has.
    """

    def __init__(self, table: Table, knowledge: KnowledgeBase, asked: Leaves) -> None:
        self._table = table
        follows = {fact: notes.follows for fact, notes in knowledge.facts.items() if notes.follows}
        self._about = {agreement(fact): fact for fact in FACTS}
        self.facts = tuple(sorted({self._about.get(leaf.fact, leaf.fact) for its in asked.values() for leaf in its}))
        asked_first = [leaf for fact in self.facts for each in follows.get(fact, ()) for leaf in comparisons(each.when)]
        read = (*self.facts, *(leaf.fact for leaf in asked_first))
        self.read = tuple(fact for fact in FACTS if any(fact in origins(each) for each in dict.fromkeys(read)))
        self._refuse_impossible([*self.facts, *(leaf.fact for leaf in asked_first)])
        self._leaves: dict[str, list[Comparison]] = {reads: list(its) for reads, its in asked.items()}
        for leaf in asked_first:
            self._leaves.setdefault(leaf.reads, []).append(leaf)
        self._said: dict[str, Seen | None] = {}
        conditions = Truths(
            table.layers, {leaf.reads: self._reading(leaf, self._seen(leaf.fact)) for leaf in asked_first}
        )
        self._followed: dict[str, Followed] = {
            fact: following(fact, self._seen(fact), follows.get(fact, ()), conditions, table.layers)
            for fact in self.facts
        }
        self.readings: dict[str, Reading] = {reads: self._final(its[0]) for reads, its in asked.items()}

    def because(self, fact: str) -> exp.Expression:
        """Why the fact is not known: missing, stale or conflicting; NULL where it is, as far as it goes."""
        return self._followed[fact].because()

    def _refuse_impossible(self, facts: Iterable[str]) -> None:
        has = self._table.layout.facts
        problems = [
            Problem(
                f"`{fact}` would be worked out from {one_of(others)}, which a table cannot do yet",
                f"give `{fact}` in a column and leave the others out with `--leave-out` or `leave_out=`",
            )
            for fact in dict.fromkeys(facts)
            if (others := cannot(fact, has))
        ]
        if problems:
            raise UsageError(problems)

    def _seen(self, fact: str) -> Seen | None:
        """What was said of a fact, or is worked out from what was said of others."""
        if fact not in self._said:
            worked_out = WORKED_OUT.get(fact)
            self._said[fact] = worked_out(self._table) if worked_out else self._table.seen(fact)
        return self._said[fact]

    def _final(self, leaf: Comparison) -> Reading:
        fact = self._about.get(leaf.fact)
        if fact is None:
            followed = self._followed[leaf.fact]
            return followed.reading(self._reading(leaf, followed.seen))
        agrees = negated(self._followed[fact].conflict)
        return Asked(lambda each: copied(agrees) if AGREES in each.codes else negated(agrees))

    def _reading(self, leaf: Comparison, seen: Seen | None) -> Reading:
        """What a comparison of that kind asks of what was seen of its fact."""
        match seen:
            case SeenCode():
                return seen.reading()
            case SeenDays():
                if self._table.day is not None:
                    return seen.reading_on(self._table.day)
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
