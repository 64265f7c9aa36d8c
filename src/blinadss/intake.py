"""A patient's file, or a mapping, becomes a profile, or one error that lists everything wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from blinadss.errors import Path, Problem, ProfileError, close_to, quoted
from blinadss.facts import FACTS, near_fact
from blinadss.profile import PatientProfile
from blinadss.reading import Entries, Node, place_of, read_file, to_plain


def load_profile(source: str | FilePath | Mapping[str, Any]) -> PatientProfile:
    """The profile in a YAML or JSON file (``-`` is standard input), or in a mapping of the same form.

    Raises `ProfileError` with every problem, each at its line where there is a file.
    """
    if isinstance(source, Mapping):
        return _validated(dict(source))
    return read_patient(source)[0]


def read_patient(path: str | FilePath, content: bytes | None = None) -> tuple[PatientProfile, Node]:
    """The profile in a file, and the file's structure, in which later problems can be `located`.

    ``content`` is what stands in the file, where that has been read already.
    """
    node = read_file(path, ProfileError, content)
    if not isinstance(node, Entries):
        raise ProfileError(
            Problem(
                "a profile is a group of sections",
                "start with `disease:` and put `cd19: positive` below it",
                node.place,
            )
        )
    try:
        return _validated(to_plain(node)), node
    except ProfileError as error:
        raise located(error, node) from None


def located(error: ProfileError, node: Node) -> ProfileError:
    """The same error with the place of every problem in the patient's file."""
    placed = [
        replace(problem, place=place_of(node, problem.path, at_key=problem.at_key))
        if problem.place is None and problem.path
        else problem
        for problem in error.problems
    ]
    return ProfileError(sorted(placed, key=lambda each: (each.place.line, each.place.column) if each.place else (0, 0)))


def _validated(plain: dict[str, Any]) -> PatientProfile:
    try:
        return PatientProfile.model_validate(plain)
    except ValidationError as error:
        raise ProfileError(problem for each in error.errors() for problem in _problems(each)) from None


def _problems(error: Any) -> list[Problem]:  # noqa: ANN401 - pydantic's ErrorDetails
    """Pydantic's error in our words."""
    path: Path = error["loc"]
    name = ".".join(str(step) for step in path)
    if error["type"] in {"fact", "extra_forbidden", "invalid_key"}:
        mistakes = error.get("ctx", {}).get("mistakes")
        if mistakes is None:
            return [Problem(f"unknown field {quoted(name)}", _nearest(path), path=path, at_key=True)]
        return [
            Problem(
                f"`{name}`{' ' if mistake.problem.startswith('cannot') else ': '}{mistake.problem}",
                mistake.hint,
                path=(*path, *way),
            )
            for way, mistake in mistakes
        ]
    fields = [fact.partition(".")[2] for fact in FACTS if fact.startswith(f"{name}.")]
    hint = f"write its facts below it, for example `{fields[0]}`" if fields else "see `blinadss facts`"
    return [Problem(f"`{name}` is a group of facts, not one value", hint, path=path)]


def _nearest(path: Path) -> str:
    """What was probably meant by a field that does not exist."""
    written = str(path[-1])
    if len(path) > 1:
        return near_fact(f"{path[0]}.{written}")
    section, _, field = written.partition(".")
    if field and section in PatientProfile.model_fields:
        return f"write `{section}:` and put `{field}:` below it"
    close = close_to(written, list(PatientProfile.model_fields))
    return f"did you mean `{close}`?" if close else near_fact(written)
