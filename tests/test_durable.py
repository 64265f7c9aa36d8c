"""The durable-rules engine: every hazard of durable-rules is shown to be there, and shown to be handled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

durable_rules_engine = pytest.importorskip("durable_rules_engine", exc_type=ImportError)

from blinadss.engines import ENGINES, Conclusions  # noqa: E402 - without durable-rules there is nothing to test
from blinadss.engines import network as network_module  # noqa: E402
from blinadss.engines.durable import DurableEngine  # noqa: E402
from blinadss.engines.network import ROOM, Condition, Network, NetworkError, Rule, refuse_collisions  # noqa: E402
from blinadss.expression import Comparison, Expression, Group, Value, Word, reading_of  # noqa: E402
from blinadss.knowledge import Policy  # noqa: E402
from blinadss.quantity import Quantity, Span  # noqa: E402
from blinadss.truth import Truth  # noqa: E402
from strategies import policy_of  # noqa: E402

NOBODY = Condition("k", "!=", 1)
COLLIDING = ("costarring", "liquid")  # the same 32-bit FNV-1a hash


def coded(fact: str, *codes: str) -> Comparison:
    return Comparison(fact, "is", codes=codes)


def measured(fact: str, operator: Any, threshold: str) -> Comparison:
    return Comparison(fact, operator, threshold=Quantity(Decimal(threshold), "%"))


def concluded_alike(policy: Policy, values: Mapping[str, Value]) -> Conclusions:
    """What both engines conclude."""
    reference, durable = (ENGINES[name](policy).conclude(values) for name in ("reference", "durable"))
    assert durable == reference
    return durable


def networks(policy: Policy) -> list[Network]:
    return DurableEngine(policy)._idle[0]  # noqa: SLF001 - the rooms of the house are what is tested


def raw(*rules: tuple[str, dict[str, Any]]) -> int:
    """A durable-rules network without any of our precautions."""
    definition = {name: {"all": [{"m": condition}]} for name, condition in rules}
    return int(durable_rules_engine.create_ruleset("raw", json.dumps(definition)))


def test_a_fact_of_255_keys_is_refused_by_durable_rules_and_never_made() -> None:
    handle = raw(("rule", {"k0": 1}))
    fact = {"id": "patient", "sid": "0"} | {f"k{number}": 1 for number in range(300)}
    with pytest.raises(durable_rules_engine.error):
        durable_rules_engine.assert_fact(handle, json.dumps(fact))
    many = [coded(f"many.f{number}", "a") for number in range(300)]
    policy = policy_of(requires=many, excludes=[coded(f"other.f{number}", "a") for number in range(300)])
    assert max(len(each.keys) for each in networks(policy)) < 254
    everything = {leaf.fact: "a" for leaf in many} | {f"other.f{number}": "b" for number in range(300)}
    assert concluded_alike(policy, everything).eligible is Truth.TRUE
    assert concluded_alike(policy, everything | {"other.f299": "a"}).eligible is Truth.FALSE
    del everything["many.f150"]
    assert concluded_alike(policy, everything).eligible is Truth.UNKNOWN


def test_conditions_that_hold_together_never_exceed_what_durable_rules_can_follow() -> None:
    """Beyond 64 durable-rules fails, with an error or without one; a network never gets so far."""
    full = [Rule(f"r{number}", "all", (Condition(f"k{number}", ">=", 0),)) for number in range(ROOM)]
    assert Network(full).fired({f"k{number}": 1 for number in range(ROOM)}) == {rule.name for rule in full}
    with pytest.raises(NetworkError, match=f"more than {ROOM} conditions"):
        Network([*full, Rule("one", "any", (NOBODY,))])
    widest = Rule("any", "any", tuple(Condition(f"k{number}", ">=", 0) for number in range(ROOM // 2)))
    assert Network([widest]).fired({f"k{number}": 1 for number in range(ROOM)}) == {"any"}


@pytest.mark.parametrize(
    ("word", "count"),
    [*product(("all", "any", "none"), (1, 2, 21, 22, 63, 64, 130)), *product(["at least"], (1, 2, 3, 10, 21, 22, 30))],
)
def test_groups_of_any_width_are_answered(word: Word, count: int) -> None:
    parts = tuple(coded(f"f.x{number}", "a") for number in range(count))
    policy = policy_of(requires=[Group(word, parts, (count + 1) // 2 if word == "at least" else 0)])
    for split in {0, 1, count // 2, count - 1, count}:
        values = {part.fact: "a" if number < split else "b" for number, part in enumerate(parts)}
        concluded_alike(policy, values)
        concluded_alike(policy, dict(list(values.items())[::2]))


def test_groups_of_any_depth_are_answered() -> None:
    expression: Expression = coded("f.deepest", "a")
    for number in range(60):
        word: Word = ("any", "all", "none")[number % 3]
        expression = Group(word, (expression, coded(f"f.x{number}", "a")))
    policy = policy_of(requires=[expression])
    for missing in range(0, 60, 7):
        values = {f"f.x{number}": "ab"[number % 2] for number in range(60) if number != missing}
        concluded_alike(policy, values)
        concluded_alike(policy, values | {"f.deepest": "a"})


def test_many_groups_of_alternatives_match_once_and_not_once_for_every_path() -> None:
    """Nested, 15 groups are refused by durable-rules, and ten groups of four are a million paths."""
    nested = {"$and": [{"$or": [{"$gte": {f"{name}{row}": 1}} for name in "xy"]} for row in range(15)]}
    with pytest.raises(durable_rules_engine.error, match="113"):
        raw(("rule", nested))
    groups = tuple(Group("any", tuple(coded(f"f.x{row}y{n}", "a") for n in range(4))) for row in range(20))
    everything = {leaf.fact: "a" for group in groups for leaf in group.parts if isinstance(leaf, Comparison)}
    assert concluded_alike(policy_of(requires=[Group("all", groups)]), everything).eligible is Truth.TRUE


def test_no_condition_holds_of_an_absent_key() -> None:
    """`$nex` can hang, so nothing asks whether a key is absent; and absence never counts as "not equal"."""
    operators: list[Any] = ["==", "!=", "<", "<=", ">", ">="]
    rules = [Rule(f"r{number}", "all", (Condition("k", each, 1),)) for number, each in enumerate(operators)]
    rules.append(Rule("present", "all", (Condition("other", "==", 1),)))
    network = Network(rules)
    assert network.fired({}) == set()
    assert network.fired({"unasked": 1}) == set()
    assert network.fired({"other": 1}) == {"present"}
    assert "$nex" not in json.dumps([network_module._written(rule) for rule in rules])  # noqa: SLF001


def test_only_what_is_asked_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    assert_fact = durable_rules_engine.assert_fact

    def spy(handle: int, fact: str) -> Any:
        sent.append(json.loads(fact))
        return assert_fact(handle, fact)

    monkeypatch.setattr(durable_rules_engine, "assert_fact", spy)
    policy = policy_of(requires=[coded("f.asked", "a")])
    unasked = {f"f.unasked{number}": "a" for number in range(300)}
    ENGINES["durable"](policy).conclude(unasked)
    assert all(set(fact) <= {"id", "sid", "always"} for fact in sent)
    sent.clear()
    ENGINES["durable"](policy).conclude(unasked | {"f.asked": "a"})
    assert {"k0": 1}.items() <= sent[0].items()
    assert max(len(fact) for fact in sent) <= 4


def test_nothing_of_a_patient_stays_in_a_network() -> None:
    policy = policy_of(
        requires=[coded("f.a", "a"), measured("f.b", ">=", "5")], excludes=[Group("any", (coded("f.c", "a"),))]
    )
    engine = DurableEngine(policy)
    nothing = engine.conclude({})
    five = Span.point(Decimal(5))
    patients: list[dict[str, Value]] = [{"f.a": "a"}, {"f.b [%]": five}, {"f.a": "b", "f.c": "a"}]
    for values in patients:
        engine.conclude(values)
        for each in engine._idle[0]:  # noqa: SLF001
            assert json.loads(durable_rules_engine.get_facts(each._handle, "0")) == []  # noqa: SLF001
        assert engine.conclude({}) == nothing


def test_no_two_threads_ever_use_the_same_network(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = DurableEngine(policy_of(requires=[coded("f.a", "a"), coded("f.b", "a")]))
    busy: dict[int, int] = {}
    together = threading.Barrier(4)
    fired = Network.fired

    def watched(network: Network, known: Mapping[str, int]) -> set[str]:
        assert busy.setdefault(id(network), threading.get_ident()) == threading.get_ident()
        if len(busy) <= 4:
            together.wait(10)
        try:
            return fired(network, known)
        finally:
            del busy[id(network)]

    monkeypatch.setattr(Network, "fired", watched)
    with ThreadPoolExecutor(4) as pool:
        answers = [future.result() for future in [pool.submit(engine.conclude, {"f.a": "a"}) for _ in range(4)]]
    assert answers == answers[:1] * 4
    assert len(engine._idle) == 4  # noqa: SLF001


def test_threads_that_come_and_go_leave_no_networks_behind() -> None:
    engine = DurableEngine(policy_of(requires=[coded("f.a", "a")]))
    for _ in range(20):
        thread = threading.Thread(target=engine.conclude, args=({"f.a": "a"},))
        thread.start()
        thread.join()
    assert len(engine._idle) == 1  # noqa: SLF001


def test_networks_that_are_dropped_free_their_memory_and_nothing_else() -> None:
    """In a process that fills freed memory with rubbish, so that freeing what was never allocated crashes it."""
    code = """
