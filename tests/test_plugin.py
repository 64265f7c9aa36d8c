"""The pytest plugin, in repositories of other people: pytest itself is run on them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import blinadss.explanation
import blinadss.loading
import blinadss.scenario_files  # noqa: F401 - pytester forgets what is first imported within it, and all of it comes twice

CRITERIA = Path(__file__).parents[1] / "criteria"
PASSING = """
- scenario: A relapse alone leaves it open
  on: 2026-11-22
  profile: {disease: {course: relapsed}}
  expect: {us-label: undetermined}

- scenario: Hypersensitivity forbids
  on: 2026-11-22
  profile: {history: {blinatumomab_hypersensitivity: present}}
  expect: {us-label: contraindicated}
"""
FAILING = """
- scenario: A relapse is enough
  on: 2026-11-22
  profile: {disease: {course: relapsed}}
  expect: {us-label: eligible, us-label/cd19-positive: met}
  missing: []
"""


@pytest.fixture
def repository(pytester: pytest.Pytester) -> pytest.Pytester:
    """A repository with two files of scenarios, one of which fails, and a test of its own."""
    folder = pytester.mkdir("scenarios")
    (folder / "mine").mkdir()
    (folder / "passing.yaml").write_text(PASSING, encoding="utf-8")
    (folder / "mine" / "failing.yaml").write_text(FAILING, encoding="utf-8")
    pytester.makepyfile(test_own="def test_own():\n    pass\n")
    return pytester


def test_every_scenario_is_one_item(repository: pytest.Pytester) -> None:
    result = repository.runpytest("--collect-only", "-q")
    for item in (
        "scenarios/passing.yaml::A relapse alone leaves it open",
        "scenarios/passing.yaml::Hypersensitivity forbids",
        "scenarios/mine/failing.yaml::A relapse is enough",
        "test_own.py::test_own",
    ):
        assert item in result.stdout.lines
    assert "4 tests collected" in result.stdout.str()
    repository.runpytest().assert_outcomes(passed=3, failed=1)


def test_a_failure_shows_what_came_out_differently_and_why(repository: pytest.Pytester) -> None:
    result = repository.runpytest("scenarios")
    result.stdout.fnmatch_lines(
        [
            "*A relapse is enough*",
            "- `us-label`: eligible",
            "+ `us-label`: undetermined",
            "- `us-label/cd19-positive`: met",
            "+ `us-label/cd19-positive`: unknown",
            "- missing: nothing",
            "+ missing: *disease.cd19*",
            "*UNDETERMINED*",
            "*disease.cd19 is positive: not known",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()
    result.stdout.fnmatch_lines(["FAILED scenarios/mine/failing.yaml::A relapse is enough*"])


def test_scenarios_are_chosen_by_their_words_and_by_where_they_stand(repository: pytest.Pytester) -> None:
    repository.runpytest("-k", "forbids").assert_outcomes(passed=1, deselected=3)
    repository.runpytest("-k", "relapse and not enough").assert_outcomes(passed=1, deselected=3)
    repository.runpytest("scenarios/passing.yaml").assert_outcomes(passed=2)
    repository.runpytest("scenarios/passing.yaml::Hypersensitivity forbids").assert_outcomes(passed=1)


def test_what_failed_last_is_run_again(repository: pytest.Pytester) -> None:
    repository.runpytest().assert_outcomes(passed=3, failed=1)
    again = repository.runpytest("--lf")
    again.assert_outcomes(failed=1)
    failing = repository.path / "scenarios" / "mine" / "failing.yaml"
    failing.write_text(PASSING.replace("A relapse alone leaves it open", "A relapse is enough"), encoding="utf-8")
    repository.runpytest("--lf").assert_outcomes(passed=1)


def test_scenarios_are_shared_among_processes(repository: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    result = repository.runpytest_subprocess("-n", "2")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["FAILED scenarios/mine/failing.yaml::A relapse is enough*"])


def test_a_project_s_own_criteria_are_used(repository: pytest.Pytester) -> None:
    shutil.copytree(CRITERIA, repository.path / "ours")
    course = repository.path / "ours" / "us-label" / "contraindications.yaml"
    course.write_text(course.read_text(encoding="utf-8").replace("is present", "is absent"), encoding="utf-8")
    repository.makeini("[pytest]\nblinadss_knowledge = ours\n")
    repository.runpytest("-k", "forbids").assert_outcomes(failed=1, deselected=3)


def test_the_folders_may_have_another_name_or_none(repository: pytest.Pytester) -> None:
    (repository.path / "scenarios").rename(repository.path / "cases")
    repository.runpytest().assert_outcomes(passed=1)
    repository.makeini("[pytest]\nblinadss_scenarios = cases more\n")
    repository.runpytest().assert_outcomes(passed=3, failed=1)
    repository.makeini("[pytest]\nblinadss_scenarios =\n")
    repository.runpytest().assert_outcomes(passed=1)


def test_a_file_that_cannot_be_read_is_an_error_with_its_line(repository: pytest.Pytester) -> None:
    bad = repository.path / "scenarios" / "bad.yaml"
    bad.write_text(
        "- scenario: x\n  on: 2026-01-01\n  profile: {disease: {cd19: pos}}\n  expect: {us-lable: eligible}\n"
    )
    result = repository.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*bad.yaml:3:*cannot be `pos`*", "*hint: write `positive`*", "*bad.yaml:4:*nothing is called `us-lable`*"]
    )
    assert "Traceback" not in result.stdout.str()


def test_criteria_that_cannot_be_read_are_an_error(repository: pytest.Pytester) -> None:
    repository.makeini("[pytest]\nblinadss_knowledge = nowhere\n")
    result = repository.runpytest()
    result.assert_outcomes(errors=2)
    assert "nowhere" in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


def test_a_scenario_that_cannot_be_answered_fails_with_the_problem(repository: pytest.Pytester) -> None:
    (repository.path / "scenarios" / "late.yaml").write_text(
        "- scenario: Late\n  on: 2026-01-01\n  profile: {disease: {cd19: {value: positive, on: 2026-02-01}}}\n"
        "  expect: {us-label: undetermined}\n",
        encoding="utf-8",
    )
    result = repository.runpytest("-k", "Late")
    result.assert_outcomes(failed=1, deselected=4)
    result.stdout.fnmatch_lines(["*`disease.cd19` was seen on 2026-02-01*"])


def test_the_same_sentence_twice_is_two_items(repository: pytest.Pytester) -> None:
    (repository.path / "scenarios" / "passing.yaml").write_text(PASSING + PASSING, encoding="utf-8")
    result = repository.runpytest("scenarios/passing.yaml", "-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*Hypersensitivity forbids (2) PASSED*"])


def test_other_yaml_is_left_alone(pytester: pytest.Pytester) -> None:
    pytester.makefile(".yaml", config="a: 1")
    pytester.mkdir("scenarios").joinpath("notes.yml").write_text("a: 1")
    assert pytester.runpytest().ret == pytest.ExitCode.NO_TESTS_COLLECTED
