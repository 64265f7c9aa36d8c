"""Agreement: the same answer from every engine or an error in place of any; and what is said when one is absent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import blinadss
from blinadss import engines as engines_module
from blinadss import prepared
from blinadss.cli import main
from blinadss.engines import ABSENT, ENGINES, Conclusions, EngineDisagreement
from blinadss.engines.reference import ReferenceEngine
from blinadss.errors import UsageError
from blinadss.facts import FACTS
from blinadss.grammar import read_comparison
from blinadss.kinds import Dated
from blinadss.testing import generated
from blinadss.testing.choices import Dice
from blinadss.testing.generated import knowledge_of
from blinadss.testing.patients import NO_MARKS, as_profile
from blinadss.testing.values import value
from blinadss.truth import Truth
from strategies import policy_of

ON = date(2026, 11, 22)
ALL = tuple(ENGINES)


class Wrong(ReferenceEngine):
    """An engine that says of one thing what it should not."""

    name = "wrong"
    about: dict[str, Any]

    def conclude(self, values: Any) -> Conclusions:
        concluded = super().conclude(values)
        changes: dict[str, Any] = {
            field: {**getattr(concluded, field), **change} if isinstance(change, dict) else change
            for field, change in self.about.items()
        }
        return replace(concluded, **changes)


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> type[Wrong]:
    monkeypatch.setitem(engines_module._HERE, "wrong", Wrong)  # noqa: SLF001 - one table, which all import
    monkeypatch.setattr(Wrong, "about", {}, raising=False)
    prepared.prepared_policy.cache_clear()
    return Wrong


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"criteria": {"us-label/cd19-positive": Truth.TRUE}}, "us-label/cd19-positive"),
    ({"criteria": {"us-label/cd19-positive": Truth.FALSE}}, "us-label/cd19-positive"),
    ({"indications": {"us-label/consolidation": Truth.TRUE}}, "us-label/consolidation"),
    ({"contraindicated": Truth.FALSE}, "contraindicated"),
    ({"eligible": Truth.TRUE}, "eligible"),
    ({"criteria": {"us-label/no-such-thing": Truth.TRUE}}, "us-label/no-such-thing"),
]


@pytest.mark.parametrize(("about", "criterion"), FAULTS)
def test_engines_that_differ_in_anything_give_no_answer(
    wrong: type[Wrong], monkeypatch: pytest.MonkeyPatch, about: dict[str, Any], criterion: str
) -> None:
    monkeypatch.setattr(wrong, "about", about)
    with pytest.raises(EngineDisagreement) as caught:
        blinadss.assess(blinadss.load_profile({}), on=ON, engines=("reference", "wrong"))
    error = caught.value
    assert error.criterion == criterion
    assert list(error.answers) == ["reference", "wrong"]
    assert error.answers["reference"] is not error.answers["wrong"]
    assert error.fingerprint == blinadss.load_knowledge().fingerprint
    assert all(part in str(error) for part in (criterion, "reference says", "wrong says", error.fingerprint))


def test_a_disagreement_reaches_a_user_as_a_problem_and_no_answer(
    wrong: type[Wrong], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wrong, "about", {"eligible": Truth.TRUE})
    (tmp_path / "patient.yaml").write_text("{}")
    assert main(["assess", str(tmp_path / "patient.yaml"), "--on", "2026-11-22"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "the engines disagree about `eligible`" in err
    assert "hint: " in err


def test_engines_that_agree_answer_together(wrong: type[Wrong]) -> None:
    assessment = blinadss.assess(blinadss.load_profile({}), on=ON, engines=("wrong", "reference", "wrong"))
    assert wrong.about == {}
    assert assessment.engines == ("wrong", "reference")


def test_every_engine_that_can_run_here_answers_unless_some_are_named() -> None:
    profile = blinadss.load_profile({"disease": {"course": "relapsed"}})
    assert blinadss.assess(profile, on=ON).engines == ALL
    alone = blinadss.assess(profile, on=ON, engines=("reference",))
    assert alone.engines == ("reference",)
    assert replace(blinadss.assess(profile, on=ON), engines=("reference",)) == alone


@pytest.mark.parametrize(
    ("names", "problem"), [((), "no engine is named"), (("reference", "oracle"), "there is no engine `oracle`")]
)
def test_engines_that_do_not_exist_are_refused(names: tuple[str, ...], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        blinadss.assess(blinadss.load_profile({}), on=ON, engines=names)


@pytest.fixture
def without_durable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Python for which durable-rules cannot be installed."""
    monkeypatch.delitem(engines_module._HERE, "durable", raising=False)  # noqa: SLF001
    monkeypatch.setitem(ABSENT, "durable", "durable-rules cannot be imported here")