import gc, pathlib
from blinadss.engines.network import Condition, Network, Rule
def megabytes():
    gc.collect()
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
rules = [Rule(f"r{n}", "all", (Condition(f"k{n}", ">=", n), Condition("other", "==", 1))) for n in range(20)]
def drop(known):
    network = Network(rules)
    for each in known:
        network.fired(each)
for _ in range(50):
    drop([]), drop([{"k1": 0}]), drop([{"k1": 1}]), drop([{"other": 1, "k1": 1}, {}, {"k1": 0}])
before = megabytes()
for _ in range(300):
    drop([{"other": 1, "k1": 1}, {"k1": 1}])
print(megabytes() - before)
"""
    rubbish = {**os.environ, "MALLOC_PERTURB_": "165", "MALLOC_CHECK_": "3"}
    ran = subprocess.run([sys.executable, "-c", code], env=rubbish, capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr
    assert float(ran.stdout) < 20  # a third of a megabyte each would be 100


def test_the_timers_and_actions_of_durable_rules_are_not_even_imported() -> None:
    """They swallow exceptions, and take an action with a second parameter for an asynchronous one."""
    code = "import sys, blinadss; blinadss.assess(blinadss.load_profile({}), on=__import__('datetime').date.today()); "
    check = "assert 'durable_rules_engine' in sys.modules; assert 'durable.engine' not in sys.modules; "
    threads = "import threading; assert threading.active_count() == 1"
    subprocess.run([sys.executable, "-c", code + check + threads], check=True)  # noqa: S603 - our own


def failing(*_: Any) -> Any:
    raise durable_rules_engine.error("Could not start action, error code: 303")


@pytest.mark.parametrize("function", ["assert_fact", "start_action_for_state", "complete_and_start_action"])
def test_a_failure_inside_the_network_surfaces_and_the_next_patient_is_answered(
    monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    policy = policy_of(requires=[coded("f.a", "a"), coded("f.b", "a")])
    engine = DurableEngine(policy)
    with monkeypatch.context() as patched:
        patched.setattr(durable_rules_engine, function, failing)
        with pytest.raises(NetworkError, match="303"):
            engine.conclude({"f.a": "a", "f.b": "b"})
    expected = ENGINES["reference"](policy).conclude({"f.b": "a"})
    assert engine.conclude({"f.b": "a"}) == expected


def test_an_error_of_durable_rules_itself_surfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the limit on a network's room, durable-rules fails on a patient for whom 100 conditions hold."""
    monkeypatch.setattr(network_module, "ROOM", 1000)
    wide = Network([Rule(f"r{number}", "all", (Condition(f"k{number}", ">=", 0),)) for number in range(100)])
    with pytest.raises(NetworkError, match="durable-rules failed"):
        wide.fired({f"k{number}": 1 for number in range(100)})


