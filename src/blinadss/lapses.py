"""Until when an answer holds: the shapes of what changes by time alone, and the words for one such change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from blinadss.result import Result


@dataclass(frozen=True, slots=True)
class Lapse(Result):
    """One answer that changes by itself: ``on`` is the first day of the other answer.

    ``about`` is the id of a policy or of an indication, ``because`` what has come about on
    that day, and ``facts`` what was said of the patient that has run its time.
    """

    on: date
    about: str
    before: str
    after: str
    because: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook(Result):
    """What becomes of the answers of one policy if nothing is learned.

    ``searched_until`` is the last day about which that is known, or nothing if it holds for good.
    """

    policy: str
    changes: tuple[Lapse, ...]
    searched_until: date | None = None


def lapse_text(lapse: Lapse) -> str:
    """One change in a sentence: that the answer holds until then, why no longer, and what it is from then on."""
    day = f"{lapse.on} ({lapse.on.day} {lapse.on:%B %Y})"
    return f"Holds until {day}, when {'; '.join(lapse.because)}; then {lapse.after.replace('_', ' ')}."
