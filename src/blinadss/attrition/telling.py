"""How counts, shares and the lines of a funnel are said, in text, in Markdown and in pictures alike."""

from __future__ import annotations

from blinadss.attrition.figures import Count, PolicyAttrition, Step
from blinadss.findings import Verdict
from blinadss.policy_answers import in_words_of

_BEFORE = {
    "contraindicates": "Contraindication: ",
    "excludes": "Excluded by: ",
    "requires": "",
    "applies": "",
    "concludes": "",
}
SCOPE = "Whom it is for: "


def counted(patients: Count, least: int) -> str:
    """A count of patients.

    >>> counted(50_000_000, 0), counted(None, 5)
    ('50,000,000', 'fewer than 5')
    """
    return f"fewer than {least}" if patients is None else f"{patients:,}"


def share(part: Count, whole: Count) -> str:
    """A count as a percentage of another; nothing where there is no such number.

    >>> share(1, 3), share(0, 7), share(1, 50_000_000), share(49_999_999, 50_000_000), share(0, 0), share(None, 20)
    ('33.3 %', '0 %', '< 0.1 %', '> 99.9 %', '', '')
    """
    if part is None or not whole:
        return ""
    if part in (0, whole):
        return "100 %" if part else "0 %"
    thousandths = (2000 * part + whole) // (2 * whole)
    if thousandths == 0:
        return "< 0.1 %"
    return "> 99.9 %" if thousandths == 1000 else f"{thousandths / 10:.1f} %"


def stated(step: Step) -> str:
    """What a line of a funnel says, with what it is said for."""
    return f"{SCOPE if step.scope else _BEFORE[step.kind]}{step.statement}"


def placed(step: Step) -> str:
    """Where a line is written, and how well it was checked."""
    return ", ".join(part for part in (step.id, step.assurance) if part) if step.assurance else ""


def answer(policy: PolicyAttrition, verdict: str) -> str:
    """A verdict in the words of the kind of policy."""
    words = in_words_of(policy.kind, Verdict(verdict)).replace("_", " ")
    doubled = policy.kind == "trial" and verdict == Verdict.CONTRAINDICATED.value
    return f"{words} (contraindicated)" if doubled else words


def disclosed(least: int) -> str:
    """What is not told, and what that protects from."""
    return (
        f"Counts of 1 to {least - 1} are told as fewer than {least}, and all others rounded to a multiple of {least}, "
        "so that no small one can be had by subtracting; sums therefore add up only about. It does not protect from a "
        "comparison with another screening of nearly the same patients, from knowing the exact size of a group from "
        "elsewhere, or from what is told of a whole group: that none or all of it are so."
    )