@pytest.mark.usefixtures("without_durable")
def test_an_absent_engine_is_not_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = blinadss.load_profile({})
    assert blinadss.assess(profile, on=ON).engines == ("reference",)
    with pytest.raises(UsageError, match="the engine `durable` cannot run here"):
        blinadss.assess(profile, on=ON, engines=("reference", "durable"))
    (tmp_path / "patient.yaml").write_text("{}")
    assert main(["assess", str(tmp_path / "patient.yaml"), "--on", "2026-11-22", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["engines"] == ["reference"]
    assert err.count("answered without the engine `durable`") == 1
    assert main(["assess", str(tmp_path / "patient.yaml"), "--on", "2026-11-22"]) == 0
    out, err = capsys.readouterr()
    assert "answered by reference alone" in " ".join(out.split())
    assert err.count("\n") == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_patient_of_whom_everything_is_known_is_answered_alike(seed: int) -> None:
    """Every fact there is, asked for by large policies; several observations of many."""
    dice = Dice(seed)
    comparable = tuple(fact for fact, kind in FACTS.items() if not isinstance(kind, Dated) or kind.past)
    base = knowledge_of(generated.policy(dice, comparable, leaves=6, most=4))
    known = {fact: value(dice, fact, ON, NO_MARKS) for fact in FACTS}
    assessment = blinadss.assess(as_profile(known), on=ON, knowledge=base, policies=["p"])
    assert assessment.engines == ALL


def test_a_profile_of_300_facts_that_do_not_exist_is_one_error_that_lists_them() -> None:
    made_up = {f"costarring{number}": "liquid" for number in range(300)}
    with pytest.raises(blinadss.ProfileError) as caught:
        blinadss.load_profile({"disease": made_up})
    assert len(caught.value.problems) == 300


@pytest.mark.parametrize(
    "text", ["0.000000000000001 U/L", "999999999999999 U/L", "1e15 U/L", "< 1e-15 U/L", "1e15 x ULN"]
)
def test_the_smallest_and_largest_values_that_can_be_written_are_answered_alike(text: str) -> None:
    lines = ["labs.alt >= 5 U/L", "labs.alt < 1e15 U/L", "labs.alt > 3 x ULN", "labs.alt <= 0.000000000000001 U/L"]
    base = knowledge_of(policy_of(requires=[read_comparison(line) for line in lines]))
    for limit in (None, "1e-15 U/L", "1e15 U/L"):
        profile = blinadss.load_profile({"labs": {"alt": {"value": text, "upper_limit": limit}}})
        assert blinadss.assess(profile, on=ON, knowledge=base, policies=["p"]).engines == ALL


def test_text_in_any_script_changes_no_answer() -> None:
    plain = {"disease": {"cd19": {"value": "positive"}}}
    written = {
        "id": "Ωμέγα 患者 🩸",
        "disease": {"cd19": {"value": "positive", "method": "定量PCR", "origin": "Zürich\x00"}},
    }
    one, other = (blinadss.assess(blinadss.load_profile(each), on=ON) for each in (plain, written))
    assert [each.truth for each in one.policies[0].findings()] == [each.truth for each in other.policies[0].findings()]
