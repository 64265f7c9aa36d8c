"""The patient profile: what is known of one patient, by section; what is absent is unknown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationInfo, field_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from blinadss.bedside import Baseline, Change, Infusion, Neurology, Signs, Toxicity
from blinadss.fields import scalar
from blinadss.kinds import day
from blinadss.observation import Observation
from blinadss.sections import (
    Blood,
    Cns,
    Disease,
    Gvhd,
    History,
    Immunisation,
    Infection,
    Labs,
    Marrow,
    Medication,
    Mrd,
    Patient,
    Plan,
    Section,
)


class PatientProfile(BaseModel):
    """What is known of one patient. Every field is optional, and absent means unknown.

    ``assessed_on`` is the day the question is asked. ``id`` is never needed to decide and is kept out of logs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    id: str | None = None
    assessed_on: date | None = None
    patient: Patient = Patient()
    disease: Disease = Disease()
    marrow: Marrow = Marrow()
    blood: Blood = Blood()
    mrd: Mrd = Mrd()
    cns: Cns = Cns()
    history: History = History()
    infection: Infection = Infection()
    gvhd: Gvhd = Gvhd()
    labs: Labs = Labs()
    medication: Medication = Medication()
    immunisation: Immunisation = Immunisation()
    plan: Plan = Plan()
    toxicity: Toxicity = Toxicity()
    infusion: Infusion = Infusion()
    signs: Signs = Signs()
    neurology: Neurology = Neurology()
    baseline: Baseline = Baseline()
    change: Change = Change()

    @field_validator("*", mode="before")
    @classmethod
    def _nothing_written(cls, raw: Any, info: ValidationInfo) -> Any:  # noqa: ANN401
        """A section with nothing under it is an empty section; scalars are read as text."""
        if info.field_name == "assessed_on" and raw is not None:
            return scalar(raw, day)
        if info.field_name == "id" and raw is not None:
            return scalar(raw, str)
        return {} if raw is None and info.field_name not in {"id", "assessed_on"} else raw

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A section with nothing under it is allowed, and an id may be a number."""
        described = handler.resolve_ref_schema(handler(schema))
        for name, field in described["properties"].items():
            if name != "assessed_on":
                described["properties"][name] = {"anyOf": [*field.pop("anyOf", [field]), {"type": "null"}]}
        described["properties"]["id"] = {"type": ["string", "number", "null"], "description": "Never needed to decide"}
        return described

    @cached_property
    def given(self) -> dict[str, tuple[Observation, ...]]:
        """The facts somebody gave, by path (``disease.cd19``)."""
        sections = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {
            f"{name}.{field}": seen
            for name, section in sections
            if isinstance(section, Section)
            for field, seen in section.__dict__.items()
            if seen
        }

    def supposing(self, facts: Mapping[str, Any]) -> PatientProfile:
        """The same patient if these facts, by path, were so; each replaces what was said and is written as there.

        >>> PatientProfile().supposing({"disease.cd19": "positive"})
        PatientProfile.model_validate({'disease': {'cd19': 'positive'}})
        """
        sections: dict[str, dict[str, Any]] = {}
        for path, seen in {**self.given, **facts}.items():
            section, _, field = path.partition(".")
            sections.setdefault(section, {})[field] = seen
        return PatientProfile.model_validate({"id": self.id, "assessed_on": self.assessed_on, **sections})

    def written(self) -> dict[str, Any]:
        """What is known, as it may be written in a file of its own, without the id."""
        written: dict[str, Any] = {"assessed_on": self.assessed_on.isoformat()} if self.assessed_on else {}
        for path, seen in self.given.items():
            section, _, field = path.partition(".")
            dumped = [each.dumped() for each in seen]
            written.setdefault(section, {})[field] = dumped[0] if len(dumped) == 1 else dumped
        return written

    def __repr__(self) -> str:
        """What is known, and nothing else; the id stays out of logs."""
        return f"PatientProfile.model_validate({self.written()})"

    __str__ = __repr__

    @cached_property
    def digest(self) -> str:
        """A hash of the facts as given; the same patient on the same day has the same digest, whatever the id."""
        facts = {path: sorted(json.dumps(seen.dumped()) for seen in given) for path, given in self.given.items()}
        return "sha256:" + hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
