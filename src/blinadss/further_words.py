"""What is said beyond an answer, in sentences: what to find out, what it could become, why not, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blinadss.findings import Missing
from blinadss.further import Completion, Further
from blinadss.lapses import lapse_text
from blinadss.sight import Because
from blinadss.wording import named

BECAUSE: dict[Because, str] = {
    "missing": "not known",
    "stale": "too old to count",
    "conflicting": "results disagree",
    "inconclusive": "does not settle this",
}


def ahead(further: Further) -> Iterator[str]:
    """What an open answer could become, and what any answer becomes by time alone."""
    yield from map(_could_be, further.completions)
    yield from map(lapse_text, further.lapses[:1])
    for lapse in further.lapses[1:]:
        yield f"After that it h{lapse_text(lapse)[1:]}"
    if further.searched_until:
        yield f"What comes after {further.searched_until} was not searched further."


def why_not(further: Further) -> Iterator[str]:
    """Which facts forbid it, and what would have to be different."""
    for number, forbidding in enumerate(further.forbidden_by):
        yield f"{'Also, and enough by itself:' if number else 'Why not:'} {forbidding.says}."
    for number, otherwise in enumerate(further.otherwise):
        then = "would be met" if otherwise.answer == "eligible" else "would be open again, by what is not known,"
        yield f"{'Or it' if number else 'It'} {then} if {otherwise.says}."
    if further.fixed:
        facts = " and ".join(named(fact) for fact in further.fixed)
        yield f"Nothing that can change would make a difference: {facts}."
    for what in further.not_searched:
        yield f"Not searched further: {what}."


def why_asked(missing: Missing) -> str:
    """Why a question is asked: the reason that its fact is not known, the effort, and what the answer can do."""
    effort = f"; {missing.effort}" if missing.effort else ""
    alone = "; can settle it alone" if missing.weight == "alone" else ""
    return f"{missing.fact}: {BECAUSE[missing.because]}{effort}{alone}"


def about_questions(missing: Sequence[Missing], further: Further) -> Iterator[str]:
    """Which of the questions to ask first, which settle it for certain, and what makes no difference."""
    numbers = {each.fact: number for number, each in enumerate(missing, 1)}
    if len(missing) > 1 and further.ask_next:
        yield f"Ask question {numbers[further.ask_next]} first."
        enough = [str(numbers[fact]) for fact in further.enough]
        if len(enough) == len(missing):
            yield "The answers to all of them settle it for certain; fewer may do."
        else:
            yield f"The answers to {', '.join(enough)} settle it for certain; fewer may do."
    if further.no_matter:
        yield f"Not known either, and of no difference here: {', '.join(named(fact) for fact in further.no_matter)}."


def _could_be(completion: Completion) -> str:
    facts = ", ".join(f"{fact}: {value}" for fact, value in completion.facts.items())
    return f"Could be {completion.answer}, for example with {facts}."
