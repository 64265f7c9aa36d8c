"""How long the questions beyond an answer take on generated patients, and how many questions the next one saves.

Prints figures and ratios taken in one run; nothing here passes or fails.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from typing import Any

import blinadss
from blinadss.consequences import follows
from blinadss.facts import FACTS
from blinadss.implicants import Box, contains
from blinadss.knowledge import EFFORTS, KnowledgeBase
from blinadss.lookup import look_up
from blinadss.normal_form import NormalForm
from blinadss.prepared import prepared_policy
from blinadss.profile import PatientProfile
from blinadss.standing import Standing
from blinadss.testing.choices import Dice
from blinadss.testing.patients import as_profile, marks_in
from blinadss.testing.values import value
from blinadss.truth import Truth

ON = date(2026, 11, 22)
LABELS = ("us-label", "eu-label")
ASKED = (*LABELS, "nhs-england", "singapore-ace")
Ask = Callable[[Standing], str | None]


def patients(knowledge: KnowledgeBase, count: int) -> list[tuple[PatientProfile, int]]:
    """Patients of whom between 30 and 90 % of what the labels ask is not known, with how many facts that is."""
    forms = [form_of(knowledge, label) for label in LABELS]
    asked = sorted({fact for form in forms for fact in form.facts})
    found = []
    for number in range(count):
        dice, random = Dice(f"patient {number}"), Random(number)  # noqa: S311
        missing = set(random.sample(asked, round(len(asked) * random.uniform(0.3, 0.9))))
        known: dict[str, Any] = {
            fact: value(dice, fact, ON, marks_in(knowledge), knowledge.fresh_for.get(fact))
            for fact in asked
            if fact not in missing
        }
        profile = as_profile(known, ON)
        sights = look_up(profile, asked, ON, knowledge.fresh_for, follows(knowledge))
        found.append((profile, sum(not sight.values for sight in sights.values())))
    return found


def form_of(knowledge: KnowledgeBase, policy: str) -> NormalForm:
    """The policy in force on the day."""
    edition = knowledge.policies[policy].edition(ON)
    assert edition  # noqa: S101
    return prepared_policy(knowledge, policy, edition.start).form


def timed(knowledge: KnowledgeBase, count: int) -> None:
    """Both labels with both engines and everything beyond the answers, and the same without."""
    blinadss.assess(PatientProfile(), on=ON, knowledge=knowledge, policies=LABELS)  # made ready once
    rows: dict[int, list[float]] = {}
    with_it: list[float] = []
    without: list[float] = []
    for profile, unknown in patients(knowledge, count):
        for further, times in ((True, with_it), (False, without)):
            start = time.perf_counter()
            blinadss.assess(profile, knowledge=knowledge, policies=LABELS, further=further)
            times.append((time.perf_counter() - start) * 1e3)
        rows.setdefault(unknown, []).append(with_it[-1])
    print(f"{count:,} generated patients, both labels, all engines, 30 to 90 % of the facts missing")
    for name, times in (("with what is said beyond", with_it), ("without", without)):
        cuts = statistics.quantiles(times, n=100)
        print(f"  {name}: median {cuts[49]:.2f} ms, 99th percentile {cuts[98]:.2f} ms, longest {max(times):.1f} ms")
    print("  by the number of unknown facts:")
    for unknown, times in sorted(rows.items()):
        median = statistics.median(times)
        print(f"  {unknown:3} {median:6.2f} ms {'#' * round(median * 4):40} ({len(times)})")


def complete(form: NormalForm, random: Random, *, eligible: bool) -> dict[str, Box]:
    """A patient of whom everything is known: for each fact the box of what it is, contradicting nothing."""
    space, readings = form.classes.space, form.classes.readings
    while True:
        among = space.everything
        for block in form.verdict if eligible else ():
            among &= random.choice(block.sums.holds)
        boxes: dict[str, Box] = {}
        for at, reads in enumerate(readings):
            guard = form.classes.facts[reads] not in FACTS
            classes = [n for n in range(space.widths[at]) if space.classes(among, at) >> n & 1]
            one = space.box(at, 1 if guard else 1 << random.choice(classes or [0]))
            fact = form.classes.facts[reads]
            boxes[fact] = boxes.get(fact, space.everything) & one
        whole = space.everything
        for box in boxes.values():
            whole &= box
        if not any(contains(block.never, whole) for block in form.verdict):
            return boxes


def saved(knowledge: KnowledgeBase, policy: str, count: int) -> None:
    """How many questions it takes to settle the verdict, asked in the order of the file and by what matters."""
    form, efforts = form_of(knowledge, policy), {f: 1 << EFFORTS.index(n.effort) for f, n in knowledge.facts.items()}
    order = [fact for fact in knowledge.facts if fact in form.facts]
    ways: Mapping[str, Ask] = {
        "in file order": lambda _: None,
        "only what matters": lambda standing: min(standing.matters, key=order.index),
        "the next question": lambda standing: standing.next_question(efforts),
    }
    counts: dict[str, list[tuple[int, int]]] = {name: [] for name in ways}
    for number in range(count):
        random = Random(f"{policy} {number}")  # noqa: S311
        truth = complete(form, random, eligible=number % 2 == 0)
        missing = set(random.sample(order, round(len(order) * random.uniform(0.3, 0.9))))
        for name, ask in ways.items():
            known = form.classes.space.everything
            for fact, box in truth.items():
                known &= form.classes.space.everything if fact in missing else box
            left, asked, effort = [fact for fact in order if fact in missing], 0, 0
            while (standing := Standing(form.verdict, known)).truth is Truth.UNKNOWN:
                fact = ask(standing) or left[0]
                left.remove(fact)
                known &= truth[fact]
                asked, effort = asked + 1, effort + efforts[fact]
            counts[name].append((asked, effort))
    first = [statistics.mean(each[at] for each in counts["in file order"]) for at in (0, 1)]
    print(f"{policy}: {count:,} patients, every other one eligible in the end, of whom 30 to 90 % is not known")
    for name, each in counts.items():
        questions, work = (statistics.mean(pair[at] for pair in each) for at in (0, 1))
        print(
            f"  {name:18} {questions:5.2f} questions ({1 - questions / first[0]:4.0%} fewer),"
            f" effort {work:6.1f} ({1 - work / first[1]:4.0%} less)"
        )


if __name__ == "__main__":
    shipped = blinadss.load_knowledge()
    timed(shipped, int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
    for each in ASKED:
        saved(shipped, each, 1_000)
