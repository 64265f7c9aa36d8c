"""Any of many sets of findings, written so that what several of them have in common is asked once.

"A and B, or A and C" is "A, and B or C". That is so in three values as it is in two, so nothing
changes but the length: the sets of a policy have most of their comparisons in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from blinadss.expression import Expression, Group

_Set = tuple[Expression, ...]


def any_of_sets(sets: Sequence[Expression]) -> Expression:
    """An expression that is what any of the sets is, each a comparison or all of some expressions.

    >>> from blinadss.grammar import read_comparison
    >>> from blinadss.expression import written
    >>> a, b, c = (read_comparison(f"marrow.blasts > {number} %") for number in (1, 2, 3))
    >>> written(any_of_sets([Group("all", (a, b)), Group("all", (a, c))]))
    {'all': ['marrow.blasts > 1 %', {'any': ['marrow.blasts > 2 %', 'marrow.blasts > 3 %']}]}
    """
    return _any_of([each.parts if isinstance(each, Group) and each.word == "all" else (each,) for each in sets])


def _any_of(sets: Sequence[_Set]) -> Expression:
    if () in sets:  # always so
        return Group("all", ())
    apart: list[Expression] = []
    while sets:
        ((most, times),) = Counter(part for each in sets for part in dict.fromkeys(each)).most_common(1)
        if times == 1 or len(sets) == 1:
            apart += [_all_of(each) for each in sets]
            break
        shared = [tuple(part for part in each if part != most) for each in sets if most in each]
        sets = [each for each in sets if most not in each]
        apart.append(_all_of((most, _any_of(shared))))
    return apart[0] if len(apart) == 1 else Group("any", tuple(apart))


def _all_of(parts: _Set) -> Expression:
    flat: list[Expression] = []
    for part in parts:
        flat += part.parts if isinstance(part, Group) and part.word == "all" else (part,)
    return flat[0] if len(flat) == 1 else Group("all", tuple(flat))
