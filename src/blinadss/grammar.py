"""One line of text becomes one comparison, or a message that says what to write instead.

comparison = fact "is" code { "or" code }
           | fact "is not" code
           | ["since"] fact (">=" | ">" | "<=" | "<") quantity
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import NoReturn, TypeVar, cast

from blinadss.errors import Mistake, quoted
from blinadss.expression import Comparison, Operator
from blinadss.facts import FACTS, near_fact
from blinadss.kinds import Coded, Dated, Kind, Measured
from blinadss.quantity import DURATION

T = TypeVar("T")
_LINE = re.compile(
    r"(?P<since>since\s+)?(?P<fact>[^\s<>=!]+)\s*(?P<operator>>=|<=|>|<|(?<=\s)is\s+not\b|(?<=\s)is\b)\s*(?P<wanted>.*)",
    re.DOTALL,
)
_MEANT = {"==": "is", "=": "is", "!=": "is not", "in": "is", "not in": "is not"}
_MEANT_OF_NUMBERS = {"≥": ">=", "≤": "<=", "=>": ">=", "=<": "<="}
_OTHER = re.compile(r"(?:since\s+)?(?P<fact>[^\s=!≥≤]+)\s*(?P<operator>==|!=|=>|=<|=|≥|≤|not in\b|in\b)\s*")
_JOINED = re.compile(r"\s(and|&&)\s|\s(or|\|\|)\s+(?=(?:not\s+|since\s+)?[a-z0-9_]+\.[a-z])", re.IGNORECASE)


def read_comparison(text: str) -> Comparison:
    """The comparison written in ``text``; raises `Mistake` with the offset of what is wrong.

    >>> read_comparison("disease.course is relapsed or refractory").codes
    ('relapsed', 'refractory')
    """
    joined = _JOINED.search(text)
    if joined:
        group = "any" if joined[2] else "all"
        raise Mistake(
            "one line holds one comparison", f"put each comparison on its own line under `{group}:`", joined.start() + 1
        )
    match = _LINE.fullmatch(text.strip())
    if match is None:
        _refuse(text)
    lead = len(text) - len(text.lstrip())
    kind = _kind(match["fact"], lead + match.start("fact"))
    operator = " ".join(match["operator"].split())
    at = {name: lead + match.start(name) for name in ("since", "fact", "operator", "wanted")}
    if not match["wanted"]:
        raise Mistake("the line ends before saying what to compare with", None, len(text))
    if match["since"]:
        return _elapsed(match, kind, operator, at, text)
    if isinstance(kind, Dated):
        raise Mistake(
            f"`{match['fact']}` is a date, and dates are not compared",
            f"write `since {match['fact']} >= 12 weeks` for the time that has passed",
            at["operator"],
        )
    if operator in {"is", "is not"}:
        return _coded(match, kind, operator, at, text)
    if not isinstance(kind, Measured):
        raise Mistake(
            f"`{match['fact']}` is a word, not a number", f"write `{match['fact']} is {kind.codes[0]}`", at["operator"]
        )
    threshold = _at(at["wanted"], lambda: kind.threshold(match["wanted"]))
    return Comparison(match["fact"], cast("Operator", operator), threshold=threshold, text=text.strip())


def _coded(match: re.Match[str], kind: Kind, operator: str, at: dict[str, int], text: str) -> Comparison:
    if not isinstance(kind, Coded):
        raise Mistake(
            f"`{match['fact']}` is a number, not a word", "compare it with `>=`, `>`, `<=` or `<`", at["operator"]
        )
    codes, offset = [], at["wanted"]
    for written in re.split(r"(\s+or\s+)", match["wanted"]):
        if written.strip() != "or":
            code = _at(offset, partial(kind.read, written), f"`{match['fact']}` ")
            if code in codes:
                raise Mistake(f"`{code}` is written twice", "keep one", offset)
            codes.append(code)
        offset += len(written)
    if operator == "is not" and len(codes) > 1:
        raise Mistake("`is not` takes one word", "put one `is not` line for each word under `all:`", at["operator"])
    return Comparison(match["fact"], cast("Operator", operator), codes=tuple(codes), text=text.strip())


def _elapsed(match: re.Match[str], kind: Kind, operator: str, at: dict[str, int], text: str) -> Comparison:
    if not isinstance(kind, Dated):
        raise Mistake(
            f"`{match['fact']}` is not a date, so no time has passed since it", "leave `since` out", at["since"]
        )
    if not kind.past:
        raise Mistake(f"`{match['fact']}` may lie in the future", "`since` needs a day that has been", at["fact"])
    if operator in {"is", "is not"}:
        raise Mistake("a length of time is compared with `>=`, `>`, `<=` or `<`", None, at["operator"])
    length = Measured(DURATION)
    threshold = _at(at["wanted"], lambda: length.threshold(match["wanted"]))
    return Comparison(match["fact"], cast("Operator", operator), threshold=threshold, since=True, text=text.strip())


def _kind(fact: str, offset: int) -> Kind:
    kind = FACTS.get(fact)
    if kind is None:
        raise Mistake(f"unknown fact {quoted(fact)}", near_fact(fact), offset)
    return kind


def _at(offset: int, read: Callable[[], T], start: str = "") -> T:
    """Whatever ``read`` gives; a mistake in it moves to its place in the line."""
    try:
        return read()
    except Mistake as mistake:
        raise Mistake(start + mistake.problem, mistake.hint, offset + mistake.offset) from None


def _refuse(text: str) -> NoReturn:
    other = _OTHER.match(text.strip())
    if other:
        operator, kind = other["operator"], _kind(other["fact"], text.find(other["fact"]))
        meant = _MEANT_OF_NUMBERS.get(operator) or (_MEANT[operator] if isinstance(kind, Coded) else None)
        hint = f"write `{meant}`" if meant else "compare a number with `>=`, `>`, `<=` or `<`"
        offset = text.find(operator, text.find(other["fact"]) + len(other["fact"]))
        raise Mistake(f"{quoted(operator)} is not an operator", hint, offset)
    if text.strip().startswith("not "):
        raise Mistake("`not` is not part of a line", "write `is not`, or put the line under `none:`")
    raise Mistake(
        f"{quoted(text)} is not a comparison", "write a fact, an operator and a value; `blinadss facts` lists the facts"
    )
