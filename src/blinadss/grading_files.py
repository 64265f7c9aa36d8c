"""The files of the folder `grading`: each one version of a grading system, with its scales."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from blinadss.authoring import Entry
from blinadss.errors import Mistake, Problems, quoted
from blinadss.reading import Node
from blinadss.statements import Source
from blinadss.treatment import GradeRow, GradingSystem, Scale
from blinadss.treatment_files import RowReader
from blinadss.treatment_text import read_fact, read_home


def read_grading(
    files: Mapping[str, Node], sources: Mapping[str, Source], problems: Problems
) -> dict[str, GradingSystem]:
    """Every grading system in the folder, by id."""
    systems = {}
    for file, node in files.items():
        name = file.removesuffix(".yaml")
        entry = Entry(node, problems, "a grading system", required=("grading", "title", "version", "scales"))
        entry.read("grading", partial(read_home, name), "")
        reader = _ScaleReader(name, (), (), (), sources, problems)
        scales = reader.several(entry, "scales", reader.scale)
        systems[name] = GradingSystem(name, entry.text("title"), entry.text("version"), scales)
    return systems


class _ScaleReader(RowReader):
    def scale(self, node: Node) -> Scale:
        entry = Entry(node, self.problems, "a scale", required=("id", "title", "grades"), optional=("note", "fact"))
        name, fact = self.named(entry), entry.read("fact", read_fact, "")
        grades = self.several(entry, "grades", self.grade)
        if any(below.grade >= above.grade for above, below in pairwise(grades)):
            self.problems.add(entry.place, "the grades are not in order", "write the gravest first")
        return Scale(name, entry.text("title"), fact, grades, entry.text("note"), entry.place)

    def grade(self, node: Node) -> GradeRow:
        entry = self.entry(node, "a grade", ("grade", "statement", "when"))
        return GradeRow(**self.cited(entry), grade=entry.read("grade", _grade, 5))


def _grade(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise Mistake(f"{quoted(text)} is not a grade", "write a number from 1 to 5")
    return int(text)