@pytest.mark.parametrize("answer", [(2, 1), (7, 0)])
def test_a_fact_that_is_not_taken_is_an_error_and_not_a_no(
    monkeypatch: pytest.MonkeyPatch, answer: tuple[int, int]
) -> None:
    monkeypatch.setattr(durable_rules_engine, "assert_fact", lambda *_: answer)
    with pytest.raises(NetworkError, match="did not take"):
        Network([Rule("r", "all", (NOBODY,))]).fired({"k": 2})


def test_rules_that_durable_rules_refuses_are_refused_when_the_network_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(network_module._OPERATORS, "!=", "$unequal")  # noqa: SLF001
    with pytest.raises(NetworkError, match=r"refuses the rules: .* 202"):
        Network([Rule("r", "all", (NOBODY,))])


def test_a_network_that_contradicts_itself_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Network, "fired", lambda *_: {"ts0", "fs0"})
    with pytest.raises(NetworkError, match="both true and false"):
        DurableEngine(policy_of(requires=[coded("f.a", "a")])).conclude({"f.a": "a"})


def test_names_that_durable_rules_takes_for_one_are_refused() -> None:
    one, other = COLLIDING
    handle = raw(("rule", {"$gte": {one: 5}}))
    code, _ = durable_rules_engine.assert_fact(handle, json.dumps({"id": "1", "sid": "0", other: 7}))
    assert code == 0  # the rule about the one fires for the other: the hazard is real, and the hash is this one
    with pytest.raises(NetworkError, match="cannot tell the names `costarring` and `liquid` apart"):
        refuse_collisions([one, "between", other])
    with pytest.raises(NetworkError, match="apart"):
        Network([Rule("r", "all", (Condition(one, "==", 1), Condition(other, "==", 1)))])
    refuse_collisions([one, one])  # the same name twice is one name


