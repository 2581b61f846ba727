"""The quantum regression of one batch: chi(0), what is read from chi(tau), and two roads to it.

With chi(0) = a1 rho a1'/n1 and d chi/dtau = L chi,

    g2_12(tau) = Tr[a2'a2 chi(tau)]/n2.

Of chi, those elements decide that hold up to one photon on either side.  They are scaled to
order one, as in `scaling`, so that g2 keeps its relative accuracy however few photons
there are; an integrator with an absolute tolerance above n^2 would not.  Elements of more quanta
are left to fall with the drive: they matter as far as they feed back.  A click on bunched light
leaves far more photons behind than the drive makes: elements that these reach (`_reached`) are
divided by what is in them then, or else one photon would bury the others under its round-off.

Where chi(0) is close to rho, as after a click on coherent light, the difference is propagated.

Many points go through the sweeps over the grades together; a few, and those on which the sweeps
fail or have failed to find the steady state, through a factorisation each.  Bright light that is
known without a cut is followed around its amplitude, by the same equations there, or if it is
linear by sums over pairings (`numeric.time.pairings`).
"""

from dataclasses import dataclass, replace
from functools import cache
from math import isqrt
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from numeric.arguments import check_factorable
from numeric.frames.displaced import DisplacedState
from numeric.frames.gaussian import GaussianState
from numeric.frames.means import Means, check_followed
from numeric.lindblad.liouvillian import Liouvillian, liouvillian
from numeric.lindblad.scaling import loss_scale, weights
from numeric.reading.twofold import Twofold
from numeric.solvers.choice import MANY, matrices
from numeric.solvers.direct import FACTORABLE
from numeric.solvers.graded.elimination import TooLarge
from numeric.solvers.graded.kinds import Kind, kind
from numeric.solvers.graded.problem import pose
from numeric.solvers.graded.resolvent import Resolvent
from numeric.solvers.solution import Solution
from numeric.solvers.threads import cores, one_thread, spread
from numeric.time import explicit
from numeric.time.pairings import correlated
from numeric.time.propagation import Factorised, propagate, propagate_stepwise
from numeric.time.shifted import ITERABLE, solvable
from numeric.trust.excitations import MARGIN
from numeric.trust.expectation import Field, field_matrices, field_words
from numeric.trust.worth import MOVED
from systems import Model
from systems.grading import NoGrading
from systems.ladder import Ladder
from systems.progress import Report, silent
from systems.status import Status
from systems.values import LARGEST, Arrays, evaluate, select

LANES = 64  # points that travel together, as in `solvers.graded.sweeps`
FEWEST = 4  # points from which on that is faster than one factorisation for each
# Distance of chi(0) from rho, relative, up to which the difference is propagated: below it at
# least one digit of g2 - 1 is won
CLOSE = 0.1
STIFF = 100  # largest element of K over that of a loss, from which on round-off may show
CHUNK = 256  # points of which density matrices are held at a time: bounds the memory
RESOLVED = 1e-6  # largest change of a steady state that is propagated: what "ok" promises


def read_delays(taus: Any) -> np.ndarray:
    """The delays as an array of floats of the same shape, checked.

    Raises `TypeError` for what is no plain array of real numbers, and `ValueError` if it is empty
    or holds NaN or infinity.

    >>> read_delays([0, 1])
    array([0., 1.])
    >>> read_delays(np.inf)
    Traceback (most recent call last):
    ...
    ValueError: Argument `taus` must be finite, but holds NaN or infinity.
    """
    delays = np.asarray(taus)
    if np.ma.isMaskedArray(taus) or delays.dtype.kind not in "iuf":
        raise TypeError(f"Argument `taus` must be a number or a plain array, but is {taus!r}.")
    if not delays.size:
        raise ValueError("Argument `taus` must hold at least one delay, but is empty.")
    if not np.isfinite(delays).all():
        raise ValueError("Argument `taus` must be finite, but holds NaN or infinity.")
    if np.any(abs(delays) > LARGEST):
        raise ValueError(f"Argument `taus` must hold delays of at most {LARGEST:g} in size.")
    return delays.astype(float)


