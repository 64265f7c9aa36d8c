"""The patient profile: every fact the criteria can ask about, typed; what is absent is unknown.

This is the vocabulary. Adding a field here adds a word to the authoring
language, to the JSON Schema and to `blinadss facts`, and nothing else has to change.
The sections and fields are a contract (see docs/reference/facts.md): add, never rename.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationInfo, field_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from blinadss import quantity as q
from blinadss.fields import coded, dated, measured, presence, scalar
from blinadss.kinds import day
from blinadss.observation import Observation

Seen = tuple[Observation, ...]


class Section(BaseModel):
    """A group of facts; every field holds the observations of one fact, none if nobody said."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Patient(Section):
    """The person."""

    birth_date: Seen = dated("Date of birth")
    age: Seen = measured("Age, in completed years, months, weeks or days", q.DURATION)
    sex: Seen = coded("Sex", "female", "male")
    weight: Seen = measured("Body weight", q.MASS, most="700", above_zero=True)
    height: Seen = measured("Height or length", q.LENGTH, most="300", above_zero=True)
    body_surface_area: Seen = measured("Body surface (by Mosteller if absent)", q.AREA, most="5", above_zero=True)
    pregnancy: Seen = presence("Pregnancy")
    breastfeeding: Seen = presence("Breast-feeding")
    childbearing_potential: Seen = presence("Childbearing potential")
    ecog: Seen = measured("ECOG performance status", q.GRADE, most="5")
    karnofsky: Seen = measured("Karnofsky performance score", q.PERCENTAGE, most="100")
    lansky: Seen = measured("Lansky play-performance score", q.PERCENTAGE, most="100")


class Disease(Section):
    """The leukaemia: what it is, what it carries, where it stands today."""

    diagnosis: Seen = coded(
        "Diagnosis",
        "b_cell_precursor_all",
        "t_cell_all",
        "mixed_phenotype_all",
        "burkitt",
        "b_cell_lymphoma",
        "other",
    )
    cd19: Seen = coded("CD19 on the leukaemic blasts", "positive", "negative")
    cd19_fraction: Seen = measured("Fraction of blasts that express CD19", q.PERCENTAGE, most="100")
    philadelphia: Seen = coded("Philadelphia chromosome or BCR::ABL1", "positive", "negative")
    ph_like: Seen = coded("Ph-like (BCR::ABL1-like) signature", "present", "absent")
    kmt2a_rearrangement: Seen = presence("KMT2A rearrangement")
    course: Seen = coded("State today", "newly_diagnosed", "remission", "relapsed", "refractory")
    remission_number: Seen = measured("Number of the current or last complete remission", q.COUNT)
    relapse_number: Seen = measured("Relapses so far (first-line disease: 0)", q.COUNT)
    phase: Seen = coded("Phase of treatment", "induction", "consolidation", "maintenance", "salvage")
    first_relapse_risk: Seen = coded("Risk group of the first relapse", "high", "standard")
    extramedullary: Seen = presence("Extramedullary disease")


class Marrow(Section):
    """The bone marrow."""

    blasts: Seen = measured("Blasts in the marrow", q.PERCENTAGE, most="100")


class Blood(Section):
    """The peripheral blood smear."""

    blasts: Seen = measured("Blasts in the blood", q.CELLS)


class Mrd(Section):
    """Measurable residual disease."""

    level: Seen = measured("MRD level", q.PERCENTAGE, most="100")
    status: Seen = coded("MRD, where only detection is reported", "detected", "not_detected")
    assay_sensitivity: Seen = measured("Sensitivity of the MRD assay", q.PERCENTAGE, most="100", above_zero=True)


class Cns(Section):
    """The central nervous system."""

    leukaemia: Seen = presence("Leukaemia in the central nervous system")
    status: Seen = coded("CNS status", "cns1", "cns2", "cns3")
    pathology: Seen = presence("Clinically relevant CNS pathology (seizure, stroke, paresis, aphasia, …)")
    seizure_history: Seen = presence("Seizures in the history")