def test_facts_whose_names_collide_are_told_apart() -> None:
    """No name of a fact, a code or a criterion ever reaches durable-rules."""
    policy = policy_of(requires=[coded(COLLIDING[0], "a")], excludes=[coded(COLLIDING[1], "a")])
    assert concluded_alike(policy, {COLLIDING[0]: "a"}).eligible is Truth.UNKNOWN
    assert concluded_alike(policy, {COLLIDING[0]: "a", COLLIDING[1]: "b"}).eligible is Truth.TRUE
    codes = policy_of(requires=[coded("f.a", COLLIDING[0])])
    assert concluded_alike(codes, {"f.a": COLLIDING[1]}).eligible is Truth.FALSE


EXTREMES = ["0", "1E-30", "0.000000000000001", "0.1", "0.10000000000000001", "9007199254740993", "1E+15", "1E+40"]


@pytest.mark.parametrize("threshold", EXTREMES)
@pytest.mark.parametrize("operator", [">=", ">", "<=", "<"])
def test_huge_and_tiny_magnitudes_are_compared_exactly(operator: str, threshold: str) -> None:
    """Each against each, where a binary fraction or a 64-bit integer would take neighbours for one."""
    policy = policy_of(requires=[measured("f.a", operator, threshold), measured("f.a", ">=", "0.1")])
    reading, infinity = reading_of("f.a", "%"), Decimal("Infinity")
    for low in map(Decimal, EXTREMES):
        for span in (Span.point(low), Span(low, infinity, low_open=True), Span(Decimal(0), low), Span(low, low + 1)):
            concluded_alike(policy, {reading: span})


@pytest.mark.parametrize("text", ["", " ", "größe", "陽性", "\x00", '"', "\\", "\ud800", "🩸" * 5000, "$and", "$nex"])
def test_any_text_may_name_a_fact_or_be_a_code(text: str) -> None:
    policy = policy_of(requires=[coded(text, "a", text), coded("f.a", text)])
    assert concluded_alike(policy, {text: text, "f.a": text}).eligible is Truth.TRUE
    assert concluded_alike(policy, {text: "other", "f.a": text}).eligible is Truth.FALSE
    assert concluded_alike(policy, {"f.a": text}).eligible is Truth.UNKNOWN


def test_a_policy_without_criteria_is_answered() -> None:
    empty = policy_of(requires=[])
    assert concluded_alike(empty, {}).eligible is Truth.TRUE  # all of nothing; `check` calls it unwise
    nobody = Policy("p", "A policy", "Somebody", "Nowhere", (), (), ())
    assert concluded_alike(nobody, {}).eligible is Truth.FALSE


def alternating(count: int) -> Iterable[dict[str, str]]:
    return ({"f.a": "ab"[number % 2], "f.b": "abc"[number % 3]} for number in range(count))


def test_threads_get_the_answers_of_one_thread() -> None:
    engine = DurableEngine(policy_of(requires=[Group("any", (coded("f.a", "a"), coded("f.b", "b")))]))
    expected = [engine.conclude(values) for values in alternating(300)]
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(lambda: [engine.conclude(each) for each in alternating(300)]) for _ in range(8)]
    assert all(run.result() == expected for run in runs)
