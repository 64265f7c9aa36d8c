"""Random criteria, policies and patients, drawn so that thresholds are hit and rare outcomes are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal

from hypothesis import strategies as st

from blinadss.expression import Comparison, Expression, Group
from blinadss.facts import FACTS
from blinadss.grammar import read_comparison
from blinadss.kinds import Coded, Dated, Measured
from blinadss.knowledge import Citation, Criterion, Edition, Indication, KnowledgeBase, Policy, Role, Source, Use
from blinadss.quantity import COUNT, DURATION, GRADE

ON = date(2026, 11, 22)
SOURCE = Source("book", "A book", "Somebody", "paper", "1", "https://example.org", "2026-11-22")
CITE = (Citation(SOURCE, "1"),)

# Facts of every kind, few enough that random criteria and random patients meet.
POOL = (
    "disease.diagnosis",
    "disease.cd19",
    "disease.course",
    "patient.sex",
    "marrow.blasts",
    "mrd.level",
    "disease.remission_number",
    "patient.ecog",
    "patient.age",
    "labs.alt",
    "labs.platelets",
    "history.allogeneic_hsct_on",
)
NUMBERS = ("0", "1", "2", "5", "4.9", "5.1")
LENGTHS = ("0 days", "1 month", "28 days", "4 weeks", "1 year", "18 years", "216 months")


def thresholds(fact: str) -> st.SearchStrategy[str]:
    """Text a fact may be compared with."""
    kind = FACTS[fact]
    if isinstance(kind, Dated) or (isinstance(kind, Measured) and kind.dimension is DURATION):
        return st.sampled_from(LENGTHS)
    assert isinstance(kind, Measured)
    if kind.dimension is GRADE:
        return st.integers(0, 5).map(lambda number: f"grade {number}")
    if kind.dimension is COUNT:
        return st.integers(0, 3).map(str)
    units = [unit for unit in ("%", "10*9/L", "/uL", "U/L", "x ULN") if unit in kind.dimension.units]
    return st.tuples(st.sampled_from(NUMBERS), st.sampled_from(units)).map(" ".join)


@st.composite
def comparison_lines(draw: st.DrawFn, facts: Sequence[str] = POOL) -> str:
    """One line of the authoring language."""
    fact = draw(st.sampled_from(facts))
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        if draw(st.booleans()):
            return f"{fact} is not {draw(st.sampled_from(kind.codes))}"
        codes = draw(st.lists(st.sampled_from(kind.codes), min_size=1, max_size=3, unique=True))
        return f"{fact} is {' or '.join(codes)}"
    operator = draw(st.sampled_from([">=", ">", "<=", "<"]))
    since = "since " if isinstance(kind, Dated) else ""
    return f"{since}{fact} {operator} {draw(thresholds(fact))}"


def comparisons(facts: Sequence[str] = POOL) -> st.SearchStrategy[Comparison]:
    """One comparison."""
    return comparison_lines(facts).map(read_comparison)


def expressions(facts: Sequence[str] = POOL, leaves: int = 6) -> st.SearchStrategy[Expression]:
    """Comparisons joined by groups, a few levels deep."""

    def groups(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        some = st.lists(parts, min_size=1, max_size=4).map(tuple)
        plain_groups = st.builds(Group, st.sampled_from(["all", "any", "none"]), some)
        counted = st.builds(
            lambda parts, data: Group("at least", parts, 1 + data % len(parts)), some, st.integers(0, 3)
        )
        return st.one_of(plain_groups, counted)

    leaf: st.SearchStrategy[Expression] = comparisons(facts)
    return st.recursive(leaf, groups, max_leaves=leaves)


@st.composite
def policies(draw: st.DrawFn, facts: Sequence[str] = POOL, leaves: int = 4) -> Policy:
    """A policy with a few indications, exclusions and contraindications, one edition long."""
    counter = iter(range(100))

    def uses(role: Role, least: int, most: int) -> tuple[Use, ...]:
        whens = draw(st.lists(expressions(facts, leaves), min_size=least, max_size=most))
        return tuple(Use(criterion(f"p/c{next(counter)}", when), role) for when in whens)

    indications = tuple(
        Indication(f"p/i{number}", f"Indication {number}", uses("requires", 1, 2) + uses("excludes", 0, 1))
        for number in range(draw(st.integers(1, 2)))
    )
    edition = Edition(date(2000, 1, 1), "The only edition", CITE, "verified")
    return Policy("p", "A policy", "Somebody", "Nowhere", (edition,), indications, uses("contraindicates", 0, 1))


def criterion(name: str, when: Expression) -> Criterion:
    """A criterion about which nothing matters but how it is decided."""
    return Criterion(name, "A statement.", when, CITE, "verified")


def policy_of(requires: Sequence[Expression], excludes: Sequence[Expression] = ()) -> Policy:
    """A policy of one indication."""
    roles: tuple[tuple[Role, Sequence[Expression]], ...] = (("requires", requires), ("excludes", excludes))
    uses = tuple(
        Use(criterion(f"p/{role}-{number}", when), role) for role, whens in roles for number, when in enumerate(whens)
    )
    edition = Edition(date(2000, 1, 1), "The only edition", CITE, "verified")
    return Policy("p", "A policy", "Somebody", "Nowhere", (edition,), (Indication("p/i", "Indication", uses),), ())


def knowledge_of(policy: Policy) -> KnowledgeBase:
    """A knowledge base of one policy, with no windows of freshness."""
    criteria = {use.criterion.id: use.criterion for use in policy.uses()}
    empty: Mapping[str, Any] = MappingProxyType({})
    return KnowledgeBase("1", ("p",), {"book": SOURCE}, empty, {"p": policy}, criteria)


def values(fact: str, on: date = ON) -> st.SearchStrategy[Any]:
    """A value somebody might write for a fact, often exactly at a threshold."""
    kind = FACTS[fact]
    if isinstance(kind, Coded):
        return st.sampled_from(kind.codes)
    if isinstance(kind, Dated):
        return st.integers(0, 800).map(lambda days: (on - timedelta(days=days)).isoformat())
    if kind.dimension is DURATION:
        return st.sampled_from([length for length in LENGTHS if length != "0 days"] + ["20 days", "5 weeks", "30 days"])
    if kind.dimension in (COUNT, GRADE):
        return thresholds(fact)
    exact = thresholds(fact)
    bounded = st.tuples(st.sampled_from(["", "", "", "< ", "<= ", "> ", ">= "]), exact).map("".join)
    possible = bounded.filter(lambda text: not text.startswith("< 0"))
    if "x ULN" not in kind.dimension.units:
        return possible
    limited = st.fixed_dictionaries({"value": possible, "upper_limit": st.sampled_from(["1 U/L", "3 U/L", "40 U/L"])})
    return st.one_of(possible, limited)


def patients(
    facts: Sequence[str] = POOL, *, known: Literal["some", "all"] = "some"
) -> st.SearchStrategy[dict[str, Any]]:
    """What is known of a patient, by fact; with ``known="all"``, every fact of the pool."""
    drawn = {fact: values(fact) for fact in facts}
    if known == "all":
        return st.fixed_dictionaries(drawn)
    return st.fixed_dictionaries({}, optional=drawn)


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts by path as the sections of a profile."""
    sections: dict[str, Any] = {}
    for fact, value in facts.items():
        section, _, field = fact.partition(".")
        sections.setdefault(section, {})[field] = value
    return sections
