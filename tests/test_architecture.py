"""What keeps the code as it is meant to be: no medicine outside the vocabulary, no clock, small modules."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import blinadss
from blinadss.facts import FACTS

SRC = Path(__file__).parents[1] / "src" / "blinadss"
MODULES = sorted(SRC.rglob("*.py"))
# sections.py and bedside.py name the facts and derived.py works some out; nothing else may know any medicine.
MEDICAL = {"sections.py", "bedside.py", "derived.py"}
MEDICINE = re.compile(
    r"blinatumomab|blincyto|leuk(a)?emi|lymphoblast|philadelphia|tyrosine|cytokine|neurotox|hepatitis|hypersensitiv|"
    r"\bFDA\b|\bEMA\b|us-label|eu-label|remission|relapse",
    re.IGNORECASE,
)


def code_of(path: Path) -> str:
    """A module's code without its docstrings and comments, in which examples may stand."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_medicine_stays_in_the_vocabulary(path: Path) -> None:
    if path.name not in MEDICAL:
        code = code_of(path)
        assert not MEDICINE.findall(code)
        assert not [fact for fact in FACTS if f"'{fact}'" in code]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_only_the_command_line_and_the_testing_kit_know_of_clocks_and_chance(path: Path) -> None:
    clock = re.compile(r"\.today\(|\.now\(|import time\b|import random\b|import socket\b|urllib")
    assert path.name == "commands.py" or path.parent.name == "testing" or not clock.search(code_of(path))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


def test_importing_the_library_imports_no_optional_package() -> None:
    optional = ["duckdb", "sqlglot", "pyspark", "fastapi", "mcp", "jinja2", "typst", "icalendar", "z3", "hypothesis"]
    code = (
        "import sys, blinadss; blinadss.assess; blinadss.explain; blinadss.load_profile;"
        f"print([name for name in {optional!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_every_public_name_can_be_had_and_nothing_else_is_promised() -> None:
    assert all(getattr(blinadss, name) is not None for name in blinadss.__all__)
    assert set(blinadss.__all__) <= set(dir(blinadss))
    with pytest.raises(AttributeError):
        blinadss.assesss  # noqa: B018
