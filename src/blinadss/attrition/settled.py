"""What to find out of the undetermined patients of a screened table: the missing facts that settle most of them.

An answer depends on nothing but the truths of the comparisons. So patients are counted by these truths in SQL, and
the largest of these groups are looked at one by one, each as one patient of whom just so much is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from duckdb import DuckDBPyConnection

from blinadss.attrition.figures import Discretion, Settles, Settling
from blinadss.engines.clauses import comparisons_of
from blinadss.engines.truths import OPPOSITE
from blinadss.expression import Comparison
from blinadss.facts import FACTS
from blinadss.findings import Verdict
from blinadss.implicants import Box
from blinadss.in_sql import name_of
from blinadss.knowledge import EFFORTS, KnowledgeBase
from blinadss.prepared import PreparedPolicy
from blinadss.standing import Left, Standing

MOST = 20_000  # patterns that are looked at
_OPPOSITES = {plain: opposite for opposite, plain in OPPOSITE.items()}


def settling(  # noqa: PLR0913 - where the figures come from, and how they are told
    connection: DuckDBPyConnection,
    relation: str,
    prepared: PreparedPolicy,
    lines: Mapping[Comparison, str],
    verdict: str,
    *,
    knowledge: KnowledgeBase,
    most: int = MOST,
    least: int = 0,
) -> Settling:
    """The facts that are missing of the undetermined patients under one edition of a policy.

    ``relation`` is SQL that stands after FROM: a quoted name, or a query in parentheses, of the rows that this edition
    answers. It has the column ``verdict`` of the verdicts of the policy and the BOOLEAN columns ``lines`` of
    comparisons, which may be those of other policies too. The ``most`` largest patterns are looked at.
    Counts below ``least`` are not told; see `Discretion`.
    """
    told, seen, tally = Discretion(least).told, Seen(prepared, lines), _Tally()
    known = [name_of(name) for name in seen.columns]
    alike = ", ".join([*known, "count(*) AS patients"])
    ordered = ", ".join(["patients DESC", *known])
    rows = connection.execute(
        f"SELECT *, count(*) OVER (), sum(patients) OVER () FROM ("  # noqa: S608 - names are quoted
        f"SELECT {alike} FROM {relation} WHERE {name_of(verdict)} = '{Verdict.UNDETERMINED.value}' GROUP BY ALL) "
        f"ORDER BY {ordered} LIMIT {most:d}"
    ).fetchall()
    for *truths, patients, _, _ in rows:
        tally.add(Standing(prepared.form.verdict, seen.box(truths)), patients)
    *_, patterns, undetermined = rows[0] if rows else (0, 0)  # of all rows, before the limit
    return Settling(
        undetermined=told(int(undetermined)),
        looked_at=told(sum(row[-3] for row in rows)),
        complete=len(rows) == patterns,
        facts=tuple(sorted(tally.facts(knowledge, Discretion(least)), key=_first)),
    )


class Seen:
    """What the truths of comparisons say of a patient: in which ``columns`` they stand, and the box that they allow.

    A patient of whom no comparison says otherwise is taken for one whose profile does not contradict itself.
    """

    def __init__(self, prepared: PreparedPolicy, lines: Mapping[Comparison, str]) -> None:
        form, classes = prepared.form, prepared.form.classes
        asked = set(comparisons_of(prepared.policy, form))
        mine = [leaf for leaf in lines if not asked.isdisjoint((leaf, _opposite(leaf)))]
        self.columns = tuple(lines[leaf] for leaf in mine)
        self._sides = [(classes.chosen(leaf), classes.chosen(_opposite(leaf))) for leaf in mine]
        self._before = classes.space.everything
        for link in form.links:
            if link.guard not in mine:
                self._before &= classes.chosen(link.guard)

    def box(self, truths: Sequence[bool | None]) -> Box:
        """What is known of a patient, in the classes of the policy, by the truths in the columns."""
        box = self._before
        for (holds, fails), truth in zip(self._sides, truths, strict=True):
            if truth is not None:
                box &= holds if truth else fails
        return box


def _opposite(leaf: Comparison) -> Comparison:
    return replace(leaf, operator=_OPPOSITES[leaf.operator])


class _Tally:
    """Counts patients by fact."""

    def __init__(self) -> None:
        self._matters, self._can_settle, self._settles = Counter[str](), Counter[str](), Counter[str]()

    def add(self, standing: Standing, patients: int) -> None:
        """So many patients whose answer stands like this."""
        for fact, weight in standing.weights.items():
            self._matters[fact] += patients
            self._can_settle[fact] += patients if weight == "alone" else 0
        for fact in settled_by(standing):
            self._settles[fact] += patients

    def facts(self, knowledge: KnowledgeBase, discretion: Discretion) -> Iterator[Settles]:
        """The facts that matter, with what is said of them and their counts as they may be told."""
        for fact, patients in self._matters.items():
            notes, told = knowledge.facts.get(fact), discretion.told
            ask, effort = (notes.ask, notes.effort) if notes else (f"{FACTS[fact].says}?", None)
            yield Settles(fact, ask, effort, told(patients), told(self._can_settle[fact]), told(self._settles[fact]))


def settled_by(standing: Standing) -> list[str]:
    """The facts of which each one settles an open answer for certain, whatever it turns out to be.

    Such a fact can make the answer a yes as well as a no all by itself: there is one block open, and the
    fact is the whole of a set of findings on either side of it. That is asked first, because it is quick.
    """
    if len(standing.open) != 1:
        return []
    (left,) = standing.open
    both = _alone(left, left.sums.holds) & _alone(left, left.sums.fails)
    return [fact for fact in standing.matters if fact in both and left.is_settled_by([fact])]


def _alone(left: Left, boxes: Sequence[Box]) -> set[str]:
    return {facts[0] for box in boxes if len(facts := left.facts(box)) == 1}


def _first(each: Settles) -> tuple[int, int, int, int, str]:
    """The facts first that settle most patients for certain; of those that settle as many, see what may, and effort."""
    effort = EFFORTS.index(each.effort) if each.effort else 0
    return -(each.settles or 0), -(each.can_settle or 0), -(each.matters or 0), effort, each.fact
