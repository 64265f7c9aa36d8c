"""The open questions of an assessment, answered in a QuestionnaireResponse, and read back."""

from __future__ import annotations

from typing import Any

import blinadss
from blinadss import fhir
from blinadss.facts import FACTS
from blinadss.fhir.naming import VALUES
from blinadss.fhir.questionnaires import questionnaire
from blinadss.kinds import NEVER, Coded, Dated
from blinadss.loading import load_knowledge
from blinadss.profile import PatientProfile
from blinadss.quantity import COUNT, GRADE
from fhir_valid import problems
from records import PATIENT, RXNORM, bundle, medication, quantity
from strategies import ON

KNOWLEDGE = load_knowledge()
FORM = questionnaire(blinadss.assess(PatientProfile(), on=ON, policies=["all"]), KNOWLEDGE)


def answers(*items: dict[str, Any], **elements: Any) -> dict[str, Any]:
    """A completed response to the open questions."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": "r",
        "status": "completed",
        "questionnaire": FORM["url"],
        "subject": {"reference": "Patient/p"},
        "authored": "2026-11-20T10:00:00Z",
        "item": list(items),
        **elements,
    }


def item(link: str, value: dict[str, Any], *below: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": link, "answer": [value | ({"item": list(below)} if below else {})]}


def word(code: str) -> dict[str, Any]:
    return {"valueCoding": {"system": VALUES, "code": code}}


def given(*items: dict[str, Any], **elements: Any) -> dict[str, list[tuple[str, Any]]]:
    made = fhir.read(bundle(answers(*items, **elements)), on=ON)
    own = {"patient.sex", "patient.birth_date"}
    return {
        fact: [(each.text, each.on) for each in seen] for fact, seen in made.profile.given.items() if fact not in own
    }


def possible(fact: str) -> dict[str, Any]:
    """Some answer to the question for a fact, of the type that the form asks for."""
    kind = FACTS[fact]
    match kind:
        case Coded():
            return word(kind.codes[0])
        case Dated():
            return {"valueDate": "2026-11-01"}
        case _ if kind.dimension in (COUNT, GRADE):
            return {"valueInteger": 1}
    question = next(each for each in FORM["item"] if each["linkId"] == fact)
    unit = question["extension"][0]["valueCoding"]["code"]
    return {"valueQuantity": quantity(1, unit)}


def test_every_open_question_can_be_answered_and_is_read_back() -> None:
    facts = [each["linkId"] for each in FORM["item"] if each["linkId"] in FACTS]
    assert len(facts) > 60
    whole = answers(*(item(fact, possible(fact)) for fact in facts))
    assert problems(whole) == []
    made = fhir.read(bundle(whole, patient={"resourceType": "Patient", "id": "p"}), on=ON)
    assert made.not_usable == ()
    assert set(facts) <= set(made.profile.given)


def test_the_day_and_the_upper_limit_stand_below_the_answer() -> None:
    below = (
        item("labs.alt/on", {"valueDate": "2026-11-03"}),
        item("labs.alt/upper_limit", {"valueQuantity": quantity(40, "U/L")}),
    )
    made = fhir.read(bundle(answers(item("labs.alt", {"valueQuantity": quantity(120, "U/L")}, *below))), on=ON)
    used = next(each for each in made.used if each.fact == "labs.alt")
    assert (used.value, str(used.on), used.upper_limit) == ("120 U/L", "2026-11-03", "40 U/L")


def test_an_answer_without_a_day_is_of_the_day_on_which_it_was_written() -> None:
    ((text, on),) = given(item("disease.cd19", word("positive")))["disease.cd19"]
    assert (text, str(on)) == ("positive", "2026-11-20")


def test_an_answer_about_the_last_time_counts_beside_what_the_record_shows() -> None:
    given_then = medication("m", "MedicationAdministration", (RXNORM, "11202"), effectiveDateTime="2026-10-01")
    given_since = medication("n", "MedicationAdministration", (RXNORM, "11202"), effectiveDateTime="2026-11-21")
    answer = answers(item("history.last_chemotherapy_on", {"valueDate": "2026-11-15"}))

    def last(*record: dict[str, Any]) -> str:
        return fhir.read(bundle(*record), on=ON).profile.given["history.last_chemotherapy_on"][0].text

    assert last(given_then) == ">= 2026-10-01"
    assert last(given_then, answer) == last(answer, given_then) == "2026-11-15"
    assert last(given_then, answer, given_since) == ">= 2026-11-21"  # after the answer was written


def test_what_never_happened_is_never() -> None:
    ((text, _),) = given(item("history.last_radiotherapy_on/never", word(NEVER)))["history.last_radiotherapy_on"]
    assert text == NEVER


def test_answers_that_are_not_ours_or_not_complete_say_nothing() -> None:
    cd19 = item("disease.cd19", word("positive"))
    assert given(cd19, questionnaire="http://hospital.example/form") == {}
    assert given(cd19, status="in-progress") == {}
    assert given(cd19, status="entered-in-error") == {}


def test_nonsense_is_not_an_answer() -> None:
    assert given(item("disease.cd19", word("pos"))) == {}
    assert given(item("disease.cd19", {"valueString": "positive"})) == {}
    assert given(item("labs.alt", {"valueQuantity": quantity(5, "K/uL")})) == {}
    assert given({"linkId": "disease.cd19", "answer": [word("positive"), word("negative")]}) == {}
    assert given(item("disease.cd91", word("positive"))) == {}


def test_the_patient_of_the_form_is_the_one_who_was_asked() -> None:
    elsewhere = answers(item("disease.cd19", word("positive")), subject={"reference": "Patient/q"})
    made = fhir.read(bundle(elsewhere, {**PATIENT, "id": "q"}), on=ON, patient="p")
    assert "disease.cd19" not in made.profile.given
