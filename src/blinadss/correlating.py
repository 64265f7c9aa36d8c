"""The patterns of a course by every engine that can find them, which must find the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from blinadss.engines import ABSENT
from blinadss.errors import BlinadssError, UsageError, near
from blinadss.events import Event
from blinadss.patterns import Patterns

ENGINES = ("reference", "durable")


class PatternDisagreement(BlinadssError):
    """Two engines find different patterns in one course, so neither can be relied on; ``found`` is what each found."""

    subject = "the engines"

    def __init__(self, found: dict[str, Patterns]) -> None:
        self.found = found
        said = "; ".join(f"{name} finds {each}" for name, each in found.items())
        hint = "this is a fault of the software, not of the course: report it with the events"
        super().__init__(f"the engines disagree about what the events add up to: {said}; no answer is given", hint)


def correlated(events: Sequence[Event], reference: Callable[[], Patterns], engines: Sequence[str] | None) -> Patterns:
    """What every engine finds in the events of one course; the fold is the ``reference``."""
    here = [name for name in ENGINES if name not in ABSENT]
    names = tuple(dict.fromkeys(here if engines is None else engines))
    if not names:
        raise UsageError("no engine is asked", f"name at least one of {', '.join(here)}")
    for name in names:
        if name in ABSENT:
            raise UsageError(f"the engine `{name}` cannot run here: {ABSENT[name]}", near("", here))
        if name not in ENGINES:
            raise UsageError(f"there is no engine `{name}`", near(name, here))
    found = {name: reference() if name == "reference" else _by_rules(events) for name in names}
    first = found[names[0]]
    if any(each != first for each in found.values()):
        raise PatternDisagreement(found)
    return replace(first, engines=names)


def _by_rules(events: Sequence[Event]) -> Patterns:
    from blinadss.engines.correlation import correlate  # not where durable-rules cannot be imported

    return correlate(events)
