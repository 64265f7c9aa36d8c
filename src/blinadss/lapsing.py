"""How the answers about one patient change by time alone: on which day, from what, to what, and what brings it about.

Only the days are looked at on which something turns: a result goes stale, a time is
complete, an age is reached, an edition begins or ends. What nobody has said stays unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from blinadss.ageing import Turn, Watch, pinned, watches
from blinadss.consequences import follows
from blinadss.engines import Conclusions
from blinadss.expression import Value, comparisons
from blinadss.knowledge import Edition, KnowledgeBase, Policy
from blinadss.lapses import Lapse, Outlook
from blinadss.links import agreement
from blinadss.lookup import look_up, values_in
from blinadss.prepared import prepared_panel, prepared_policy
from blinadss.profile import PatientProfile
from blinadss.truth import Truth

MOST = 12  # days on which the answers of one policy change; nobody plans further ahead
MOST_DAYS = 200  # days that are looked at for one policy
HORIZON = timedelta(days=7305)  # 20 years, in which a newborn comes of age

_WORDS = {Truth.TRUE: "eligible", Truth.FALSE: "ineligible", Truth.UNKNOWN: "undetermined"}
_NOT_IN_FORCE = "not_in_force"
_DAY = timedelta(days=1)
Known = dict[str, Mapping[str, Value]]


def outlooks(
    profile: PatientProfile,
    on: date,
    knowledge: KnowledgeBase,
    policies: Sequence[str],
    *,
    engines: tuple[str, ...] = ("reference",),
) -> tuple[Outlook, ...]:
    """What becomes of the answers of each policy after the day ``on``, if nothing is learned of the patient.

    Policies are named as for an assessment. An observation without a day is of the day ``on``.
    """
    patient = pinned(profile, on)
    return tuple(_Ahead(patient, on, knowledge, policy, engines).outlook() for policy in knowledge.select(policies))


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that comes about on one day, and how the answers would be that day without it."""

    because: tuple[str, ...]
    facts: tuple[str, ...]
    edition: Edition | None
    known: Known


