"""Quotients of power series; their terms are arrays or closed forms, powers included."""

from functools import reduce
from typing import Any

import numpy as np


def ratio(above: Any, *below: Any) -> list[Any]:
    """``above/(below_1 below_2 ...)``, each a sequence of terms; NaN where ``below`` vanishes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return reduce(_divide, below, list(above))


def _divide(f: Any, g: Any) -> list[Any]:
    h: list[Any] = []
    for j, rest in enumerate(f):
        for i, term in enumerate(h):
            rest = rest - term * g[j - i]
        h.append(rest / g[0])
    return h