class History(Section):
    """What was given before, and what happened."""

    prior_lines: Seen = measured("Prior lines of therapy", q.COUNT)
    allogeneic_hsct: Seen = presence("Allogeneic stem cell transplantation")
    allogeneic_hsct_on: Seen = dated("Day of the last allogeneic transplantation")
    autologous_hsct_on: Seen = dated("Day of the last autologous transplantation")
    tki_failures: Seen = measured("Tyrosine kinase inhibitors that failed", q.COUNT)
    alternative_available: Seen = presence("Another treatment option")
    cd19_directed_therapy: Seen = presence("Earlier CD19-directed therapy")
    blinatumomab_exposure: Seen = presence("Earlier blinatumomab")
    blinatumomab_hypersensitivity: Seen = presence("Hypersensitivity to blinatumomab or its formulation")
    pancreatitis: Seen = presence("Pancreatitis")
    cranial_irradiation: Seen = presence("Cranial irradiation")
    autoimmune_disease: Seen = presence("Autoimmune disease")
    second_malignancy: Seen = presence("Another malignancy")
    last_chemotherapy_on: Seen = dated("Day of the last chemotherapy")
    last_immunotherapy_on: Seen = dated("Day of the last immunotherapy")


class Infection(Section):
    """Infections."""

    active: Seen = presence("Active infection")
    hiv: Seen = presence("HIV infection")
    hepatitis_b: Seen = presence("Hepatitis B infection")
    hepatitis_c: Seen = presence("Hepatitis C infection")


class Gvhd(Section):
    """Graft-versus-host disease."""

    active: Seen = presence("Active graft-versus-host disease")
    grade: Seen = measured("Grade of graft-versus-host disease", q.GRADE, most="4")


class Labs(Section):
    """Laboratory values; those that are judged by the upper limit of normal carry it as ``upper_limit``."""

    alt: Seen = measured("Alanine aminotransferase", q.ENZYME)
    ast: Seen = measured("Aspartate aminotransferase", q.ENZYME)
    alp: Seen = measured("Alkaline phosphatase", q.ENZYME)
    ggt: Seen = measured("Gamma-glutamyl transferase", q.ENZYME)
    bilirubin: Seen = measured("Total bilirubin", q.BILIRUBIN)
    creatinine: Seen = measured("Creatinine", q.CREATININE)
    creatinine_clearance: Seen = measured("Creatinine clearance", q.CLEARANCE)
    neutrophils: Seen = measured("Neutrophils", q.CELLS)
    platelets: Seen = measured("Platelets", q.CELLS)
    wbc: Seen = measured("White blood cells", q.CELLS)
    haemoglobin: Seen = measured("Haemoglobin", q.HAEMOGLOBIN)
    ldh: Seen = measured("Lactate dehydrogenase", q.ENZYME)
    lipase: Seen = measured("Lipase", q.ENZYME)
    crp: Seen = measured("C-reactive protein", q.CRP)
    ferritin: Seen = measured("Ferritin", q.FERRITIN)
    igg: Seen = measured("Immunoglobulin G", q.PROTEIN)
    lymphocytes: Seen = measured("Lymphocytes", q.CELLS)


class Medication(Section):
    """What the patient takes."""

    narrow_index_cyp_substrate: Seen = presence("A CYP450 substrate with a narrow therapeutic index")
    immunosuppression: Seen = presence("Systemic immunosuppression")


class Immunisation(Section):
    """Vaccines."""

    live_vaccine_on: Seen = dated("Day of the last live vaccine")


class Plan(Section):
    """What is intended."""

    start_on: Seen = dated("Planned first day of the cycle", past=False)
    cycle: Seen = measured("Planned cycle", q.COUNT)


class Toxicity(Section):
    """What has gone wrong during treatment."""

    crs: Seen = measured("Cytokine release syndrome", q.GRADE, most="5")
    neurologic: Seen = measured("Neurologic toxicity", q.GRADE, most="5")
    liver: Seen = measured("Liver toxicity", q.GRADE, most="5")
    other: Seen = measured("Other toxicity", q.GRADE, most="5")
    seizures: Seen = measured("Seizures during treatment", q.COUNT)


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

    def __repr__(self) -> str:
        """What is known, as it may be written, and nothing else; the id stays out of logs."""
        written: dict[str, Any] = {"assessed_on": self.assessed_on.isoformat()} if self.assessed_on else {}
        for path, seen in self.given.items():
            section, _, field = path.partition(".")
            dumped = [each.dumped() for each in seen]
            written.setdefault(section, {})[field] = dumped[0] if len(dumped) == 1 else dumped
        return f"PatientProfile.model_validate({written})"

    __str__ = __repr__

    @cached_property
    def digest(self) -> str:
        """A hash of the facts as given; the same patient on the same day has the same digest, whatever the id."""
        facts = {path: sorted(json.dumps(seen.dumped()) for seen in given) for path, given in self.given.items()}
        return "sha256:" + hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
