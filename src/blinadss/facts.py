"""The vocabulary: every fact the profile declares, by its path, with its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from blinadss.fields import kind_of
from blinadss.kinds import Kind
from blinadss.profile import PatientProfile, Section


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
