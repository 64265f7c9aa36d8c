"""What a QuestionnaireResponse says of facts: the answers to our own questions, by the facts they ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from blinadss.errors import Mistake
from blinadss.facts import FACTS
from blinadss.fhir.access import NOTHING, Element, groups, text
from blinadss.fhir.concepts import OUR_CODES, short
from blinadss.fhir.days import days_of, when
from blinadss.fhir.naming import QUESTIONNAIRE
from blinadss.fhir.questionnaires import NEVER_HAPPENED, ON, UPPER_LIMIT, answered
from blinadss.fhir.resource import Match, Resource
from blinadss.fhir.sightings import NoResult, Sighting, Value
from blinadss.fhir.values import original
from blinadss.kinds import Dated, Days, Measured
from blinadss.observation import Observation

_DEEPEST = 10  # groups of questions within groups
_DAY = Dated(past=False)


def read_answers(resource: Resource) -> bool:
    """Note what was answered to our questions; whether any was ours."""
    if not text(resource.content, "questionnaire").startswith(QUESTIONNAIRE):
        return False
    items: dict[str, Element] = {}
    for item in _items(resource.content, _DEEPEST):
        # an answer that stands there twice is one with two answers
        link, answers = text(item, "linkId"), groups(item, "answer")
        items[link] = {"answer": [*groups(items.get(link, NOTHING), "answer"), *answers]}
    found = [
        Match(link, NOTHING, OUR_CODES[fact], items[link])
        for fact in FACTS
        for link in (fact, fact + NEVER_HAPPENED)
        if groups(items.get(link, NOTHING), "answer")
    ]

    def answer(resource: Resource, match: Match) -> Sighting:
        return _answer(resource, match, items)

    return resource.note(found, answer)


def _items(of: Element, deepest: int) -> Iterator[Element]:
    for item in groups(of, "item") if deepest else ():
        yield item
        yield from _items(item, deepest - 1)
        for answer in groups(item, "answer"):
            yield from _items(answer, deepest - 1)


def _answer(resource: Resource, match: Match, items: Mapping[str, Element]) -> Sighting:
    if text(resource.content, "status") not in {"completed", "amended"}:
        raise NoResult("the answers are not complete")
    code, answers = match.code, groups(match.beside, "answer")
    if len(answers) != 1:
        raise Mistake("it has more than one answer")

    def read() -> Value:
        kind, limit = FACTS[code.fact], _only(items, code.fact + UPPER_LIMIT)
        said, limit_said = answered(answers[0], kind), answered(limit, kind) if limit else None
        high = kind.threshold(limit_said) if limit_said and isinstance(kind, Measured) else None
        seen = Observation(kind.read(said), said, upper_limit=high, upper_limit_text=limit_said)
        return Value(seen, f"item {match.element}", short(_written(answers[0])))

    return Sighting(code.fact, _days(resource.content, items, code.fact), resource.place, code, read)


def _days(content: Element, items: Mapping[str, Element], fact: str) -> Days:
    """The day on which it was seen, as answered, or on which the answers were written."""
    seen = _only(items, fact + ON)
    return days_of(answered(seen, _DAY)) if seen else when(content, "authored")[1]


def _only(items: Mapping[str, Element], link: str) -> Element:
    """The answer to what is asked beside a fact, if there is one; raises `Mistake` for several."""
    answers = groups(items.get(link, NOTHING), "answer")
    if len(answers) > 1:
        raise Mistake("what is asked beside it has more than one answer")
    return answers[0] if answers else NOTHING


def _written(answer: Element) -> str:
    return next((original(answer, name) for name in answer if name.startswith("value")), "")
