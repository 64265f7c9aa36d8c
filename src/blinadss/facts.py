"""The vocabulary: every fact the profile declares, by its path, with its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from blinadss.errors import close_to
from blinadss.fields import kind_of
from blinadss.kinds import Kind
from blinadss.profile import PatientProfile
from blinadss.sections import Section


def _facts_of(profile: type[PatientProfile]) -> Mapping[str, Kind]:
    sections = {
        name: info.annotation
        for name, info in profile.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section)
    }
    return MappingProxyType(
        {
            f"{name}.{field}": kind_of(info)
            for name, section in sections.items()
            for field, info in section.model_fields.items()
        }
    )


FACTS: Mapping[str, Kind] = _facts_of(PatientProfile)


def near_fact(written: str) -> str:
    """A hint for a fact that does not exist: one of that name elsewhere, the nearest in its section, or the list."""
    section, _, field = written.casefold().rpartition(".")
    elsewhere = [fact for fact in FACTS if fact.partition(".")[2] == field]
    if elsewhere:
        return f"did you mean `{elsewhere[0]}`?"
    siblings = {fact.partition(".")[2]: fact for fact in FACTS if fact.startswith(f"{section}.")}
    nearest = close_to(field, list(siblings)) if siblings else close_to(written.casefold(), list(FACTS))
    if nearest:
        return f"did you mean `{siblings.get(nearest, nearest)}`?"
    below = [fact for fact in FACTS if fact.startswith(f"{written}.")]
    return f"write for example `{below[0]}`" if below else "`blinadss facts` lists them all"