class _Ahead:
    """One policy, asked of one patient day after day; ``known`` and ``edition`` are those of the day before."""

    def __init__(
        self, profile: PatientProfile, on: date, knowledge: KnowledgeBase, policy: Policy, engines: tuple[str, ...]
    ) -> None:
        self.profile, self.on, self.knowledge, self.policy, self.engines = profile, on, knowledge, policy, engines
        self.edition = policy.edition(on)
        self.watched, self.linked = _watched(knowledge, policy.id, self.edition.start if self.edition else on)
        self.known = self.seen(tuple(self.watched), on)
        self.days: dict[date, dict[str, list[Turn]]] = {day: {} for day in _edition_days(policy) if day > on}
        for watch in self.watched.values():
            for day, turn in watch.turns(profile, on, knowledge.fresh_for):
                self.days.setdefault(day, {}).setdefault(watch.fact, []).append(turn)

    def seen(self, facts: Sequence[str], day: date, never_stale: str | None = None) -> Known:
        """The values of some facts on that day, or those that they would have if one fact never went stale."""
        windows: Mapping[str, int] = self.knowledge.fresh_for
        if never_stale:
            windows = {fact: window for fact, window in windows.items() if fact != never_stale}
        sights = look_up(self.profile, facts, day, windows, follows(self.knowledge))
        return {fact: values_in({fact: sight}, self.linked & {fact}) for fact, sight in sights.items()}

    def outlook(self) -> Outlook:
        before, changes, changed = self.answers(self.edition, self.known), list[Lapse](), 0
        days = sorted(self.days)
        for number, day in enumerate(days):
            if number == MOST_DAYS or changed == MOST or day - self.on > HORIZON:
                return Outlook(self.policy.id, tuple(changes), day - _DAY)
            edition, moved = self.policy.edition(day), self.moved(day)
            if edition is self.edition and not moved:
                continue
            now = self.known | moved
            after = self.answers(edition, now)
            if after != before:
                changes += self.lapses(day, before, after, list(self.events(day, edition, moved)))
                changed += 1
            self.edition, self.known, before = edition, now, after
        return Outlook(self.policy.id, tuple(changes))

    def moved(self, day: date) -> Known:
        """The facts that lie on another side of a comparison than the day before, with their values."""
        values = self.seen(tuple(self.days[day]), day)
        return {fact: now for fact, now in values.items() if self.side(fact, now) != self.side(fact, self.known[fact])}

    def side(self, fact: str, values: Mapping[str, Value]) -> tuple[object, ...]:
        """On which side of each comparison a fact lies, and whether what is said of it agrees."""
        return (*self.watched[fact].truths(values), values.get(agreement(fact)))

    def answers(self, edition: Edition | None, known: Known) -> dict[str, str]:
        """The answer of the policy and of each of its indications, under one edition."""
        words = dict.fromkeys((self.policy.id, *(each.id for each in self.policy.indications)), _NOT_IN_FORCE)
        if edition is None:
            return words
        ready = prepared_policy(self.knowledge, self.policy.id, edition.start)
        values = {reading: value for each in known.values() for reading, value in each.items()}
        concluded = prepared_panel(self.knowledge, (ready,), self.engines).conclude(values)[0]
        words |= {name: _WORDS[truth] for name, truth in concluded.indications.items()}
        return words | {self.policy.id: _verdict(concluded)}

    def events(self, day: date, edition: Edition | None, moved: Known) -> Iterator[_Event]:
        """What has come about on that day; the known facts are still those of the day before."""
        turns = self.days[day]
        now = self.known | moved
        for fact in sorted({turn.fact for each in moved for turn in turns[each]}):
            touched = [each for each in moved if any(turn.fact == fact for turn in turns[each])]
            because = dict.fromkeys(turn.because for each in touched for turn in turns[each] if turn.fact == fact)
            if any(turn.stale for each in touched for turn in turns[each] if turn.fact == fact):
                without = self.seen(touched, day, never_stale=fact)
            else:
                without = {each: self.known[each] for each in touched}
            yield _Event(tuple(because), (fact,), edition, now | without)
        if edition is not self.edition:
            yield _Event((_edition_prose(self.edition, edition),), (), self.edition, now)

    def lapses(
        self, day: date, before: Mapping[str, str], after: Mapping[str, str], events: list[_Event]
    ) -> Iterator[Lapse]:
        """The answers that are others than the day before, each with the events without which it would not be."""
        without = [self.answers(each.edition, each.known) for each in events]
        for about, was in before.items():
            if after[about] == was:
                continue
            undone = [each for each, answers in zip(events, without, strict=True) if answers[about] == was]
            causes = undone or events
            because = tuple(dict.fromkeys(text for each in causes for text in each.because))
            facts = tuple(fact for each in causes for fact in each.facts)
            yield Lapse(day, about, was, after[about], because, facts)


def _verdict(concluded: Conclusions) -> str:
    return "contraindicated" if concluded.contraindicated is Truth.TRUE else _WORDS[concluded.eligible]


def _edition_days(policy: Policy) -> Iterator[date]:
    """The days on which another edition comes into force, or the policy ends."""
    yield from (edition.start for edition in policy.editions)
    if policy.until != date.max:
        yield policy.until


def _edition_prose(before: Edition | None, after: Edition | None) -> str:
    if after is None:
        return "the policy ends"
    if before is None:
        return f"the edition of {after.start} comes into force"
    return f"the edition of {before.start} is replaced by that of {after.start}"


@lru_cache(maxsize=96)
def _watched(knowledge: KnowledgeBase, policy_id: str, since: date) -> tuple[Mapping[str, Watch], frozenset[str]]:
    """What to watch for a policy from that day on, under whichever edition, and which facts are linked to others."""
    starts = (edition.start for edition in knowledge.policies[policy_id].editions if edition.start >= since)
    ready = [prepared_policy(knowledge, policy_id, start) for start in starts]
    links = [link for each in ready for link in each.form.links]
    asked = [use.criterion.when for each in ready for use in each.policy.uses()]
    leaves = (leaf for each in (*asked, *(link.impossible for link in links)) for leaf in comparisons(each))
    watched = {watch.fact: watch for watch in watches(leaves, follows(knowledge))}
    return watched, frozenset(link.fact for link in links)
