"""A report as one HTML page that needs nothing else. Needs the extra ``report``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from blinadss.errors import UsageError
from blinadss.report.blocks import Report

if TYPE_CHECKING:
    from jinja2 import Template

TEMPLATES = files("blinadss.report") / "templates"


def to_html(report: Report) -> str:
    """The report as a self-contained HTML page; raises `UsageError` if the package Jinja2 is not installed."""
    return _template().render(report=report)


@cache
def _template() -> Template:
    try:
        from jinja2 import Environment, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        raise UsageError("a report in HTML needs the package Jinja2", "install `blinadss[report]`") from None

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["css_string"] = lambda text: Markup(_css_string(text))  # noqa: S704 - nothing but hexadecimal escapes
    environment.globals["style"] = Markup((TEMPLATES / "report.css").read_text("utf-8"))  # noqa: S704 - our own file
    return environment.from_string((TEMPLATES / "report.html").read_text("utf-8"))


def _css_string(text: str) -> str:
    """The text as a string of a style sheet, every character that could mean anything there by its code point."""
    return '"' + "".join(char if char.isalnum() else f"\\{ord(char):x} " for char in text) + '"'
