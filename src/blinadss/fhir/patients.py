"""Which patient the records are about, and whether one of them is about that patient and nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blinadss.errors import ProfileError
from blinadss.fhir.entries import Entry, Notice
from blinadss.fhir.references import Index

# The element that says whose it is. Nothing else is a record of a patient's health.
SUBJECTS: Mapping[str, str] = {
    "AllergyIntolerance": "patient",
    "Condition": "subject",
    "DiagnosticReport": "subject",
    "FamilyMemberHistory": "patient",
    "Immunization": "patient",
    "MedicationAdministration": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "Observation": "subject",
    "Procedure": "subject",
    "QuestionnaireResponse": "subject",
    "Specimen": "subject",
}
_WHOSE: Mapping[str, tuple[str, ...]] = {kind: (element,) for kind, element in SUBJECTS.items()}
_ANY_WHOSE = ("subject", "patient")  # of other resources
_SAYS_NOT = "does not say whose it is"
_ANOTHER = "about another patient"
_OTHER = "about somebody or something other than the patient"
_NOT_TOLD = "about something, it cannot be told what"
# What may well be about the patient, as far as anybody can tell.
UNCERTAIN = frozenset({_SAYS_NOT, f"{_NOT_TOLD} (focus)"})
# What an observation may look at closely without being about somebody or something else.
_ASPECTS = frozenset(
    {
        "AllergyIntolerance",
        "BodyStructure",
        "CarePlan",
        "ClinicalImpression",
        "Condition",
        "DiagnosticReport",
        "Encounter",
        "EpisodeOfCare",
        "ImagingStudy",
        "Immunization",
        "Media",
        "Medication",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "Procedure",
        "RiskAssessment",
        "ServiceRequest",
        "Specimen",
    }
)
_FEW = 6  # places that a message names


@dataclass(frozen=True, slots=True)
class Chosen:
    """The patient: the key of references to it, and the Patient resource if it is there.

    Without a key, nothing says whose it is.
    """

    key: str | None
    entry: Entry | None


def choose(entries: Sequence[Entry], index: Index, patient: str | None = None) -> Chosen:
    """The patient called ``patient`` (an id, a reference or an address), or the only one that is spoken of.

    Raises `ProfileError` if nothing is a record of a patient, if several patients are spoken of and none is named,
    or if the named one is not among them. No message has an id in it.
    """
    spoken = _spoken_of(entries, index)
    if patient is not None:
        return _named(patient, spoken)
    if len(spoken) > 1:
        places = list(spoken.values())
        some = ", ".join(place for place, _ in places[:_FEW]) + (" …" if len(places) > _FEW else "")
        raise ProfileError(
            f"the records are about {len(spoken)} patients ({some})", "name one: `patient=…`, or `--patient ID`"
        )
    if not spoken and not any(each.kind in SUBJECTS for each in entries):
        raise ProfileError("there is no record of a patient in it", "give a patient's record, such as a Bundle")
    for key, (_, entry) in spoken.items():
        return Chosen(key, entry)
    return Chosen(None, None)


def about(entry: Entry, chosen: Chosen, index: Index) -> str | None:
    """Why a resource is not one about the chosen patient and nobody else, or `None` if it is."""
    if entry.kind == "Patient":
        return None if index.key_of(entry) == chosen.key else _ANOTHER
    reason = _whose(entry, chosen, index)
    if reason is not None:
        return reason
    content = entry.resource
    for reference in _listed(content["focus"]) if "focus" in content else ():
        if (reason := _looks_away(reference, entry, chosen, index)) is not None:
            return f"{reason} (focus)"
    for reference in _listed(content["specimen"]) if "specimen" in content else ():
        if _of_another(index.resolve(reference, entry), chosen, index):
            return f"{_OTHER} (specimen)"
    return None


def remarks(chosen: Chosen) -> tuple[Notice, ...]:
    """What a reader should know of the Patient resource: that it is replaced, out of use, or of somebody who died."""
    if chosen.entry is None:
        return ()
    record, said = chosen.entry.resource, []
    links = [each for each in _listed(record.get("link")) if isinstance(each, dict)]
    if any(each.get("type") == "replaced-by" for each in links):
        said.append("says that another record replaces it")
    if record.get("active") is False:
        said.append("is marked as no longer in use")
    if record.get("deceasedBoolean") is True or record.get("deceasedDateTime"):
        said.append("says that the patient has died")
    return tuple(Notice(chosen.entry.place, what) for what in said)


def _spoken_of(entries: Iterable[Entry], index: Index) -> dict[str, tuple[str, Entry | None]]:
    """Every patient by key: where it is first spoken of, and its resource if it is there."""
    listed = list(entries)
    spoken: dict[str, tuple[str, Entry | None]] = {
        index.key_of(each): (each.place, each) for each in listed if each.kind == "Patient"
    }
    for entry in listed:
        for element in _WHOSE.get(entry.kind, _ANY_WHOSE):
            reference = entry.resource.get(element)
            if not isinstance(reference, dict):
                continue
            referent = index.refer(reference, entry)
            index.whose.setdefault(id(entry), referent)
            key, _, kind = referent
            # of a clinical record, the subject is somebody even where it does not say that it is a patient
            if key and key not in spoken and (kind == "Patient" or (kind is None and entry.kind in SUBJECTS)):
                spoken[key] = (f"the {element} of {entry.place}", None)
    return spoken


def _named(patient: str, spoken: Mapping[str, tuple[str, Entry | None]]) -> Chosen:
    name = patient.strip()
    matching = [Chosen(key, entry) for key, (_, entry) in spoken.items() if name and name in _names(key, entry)]
    if not matching:
        raise ProfileError(
            "the patient that is named is not in the records", "give the id of its Patient resource, as they have it"
        )
    if len(matching) > 1:
        raise ProfileError(
            f"{len(matching)} patients in the records are called as the one that is named",
            "give its whole address (`fullUrl`)",
        )
    return matching[0]


def _names(key: str, entry: Entry | None) -> set[str]:
    """What a patient may be called by: the reference in full, the type and id, the id."""
    ident = key.rpartition("/")[2].rpartition(":")[2] if entry is None or entry.id is None else entry.id
    return {key, ident, f"Patient/{ident}"}


def _whose(entry: Entry, chosen: Chosen, index: Index) -> str | None:
    referent = index.whose.get(id(entry))
    if referent is None:
        named = (entry.resource.get(element) for element in _WHOSE.get(entry.kind, _ANY_WHOSE))
        referent = index.refer(next((each for each in named if isinstance(each, dict)), None), entry)
    key, _, kind = referent
    if key is None:
        return _SAYS_NOT
    if key == chosen.key:
        return None
    return _ANOTHER if kind in (None, "Patient") else _OTHER


def _looks_away(reference: object, entry: Entry, chosen: Chosen, index: Index) -> str | None:
    key, target, kind = index.refer(reference if isinstance(reference, dict) else None, entry)
    if kind is None:
        return _NOT_TOLD
    if key == chosen.key:
        return None
    if kind not in _ASPECTS or _of_another(target, chosen, index):
        return _OTHER
    return None


def _of_another(target: Entry | None, chosen: Chosen, index: Index) -> bool:
    """Whether what is referred to says that it is of somebody or something else."""
    return target is not None and _whose(target, chosen, index) in {_ANOTHER, _OTHER}


def _listed(value: object) -> list[object]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
