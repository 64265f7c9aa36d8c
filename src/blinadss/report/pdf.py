"""A report as a PDF for paper and archive, tagged for screen readers (PDF/UA-1). Needs the extra ``report``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from functools import cache, lru_cache
from importlib.resources import as_file
from typing import Any

from blinadss.errors import UsageError
from blinadss.report.blocks import Report
from blinadss.report.html import TEMPLATES

_LONG = re.compile(r"\S{25,}")  # words that may be longer than a cell is wide
_EVERY = 8  # characters of such a word after which a line may end
_NO_FONT = "could not be displayed"  # what the typesetter says of a character that no font here has
_OURS = frozenset("–—…·←≈≥≤×✓✗•")  # beyond Latin, what reports are written with; the fonts that come along have it
_PROBE = b'#set document(title: "x")\n#set text(lang: "en")\n#sys.inputs.text'
_MOST = 64  # different characters of which it is tried whether a font has them


def to_pdf(report: Report) -> bytes:
    """The report as a PDF; raises `UsageError` if the package typst is not installed.

    A character that no font on this computer has is shown by its code point.
    """
    text = json.dumps(_breakable(report.model_dump(mode="json")), ensure_ascii=False)
    with as_file(TEMPLATES / "report.typ") as template:
        made = _set(str(template), report=text)
        if made is None:
            unusual = sorted({char for char in text if ord(char) > 0x24F} - _OURS)
            made = _set(str(template), report=_without(text, [each for each in unusual[:_MOST] if _has_font(each)]))
        if made is None:  # characters that are had one by one, and not together
            made = _set(str(template), report=_without(text, ()))
    assert made is not None, "the fonts that come with the typesetter have all that is left"  # noqa: S101
    return made


def _set(source: str | bytes, **inputs: str) -> bytes | None:
    """What the typesetter makes of a source, or nothing if a font is missing for it."""
    typst, fonts = _typst()
    try:
        made: bytes = typst.compile(source, format="pdf", font_paths=fonts, sys_inputs=inputs, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        if _NO_FONT in str(error):
            return None
        raise
    return made


@lru_cache(maxsize=4096)
def _has_font(char: str) -> bool:
    return _set(_PROBE, text=char) is not None


def _without(text: str, fine: Collection[str]) -> str:
    """The text with characters beyond Latin by their code points, but for those that are ``fine``."""
    keep = _OURS.union(fine, "\u200b")
    return "".join(char if ord(char) <= 0x24F or char in keep else f"[U+{ord(char):04X}]" for char in text)


@cache
def _typst() -> tuple[Any, Any]:
    """The typesetter, and the fonts of this computer, which take a while to find."""
    try:
        import typst
    except ImportError:
        raise UsageError("a report in PDF needs the package typst", "install `blinadss[report]`") from None
    return typst, typst.Fonts()


def _breakable(part: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """The same with places in long words at which a line may end."""
    if isinstance(part, dict):
        return {key: each if key in {"svg", "url", "kind"} else _breakable(each) for key, each in part.items()}
    if isinstance(part, list):
        return [_breakable(each) for each in part]
    return _LONG.sub(_broken, part) if isinstance(part, str) else part


def _broken(word: re.Match[str]) -> str:
    text = word[0]
    return "\u200b".join(text[place : place + _EVERY] for place in range(0, len(text), _EVERY))
