"""Laws of reading FHIR: order, wrapping and what does not count change nothing; nothing unchecked settles anything."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fhir_fuzz
from blinadss import fhir
from blinadss.facts import FACTS
from blinadss.fhir.entries import _ordinary
from blinadss.fhir.mapping import Import
from blinadss.kinds import Dated
from blinadss.loading import load_knowledge
from records import LOINC, PATIENT, bundle, coded, concept, observation, quantity
from strategies import ON

TERMINOLOGY = load_knowledge().terminology
BRIAN = json.loads(fhir_fuzz.BRIAN.read_text())
BRIANS_DAY = date(2024, 2, 10)
TYPES = ["batch", "collection", "document", "history", "message", "searchset", "transaction"]
_CHECKED = [each for each in TERMINOLOGY.codes if each.assurance != "unverified" and each.where != "patient"]
_UNCHECKED = [each for each in TERMINOLOGY.codes if each.assurance == "unverified" and each.where != "patient"]
_FACTS = sorted({each.fact for each in _CHECKED})
_DAYS = [None, "2020", "2026-10", "2026-11", "2026-10-31", "2026-11-05", "2026-11-22T23:59:00-11:00", "2027-01-01", "?"]
_WHEN = ["effectiveDateTime", "recordedDate", "performedDateTime", "occurrenceDateTime"]
_STATUSES = ["final", "preliminary", "completed", "active", "entered-in-error", "cancelled", "unknown"]
_NEEDING = [  # results, which differ between each other as those of coded facts do not
    ("777-3", quantity(40, "10*9/L")),
    ("777-3", quantity(90, "10*9/L")),
    ("11150-0", quantity(60, "%")),
    ("11150-0", quantity(2, "%")),
    ("11150-0", quantity(3, "bananas")),
]


@st.composite
def resources(draw: st.DrawFn, facts: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A resource that says something of one of the facts, or of any, of some day and status."""
    if draw(st.booleans()):
        codes = [each for each in _CHECKED if each.fact in facts or not facts]
        made = coded(draw(st.sampled_from(codes)), TERMINOLOGY, "x")
    else:
        code, value = draw(st.sampled_from(_NEEDING))
        made = observation("x", code, valueQuantity=value)
    for name in _WHEN:
        if name in made:
            made[name] = draw(st.sampled_from(_DAYS))
    if "status" in made and draw(st.booleans()):
        made["status"] = draw(st.sampled_from(_STATUSES))
    return {name: each for name, each in made.items() if each is not None}


@st.composite
def records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Several resources about a few facts, each with an id of its own."""
    facts = draw(st.frozensets(st.sampled_from(_FACTS), min_size=1, max_size=2))
    many = draw(st.lists(resources(facts), max_size=6))
    return [{**each, "id": f"r{number}"} for number, each in enumerate(many)]


def read(source: Any, on: date = ON, patient: str | None = None) -> Import:
    return fhir.read(source, on=on, patient=patient)


def said(made: Import) -> dict[str, set[Any]]:
    """The profile with each fact's observations in no order."""
    return {fact: set(seen) for fact, seen in made.profile.given.items()}


def everything(made: Import) -> tuple[Any, ...]:
    """What was read and what was not, in no order."""
    left = {(each.resource, frozenset(each.facts), each.why, each.code) for each in made.not_usable}
    older = {(each.fact, frozenset(each.resources), each.count) for each in made.older}
    return said(made), set(made.used), left, older, set(made.to_confirm)