def regression(
    state: Twofold,
    first: Field,
    second: Field,
    delays: np.ndarray,
    now: np.ndarray,
    status: np.ndarray,
    report: Report = silent,
) -> np.ndarray:
    """g2_12(tau) of two fields where the status is "ok", with ``now`` at tau = 0.

    ``delays`` are those of `read_delays`; ``now`` and ``status`` (point) are g2_12(0) and what it
    is worth.  The result has the shape of the state's batch plus that of the delays; it is NaN
    where the status is another one, and where no solver found it.  A negative delay exchanges the
    fields, g2_12(-tau) = g2_21(tau); those of one field are computed once for both signs.
    Raises `ValueError` if the space has too many states, see `pose_regression`.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
    >>> now, status = np.array([0.25]), np.array(["ok"])
    >>> regression(state, "a", "a", np.array([0.0, 60.0]), now, status).round(6)
    array([0.25, 1.  ])
    """
    first, second = field_words(state.model, first), field_words(state.model, second)
    flat = delays.ravel()
    result = np.full((now.size, flat.size), np.nan)
    if flat.any():
        check_followed(state.bright, "g2(tau)", isqrt(ITERABLE))
    after = np.flatnonzero(flat >= 0) if first != second else np.arange(flat.size)
    before = np.setdiff1d(np.arange(flat.size), after)
    held = status == Status.OK
    for light in state.bright:
        held[light.points] = False
    halves = [(first, second, after), (second, first, before)]
    for one, two, columns in halves:
        for block in state.blocks if columns.size else ():
            (rows,) = np.nonzero(held[block.points])
            for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
                if some.size:
                    found = regress(state, block, some, one, two, abs(flat[columns]), report)
                    result[np.ix_(block.points[some], columns)] = found
        for light in state.bright if np.any(flat[columns]) else ():
            known = now[light.points], status[light.points], report
            found = _of_bright(state, light, one, two, abs(flat[columns]), *known)
            result[np.ix_(light.points, columns)] = found
    result[:, flat == 0] = now[:, None]
    result = result.reshape((*state.shape, *delays.shape))
    if state.narrower is state:
        return result
    without = regression(state.narrower, first, second, delays, now, status, report)
    doubt = MARGIN * abs(result - without) > MOVED * abs(result)
    return np.where(doubt, np.nan, result)


def _of_bright(
    state: Twofold,
    light: Means,
    first: Ladder,
    second: Ladder,
    delays: np.ndarray,
    now: np.ndarray,
    status: np.ndarray,
    report: Report,
) -> np.ndarray:
    """g2_12 at delays >= 0 of points that are known without a cut, (points, delays)."""
    result = np.full((now.size, delays.size), np.nan)
    if isinstance(light, DisplacedState):
        on = light.found.space
        unknowns = solvable(on, FACTORABLE)
        check_factorable(state.model, on.cut, unknowns, "g2(tau)", state.order, frame=True)
        one, two = (light.frame.field(words) for words in (first, second))
        return regression(state.around(light), one, two, delays, now, status, report)
    assert isinstance(light, GaussianState)
    (rows,) = np.nonzero(status == Status.OK)
    for some in np.split(rows, range(CHUNK, len(rows), CHUNK)):
        if some.size:
            mask = np.isin(np.arange(now.size), some)
            result[some] = correlated(light.take(mask), first, second, delays)
    return result


