"""May this patient have the treatment, why or why not, what is missing? Decision support from cited criteria.

The public names below are imported when first used, so that `import blinadss` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from blinadss.assessment import assess
    from blinadss.checklists import checklist
    from blinadss.consistency import Contradiction, check_profile
    from blinadss.contrast import Contrast, compare
    from blinadss.course import Course, CourseError
    from blinadss.course_advice import CourseAdvice, advise_course
    from blinadss.course_files import load_course
    from blinadss.engines.agreement import EngineDisagreement
    from blinadss.errors import BlinadssError, KnowledgeError, Problem, ProfileError, UsageError
    from blinadss.explanation import explain
    from blinadss.findings import Assessment, Eligibility, Finding, IndicationResult, PolicyResult, Verdict
    from blinadss.frames import screen
    from blinadss.grading import grade
    from blinadss.guidance import Checklist, Grade
    from blinadss.intake import load_profile
    from blinadss.knowledge import KnowledgeBase
    from blinadss.loading import load_knowledge
    from blinadss.profile import PatientProfile
    from blinadss.truth import Truth

_HOME = {
    "advise_course": "course_advice",
    "assess": "assessment",
    "check_profile": "consistency",
    "checklist": "checklists",
    "compare": "contrast",
    "explain": "explanation",
    "grade": "grading",
    "load_course": "course_files",
    "load_knowledge": "loading",
    "load_profile": "intake",
    "screen": "frames",
    "Assessment": "findings",
    "BlinadssError": "errors",
    "Checklist": "guidance",
    "Contradiction": "consistency",
    "Contrast": "contrast",
    "Course": "course",
    "CourseAdvice": "course_advice",
    "CourseError": "course",
    "Eligibility": "findings",
    "EngineDisagreement": "engines.agreement",
    "Finding": "findings",
    "Grade": "guidance",
    "IndicationResult": "findings",
    "KnowledgeBase": "knowledge",
    "KnowledgeError": "errors",
    "PatientProfile": "profile",
    "PolicyResult": "findings",
    "Problem": "errors",
    "ProfileError": "errors",
    "Truth": "truth",
    "UsageError": "errors",
    "Verdict": "findings",
}

__all__ = [
    "Assessment",
    "BlinadssError",
    "Checklist",
    "Contradiction",
    "Contrast",
    "Course",
    "CourseAdvice",
    "CourseError",
    "Eligibility",
    "EngineDisagreement",
    "Finding",
    "Grade",
    "IndicationResult",
    "KnowledgeBase",
    "KnowledgeError",
    "PatientProfile",
    "PolicyResult",
    "Problem",
    "ProfileError",
    "Truth",
    "UsageError",
    "Verdict",
    "advise_course",
    "assess",
    "check_profile",
    "checklist",
    "compare",
    "explain",
    "grade",
    "load_course",
    "load_knowledge",
    "load_profile",
    "screen",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
