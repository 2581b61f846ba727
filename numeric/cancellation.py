"""Where elements of the evolution cancel so far that plain floats no longer hold them.

`numeric.liouvillian` computes such elements again with many digits.  Whoever sums them in plain
floats asks here at which points not to.
"""

from collections import defaultdict
from functools import lru_cache

import numpy as np
import sympy as sp

from numeric.liouvillian import merge
from numeric.operators import space
from systems import Model
from systems.values import Arrays, evaluate, evaluate_sum, magnitude

LOST = 1e-4  # rest of a sum, relative to its terms, that costs too many digits in a sweep
WORTH = 1e-10  # relative error of a coefficient that a sweep may have


def cancels(model: Model, arrays: Arrays, quanta: int) -> np.ndarray:
    """Whether a coefficient, or an element beside the diagonal, cancels; shape of the arrays."""
    found = np.zeros(next(iter(arrays.values())).shape, dtype=bool)
    for coefficient in model.effective_ladder.values():
        if coefficient.is_Add:
            exact = evaluate_sum(coefficient, arrays)
            found |= abs(evaluate(coefficient, arrays) - exact) > WORTH * abs(exact)
    for element in _sums(model, quanta):
        found |= abs(evaluate(element, arrays)) < LOST * magnitude(element, arrays)
    return found


@lru_cache(maxsize=32)
def _sums(model: Model, quanta: int) -> tuple[sp.Expr, ...]:
    """Elements of K beside the diagonal to which several words add, up to a common factor."""
    groups: dict[tuple[int, ...], list[tuple[sp.Expr, np.ndarray]]] = defaultdict(list)
    on = space(model.modes, quanta)
    for (p, q), coefficient in model.effective_ladder.items():
        change = tuple(i - j for i, j in zip(p, q, strict=True))
        if any(change):
            groups[change].append((coefficient, on.word((p, q))))
    sums: list[sp.Expr] = []
    for group in groups.values():
        if len(group) > 1:
            expressions, parts = zip(*group, strict=True)
            sums += merge(list(expressions), list(parts))[0][len(group) :]
    return tuple(sums)
