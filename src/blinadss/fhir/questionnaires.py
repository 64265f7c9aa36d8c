"""The open questions of an assessment as a Questionnaire, and the text of a profile for one answer to it.

The link ids, by which answers are read back:

====================  ================================================================================
``FACT``              the fact by its path, ``disease.cd19``: choice, quantity, integer or date
``FACT/on``           below it: the day on which that was seen, a date
``FACT/upper_limit``  below it: the laboratory's own upper limit of normal, a quantity
``FACT/never``        beside it, of a day that there may not be: a choice of ``never``, only without a day
====================  ================================================================================

A fact that can be worked out from others is followed by those, so that either can be answered.
Answers of choices are codes of `naming.VALUES`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from blinadss.derived import UNDATED, origins
from blinadss.errors import Mistake, one_of, quoted
from blinadss.facts import FACTS
from blinadss.fhir import naming, ucum
from blinadss.fhir.elements import (
    MULTIPLE,
    Resource,
    fact_coding,
    has_upper_limit,
    identified,
    question_codings,
    value_coding,
)
from blinadss.fhir.questions import open_questions
from blinadss.findings import Assessment
from blinadss.kinds import NEVER, Coded, Dated, Kind, Measured
from blinadss.knowledge import KnowledgeBase
from blinadss.quantity import COUNT, GRADE, Unit, plain
from blinadss.terminology import Terminology

ItemType = Literal["choice", "quantity", "integer", "date"]
PublicationStatus = Literal["draft", "active", "retired", "unknown"]

ON, UPPER_LIMIT, NEVER_HAPPENED = "/on", "/upper_limit", "/never"  # what follows a fact's path in a link id
_READY: PublicationStatus = "active"
_EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
_ABOUT = (
    "Each question asks for a fact on which an answer of the assessment depends. "
    "Leave out what is not known: nothing is assumed of a question without an answer."
)
_HOW: dict[ItemType, str] = {
    "choice": "valueCoding",
    "quantity": "valueQuantity",
    "integer": "valueInteger",
    "date": "valueDate",
}


def questionnaire(assessment: Assessment, knowledge: KnowledgeBase) -> Resource:
    """One Questionnaire of every fact that keeps a verdict open, those first that can settle one alone.

    It holds nothing of the patient, and is the same for everybody of whom the same is open.
    """
    asked = {each.fact: each.missing.ask for each in open_questions(assessment)}
    facts = dict.fromkeys(each for fact in asked for each in origins(fact))
    items = [
        item for fact in facts for item in _items(fact, asked.get(fact) or _ask(knowledge, fact), knowledge.terminology)
    ]
    form = identified(
        {
            "resourceType": "Questionnaire",
            "version": knowledge.version,
            "name": "OpenQuestions",
            "title": "Open questions",
            "status": _READY,
            "subjectType": ["Patient"],
            "description": _ABOUT,
            **({"item": items} if items else {}),
        }
    )
    return form | {"url": f"{naming.QUESTIONNAIRE}:{form['id']}"}


def item_type(kind: Kind) -> ItemType:
    """How a kind of fact is answered."""
    match kind:
        case Coded():
            return "choice"
        case Dated():
            return "date"
        case Measured():
            return "integer" if kind.dimension in (COUNT, GRADE) else "quantity"


def answered(item_answer: Mapping[str, Any], kind: Kind) -> str:
    """One answer of a QuestionnaireResponse (an element of ``item.answer``) as the text that a profile holds.

    The answer to ``FACT/upper_limit`` is read by the fact's kind, that to ``FACT/on`` by
    ``Dated(past=False)``, which takes whole days only.
    Raises `Mistake` for an answer of another type, a code of another system, and a value that is not possible.
    """
    if not isinstance(item_answer, Mapping):
        raise Mistake("the answer is not an object")
    values = {name: each for name, each in item_answer.items() if name.startswith("value")}
    if len(values) != 1:
        problem = "the answer has more than one value" if values else "the answer has no value"
        raise Mistake(problem, "leave the item out if it is not known")
    ((name, value),) = values.items()
    text = _text(name, value, kind)
    kind.read(text)
    return text


def _text(name: str, value: Any, kind: Kind) -> str:  # noqa: ANN401 - whatever the record holds
    match name, value, kind:
        case "valueCoding", {"system": naming.VALUES, "code": str(code)}, Coded() | Dated():
            return code
        case "valueCoding", _, Coded() | Dated():
            raise Mistake("the answer is not one of our codes", f"the system of the coding is `{naming.VALUES}`")
        case "valueQuantity", Mapping(), Measured():
            return ucum.read(value, kind)
        case _, bool(), _:  # which is a number to Python
            pass
        case "valueInteger" | "valueDecimal", int() | float() | Decimal(), Measured():
            number = plain(ucum.number_of(value))
            return f"grade {number}" if kind.dimension is GRADE else number
        case "valueDate", str(), Dated():
            return value
    wanted = [_HOW[item_type(kind)]]
    wanted += ["valueCoding"] if isinstance(kind, Dated) and kind.never else []
    raise Mistake(f"{quoted(name)} does not answer this question", f"the answer is a {one_of(wanted)}")


def _ask(knowledge: KnowledgeBase, fact: str) -> str:
    return knowledge.facts[fact].ask if fact in knowledge.facts else f"{FACTS[fact].says}?"


def _items(fact: str, ask: str, terminology: Terminology) -> Iterator[dict[str, Any]]:
    """The item of a fact with what is asked beside its value, and the one that says there is no such day."""
    kind = FACTS[fact]
    below = list(_below(fact, kind))
    yield {
        **_unit_options(kind),
        "linkId": fact,
        "code": question_codings(terminology, fact),
        "text": ask,
        "type": item_type(kind),
        **_options(kind),
        **({"item": below} if below else {}),
    }
    if isinstance(kind, Dated) and kind.never:
        yield {
            "linkId": f"{fact}{NEVER_HAPPENED}",
            "code": [fact_coding(fact)],
            "text": f"{kind.says}: or has this never happened?",
            "type": "choice",
            "enableWhen": [{"question": fact, "operator": "exists", "answerBoolean": False}],
            "answerOption": [{"valueCoding": value_coding(NEVER)}],
        }


def _below(fact: str, kind: Kind) -> Iterator[dict[str, Any]]:
    if isinstance(kind, Measured) and has_upper_limit(kind):
        yield {
            **_units(kind, MULTIPLE),
            "linkId": f"{fact}{UPPER_LIMIT}",
            "text": "What is the laboratory's own upper limit of normal?",
            "type": "quantity",
        }
    if not isinstance(kind, Dated) and fact not in UNDATED:
        yield {"linkId": f"{fact}{ON}", "text": "On which day was this seen?", "type": "date"}


def _options(kind: Kind) -> dict[str, Any]:
    if not isinstance(kind, Coded):
        return {}
    return {"answerOption": [{"valueCoding": value_coding(code)} for code in kind.codes]}


def _unit_options(kind: Kind) -> dict[str, Any]:
    """The units to choose from, or the least and the most that a whole number can be."""
    if not isinstance(kind, Measured):
        return {}
    if item_type(kind) == "quantity":
        return _units(kind)
    limits = (("minValue", kind.least), ("maxValue", kind.most))
    return {"extension": [_extension(name, "valueInteger", int(each)) for name, each in limits if each.is_finite()]}


def _units(kind: Measured, without: str = "") -> dict[str, Any]:
    """Units as options, of those that are worth the same the first."""
    worth: dict[Unit, tuple[str, str]] = {}
    for code, unit in ucum.codes_of(kind).items():
        worth.setdefault(kind.dimension.units[unit], (code, unit))
    codings = (
        {"system": naming.UCUM, "code": code, "display": unit} for code, unit in worth.values() if unit != without
    )
    return {"extension": [_extension("questionnaire-unitOption", "valueCoding", each) for each in codings]}


def _extension(name: str, how: str, value: object) -> dict[str, Any]:
    return {"url": f"{_EXTENSION}{name}", how: value}
