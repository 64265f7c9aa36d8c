"""What a change of how the treatment is given changes: the fingerprint, what is kept, and which scenario notices."""

from __future__ import annotations

import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import blinadss
from blinadss import compiled, loading
from blinadss.kinds import Amount
from blinadss.knowledge import KnowledgeBase
from blinadss.pinned import unnoticed
from blinadss.quantity import Quantity
from blinadss.row_breakages import broken_gradings, broken_treatments
from blinadss.scenario_files import load_scenarios
from blinadss.scenarios import Scenario
from blinadss.treatment import Treatment

VALID = Path(__file__).parent / "mistakes" / "valid"
DOSING, MONITORING, TOXICITY, GRADING = "p/dosing.yaml", "p/monitoring.yaml", "p/toxicity.yaml", "grading/g.yaml"
KNOWLEDGE = blinadss.load_knowledge()
LABELS = ("us-label", "eu-label")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(VALID, tmp_path / "criteria"))


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


STOP = (
    "      - id: crs-grade-4\n        when: toxicity.crs >= grade 4\n        action: stop\n"
    "        do: Stop the infusion permanently.\n        cite: label §2.3\n        assurance: verified\n\n"
)
DIFFERENT = {
    "a dose": (DOSING, "dose: 28 mcg/day", "dose: 27 mcg/day"),
    "the unit of a dose": (DOSING, "dose: 28 mcg/day", "dose: 28 mg/day"),
    "a cap": (DOSING, "cap: 28 mcg/day", "cap: 27 mcg/day"),
    "no cap": (DOSING, "    cap: 28 mcg/day\n", ""),
    "whom a dose is for": (DOSING, ">= 45 kg", "> 45 kg"),
    "the days of a dose": (DOSING, "days: 1-28", "days: 1-27"),
    "the level of a dose": (DOSING, "level: full", "level: starting"),
    "the length of a cycle": (DOSING, "infusion: 28 days", "infusion: 27 days"),
    "the drug": (DOSING, "drug: blinatumomab", "drug: another"),
    "how long a bag lasts": (DOSING, "lasts: 24 hours", "lasts: 48 hours"),
    "how fast a bag runs": (DOSING, "rate: 10 mL/h", "rate: 5 mL/h"),
    "the last day of a bag": (DOSING, "    lasts", "    until: 2024-06-14\n    lasts"),
    "the first day of a bag": (DOSING, "    lasts", "    from: 2024-06-14\n    lasts"),
    "a schedule": (MONITORING, "within 1 hour", "within 2 hours"),
    "a further line of a schedule": (MONITORING, "schedule: ", "schedule:\n      - before cycle 2\n      - "),
    "what is watched for": (MONITORING, "    watch: [crs]\n", ""),
    "the title of an item": (MONITORING, "title: Dexamethasone", "title: Steroid"),
    "how a drug is given": (MONITORING, "how: intravenously", "how: by mouth"),
    "an action": (TOXICITY, "action: stop", "action: interrupt"),
    "what to do": (TOXICITY, "permanently", "for good"),
    "the grade of an action": (TOXICITY, ">= grade 3", ">= grade 2"),
    "a dose beside an action": (TOXICITY, "dose: 5 mg/m2", "dose: 6 mg/m2"),
    "a dose of a restart": (TOXICITY, "dose: 9 mcg/day", "dose: 28 mcg/day"),
    "who grades": (TOXICITY, "by a scale of its own", "by CTCAE"),
    "the order of actions": (TOXICITY, STOP, ""),
    "a grade": (GRADING, "grade: 2", "grade: 3"),
    "what makes a grade": (GRADING, ">= 38 C", ">= 39 C"),
    "the version of a scale": (GRADING, 'version: "1"', 'version: "2"'),
    "the fact of a scale": (GRADING, "toxicity.crs", "toxicity.other"),
    "an assurance": (GRADING, "assurance: verified", "assurance: secondary"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_the_fingerprint_changes_with_what_is_said_of_the_treatment(folder: Path, what: str) -> None:
    before = loading.load_knowledge(folder).fingerprint
    edit(folder, *DIFFERENT[what])
    if what == "the order of actions":
        path = folder / TOXICITY
        path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + "\n\n" + STOP, encoding="utf-8")
        (toxicity,) = loading.load_knowledge(folder).treatments["p"].toxicities
        assert [row.action for row in toxicity.act] == ["interrupt", "stop"]
    assert loading.load_knowledge(folder).fingerprint != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (DOSING, "doses:", "doses:  # of everybody"),
        (DOSING, "cap: 28 mcg/day", "cap: 28.0 mcg/day"),
        (DOSING, "lasts: 24 hours", "lasts: 1 day"),
        (DOSING, "cycles: 1-2\n    infusion: 28 days", "infusion: 4 weeks\n    cycles: 1-2"),
        (MONITORING, "watch: [crs]", "watch: crs"),
        (TOXICITY, "toxicity.crs >= grade 4", "toxicity.crs  >=  grade 4"),
    ],
)
def test_the_fingerprint_ignores_how_a_treatment_is_written(folder: Path, file: str, old: str, new: str) -> None:
    before = loading.load_knowledge(folder).fingerprint
    edit(folder, file, old, new)
    assert loading.load_knowledge(folder).fingerprint == before