@dataclass(frozen=True)
class Regression:
    """The problem at some points of a block: chi(0) and what is read, (points, states, states).

    ``rho`` is the steady state and ``chi`` the state after the first click, a1 rho a1'/n1, both of
    trace one; Tr[``photons`` chi(tau)] is g2.  ``times`` are non-negative, in rising order and in
    the inverse unit of the rates.  Solvers see elements divided by ``size``.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
    >>> (block,), times = state.blocks, np.array([0.0, 1.0])
    >>> problem = pose_regression(state, block, np.arange(1), "a", "a", times)
    >>> bool(np.isclose(np.trace(problem.chi[0]), 1))
    True
    """

    equation: Liouvillian
    arrays: Arrays
    times: np.ndarray
    rho: np.ndarray
    chi: np.ndarray
    photons: np.ndarray  # a2'a2/n2
    swift: np.ndarray  # whether the sweeps have found the steady state, per point
    stiff: np.ndarray  # whether round-off has to be looked at, per point
    size: np.ndarray  # that elements are divided by, (points, states, states)
    rate: np.ndarray  # of the motion of the elements that matter, per point

    def take(self, points: Any) -> "Regression":
        """The same problem at some of the points, given as indices or as a slice.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
        >>> (block,), times = state.blocks, np.array([0.0, 1.0])
        >>> problem = pose_regression(state, block, np.arange(1), "a", "a", times)
        >>> problem.take([0]).rho.shape
        (1, 5, 5)
        """
        fields = {n: getattr(self, n)[points] for n in PER_POINT}
        return replace(self, arrays={n: a[points] for n, a in self.arrays.items()}, **fields)

    def swept(self) -> np.ndarray:
        """g2 (point, time) by the sweeps over the grades, all points together; NaN if they fail.

        They fail where the Hamiltonian has no grading, where an elimination would not fit into
        memory, and at points where the drive is too strong for the sweeps to converge.
        """
        cut = self.equation.space.cut
        if not isinstance(cut, int):  # the sweeps count quanta in all
            return np.full((len(self.chi), len(self.times)), np.nan)
        try:
            problem = pose(self.equation.model, self.arrays, cut, diagonal=False)
        except (NoGrading, TooLarge):
            return np.full((len(self.chi), len(self.times)), np.nan)
        solve = Resolvent(problem, self.rate, abs(problem.elements(self.size)))
        offset, chi = self.departure()
        start, read, unit = solve.pack(chi), solve.pack_dual(self.photons), _unit(self.rate)

        def scaled(vectors: np.ndarray) -> np.ndarray:
            return np.asarray(solve(vectors) * unit)

        return propagate(scaled, start, read, self.times * unit, self.rate / unit, offset)

    def departure(self) -> tuple[np.ndarray, np.ndarray]:
        """1 and chi(0) - rho where that is small, otherwise 0 and chi(0), per point.

        The first one, shape (points,), is what has to be added to g2: rho is stationary, and
        Tr[photons rho] is one.  So g2 - 1 keeps its digits where it is small.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
        >>> (block,), times = state.blocks, np.array([0.0, 1.0])
        >>> problem = pose_regression(state, block, np.arange(1), "a", "a", times)
        >>> offset, chi = problem.departure()
        >>> offset  # a click on antibunched light changes it altogether
        array([0.])
        """
        rest = self.chi - self.rho
        whole, part = (np.linalg.norm(x / self.size, axis=(1, 2)) for x in (self.chi, rest))
        close = part < CLOSE * whole
        return close.astype(float), np.where(close[:, None, None], rest, self.chi)

    def alone(self) -> np.ndarray:
        """g2 (1, time) at the only point, by factors of the whole Liouvillian or without them.

        Without them where that is quicker (`numeric.time.explicit`).  Where no Krylov space is
        large enough, the Taylor series of the exponential is summed from one time to the next.  Of
        a ``stiff`` point the steady state is propagated as well: if it moves by more than
        `RESOLVED`, round-off has spoilt the numbers, and the result is NaN.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
        >>> (block,), times = state.blocks, np.array([0.0, 1.0])
        >>> problem = pose_regression(state, block, np.arange(1), "a", "a", times)
        >>> bool(np.isclose(problem.alone()[0, 0], state.correlation("a")))
        True
        """
        c, size = self.equation.coefficients(self.arrays)[0], self.size[0]
        unit = _unit(c)
        L, times = _divided(self.equation.matrix(c / unit), size.ravel()), self.times * unit
        read, rate = (self.photons[0].T * size).ravel(), self.rate / unit
        explicitly = explicit.pays(self.equation.space, L, times)
        solve = cache(lambda: Factorised(L, rate[0]))

        def follow(offset: float, matrix: np.ndarray) -> np.ndarray:
            start = (matrix / size).ravel()
            if explicitly:
                found = explicit.follow(L, start, read, times, offset).real
                if np.isfinite(found).all() or L.shape[0] > FACTORABLE:
                    return found
            pair = start[None].view(float), read[None].conj().view(float)
            found = propagate(solve(), *pair, times, rate, np.array([offset]))[0]
            if np.isnan(found).any():
                return offset + propagate_stepwise(L, start, read, times)
            return found

        offset, chi = self.departure()
        g2 = follow(offset[0], chi[0])
        # a steady state does not change, unless it is not known better
        if self.stiff[0] and not np.all(abs(follow(0.0, self.rho[0]) - 1) < RESOLVED):
            return np.full((1, len(self.times)), np.nan)
        return g2[None]


