"""The equations of motion without fluctuations: means of words made of the means of their factors.

With <a'^p a^q> = conj(x)^p x^q the equations

    d<a_i>/dt = <i [H, a_i]> + (losses)                   (`numeric.lindblad.heisenberg`)

become polynomials in the amplitudes x_i; an atom brings its own <s> and <s's>.  A term is a
coefficient times powers of these *variables* and of their conjugates, and so are its derivatives,
the Jacobian for Newton's method.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from numeric.lindblad.heisenberg import heisenberg
from systems import Model
from systems.ladder import Mode, Word, is_two_level
from systems.values import Arrays

NUMBERS = 1_000_000  # complex ones that one step makes of each term and variable: 16 MB


@dataclass(frozen=True, eq=False)
class MeanField:
    """``F_i(V) = sum_t c_t prod_v conj(V_v)^up V_v^down`` of all terms t of the variable i.

    Variables are the amplitude of each mode and, after that of an atom, its excitation.  The real
    unknowns are their parts: real and imaginary ones of amplitudes, real ones of excitations.

    >>> from systems.library import kerr
    >>> flow = mean_field(kerr.MODEL)
    >>> c = flow.coefficients({n: np.array([x]) for n, x in kerr.VALUES.items()})
    >>> value, slope = flow.at(np.zeros((2, 1)), c)  # the vacuum: driven to -i xi, damped
    >>> value[:, 0].tolist(), (-2 * slope[0, 0, 0] / kerr.VALUES["gamma"]).round(9)
    ([0.0, -0.1], np.float64(1.0))
    """

    compiled: Callable[..., list[Any]]  # all c_t, of the parameters
    names: tuple[str, ...]  # of these
    equation: np.ndarray  # which variable a term moves, (terms,)
    down: np.ndarray  # powers, (terms, variables)
    up: np.ndarray
    variable: np.ndarray  # which one a real unknown is a part of, (unknowns,)
    unit: np.ndarray  # 1 or i: of the real or the imaginary part, (unknowns,)

    @property
    def count(self) -> int:
        """How many real unknowns there are."""
        return len(self.unit)

    @property
    def together(self) -> int:
        """Points that may be asked for at once, so that memory stays small."""
        return max(1, NUMBERS // self.down.size)

    def coefficients(self, arrays: Arrays) -> np.ndarray:
        """c_t for arrays of one dimension, (terms, points)."""
        points = len(next(iter(arrays.values())))
        found = self.compiled(*(arrays[name] for name in self.names))
        return np.array([np.broadcast_to(c, points) for c in found], dtype=complex)

    def at(self, x: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Time derivatives (unknowns, points) and slopes (points, unknowns, unknowns)."""
        V = np.zeros((self.down.shape[1], x.shape[1]), dtype=complex)
        np.add.at(V, self.variable, self.unit[:, None] * x)
        plain, conjugate = self._powers(V, self.down), self._powers(V.conj(), self.up)
        factors = plain * conjugate
        F = self._sum @ (c * factors.prod(axis=1))
        by_plain, by_conjugate = np.empty((2, len(V), *F.shape), dtype=complex)
        for v in range(len(V)):
            rest = c * np.delete(factors, v, axis=1).prod(axis=1)
            for slopes, powers, base, other in (
                (by_plain, self.down, V, conjugate),
                (by_conjugate, self.up, V.conj(), plain),
            ):
                n = powers[:, v : v + 1]
                inner = n * self._powers(base[v : v + 1], np.maximum(n - 1, 0))[:, 0]
                slopes[v] = self._sum @ (rest * inner * other[:, v])
        return self._real(F), self._slope(by_plain, by_conjugate)

    def _powers(self, V: np.ndarray, n: np.ndarray) -> np.ndarray:
        """``V_v^n_tv``, (terms, variables, points)."""
        table = [np.ones_like(V)]
        for _ in range(int(n.max(initial=0))):
            table.append(table[-1] * V)
        return np.array(table)[n, np.arange(len(V))]

    def _real(self, F: np.ndarray) -> np.ndarray:
        """The parts of variables, their first axis, that are unknowns."""
        shape = (-1, *[1] * (F.ndim - 1))
        return np.asarray((self.unit.conj().reshape(shape) * F[self.variable]).real)

    def _slope(self, plain: np.ndarray, conjugate: np.ndarray) -> np.ndarray:
        """dF/dx = dF/dV dV/dx + dF/dV* dV*/dx, from the slopes (variables, equations, points)."""
        unit = self.unit[:, None, None]
        total = plain[self.variable] * unit + conjugate[self.variable] * unit.conj()
        return np.ascontiguousarray(np.array([self._real(row) for row in total]).transpose(2, 1, 0))

    @cached_property
    def _sum(self) -> np.ndarray:
        """Which terms each equation is the sum of."""
        return np.asarray(np.eye(self.down.shape[1])[:, self.equation])


@lru_cache(maxsize=32)
def mean_field(model: Model) -> MeanField:
    """The equations of a model, made once.

    >>> from systems.library import jaynes_cummings
    >>> mean_field(jaynes_cummings.MODEL).count  # of the cavity two, of the atom three
    5
    """
    first: dict[Mode, int] = {}
    excited: dict[Mode, int] = {}
    for mode in model.modes:
        first[mode] = len(first) + len(excited)
        if is_two_level(mode):
            excited[mode] = first[mode] + 1
    variables, none = len(first) + len(excited), (0,) * len(model.modes)

    def powers(word: Word) -> tuple[list[int], list[int]]:
        """Those of all variables, down and up."""
        down, up = [0] * variables, [0] * variables
        for mode, p, q in zip(model.modes, *word, strict=True):
            if mode in excited and p == q == 1:
                down[excited[mode]] = 1
            else:
                down[first[mode]], up[first[mode]] = q, p
        return down, up

    terms = []
    for mode in model.modes:
        one = model.occupation(mode)
        moved = {first[mode]: (none, one)}
        if mode in excited:
            moved[excited[mode]] = (one, one)
        for place, word in moved.items():
            terms += [(place, c, *powers(w)) for w, c in heisenberg(model, word).items()]
    equation, coefficients, down, up = zip(*terms, strict=True)
    parts = [(first[m], u) for m in model.modes for u in (1, 1j)]
    parts = sorted([*parts, *((v, 1) for v in excited.values())], key=lambda part: part[0])
    variable, unit = zip(*parts, strict=True)
    return MeanField(
        sp.lambdify(model.parameters, coefficients, "numpy", cse=True),
        tuple(map(str, model.parameters)),
        *map(np.array, (equation, down, up, variable, unit)),
    )