@given(records(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_entries_never_matters(many: list[dict[str, Any]], chance: random.Random) -> None:
    # the person first, because the name of one whose id is not shown is the number of the entry
    assert everything(read(bundle(*many))) == everything(read(bundle(*chance.sample(many, len(many)))))


@given(records())
@settings(deadline=None)
def test_the_person_may_come_last(many: list[dict[str, Any]]) -> None:
    one, other = (said(read(each)) for each in ([PATIENT, *many], [*many, PATIENT]))
    assert {fact: {(each.value, each.on) for each in seen} for fact, seen in one.items()} == {
        fact: {(each.value, each.on) for each in seen} for fact, seen in other.items()
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_a_real_record_does_not_matter(seed: int) -> None:
    entries = BRIAN["entry"][1:]
    shuffled = random.Random(seed).sample(entries, len(entries))  # noqa: S311
    mixed = {**BRIAN, "entry": [BRIAN["entry"][0], *shuffled]}
    assert everything(read(BRIAN, BRIANS_DAY)) == everything(read(mixed, BRIANS_DAY))


@given(records(), resources(), st.sampled_from(["entered-in-error", "cancelled", "another"]))
@settings(deadline=None)
def test_what_does_not_count_changes_nothing(many: list[dict[str, Any]], more: dict[str, Any], how: str) -> None:
    more = {**more, "id": "more"}
    if how == "another":
        whose = "patient" if "patient" in more else "subject"
        more[whose] = {"reference": "Patient/q"}
    elif more["resourceType"] == "Observation":
        more["status"] = how
    elif "verificationStatus" in more:
        more["verificationStatus"] = concept(("http://x.example", "entered-in-error"))
    else:
        more["status"] = "entered-in-error"
    one, other = read(bundle(*many), patient="p"), read(bundle(*many, more), patient="p")
    assert said(one) == said(other)
    assert one.used == other.used


_DOUBTS: list[dict[str, Any]] = [
    {"modifierExtension": [{"url": "http://x.example"}]},
    {"implicitRules": "http://x.example"},
    {"subject": None, "patient": None},
    {"status": "?"},
    {"component": "?", "evidence": "?", "reaction": "?"},
    {"verificationStatus": {"text": "?"}},
    {"effectiveDateTime": "?"},
    {"dataAbsentReason": concept(("http://x.example", "masked"))},
]


def _results() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Counts of platelets of several days."""
    each = st.tuples(st.integers(1, 3), st.sampled_from(["2026-10-01", "2026-11-01", "2026-11-02", "2026-11", None]))
    return st.lists(each, min_size=2, max_size=4).map(
        lambda many: [
            observation(f"r{number}", "777-3", valueQuantity=quantity(value, "10*9/L"), effectiveDateTime=day)
            for number, (value, day) in enumerate(many)
        ]
    )


@pytest.mark.parametrize("doubt", _DOUBTS, ids=lambda doubt: next(iter(doubt)))
@given(st.one_of(_results(), records().filter(bool)))
@settings(deadline=None, max_examples=100)
def test_a_doubt_about_a_resource_never_makes_anything_known(doubt: dict[str, Any], many: list[dict[str, Any]]) -> None:
    """Nor does anything else stand in for it; but the last day that is known is one on or after which it was."""
    first, *rest = many
    if first["resourceType"] != "Observation":
        doubt = {name: each for name, each in doubt.items() if name not in {"effectiveDateTime", "dataAbsentReason"}}
    doubtful = [{**first, **doubt}, *rest]
    sure, unsure = (said(read(bundle(*each))) for each in (many, doubtful))
    values = {fact: {seen.text for seen in unsure[fact]} for fact in unsure if not isinstance(FACTS[fact], Dated)}
    assert values == {fact: {seen.text for seen in sure.get(fact, ())} for fact in values}


@given(st.lists(st.tuples(st.sampled_from(_NEEDING[:4]), st.integers(0, 40)), max_size=5), st.integers(0, 60))
@settings(deadline=None)
def test_a_later_day_loses_no_result_of_a_known_day(many: list[tuple[Any, int]], later: int) -> None:
    """It may go stale, which is seen when it is asked for; it stays in the profile."""
    made = [
        observation(f"r{number}", code, valueQuantity=value, effectiveDateTime=str(ON - timedelta(days=ago)))
        for number, ((code, value), ago) in enumerate(many)
    ]
    whole = bundle(*made)
    assert said(read(whole)) == said(read(whole, ON + timedelta(days=later)))


@pytest.mark.parametrize("code", _UNCHECKED, ids=str)
def test_a_code_that_nobody_has_checked_never_changes_an_answer(code: Any) -> None:
    subject = {"reference": BRIAN["entry"][0]["fullUrl"]}
    unchecked = json.loads(json.dumps(coded(code, TERMINOLOGY, "more", subject)).replace("2026-1", "2024-0"))
    more = {**BRIAN, "entry": [*BRIAN["entry"], {"resource": unchecked}]}
    one, other = read(BRIAN, BRIANS_DAY), read(more, BRIANS_DAY)
    assert said(one) == said(other)
    why = {each.why for each in other.not_usable if each.resource.endswith("/more")}
    assert (code.unusable or "nobody has checked this code, so it settles nothing") in why


@given(records())
@settings(deadline=None)
def test_lines_say_what_a_bundle_says(many: list[dict[str, Any]]) -> None:
    lines = "\n".join(json.dumps(each) for each in (PATIENT, *many)).encode()
    assert read(lines) == read(bundle(*many)) == read([PATIENT, *many])


@given(records(), st.sampled_from(TYPES))
@settings(deadline=None)
def test_the_type_of_a_bundle_does_not_matter(many: list[dict[str, Any]], kind: str) -> None:
    assert read(bundle(*many, kind=kind)) == read(bundle(*many))


@pytest.mark.parametrize("kind", TYPES)
def test_the_type_of_a_real_bundle_does_not_matter(kind: str) -> None:
    assert read({**BRIAN, "type": kind}, BRIANS_DAY) == read(BRIAN, BRIANS_DAY)


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_is_to_be_written_by_a_transaction_is_read(method: str) -> None:
    entries = [{**each, "request": {"method": method, "url": "x"}} for each in BRIAN["entry"]]
    assert read({**BRIAN, "type": "transaction", "entry": entries}, BRIANS_DAY) == read(BRIAN, BRIANS_DAY)


def test_a_message_of_the_server_is_no_record() -> None:
    outcome = {"resource": {"resourceType": "OperationOutcome"}, "search": {"mode": "outcome"}}
    made = read({**BRIAN, "type": "searchset", "entry": [*BRIAN["entry"], outcome]}, BRIANS_DAY)
    assert said(made) == said(read(BRIAN, BRIANS_DAY))


def test_copies_of_a_result_are_one_whichever_comes_first() -> None:
    values = {"valueQuantity": quantity(40, "10*9/L")}
    final = observation("a", concept((LOINC, "777-3")), **values)
    early = observation("b", concept((LOINC, "777-3")), **values, status="preliminary")
    for order in ((final, early), (early, final)):
        used = [each for each in read(bundle(*order)).used if each.fact == "labs.platelets"]
        assert [(each.resource, each.marks) for each in used] == [("Observation/a", ())]


@pytest.mark.parametrize("seed", [1, 2])
def test_spoilt_records_are_read_or_refused(seed: int) -> None:
    outcomes = fhir_fuzz.tried(300, seed)
    assert outcomes["read"] > 50
    assert outcomes["refused"] > 50
    assert outcomes["assessed"] > 5


def test_everything_that_says_who_it_is_is_looked_for() -> None:
    who = fhir_fuzz.identifiers(BRIAN)
    assert {"Brian", "MRN5678", "2021-01-01", "cancer-patient-brian-l"} <= who
    assert not who & {"official", "home", "phone"}
    assert all(fhir_fuzz.identifiers(each) for each in fhir_fuzz.records())


def with_addresses(made: dict[str, Any]) -> dict[str, Any]:
    """The bundle as a server writes it, with an address for each resource."""
    entries = [
        {"fullUrl": f"http://x.example/fhir/{each['resource']['resourceType']}/{each['resource']['id']}", **each}
        for each in made["entry"]
    ]
    return {**made, "entry": entries}


@given(records(), st.booleans())
@settings(deadline=None)
def test_the_quick_way_through_an_ordinary_bundle_says_what_the_whole_way_says(
    many: list[dict[str, Any]],
    addressed: bool,  # noqa: FBT001
) -> None:
    numbered = [{**each, "id": f"r{number}"} for number, each in enumerate(many)]
    made = bundle(*numbered)
    whole = with_addresses(made) if addressed else made
    with pytest.MonkeyPatch.context() as patch:
        quick = everything(read(whole))
        patch.setattr("blinadss.fhir.entries._ordinary", lambda _: None)
        assert everything(read(whole)) == quick


@given(records())
@settings(deadline=None)
def test_the_profile_alone_is_the_profile_of_the_report(many: list[dict[str, Any]]) -> None:
    assert fhir.read_profile(bundle(*many), on=ON) == read(bundle(*many)).profile


def test_the_quick_way_is_the_usual_one() -> None:
    assert _ordinary(BRIAN) is not None
    assert _ordinary({**BRIAN, "type": "history"}) is None
    assert _ordinary({**BRIAN, "entry": [*BRIAN["entry"], BRIAN["entry"][1]]}) is None