PER_POINT = ("rho", "chi", "photons", "swift", "stiff", "size", "rate")


@one_thread
def regress(
    state: Twofold,
    block: Solution,
    rows: np.ndarray,
    first: Field,
    second: Field,
    delays: np.ndarray,
    report: Report = silent,
) -> np.ndarray:
    """g2_12(tau) at some rows of a block, shape (rows, delays).

    ``delays`` are non-negative and may come in any order.  Points are shared out among the cores;
    ``report`` hears how many are done.  NaN where no solver found a result.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
    >>> (block,) = state.blocks
    >>> g2 = regress(state, block, np.arange(1), "a", "a", np.array([60.0, 0.0]))
    >>> bool(np.isclose(g2[0, 1], state.correlation("a"))), float(g2[0, 0].round(6))
    (True, 1.0)
    """
    times, where = np.unique(delays, return_inverse=True)
    whole = pose_regression(state, block, rows, first, second, times)
    lanes = min(LANES, -(-len(rows) // cores()))
    parts = np.split(np.arange(len(rows)), range(lanes, len(rows), lanes))

    def beat(done: int) -> None:
        report("g2(tau)", min(done * lanes, len(rows)), len(rows))

    beat(0)
    g2 = spread(_solve, [(whole.take(part),) for part in parts], beat=beat)
    return np.concatenate(g2)[:, where.ravel()]


def _solve(part: Regression) -> np.ndarray:
    g2, (swift,) = np.full((len(part.chi), len(part.times)), np.nan), np.nonzero(part.swift)
    if len(swift) >= FEWEST:
        g2[swift] = part.take(swift).swept()
    for i in np.flatnonzero(np.isnan(g2).any(axis=1)):
        g2[i] = part.take([i]).alone()
    return g2


def pose_regression(
    state: Twofold,
    block: Solution,
    rows: np.ndarray,
    first: Field,
    second: Field,
    times: np.ndarray,
) -> Regression:
    """The problem of g2_12 at some rows of a block, at ``times`` >= 0 in rising order.

    Elements between grades m and n are divided by s^(m + n), or by what chi(0) may bring there if
    that is more; s is the amplitude of one grade, found from the populations of the steady state
    at grades up to two photons of the second field.  Raises `ValueError` if the Liouvillian has
    too many unknowns for its factors (`numeric.arguments.check_factorable`).

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=4)
    >>> (block,), times = state.blocks, np.array([0.0, 1.0])
    >>> problem = pose_regression(state, block, np.arange(1), "a", "a", times)
    >>> problem.photons.shape, problem.stiff
    ((1, 5, 5), array([False]))
    """
    equation = liouvillian(state.model, block.space.cut)
    unknowns = solvable(equation.space, FACTORABLE)
    check_factorable(state.model, block.space.cut, unknowns, "g2(tau)", state.order)
    arrays = select(state.arrays, block.points[rows])
    rho, on = matrices(state.model, state.arrays, block, rows), equation.space
    b1, b2 = (field_matrices(state.model, b, arrays, on) for b in (first, second))
    n1, n2 = (np.einsum("pij,pji->p", _dagger(b) @ b, rho).real for b in (b1, b2))
    chi = b1 @ rho @ _dagger(b1) / n1[:, None, None]
    photons = _dagger(b2) @ b2 / n2[:, None, None]

    K = equation.effective(equation.coefficients(arrays))
    largest = abs(K).max(axis=(1, 2))
    stiff = largest > STIFF * loss_scale(state.model, arrays)
    grades = on.occupations @ weights(state.model)
    pair = 2 * _grade_of(state.model, second)
    brought = np.sqrt(_reached(equation, arrays, K, chi))
    size = np.maximum(_fallen(rho, grades, pair), brought[:, :, None] * brought[:, None])
    rate = _rate(K, largest, np.add.outer(grades, grades) <= pair)
    way, many = kind(state.model, block.space.cut), np.prod(state.shape) >= MANY
    # for few points nothing is compiled, and what decays by way of others is not eliminated
    served = way == Kind.SYLVESTER or (way == Kind.ELIMINATION and many)
    swift = (block.solver[rows] == "graded") & served
    return Regression(equation, arrays, times, rho, chi, photons, swift, stiff, size, rate)


def _grade_of(model: Model, field: Field) -> int:
    """The grade that one photon of a field takes from the system, at most."""
    return max(int(weights(model) @ q) for _, q in field_words(model, field))


def _fallen(rho: np.ndarray, grades: np.ndarray, most: int) -> np.ndarray:
    """s to the sum of the grades of an element, or to ``most`` if that is less.

    Shape (points, states, states).  s is the amplitude of one grade, from the populations of the
    grades that matter: those up to ``most``, which two photons of the second field take.
    """
    low = (grades > 0) & (grades <= most)
    populations = np.einsum("pii->pi", rho).real[:, low].clip(min=0)
    s = np.max(populations ** (0.5 / grades[low]), axis=1).clip(max=1)
    powers = np.minimum(np.add.outer(grades, grades), most)
    return np.asarray(s[:, None, None] ** powers.astype(float))


def _reached(equation: Liouvillian, arrays: Arrays, K: np.ndarray, chi: np.ndarray) -> np.ndarray:
    """About how much of chi(0) may be in each state at some time, (points, states).

    Within a lifetime a coupling V takes a share of up to (V/loss)^2 from one state to another,
    and a jump of up to rate/loss; along a chain of them shares multiply.
    """
    loss = loss_scale(equation.model, arrays)[:, None, None]
    jumps = np.zeros(K.shape)
    for jump, part in zip(equation.model.losses, equation.model.jumps, strict=True):
        matrix = sum(
            np.multiply.outer(evaluate(x, arrays), equation.space.word(w).toarray())
            for w, x in part.items()
        )
        jumps += evaluate(jump.rate, arrays).real[:, None, None] * abs(matrix) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.nan_to_num(np.maximum(abs(K / loss) ** 2, jumps / loss), nan=0, posinf=1)
    share, reached = share.clip(max=1), np.einsum("pii->pi", chi).real.clip(0, 1)
    for _ in range(K.shape[1]):
        more = np.maximum(reached, np.max(share * reached[:, None], axis=2))
        if np.array_equal(more, reached):
            break
        reached = more
    return reached


def _unit(rates: np.ndarray) -> float:
    """A power of two near the largest rate, as a unit in which the squares of rates are floats.

    To divide by it rounds nothing.
    """
    return float(np.ldexp(1.0, int(np.frexp(np.max(abs(rates)))[1]) - 1))


def _divided(matrix: csc_array, size: np.ndarray) -> csc_array:
    """matrix_(row)(column) size_column / size_row."""
    factor = np.repeat(size, np.diff(matrix.indptr)) / size[matrix.indices]
    return csc_array((matrix.data * factor, matrix.indices, matrix.indptr), shape=matrix.shape)


def _rate(K: np.ndarray, unit: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The root mean square of the frequencies at which the elements ``seen`` of chi move.

    ``unit`` is the largest element of K, per point: squares of rates may be no floats.
    """
    return np.asarray(np.sqrt(np.mean(_rates(K / unit[:, None, None])[:, seen], axis=1)) * unit)


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
