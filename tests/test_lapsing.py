"""How answers change by time alone: exactly on the days on which another assessment would say something else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import blinadss
from blinadss import lapsing
from blinadss.ageing import pinned
from blinadss.engines import ENGINES
from blinadss.engines.reference import answer_to
from blinadss.expression import Group, comparisons, reading_of
from blinadss.grammar import read_comparison
from blinadss.knowledge import FactNotes, KnowledgeBase
from blinadss.lapses import Lapse, Outlook, lapse_text
from blinadss.lapsing import outlooks
from blinadss.profile import PatientProfile
from blinadss.sight import given as said
from blinadss.testing import generated, patients, profiles
from blinadss.testing.choices import Choices, drawn
from strategies import ON, policy_of

KNOWLEDGE = blinadss.load_knowledge()
DAYS = 400
LABELS = ("us-label", "eu-label")
# Facts that change by themselves, and one of each kind that does not unless it goes stale.
TIMED = (
    "patient.age",
    "history.allogeneic_hsct_on",
    "history.last_chemotherapy_on",
    "mrd.level",
    "mrd.status",
    "disease.cd19",
)


def knowledge_of_time(choices: Choices) -> KnowledgeBase:
    """A policy that asks mostly for what time changes, with a window for every other fact."""
    base = generated.knowledge(choices, facts=TIMED)
    windows = {fact: FactNotes(f"{fact}?", "chart", choices.of((1, 7, 28, 28))) for fact in TIMED if choices.once_in(2)}
    return base.with_facts(windows)


def words(profile: PatientProfile, day: date, knowledge: KnowledgeBase, policy: str) -> dict[str, str]:
    """What an assessment says of a policy and of each of its indications."""
    found = blinadss.assess(
        profile, on=day, knowledge=knowledge, policies=[policy], engines=("reference",), cautions=False, further=False
    ).policies[0]
    said = dict.fromkeys((each.id for each in knowledge.policies[policy].indications), "not_in_force")
    for each in found.indications:
        if each.applicability != "not_in_force":
            said[each.id] = each.eligibility.value
    return {policy: found.verdict.value, **said}


def day_by_day(profile: PatientProfile, on: date, knowledge: KnowledgeBase, policy: str) -> Iterator[tuple[Any, ...]]:
    """Every change of an answer in the days after ``on``, found by asking on each of them."""
    patient = pinned(profile, on)
    before = words(patient, on, knowledge, policy)
    for day in (on + timedelta(days=number) for number in range(1, DAYS + 1)):
        after = words(patient, day, knowledge, policy)
        for about, was in before.items():
            if after[about] != was:
                yield day, about, was, after[about]
        before = after


def found(outlook: Outlook, until: date) -> list[tuple[Any, ...]]:
    return [(each.on, each.about, each.before, each.after) for each in outlook.changes if each.on <= until]


def same_as_asking_every_day(profile: PatientProfile, on: date, knowledge: KnowledgeBase, policy: str) -> None:
    (outlook,) = outlooks(profile, on, knowledge, [policy])
    until = min(on + timedelta(days=DAYS), outlook.searched_until or date.max)
    expected = [each for each in day_by_day(profile, on, knowledge, policy) if each[0] <= until]
    assert found(outlook, until) == expected


@settings(max_examples=150)
@given(st.data())
def test_the_changes_are_those_that_asking_every_day_finds(data: st.DataObject) -> None:
    knowledge = data.draw(drawn(knowledge_of_time))
    profile = data.draw(drawn(patients.profile, knowledge))
    assert profile.assessed_on
    same_as_asking_every_day(profile, profile.assessed_on, knowledge, "p")


@settings(max_examples=100)
@given(st.data())
def test_they_are_where_only_a_month_or_a_year_is_known(data: st.DataObject) -> None:
    facts = ("patient.birth_date", "patient.age", "history.allogeneic_hsct_on", "history.last_chemotherapy_on")
    knowledge = data.draw(drawn(generated.knowledge, facts=facts[1:]))
    days = st.dates(ON - timedelta(days=800), ON).map(date.isoformat)
    parts = st.builds(lambda day, length: day[:length], days, st.sampled_from((7, 4)))
    known = data.draw(st.fixed_dictionaries({}, optional={fact: parts for fact in facts if fact != "patient.age"}))
    known |= data.draw(st.sampled_from(({}, {"patient.age": "1 year"}, {"patient.age": "18 months"})))
    same_as_asking_every_day(patients.as_profile(known, ON), ON, knowledge, "p")


@settings(max_examples=40)
@given(st.data())
def test_they_are_for_every_kind_of_fact(data: st.DataObject) -> None:
    knowledge = data.draw(drawn(generated.knowledge))
    profile = data.draw(drawn(patients.profile, knowledge))
    assert profile.assessed_on
    same_as_asking_every_day(profile, profile.assessed_on, knowledge, "p")


@settings(max_examples=60)
@given(profiles(KNOWLEDGE), st.sampled_from(sorted(KNOWLEDGE.policies)))
def test_they_are_under_the_shipped_policies(profile: PatientProfile, policy: str) -> None:
    assert profile.assessed_on
    same_as_asking_every_day(profile, profile.assessed_on, KNOWLEDGE, policy)


@settings(max_examples=100)  # each asks every criterion that ships
@given(st.data())
def test_writing_the_day_on_what_has_none_changes_no_answer_of_that_day(data: st.DataObject) -> None:
    profile = data.draw(profiles(KNOWLEDGE))
    assert profile.assessed_on
    on = profile.assessed_on
    plain, dated = (
        blinadss.assess(each, on=on, policies=["all"], knowledge=KNOWLEDGE, engines=("reference",), further=False)
        for each in (profile, pinned(profile, on))
    )
    assert answers_in(plain) == answers_in(dated)


def answers_in(assessment: blinadss.Assessment) -> list[Any]:
    """Verdicts, indications and the truth of every criterion and caution."""
    return [
        (each.policy, each.verdict, [(i.id, i.eligibility, truths(i.findings)) for i in each.indications])
        for each in assessment.policies
    ] + [truths(assessment.cautions)]


def truths(findings: Sequence[Any]) -> list[Any]:
    return [(each.criterion, each.truth) for each in findings]


@settings(max_examples=150)
@given(st.data())
def test_every_cause_is_something_that_comes_about_on_that_day(data: st.DataObject) -> None:
    knowledge = data.draw(drawn(knowledge_of_time))
    profile = data.draw(drawn(patients.profile, knowledge))
    on = profile.assessed_on
    assert on
    (outlook,) = outlooks(profile, on, knowledge, ["p"])
    for lapse in outlook.changes:
        assert lapse.because
        editions = knowledge.policies["p"].edition(lapse.on), knowledge.policies["p"].edition(lapse.on - timedelta(1))
        assert lapse.facts or editions[0] != editions[1]
        for fact in lapse.facts:
            assert turns(pinned(profile, on), fact, lapse.on, knowledge)


def turns(profile: PatientProfile, fact: str, day: date, knowledge: KnowledgeBase) -> bool:
    """Whether one fact, as it was said, is on another side of a comparison than the day before, or is unknown now."""

    def seen(on: date) -> list[Any]:
        sight = said(profile, fact, on, knowledge.fresh_for)
        values = dict(sight.values)
        if fact == "patient.birth_date":
            values |= {
                reading_of("patient.age", scale): values[reading_of(fact, scale, since=True)]
                for scale in ("days", "months")
                if reading_of(fact, scale, since=True) in values
            }
        leaves = (leaf for criterion in knowledge.criteria.values() for leaf in comparisons(criterion.when))
        return [bool(values), *(answer_to(leaf)(values) for leaf in leaves)]

    return seen(day) != seen(day - timedelta(days=1))


@settings(max_examples=60)
@given(st.data())
def test_the_same_is_the_same_and_the_order_of_facts_is_none(data: st.DataObject) -> None:
    knowledge = data.draw(drawn(knowledge_of_time))
    known = data.draw(drawn(patients.facts, TIMED, ON, patients.marks_in(knowledge), knowledge.fresh_for))
    shuffled = dict(data.draw(st.permutations(list(known.items()))))
    one, other = (outlooks(patients.as_profile(each, ON), ON, knowledge, ["p"]) for each in (known, shuffled))
    assert one == other


# One of each kind of change, by hand

DISEASE = {
    "diagnosis": "b_cell_precursor_all",
    "cd19": "positive",
    "philadelphia": "negative",
    "course": "remission",
    "remission_number": 1,
    "phase": "consolidation",
}
PATIENT: dict[str, Any] = {
    "patient": {"birth_date": "2009-03-17"},
    "disease": DISEASE,
    "mrd": {"level": {"value": "0.3 %", "on": "2026-11-16"}},
    "history": {"blinatumomab_hypersensitivity": "absent"},
}


def changes(sections: dict[str, Any], policy: str, on: date = ON) -> list[Lapse]:
    (outlook,) = outlooks(blinadss.load_profile(sections), on, KNOWLEDGE, [policy])
    return list(outlook.changes)


def of_one(lines: Sequence[str], sections: dict[str, Any], **windows: int) -> list[Lapse]:
    """The changes of a policy that asks exactly these lines."""
    notes = {fact.replace("__", "."): FactNotes("?", "chart", window) for fact, window in windows.items()}
    knowledge = generated.knowledge_of(policy_of([read_comparison(each) for each in lines])).with_facts(notes)
    (outlook,) = outlooks(blinadss.load_profile(sections), ON, knowledge, ["p"])
    return [each for each in outlook.changes if each.about == "p"]


def test_a_result_goes_stale_the_day_after_its_window() -> None:
    (lapse,) = (each for each in changes(PATIENT, "us-label") if each.about == "us-label/mrd-positive")
    assert lapse_text(lapse) == (
        "Holds until 2026-12-15 (15 December 2026), when the observation of 2026-11-16 (MRD level) is older than the"
        " 28 days for which it counts; then undetermined."
    )
    assert (lapse.before, lapse.facts) == ("eligible", ("mrd.level",))


def test_an_age_is_reached() -> None:
    (lapse,) = (each for each in changes(PATIENT, "eu-label") if each.about == "eu-label/consolidation")
    assert (lapse.on, lapse.before, lapse.after) == (date(2027, 3, 17), "ineligible", "eligible")
    assert lapse.because == ("the patient is 18 years old",)
    assert lapse.facts == ("patient.birth_date",)


def test_an_age_that_was_stated_without_a_day_was_stated_on_the_day_of_assessment() -> None:
    first, second = of_one(["patient.age >= 18 years"], {"patient": {"age": "17 years"}})
    assert (first.on, first.before, first.after) == (ON + timedelta(days=1), "ineligible", "undetermined")
    assert first.because == ("the patient may be 18 years old",)
    assert (second.on, second.after, second.because) == (
        date(2027, 11, 22),
        "eligible",
        ("the patient is 18 years old",),
    )


@pytest.mark.parametrize(
    ("line", "day", "because"),
    [
        (">= 12 weeks", date(2026, 12, 5), "12 weeks have passed"),
        ("< 12 weeks", date(2026, 12, 5), "12 weeks have passed"),
        ("> 12 weeks", date(2026, 12, 6), "more than 12 weeks have passed"),
        ("<= 3 months", date(2026, 12, 13), "more than 3 months have passed"),
        (">= 1 year", date(2027, 9, 12), "1 year has passed"),
    ],
)
def test_a_washout_ends(line: str, day: date, because: str) -> None:
    history = {"history": {"allogeneic_hsct_on": "2026-09-12"}}
    (lapse,) = of_one([f"since history.allogeneic_hsct_on {line}"], history)
    assert lapse.on == day
    assert lapse.because == (f"{because} since the day of the last allogeneic transplantation (2026-09-12)",)


@pytest.mark.parametrize(
    ("line", "changes"),
    [
        # at the earliest since 1 August, at the latest since 31 August
        (">= 16 weeks", [(date(2026, 12, 21), "eligible", "16 weeks have passed")]),
        (
            ">= 17 weeks",
            [
                (date(2026, 11, 28), "undetermined", "17 weeks may have passed"),
                (date(2026, 12, 28), "eligible", "17 weeks have passed"),
            ],
        ),
        (
            "<= 17 weeks",
            [
                (date(2026, 11, 29), "undetermined", "more than 17 weeks may have passed"),
                (date(2026, 12, 29), "ineligible", "more than 17 weeks have passed"),
            ],
        ),
        (
            ">= 6 months",
            [
                (date(2027, 2, 1), "undetermined", "6 months may have passed"),
                (date(2027, 3, 1), "eligible", "6 months have passed"),  # 31 August: there is no 31 February
            ],
        ),
    ],
)
def test_a_washout_since_a_month_begins_and_ends_to_be_over(line: str, changes: list[tuple[Any, ...]]) -> None:
    found = of_one([f"since history.allogeneic_hsct_on {line}"], {"history": {"allogeneic_hsct_on": "2026-08"}})
    since = "since the day of the last allogeneic transplantation (2026-08)"
    assert [(each.on, each.after, each.because) for each in found] == [
        (day, after, (f"{because} {since}",)) for day, after, because in changes
    ]
    assert all(each.facts == ("history.allogeneic_hsct_on",) for each in found)


def test_an_age_by_the_year_of_birth_is_reached_by_the_youngest_at_its_end() -> None:
    first, second = of_one(["patient.age >= 18 years"], {"patient": {"birth_date": "2009"}})
    assert (first.on, first.after, first.because) == (
        date(2027, 1, 1), "undetermined", ("the patient may be 18 years old",)
    )  # fmt: skip
    assert (second.on, second.after, second.because) == (
        date(2027, 12, 31), "eligible", ("the patient is 18 years old",)
    )  # fmt: skip


def test_what_has_happened_this_year_has_happened_by_the_day_of_assessment() -> None:
    """The days to come do not count, yet time is complete for certain only since the last day of the year."""
    (lapse,) = of_one(["since history.last_chemotherapy_on > 0 days"], {"history": {"last_chemotherapy_on": "2026"}})
    assert (lapse.on, lapse.before, lapse.after) == (date(2027, 1, 1), "undetermined", "eligible")
    assert of_one(["since history.last_chemotherapy_on >= 0 days"], {"history": {"last_chemotherapy_on": "2026"}}) == []


def test_a_month_is_complete_when_it_is_in_the_calendar() -> None:
    history = {"history": {"last_chemotherapy_on": "2026-08-31"}}
    (lapse,) = of_one(["since history.last_chemotherapy_on >= 3 months"], history)
    assert lapse.on == date(2026, 12, 1)


def test_what_follows_from_an_age_ends_with_it() -> None:
    girl = {"patient": {"birth_date": "2019-01-05"}}
    assert of_one(["patient.pregnancy is absent"], girl) == []  # nothing follows where nobody says so
    notes = {"patient.pregnancy": KNOWLEDGE.facts["patient.pregnancy"]}
    knowledge = generated.knowledge_of(policy_of([read_comparison("patient.pregnancy is absent")])).with_facts(notes)
    (outlook,) = outlooks(blinadss.load_profile(girl), ON, knowledge, ["p"])
    assert [(each.on, each.after, each.because, each.facts) for each in outlook.changes if each.about == "p"] == [
        (date(2027, 1, 5), "undetermined", ("the patient is 8 years old",), ("patient.birth_date",))
    ]


def test_of_two_results_that_go_stale_together_the_one_that_mattered_is_the_cause() -> None:
    seen = {"on": "2026-11-16"}
    both = {"mrd": {"level": {"value": "0.3 %", **seen}, "status": {"value": "detected", **seen}}}
    (lapse,) = of_one(["mrd.level >= 0.1 %"], both, mrd__level=28, mrd__status=28)
    assert lapse.facts == ("mrd.level",)


def test_what_two_events_do_together_both_have_done() -> None:
    seen = {"on": "2026-11-16"}
    one_of = {"mrd": {"status": {"value": "detected", **seen}}, "marrow": {"blasts": {"value": "2 %", **seen}}}
    either = Group("any", tuple(read_comparison(each) for each in ("mrd.status is detected", "marrow.blasts < 5 %")))
    notes = {fact: FactNotes("?", "chart", 28) for fact in ("mrd.status", "marrow.blasts")}
    (outlook,) = outlooks(
        blinadss.load_profile(one_of), ON, generated.knowledge_of(policy_of([either])).with_facts(notes), ["p"]
    )
    assert {each.facts for each in outlook.changes} == {("marrow.blasts", "mrd.status")}


def test_an_edition_is_replaced_by_the_next() -> None:
    sections = {**PATIENT, "mrd": {"level": "0.3 %"}}
    policy, indication = changes(sections, "us-label", date(2018, 3, 28))[:2]
    assert {(each.on, each.after, each.facts) for each in (policy, indication)} == {(date(2018, 3, 29), "eligible", ())}
    assert (policy.about, policy.before) == ("us-label", "ineligible")
    assert (indication.about, indication.before) == ("us-label/mrd-positive", "not_in_force")
    assert indication.because == ("the edition of 2017-07-11 is replaced by that of 2018-03-29",)


def test_a_policy_begins_and_ends() -> None:
    begun = changes({}, "payers/independence", date(2021, 12, 31))[0]
    assert (begun.on, begun.before) == (date(2022, 1, 1), "not_in_force")
    assert begun.because == ("the edition of 2022-01-01 comes into force",)
    ended = changes({}, "payers/independence", date(2023, 6, 1))
    assert {(each.on, each.after, each.because) for each in ended} == {
        (date(2024, 1, 1), "not_in_force", ("the policy ends",))
    }
    assert changes(PATIENT, "payers/independence", date(2024, 1, 1)) == []


def test_an_assay_sensitivity_without_a_day_stays_that_of_every_sample() -> None:
    mrd = {"status": {"value": "not_detected", "on": "2026-11-16"}, "assay_sensitivity": "0.01 %"}
    assert of_one(["mrd.level < 0.1 %"], {"mrd": mrd}) == []
    (lapse,) = of_one(["mrd.level < 0.1 %"], {"mrd": mrd}, mrd__status=28)
    assert lapse.on == date(2026, 12, 15)


def test_a_sensitivity_without_a_day_is_the_latest_from_the_next_day_on() -> None:
    sensitivities = ["0.01 %", {"value": "0.5 %", "on": ON.isoformat()}]
    mrd = {"status": {"value": "not_detected", "on": "2026-11-16"}, "assay_sensitivity": sensitivities}
    (lapse,) = of_one(["mrd.level < 0.1 %"], {"mrd": mrd})
    assert (lapse.on, lapse.after) == (ON + timedelta(days=1), "eligible")
    assert lapse.because == ("an observation without a day (Sensitivity of the MRD assay) is the latest",)


def test_what_went_stale_is_no_longer_counted_from() -> None:
    history = {"history": {"last_chemotherapy_on": {"value": "2026-11-01", "on": "2026-11-01"}}}
    (lapse,) = of_one(["since history.last_chemotherapy_on < 28 days"], history, history__last_chemotherapy_on=27)
    assert (lapse.on, lapse.after) == (date(2026, 11, 29), "undetermined")
    assert [each.endswith("older than the 27 days for which it counts") for each in lapse.because] == [True]


def test_an_outlook_is_written_out_as_other_results_are() -> None:
    (outlook,) = outlooks(blinadss.load_profile(PATIENT), ON, KNOWLEDGE, ["us-label"])
    written = outlook.model_dump(mode="json")
    assert written["policy"] == "us-label"
    assert written["searched_until"] is None
    assert written["changes"][0]["on"] == "2026-12-15"


def test_who_looks_no_further_says_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    child = blinadss.load_profile({"patient": {"birth_date": "2026-11-01"}})
    lines = [read_comparison(f"patient.age >= {years} years") for years in (1, 2, 3, 30)]
    knowledge = generated.knowledge_of(policy_of([Group("at least", tuple(lines), 3)]))
    (outlook,) = outlooks(child, ON, knowledge, ["p"])
    assert [each.on for each in outlook.changes if each.about == "p"] == [date(2029, 11, 1)]
    assert outlook.searched_until == date(2056, 10, 31)
    monkeypatch.setattr(lapsing, "MOST_DAYS", 2)
    assert outlooks(child, ON, knowledge, ["p"]) == (Outlook("p", (), date(2029, 10, 31)),)
    monkeypatch.setattr(lapsing, "MOST_DAYS", 200)
    monkeypatch.setattr(lapsing, "MOST", 1)
    (outlook,) = outlooks(child, ON, knowledge, ["p"])
    assert outlook.searched_until == date(2056, 10, 31)


def test_a_life_at_the_end_of_the_calendar_is_no_mistake() -> None:
    late = blinadss.load_profile({"patient": {"birth_date": "9990-01-01"}})
    assert len(outlooks(late, date(9999, 12, 1), KNOWLEDGE, ["all"])) == len(KNOWLEDGE.policies)


def test_it_asks_as_many_engines_as_it_is_told() -> None:
    profile = blinadss.load_profile(PATIENT)
    assert outlooks(profile, ON, KNOWLEDGE, LABELS, engines=tuple(ENGINES)) == outlooks(profile, ON, KNOWLEDGE, LABELS)
