"""The pytest plugin: every scenario is a test, in any repository that keeps scenarios and has blinadss installed.

The YAML files below a folder called ``scenarios`` are collected, one item a
scenario, and answered from the shipped criteria or from those of the project:

    [tool.pytest.ini_options]
    blinadss_knowledge = "criteria"     # a folder; by default the criteria that ship with blinadss
    blinadss_scenarios = ["scenarios"]  # what folders of scenarios are called; [] collects none
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from blinadss.findings import Assessment
    from blinadss.knowledge import KnowledgeBase
    from blinadss.scenarios import Difference, Scenario

_KNOWLEDGE = pytest.StashKey["KnowledgeBase"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's two settings."""
    parser.addini("blinadss_knowledge", "folder of criteria, if not those that ship with blinadss", default="")
    parser.addini("blinadss_scenarios", "what folders of scenarios are called", type="args", default=["scenarios"])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file anywhere below a folder of scenarios holds scenarios."""
    root = parent.config.rootpath
    folders = file_path.relative_to(root).parts[:-1] if file_path.is_relative_to(root) else file_path.parent.parts
    wanted = parent.config.getini("blinadss_scenarios")
    if file_path.suffix == ".yaml" and not set(folders).isdisjoint(wanted):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


class ScenarioFile(pytest.File):
    """A file of scenarios; one that cannot be read is an error with every problem in it."""

    def collect(self) -> Iterator[pytest.Item]:
        from blinadss.scenario_files import load_scenarios

        times: Counter[str] = Counter()
        for scenario in load_scenarios(self.path, _knowledge(self.config)):
            times[scenario.sentence] += 1
            again = f" ({times[scenario.sentence]})" if times[scenario.sentence] > 1 else ""
            yield ScenarioItem.from_parent(self, name=f"{scenario.sentence}{again}", scenario=scenario)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401, ARG002
        return _shown(excinfo) or super().repr_failure(excinfo)


class ScenarioItem(pytest.Item):
    """One scenario; it fails with what came out differently and the explanation of what did."""

    def __init__(self, *, scenario: Scenario, **kwargs: Any) -> None:  # noqa: ANN401 - passed on to pytest
        super().__init__(**kwargs)
        self.scenario = scenario

    def runtest(self) -> None:
        from blinadss.scenarios import answer, outcome

        knowledge = _knowledge(self.config)
        found = list(outcome(self.scenario, knowledge))
        if found:
            raise _Different(found, answer(self.scenario, knowledge) if self.scenario.about else None)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        return _shown(excinfo) or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.scenario.place.line - 1, self.name


class _Different(Exception):
    """Something came out differently; the text is a diff, and the explanation below it."""

    def __init__(self, found: list[Difference], assessment: Assessment | None) -> None:
        from blinadss.explanation import explain

        diff = "\n".join(f"- {each.about}: {each.expected}\n+ {each.about}: {each.got}" for each in found)
        explained = f"\n\n{explain(assessment)}" if assessment else ""
        super().__init__(f"expected (-) and answered (+):\n\n{diff}{explained}")


def _knowledge(config: pytest.Config) -> KnowledgeBase:
    """The criteria the project's scenarios are about, loaded once a run."""
    from blinadss.loading import load_knowledge

    if _KNOWLEDGE not in config.stash:
        folder = config.getini("blinadss_knowledge")
        config.stash[_KNOWLEDGE] = load_knowledge(config.rootpath / folder if folder else None)
    return config.stash[_KNOWLEDGE]


def _shown(excinfo: pytest.ExceptionInfo[BaseException]) -> str:
    """What is wrong, for whoever wrote the scenario; nothing for an exception that is a fault of the software."""
    from blinadss.errors import BlinadssError

    return str(excinfo.value) if isinstance(excinfo.value, _Different | BlinadssError) else ""
