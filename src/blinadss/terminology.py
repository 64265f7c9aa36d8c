"""What codes of terminologies say of facts: which code in a record is which fact, and how well that was checked.

All of it is data (``criteria/terminology.yaml``, and the ``codes`` and ``words`` of
``criteria/facts.yaml``); here are its shapes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from blinadss.errors import Place
from blinadss.statements import Assurance, Citation

# Where in a record a code stands: an element of the person, what was observed, a diagnosis with its state and its site,
# what was done, what was given, what is not tolerated, a vaccine.
Where = Literal[
    "patient",
    "observation",
    "condition",
    "condition-status",
    "condition-site",
    "procedure",
    "medication",
    "allergy",
    "immunization",
]
WHERES: tuple[Where, ...] = (
    "patient",
    "observation",
    "condition",
    "condition-status",
    "condition-site",
    "procedure",
    "medication",
    "allergy",
    "immunization",
)
ELEMENT = "element"  # in place of a terminology: the code is the name of an element of the person's resource
BARE = (ELEMENT, "code")  # the second: a code that stands there without a terminology, as the answer of an element does
THE_DAY = "the day"  # what a fact that is a day `is`: the day on which what the code names was done or began

# Groups of codes: what a condition's clinical status is while it is there, and when it is not there any more.
ACTIVE, OVER = "active-condition", "condition-that-is-over"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a system; ``system`` is a name of `Terminology.systems` (``LOINC``), or a URI in a user's own file."""

    system: str
    code: str

    def __str__(self) -> str:
        return f"{self.system} {self.code}"


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """A terminology: what it is called, and the URIs by which records name it, the usual one first."""

    name: str
    title: str
    uris: tuple[str, ...]


@dataclass(frozen=True)
class FactCode:
    """What a code says of a fact.

    ``value`` is what the fact is wherever the code is recorded (``present``), or `THE_DAY`; where it is empty, the
    fact is the result of the observation: its number or day, or its ``answers`` by the code of the answer.
    ``components`` are codes and answers that the observation must have among its components as well.
    ``of`` are codes one of which the condition must have of which this one is the state or site, or which the
    observation is about.
    ``active``: only while the condition is active. ``units`` are units that a laboratory writes, beyond UCUM, and ours.
    ``unusable`` is why the code is recognised and yet settles nothing. An ``unverified`` code settles nothing either.
    """

    fact: str
    coding: Coding
    display: str
    where: Where = "observation"
    value: str = ""
    answers: Mapping[Coding, str] = field(default_factory=dict)
    components: tuple[tuple[Coding, Coding], ...] = ()
    of: tuple[Coding, ...] = ()
    active: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    unusable: str = ""
    note: str = ""
    cite: tuple[Citation, ...] = ()
    assurance: Assurance = "unverified"
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Terminology:
    """The systems by name, the codes of facts, by fact the words that hint at it in free text, and groups of codes.

    A group is what ``of`` may name in a file; in `FactCode.of` its codes stand already.
    """

    systems: Mapping[str, CodeSystem] = field(default_factory=dict)
    codes: tuple[FactCode, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Coding, ...]] = field(default_factory=dict)

    def uris(self, system: str) -> tuple[str, ...]:
        """The URIs of a system by its name; a URI stands for itself."""
        return self.systems[system].uris if system in self.systems else (system,)

    @cached_property
    def index(self) -> Mapping[tuple[str, str], tuple[FactCode, ...]]:
        """What is said of facts, by the system's URI and the code, as they stand in a record."""
        found: dict[tuple[str, str], list[FactCode]] = {}
        for each in self.codes:
            for uri in self.uris(each.coding.system):
                found.setdefault((uri, each.coding.code), []).append(each)
        return {key: tuple(codes) for key, codes in found.items()}

    def coding(self, system: str, code: str) -> Coding:
        """The coding of a record with the system by its name, where it has one."""
        return Coding(self.name(system), code)

    def name(self, system: str) -> str:
        """The system of a record by its name, where it has one."""
        return self._names.get(system, system)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {uri: name for name, system in self.systems.items() for uri in system.uris}
