"""Three-valued logic, every pair of answers by name."""

from __future__ import annotations

from itertools import product

import pytest

from blinadss.truth import Truth, all_of, any_of, at_least, none_of

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (T, T, T, T), (T, F, F, T), (T, U, U, T),
        (F, T, F, T), (F, F, F, F), (F, U, F, U),
        (U, T, U, T), (U, F, F, U), (U, U, U, U),
    ],
)  # fmt: skip
def test_all_of_and_any_of_follow_kleene(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    assert all_of([left, right]) is both
    assert any_of([left, right]) is either
    assert none_of([left, right]) is ~either


def test_a_truth_refuses_to_be_used_as_a_bool() -> None:
    with pytest.raises(TypeError, match="three values"):
        bool(U)


def test_nothing_to_ask_is_all_true_and_none_true_and_not_any_true() -> None:
    assert (all_of([]), none_of([]), any_of([])) == (T, T, F)


@pytest.mark.parametrize("needed", [0, 1, 2, 3, 4])
def test_at_least_is_what_all_completions_agree_on(needed: int) -> None:
    for truths in product([T, F, U], repeat=3):
        completions = product(*([T, F] if truth is U else [truth] for truth in truths))
        answers = {T if list(each).count(T) >= needed else F for each in completions}
        assert at_least(needed, truths) is (answers.pop() if len(answers) == 1 else U)
