"""The testing kit as the laws use it: a few facts, one day, and the facts of a patient as they are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis.strategies import SearchStrategy

from blinadss.expression import Expression
from blinadss.knowledge import Edition, Indication, Policy
from blinadss.statements import Role, Use
from blinadss.testing import generated
from blinadss.testing import patients as generated_patients
from blinadss.testing.choices import drawn
from blinadss.testing.generated import CITE, criterion_of

ON = date(2026, 11, 22)
POOL = generated.FEW


def expressions(facts: Sequence[str] = POOL, leaves: int = 6) -> SearchStrategy[Expression]:
    """Comparisons joined by groups, a few levels deep."""
    return drawn(generated.expression, facts, leaves)


def patients(facts: Sequence[str] = POOL) -> SearchStrategy[dict[str, Any]]:
    """What is known of a patient, by fact."""
    return drawn(generated_patients.facts, facts, ON)


def policy_of(requires: Sequence[Expression], excludes: Sequence[Expression] = ()) -> Policy:
    """A policy of one indication."""
    roles: tuple[tuple[Role, Sequence[Expression]], ...] = (("requires", requires), ("excludes", excludes))
    uses = tuple(
        Use(criterion_of(f"p/{role}-{n}", when), role) for role, whens in roles for n, when in enumerate(whens)
    )
    edition = Edition(date(2000, 1, 1), "The only edition", CITE, "verified")
    return Policy("p", "A policy", "Somebody", "Nowhere", (edition,), (Indication("p/i", "Indication", uses),), ())
