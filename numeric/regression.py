"""The quantum regression of one batch: chi(0), what is read from chi(tau), and two roads to it.

With chi(0) = a1 rho a1'/n1 and d chi/dtau = L chi,

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2.

Of chi, those elements decide that hold up to one photon on either side.  They are scaled to
order one, as in `numeric.scaling`, so that g2 keeps its relative accuracy however few photons
there are; an integrator with an absolute tolerance above n^2 would not.  Elements of more quanta
are left to fall with the drive: they matter as far as they feed back.

Many points go through the sweeps over the grades together; a few, and those on which the sweeps
fail, through a factorisation each.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from tqdm import tqdm

from numeric.batch import Block, matrices, select
from numeric.graded.elimination import TooLarge
from numeric.graded.problem import pose
from numeric.graded.resolvent import Resolvent
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.operators import Space
from numeric.propagation import Factorised, propagate, propagate_stepwise
from numeric.reference import FACTORABLE
from numeric.scaled import scaled
from numeric.scaling import weights
from numeric.state import SteadyState
from numeric.threads import one_thread
from systems import Model
from systems.grading import NoGrading
from systems.ladder import Mode
from systems.output import read_field
from systems.values import Arrays, evaluate

Field: TypeAlias = Mode | str | sp.Expr
LANES = 64  # points that travel together
FEWEST = 4  # points from which on that is faster than one factorisation for each


def field_matrices(model: Model, field: Field, arrays: Arrays, on: Space) -> np.ndarray:
    """A field at points of one-dimensional values, shape (points, states, states)."""
    words = read_field(model, field)
    terms = (
        np.multiply.outer(evaluate(c, arrays), on.word(word).toarray()) for word, c in words.items()
    )
    return np.asarray(sum(terms))


@dataclass(frozen=True)
class Regression:
    """The problem at some points of a block: chi(0) and what is read, (points, states, states)."""

    equation: Liouvillian
    arrays: Arrays
    times: np.ndarray
    chi: np.ndarray
    photons: np.ndarray  # a2'a2/n2
    grades: np.ndarray  # sum of the grades of an element, but at most those of a photon and another
    scale: np.ndarray  # s, per point: elements are divided by s^grades
    rate: np.ndarray  # of the motion of the elements that matter, per point

    @property
    def size(self) -> np.ndarray:
        """s^grades, (points, states, states)."""
        return self.scale[:, None, None] ** self.grades.astype(float)

    def take(self, points: Any) -> "Regression":
        """Some of the points."""
        fields = {n: getattr(self, n)[points] for n in ("chi", "photons", "scale", "rate")}
        return replace(self, arrays={n: a[points] for n, a in self.arrays.items()}, **fields)

    def swept(self) -> np.ndarray:
        """g2 (point, time) by the sweeps over the grades, all points together; NaN if they fail."""
        try:
            problem = pose(
                self.equation.model, self.arrays, self.equation.space.quanta, diagonal=False
            )
        except (NoGrading, TooLarge):
            return np.full((len(self.chi), len(self.times)), np.nan)
        solve = Resolvent(problem, self.rate, abs(problem.elements(self.size)))
        start, read = solve.pack(self.chi), solve.pack_dual(self.photons)
        return propagate(solve, start, read, self.times, self.rate)

    def factorised(self) -> np.ndarray:
        """g2 (1, time) at the only point, by a factorisation of the whole Liouvillian."""
        c, size = self.equation.coefficients(self.arrays)[0], self.size[0]
        L = scaled(self.equation.matrix(c), self.scale[0], self.grades.ravel())
        start, read = (self.chi[0] / size).ravel(), (self.photons[0].T * size).ravel()
        pair = start[None].view(float), read[None].conj().view(float)
        g2 = propagate(Factorised(L, self.rate[0]), *pair, self.times, self.rate)
        if np.isnan(g2).any():
            return propagate_stepwise(L, start, read, self.times)[None]
        return g2


@one_thread
def regress(
    state: SteadyState,
    block: Block,
    rows: np.ndarray,
    first: Field,
    second: Field,
    delays: np.ndarray,
) -> np.ndarray:
    """g2_12(tau) at some rows of a block, shape (rows, delays)."""
    times, where = np.unique(delays, return_inverse=True)
    whole = pose_regression(state, block, rows, first, second, times)
    cores = os.cpu_count() or 1
    lanes = min(LANES, -(-len(rows) // cores))
    parts = np.split(np.arange(len(rows)), range(lanes, len(rows), lanes))
    with ThreadPoolExecutor(cores) as pool:  # solves release Python's lock
        found = pool.map(_solve, (whole.take(part) for part in parts))
        bar = tqdm(found, "g2(tau)", len(parts), leave=False, delay=1, disable=None)
        return np.concatenate(list(bar))[:, where.ravel()]


def _solve(part: Regression) -> np.ndarray:
    alone = len(part.chi) < FEWEST
    g2 = np.full((len(part.chi), len(part.times)), np.nan) if alone else part.swept()
    for i in np.flatnonzero(np.isnan(g2).any(axis=1)):
        g2[i] = part.take([i]).factorised()
    return g2


def pose_regression(
    state: SteadyState,
    block: Block,
    rows: np.ndarray,
    first: Field,
    second: Field,
    times: np.ndarray,
) -> Regression:
    """The problem of g2_12 at some rows of a block.  Raises `ValueError` if it is too large."""
    equation = liouvillian(state.model, block.space.quanta)
    if equation.space.size**2 > FACTORABLE:
        raise ValueError(
            f"Argument `quanta` must leave at most {FACTORABLE} unknowns for a delayed "
            f"correlation, but {block.space.quanta} quanta are {equation.space.size**2}."
        )
    arrays = select(state.arrays, block.points[rows])
    rho, on = matrices(state.model, state.arrays, block, rows), equation.space
    b1, b2 = (field_matrices(state.model, b, arrays, on) for b in (first, second))
    chi, photons = b1 @ rho @ _dagger(b1), _dagger(b2) @ b2
    n1, n2 = (np.einsum("pij,pji->p", _dagger(b) @ b, rho).real for b in (b1, b2))

    grades = on.occupations @ weights(state.model)
    quanta = np.add.outer(grades, grades)
    photon = max(int(weights(state.model) @ q) for _, q in read_field(state.model, second))
    # the amplitude of one grade, from the populations of the grades that matter
    low = (grades > 0) & (grades <= 2 * photon)
    populations = np.einsum("pii->pi", rho).real[:, low].clip(min=0)
    s = np.max(populations ** (0.5 / grades[low]), axis=1).clip(max=1)

    seen = quanta <= 2 * photon
    return Regression(
        equation,
        arrays,
        times,
        chi / n1[:, None, None],
        photons / n2[:, None, None],
        np.minimum(quanta, 2 * photon),
        s,
        np.sqrt(
            np.mean(_rates(equation.effective(equation.coefficients(arrays)))[:, seen], axis=1)
        ),
    )


def _rates(K: np.ndarray) -> np.ndarray:
    """Squares of the frequencies at which elements of chi move, (points, states, states)."""
    energies = np.einsum("pii->pi", K)
    coupled = np.sum(abs(K) ** 2, axis=2) - abs(energies) ** 2
    return np.asarray(
        abs(energies[:, :, None] - energies.conj()[:, None]) ** 2
        + coupled[:, :, None]
        + coupled[:, None]
    )


def _dagger(matrices: np.ndarray) -> np.ndarray:
    return matrices.conj().swapaxes(-1, -2)
