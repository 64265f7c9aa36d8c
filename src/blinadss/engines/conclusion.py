"""What an engine concludes about one patient, and the one method every engine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from blinadss.expression import Values
from blinadss.truth import Truth


@dataclass(frozen=True)
class Conclusions:
    """The truth of every criterion and indication of a policy, of "contraindicated", and of "may have it"."""

    criteria: Mapping[str, Truth]
    indications: Mapping[str, Truth]
    contraindicated: Truth
    eligible: Truth


class Engine(Protocol):
    """Answers the criteria of one policy as it stands on one day. Everything else is shared."""

    name: str

    def conclude(self, values: Values) -> Conclusions:
        """What the values settle. Must never depend on anything else."""
