"""Delayed correlations by the quantum regression theorem, right at any drive.

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2,    chi(0) = a1 rho a1'/n1,    d chi/dtau = L chi

chi is the state just after the detection of one photon, and g2(tau) the probability of another
one relative to the mean.  Of its elements those up to one photon on either side decide, and
they are scaled to order one as in `numeric.scaling`, so that g2 keeps its relative accuracy
however few photons there are; an integrator with an absolute tolerance above n^2 would not.
Elements of more quanta are left to fall with the drive: they matter as far as they feed back.

H. J. Carmichael, "Statistical Methods in Quantum Optics 1" (Springer, 1999), Sec. 1.5.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from tqdm import tqdm

from numeric.batch import OK, Block, matrices, select
from numeric.graded.elimination import TooLarge
from numeric.graded.problem import pose
from numeric.graded.resolvent import Resolvent
from numeric.leading import leading_correlation
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.operators import Space
from numeric.propagation import Factorised, propagate, propagate_stepwise
from numeric.reference import FACTORABLE
from numeric.scaled import scaled
from numeric.scaling import weights
from numeric.state import SteadyState
from numeric.steady import steady_state
from numeric.threads import one_thread
from systems import Model
from systems.grading import NoGrading
from systems.ladder import Mode
from systems.output import read_field
from systems.values import Arrays, Values, evaluate

Field: TypeAlias = Mode | str | sp.Expr
CHUNK = 256  # points of which density matrices are held at a time
LANES = 64  # points that travel together
FEWEST = 4  # points from which on that is faster than one factorisation for each


def delayed_correlation(
    model: Model,
    values: Values,
    mode: Mode | str,
    taus: Any,
    quanta: int | None = None,
    leading_order: bool = False,
    second: Mode | str | None = None,
) -> np.ndarray:
    """g2(tau) of a mode in the steady state, shape ``values' shape + taus' shape``.

    ``taus`` are delays in the inverse unit of the rates, in any order.  With a ``second`` mode it
    is g2_12(tau), a photon of ``mode`` first where tau > 0; g2_12(-tau) = g2_21(tau).  NaN where
    the status of the steady state's ``cross_correlation`` (``correlation`` for one mode) is not
    "ok".  ``leading_order`` gives the limit of a weak drive, without quantum jumps; ``quanta`` is
    then not used.  Raises `ValueError` or `TypeError` for bad arguments.
    """
    delays, other = read_delays(taus), mode if second is None else second
    position, same = model.index(mode), model.index(mode) == model.index(other)
    if leading_order and same:
        return leading_correlation(model, values, position, abs(delays))
    if leading_order:
        raise ValueError(
            "Argument `leading_order` must be False for two modes: use analytic.delayed."
        )
    state = steady_state(model, values, quanta)
    now, status = state.cross_correlation(mode, other), state.cross_correlation_status(mode, other)
    return regression(state, mode, other, delays, np.ravel(now), np.ravel(status))


def read_delays(taus: Any) -> np.ndarray:
    """The delays, checked."""
    delays = np.asarray(taus)
    if np.ma.isMaskedArray(taus) or delays.dtype.kind not in "iuf":
        raise TypeError(f"Argument `taus` must be a number or a plain array, but is {taus!r}.")
    if not delays.size:
        raise ValueError("Argument `taus` must hold at least one delay, but is empty.")
    if not np.isfinite(delays).all():
        raise ValueError("Argument `taus` must be finite, but holds NaN or infinity.")
    return delays.astype(float)


def regression(
    state: SteadyState,
    first: Field,
    second: Field,
    delays: np.ndarray,
    now: np.ndarray,
    status: np.ndarray,
) -> np.ndarray:
    """g2_12(tau) of two fields where the status is "ok", with ``now`` at tau = 0."""
    flat = delays.ravel()
    result = np.full((now.size, flat.size), np.nan)
    after = np.flatnonzero(flat >= 0) if first != second else np.arange(flat.size)
    before = np.setdiff1d(np.arange(flat.size), after)
    halves = [(first, second, after), (second, first, before)]
    for one, two, columns in halves:
        for block in state.blocks if columns.size else ():
            (rows,) = np.nonzero(status[block.points] == OK)
            for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
                if some.size:
                    found = _points(state, block, some, one, two, abs(flat[columns]))
                    result[np.ix_(block.points[some], columns)] = found
    result[:, flat == 0] = now[:, None]
    return result.reshape(*state.shape, *delays.shape)


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
def _points(
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

    energies = np.einsum("pii->pi", equation.effective(equation.coefficients(arrays)))
    seen = (energies[:, :, None] - energies.conj()[:, None])[:, quanta <= 2 * photon]
    return Regression(
        equation,
        arrays,
        times,
        chi / n1[:, None, None],
        photons / n2[:, None, None],
        np.minimum(quanta, 2 * photon),
        s,
        np.sqrt(np.mean(abs(seen) ** 2, axis=1)),
    )


def _dagger(matrices: np.ndarray) -> np.ndarray:
    return matrices.conj().swapaxes(-1, -2)