def test_what_is_kept_of_treatments_is_what_was_read(folder: Path, tmp_path: Path) -> None:
    for source in (loading.shipped_criteria(), folder):
        read, key = loading.load_knowledge(source), compiled.key_of(source)
        compiled.keep(tmp_path / "kept", key, read)
        again = compiled.recall(tmp_path / "kept", key)
        assert again is not None
        assert dict(again.treatments) == dict(read.treatments)
        assert dict(again.grading) == dict(read.grading)
        assert [row.place for row in again.rows()] == [row.place for row in read.rows()]
        del vars(again)["fingerprint"]
        assert again.fingerprint == read.fingerprint  # worked out anew


SCENARIOS = load_scenarios(Path(__file__).parents[1] / "scenarios", KNOWLEDGE)


def doses_alone(name: str) -> tuple[KnowledgeBase, list[Scenario]]:
    """A label's doses and nothing else, and the scenarios that expect something of them."""
    treatment = KNOWLEDGE.treatments[name]
    alone = Treatment(name, treatment.title, treatment.start, doses=treatment.doses)
    ids = {rule.id for rule in treatment.doses}
    told = [(each, {row: word for row, word in each.rows.get(name, {}).items() if row in ids}) for each in SCENARIOS]
    return KNOWLEDGE.alone(alone), [replace(each, about=(), rows={name: rows}) for each, rows in told if rows]


def weighs(scenario: Scenario, kg: int) -> bool:
    observed = scenario.profile.given.get("patient.weight", ())
    return any(
        isinstance(each.value, Amount) and each.value.quantity == Quantity(Decimal(kg), "kg") for each in observed
    )


@pytest.mark.parametrize("name", LABELS)
def test_without_the_scenario_at_45_kg_a_breakage_of_a_dose_goes_unnoticed(name: str) -> None:
    knowledge, scenarios = doses_alone(name)
    total, missed = unnoticed(knowledge, scenarios, only=[name])
    assert total > 50
    assert missed == ()
    _, missed = unnoticed(knowledge, [each for each in scenarios if not weighs(each, 45)], only=[name])
    assert any("`patient.weight >= 45 kg` became `patient.weight > 45 kg`" in each for each in missed)


def test_every_breakage_of_a_treatment_is_a_different_one(folder: Path) -> None:
    knowledge = loading.load_knowledge(folder)
    whole = knowledge.treatments["p"]
    broken = dict(broken_treatments(whole))
    assert len(broken) == len(list(broken_treatments(whole)))
    assert whole not in broken.values()
    assert {
        "p/fixed dropped",
        "p/fixed: its condition dropped",
        "p/fixed: `28 mcg/day` became `27.72 mcg/day`",
        "p/by-surface: `15 mcg/m2/day, at most 28 mcg/day` became `15 mcg/m2/day`",
        "p/premedication: p/premedication-dexamethasone: `20 mg` became `20.2 mg`",
        "p/crs-grade-4 after p/crs-grade-3",
        "p/crs-grade-4: `stop` became `consider stopping`",
        "p/crs-grade-3: `toxicity.crs >= grade 3` became `toxicity.crs > grade 3`",
        "p/crs-grade-3: p/crs-restart dropped",
    } <= broken.keys()
    assert "p/bag-24-hours dropped" not in broken  # it is for everybody, and says nothing that could be compared


def test_every_breakage_of_a_scale_is_a_different_one(folder: Path) -> None:
    system = loading.load_knowledge(folder).grading["g"]
    broken = dict(broken_gradings(system))
    assert system not in broken.values()
    assert {"g/crs-grade-2 after g/crs-grade-1", "g/crs-grade-1 dropped", "g/crs-grade-1: grade 1 became grade 2"} <= {
        *broken
    }
