"""From a profile, a day and a policy to verdicts."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import pytest

import blinadss
from blinadss import Eligibility, Verdict
from strategies import ON

ROOT = Path(__file__).parents[1]
ELIGIBLE = {
    "id": "a-name",
    "patient": {"age": "40 years"},
    "disease": {"diagnosis": "b_cell_precursor_all", "cd19": "positive", "course": "relapsed"},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}


def test_json_has_the_fields_of_the_contract_and_no_others_renamed() -> None:
    dumped = json.loads(blinadss.assess(blinadss.load_profile(ELIGIBLE), on=ON).model_dump_json())
    assert list(dumped)[:7] == ["schema", "profile", "assessed_on", "knowledge", "engines", "policies", "cautions"]
    assert dumped["schema"] == "blinadss/assessment/1"
    assert dumped["profile"]["id"] == "a-name"
    assert dumped["profile"]["digest"].startswith("sha256:")
    assert set(dumped["knowledge"]) == {"version", "fingerprint"}
    policy = dumped["policies"][0]
    assert {"policy", "edition", "verdict", "indications", "contraindications"} <= set(policy)
    indication = policy["indications"][0]
    assert {"id", "title", "eligibility", "findings", "missing"} <= set(indication)
    finding = indication["findings"][0]
    assert {"criterion", "role", "truth", "statement", "comparisons", "cite", "assurance"} <= set(finding)
    assert {"text", "fact", "value", "observed_on", "truth", "unknown_because"} <= set(finding["comparisons"][0])
    assert {"source", "section", "url"} <= set(finding["cite"][0])
    assert {"fact", "because", "ask"} <= set(policy["indications"][2]["missing"][0])


def test_an_eligible_patient_has_an_indication_and_nothing_missing() -> None:
    result = blinadss.assess(blinadss.load_profile(ELIGIBLE), on=ON).policy("us-label")
    assert result.verdict is Verdict.ELIGIBLE
    assert [each.id for each in result.indications if each.eligibility is Eligibility.ELIGIBLE] == [
        "us-label/relapsed-refractory"
    ]
    assert result.missing == ()


def test_an_unknown_contraindication_alone_is_asked_for_alone() -> None:
    profile = blinadss.load_profile({key: value for key, value in ELIGIBLE.items() if key != "history"})
    result = blinadss.assess(profile, on=ON).policy("us-label")
    assert result.verdict is Verdict.UNDETERMINED
    assert [each.fact for each in result.missing] == ["history.blinatumomab_hypersensitivity"]


def test_nothing_known_is_undetermined_and_never_eligible() -> None:
    result = blinadss.assess(blinadss.load_profile({}), on=ON).policy("us-label")
    assert result.verdict is Verdict.UNDETERMINED
    assert all(each.eligibility is Eligibility.UNDETERMINED for each in result.indications)


def test_before_the_first_edition_a_policy_is_not_in_force() -> None:
    result = blinadss.assess(blinadss.load_profile(ELIGIBLE), on=date(2014, 12, 2)).policy("us-label")
    assert (result.verdict, result.edition, result.indications) == (Verdict.NOT_IN_FORCE, None, ())
    assert "first edition begins on 2014-12-03" in result.note


def test_the_profile_s_own_day_is_used_unless_another_is_given() -> None:
    profile = blinadss.load_profile({**ELIGIBLE, "assessed_on": "2015-01-01"})
    assert blinadss.assess(profile).policy("us-label").edition == "2014-12-03"
    assert blinadss.assess(profile, on=ON).policy("us-label").edition == "2024-06-14"


def test_a_call_without_a_day_or_with_an_unknown_name_is_refused_with_a_hint() -> None:
    profile = blinadss.load_profile(ELIGIBLE)
    with pytest.raises(blinadss.UsageError, match="no day of assessment"):
        blinadss.assess(profile)
    with pytest.raises(blinadss.UsageError) as error:
        blinadss.assess(profile, on=ON, policies=["us-labl"])
    assert error.value.problems[0].hint == "did you mean `us-label`?"
    with pytest.raises(blinadss.UsageError, match="no engine"):
        blinadss.assess(profile, on=ON, engines=("oracle",))
    with pytest.raises(blinadss.UsageError, match="was not assessed"):
        blinadss.assess(profile, on=ON, policies=["us-label"]).verdict("eu-label")


def test_statements_below_verified_are_named_beside_the_verdict(tmp_path: Path) -> None:
    for path in (ROOT / "criteria").rglob("*.yaml"):
        copy = tmp_path / path.relative_to(ROOT / "criteria")
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        copy.write_text(text.replace("assurance: verified", "assurance: unverified"), encoding="utf-8")
    knowledge = blinadss.load_knowledge(tmp_path)
    assessment = blinadss.assess(blinadss.load_profile(ELIGIBLE), on=ON, knowledge=knowledge)
    assert set(assessment.policy("us-label").rests_on) == {
        "us-label/hypersensitivity",
        "us-label/b-cell-precursor",
        "us-label/cd19-positive",
        "us-label/relapsed-or-refractory",
        "us-label/at-least-one-month-old",
    }
    assert "Rests on 5 statements not verified" in blinadss.explain(assessment)


def test_many_threads_get_the_serial_answer() -> None:
    profile = blinadss.load_profile(ELIGIBLE)
    serial = blinadss.assess(profile, on=ON)
    wrong: list[object] = []

    def work() -> None:
        wrong.extend(each for _ in range(60) if (each := blinadss.assess(profile, on=ON)) != serial)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
