"""Observations become a grade: one function for every scale, in three values, by one version that is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blinadss.advising import guided, prepared_grading
from blinadss.assessment import asked_engines
from blinadss.errors import UsageError, near
from blinadss.guidance import Grade
from blinadss.knowledge import KnowledgeBase
from blinadss.loading import load_knowledge
from blinadss.lookup import refuse_future
from blinadss.profile import PatientProfile


def grade(
    profile: PatientProfile,
    scale: str,
    *,
    on: date | None = None,
    knowledge: KnowledgeBase | None = None,
    engines: Sequence[str] | None = None,
) -> Grade:
    """The grade of what was seen in a patient by one scale, such as ``astct-2019/crs`` or ``ctcae-v5/alt``.

    The grade lies between ``at_least`` and ``at_most``, which differ where facts are missing. Only rows of that
    version are asked. Raises `UsageError` for an unknown scale or where no day is given.
    """
    knowledge = load_knowledge() if knowledge is None else knowledge
    system = scale.partition("/")[0]
    known = [each.id for grading in knowledge.grading.values() for each in grading.scales]
    if scale not in known:
        raise UsageError(f"there is no scale `{scale}`", near(scale, known) or f"there is {', '.join(known)}")
    day = on or profile.assessed_on
    if day is None:
        raise UsageError("no day is given", "pass `on=`, or write `assessed_on` in the profile")
    refuse_future(profile, day)
    grading, prepared = prepared_grading(knowledge, system)
    wanted = next(each for each in grading.scales if each.id == scale)
    return guided(knowledge, prepared, profile, day, asked_engines(engines)).grade(wanted, grading)
