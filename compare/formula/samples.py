"""Two closed forms compared at points: random ones to find a factor, simple ones to show."""

from collections.abc import Iterable, Set
from itertools import islice, product

import numpy as np
import sympy as sp

from compare.formula.conventions import Setting
from systems import Model

CLOSE = 1e-9  # relative; round-off of the forms is below it, a wrong term above
LARGEST = 20_000  # simple points tried


class Samples:
    """Both forms as functions of the parameters, and random points to tell them apart."""

    def __init__(self, model: Model, printed: sp.Expr, derived: sp.Expr) -> None:
        self.symbols = model.parameters
        self.printed, self.derived = (
            sp.lambdify(self.symbols, form, "numpy", cse=True) for form in (printed, derived)
        )
        random = np.random.default_rng(0)
        sizes = random.uniform(0.5, 1.5, (len(self.symbols), 4))
        turns = np.exp(1j * random.uniform(0, 6, sizes.shape))
        real = np.array([[s.is_real is not None] for s in self.symbols])
        self.points = sizes * np.where(real, 1, turns)

    def both(self, points: np.ndarray, setting: Setting | None = None) -> np.ndarray:
        """The printed and the derived form at points (symbols, count), shape (2, count)."""
        multiples = setting.multiples if setting else {}
        scaled = [float(multiples.get(s, 1)) * x for s, x in zip(self.symbols, points, strict=True)]
        with np.errstate(all="ignore"):
            printed = self.printed(*scaled) * np.ones(points.shape[1], complex)
            derived = self.derived(*points) * np.ones(points.shape[1], complex)
        return np.array([printed.conj() if setting and setting.conjugated else printed, derived])

    def factor(self, setting: Setting) -> sp.Expr | None:
        """The number that turns the printed into the derived form, if there is one."""
        printed, derived = self.both(self.points, setting)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = derived / printed
        if not np.allclose(ratios, ratios[0], rtol=CLOSE, atol=0):
            return None
        return _recognise(complex(ratios[0]))

    def witness(self, used: Set[sp.Basic]) -> tuple[dict[str, complex], complex, complex]:
        """The simplest point at which the forms differ, by name, and their values there."""
        # where all simple points are poles, a random one is still a witness
        points = np.hstack([_simple_points(self.symbols), self.points])
        values = self.both(points)
        apart = abs(values[0] - values[1]) > CLOSE * abs(values).max(axis=0)
        first = np.flatnonzero(apart & np.isfinite(values).all(axis=0))[0]
        at = zip(self.symbols, points[:, first], strict=True)
        left, right = map(complex, values[:, first])
        return {str(s): complex(x) for s, x in at if s in used}, left, right


def _simple_points(symbols: Iterable[sp.Symbol]) -> np.ndarray:
    """Points of small whole numbers (symbols, count), the simplest first."""
    choices = [_simple_numbers(symbol) for symbol in symbols]
    ranks = islice(product(*(range(len(choice)) for choice in choices)), LARGEST)
    chosen = [[c[i] for c, i in zip(choices, rank, strict=True)] for rank in sorted(ranks, key=sum)]
    return np.array(chosen, complex).T


def _simple_numbers(symbol: sp.Symbol) -> tuple[complex, ...]:
    if symbol.is_positive:
        return 1, 2, 3
    return (0, 1, -1, 2) if symbol.is_real else (0, 1, 1j, 1 + 1j)


def _recognise(number: complex) -> sp.Expr | None:
    """The number as a ratio of small whole numbers, perhaps with a root, if it is one."""
    for unit in (1, 1j):
        rest = number / unit
        if not np.isfinite(number) or number == 0 or abs(rest.imag) > CLOSE * abs(rest):
            continue
        for root in (1, 2, 3, 6):
            exact = sp.nsimplify(rest.real / root**0.5, rational=True, tolerance=1e-8)
            close = abs(float(exact) * root**0.5 / rest.real - 1) < CLOSE
            if close and max(abs(exact.p), exact.q) <= 64:
                return exact * sp.sqrt(root) * (sp.I if unit == 1j else 1)
    return None
