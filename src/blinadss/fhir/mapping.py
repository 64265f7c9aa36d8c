"""What was read from a record, and what was not: the profile with its provenance, field by field.

The JSON of `blinadss import --format json` is this. See docs/reference/fhir.md. The field names are a contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import PlainSerializer

from blinadss.profile import PatientProfile
from blinadss.result import Result
from blinadss.statements import Assurance


@dataclass(frozen=True, slots=True)
class Used(Result):
    """One value of a fact that is in the profile, and where in the record it comes from.

    ``value`` and ``on`` are as in the profile, ``original`` as in the record; ``code`` is what matched, and
    ``assurance`` how well that code was checked. ``marks`` say what is odd: that a result is preliminary, for example.
    """

    fact: str
    value: str
    on: date | None
    upper_limit: str | None
    resource: str
    element: str
    original: str
    code: str
    display: str
    assurance: Assurance
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotUsable(Result):
    """Something that was recognised and settles nothing, with the facts it may be about, and why."""

    resource: str
    facts: tuple[str, ...]
    why: str
    code: str
    original: str


@dataclass(frozen=True, slots=True)
class ToConfirm(Result):
    """A passage of free text that may be about facts; ``known`` are those of them that the profile has anyway."""

    resource: str
    element: str
    facts: tuple[str, ...]
    known: tuple[str, ...]
    passage: str


@dataclass(frozen=True, slots=True)
class Ignored(Result):
    """Resources that are about no fact: of one type and, where they have a code, of one code; the first few by name."""

    kind: str
    what: str
    why: str
    resources: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Older(Result):
    """Values of a fact that are not the latest, which alone counts; the first few resources by name."""

    fact: str
    resources: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Import(Result):
    """A record read as of a day: the profile, and the mapping report that says how it came about.

    ``resources`` counts all that there were, ``subject`` is the patient as a reference, if the record has one.
    """

    schema: Literal["blinadss/import/1"]
    assessed_on: date
    profile: Annotated[PatientProfile, PlainSerializer(PatientProfile.written)]
    subject: str | None
    resources: int
    used: tuple[Used, ...]
    not_usable: tuple[NotUsable, ...]
    to_confirm: tuple[ToConfirm, ...]
    ignored: tuple[Ignored, ...]
    older: tuple[Older, ...]
