"""The long comparison of engines, shortened: it compares what it says it compares, and it finds faults."""

from __future__ import annotations

import pytest

from blinadss import engines as engines_module
from blinadss.engines import makers_here
from blinadss.engines.reference import ReferenceEngine
from blinadss.testing.differential import compare, main
from blinadss.truth import Truth

WANTED = {"missing", "stale", "conflicting", "inconclusive", "known as a range", "exactly at a threshold", "known"}


def test_the_engines_agree_on_generated_criteria_and_patients() -> None:
    tally = compare(50_000)
    assert tally.disagreement is None
    assert tally.pairs >= 50_000
    assert sum(tally.truths.values()) == tally.pairs
    assert all(tally.truths[truth] > tally.pairs // 10 for truth in Truth)
    assert tally.looked_up.keys() == WANTED
    rare = tally.looked_up.pop("inconclusive")  # only of MRD, where a level says nothing of detection
    assert rare > 100
    assert min(tally.looked_up.values()) > 500


def test_the_same_seed_compares_the_same() -> None:
    assert compare(2_000, seed=1) == compare(2_000, seed=1)
    assert compare(2_000, seed=1) != compare(2_000, seed=2)


def test_an_engine_of_somebody_s_own_can_be_compared() -> None:
    class Hopeful(ReferenceEngine):
        name = "hopeful"

        def conclude(self, values):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            return super().conclude({"patient.sex": "female", **values})

    tally = compare(20_000, engines={"reference": ReferenceEngine, "hopeful": Hopeful})
    assert tally.disagreement is not None
    assert "the engines disagree about `p/" in tally.disagreement
    assert "patient.sex" in tally.disagreement
    assert "PatientProfile.model_validate(" in tally.disagreement


def test_faults_put_into_an_engine_are_found() -> None:
    pytest.importorskip("durable_rules_engine", exc_type=ImportError)
    from faults import FAULTS
    from found import found_after

    assert len(FAULTS) >= 5
    for fault in FAULTS:
        assert found_after(fault, pairs=20_000) is not None, fault.__doc__


def test_the_command_prints_the_figures(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines_module._HERE, "again", ReferenceEngine)  # noqa: SLF001 - one table, which all import
    assert main(["1000", "--seed", "3"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{' and '.join(makers_here())}, seed 3, ")
    assert "no disagreement" in out


def test_one_engine_alone_is_nothing_to_compare(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(engines_module._HERE, "durable", raising=False)  # noqa: SLF001
    monkeypatch.setattr(engines_module, "NAMED", {})
    assert main(["1000"]) == 2
    assert "nothing to compare" in capsys.readouterr().err
