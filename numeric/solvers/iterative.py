"""Steady states of large truncations: iteration over the quantum jumps.

Without jumps the master equation is a Sylvester equation of the small matrix K,

    S X = -i (K X - X K') = F,

solved in the eigenbasis of K at the price of a few products of small matrices.  What it leaves
out, the jumps J, is small at weak drive; GMRES (Y. Saad, "Iterative Methods for Sparse Linear
Systems", chapters 6 and 9) for

    L S^-1 Y = Y + J S^-1 Y = F,    X = S^-1 Y,

takes some ten steps there and some fifty at strong drive, where an LU factorisation of L
(states^2 unknowns) takes seconds or does not fit.  L is solved with several times, for the state,
its errors and the gap: every step of one solve serves those after it (`Krylov`), and steps are
made in single precision as long as that reduces what is left, which is known in double.

The unit s of an amplitude (`numeric.lindblad.scaling`) counts here.  Where s is far below the
amplitudes that there are, as of bright light around an amplitude, the eigenvectors of the scaled K
are nearly parallel and S^-1 loses digits: s is raised until they are not (`well_scaled`), and where
a bath brings quanta in, before that, until they come and go alike (`Scaled.evened`).  Where
that does not help, jumps around the light's own amplitude may (`around_light`): the same L has
another K, and of nearly coherent light fewer jumps.  Of a cascade, whose modes feed one another one
way only, they are parallel at any s: there, and where eigenvectors fail, Schur vectors serve
(`numeric.solvers.eigenbasis`).  What a symmetry keeps apart from the populations is left out
(`numeric.lindblad.sector`): each group of states has an S of its own.

S has a null vector of its own, psi psi' with K psi = e |0>.  In the basis (psi, |1>, |2>, ...)

    K - e |0><0|  =  ( 0  k  )        k = K_0b,   K_r = K_bb - psi_b k,
                     ( 0  K_r ),

the rest follows block by block; the element X_00 is free, as it has to be
(`numeric.solvers.vacuum` fixes it), and the equation of that element is dropped.  What e makes,
and the equation that is dropped here, is counted with the jumps.

Where a mode such as a warm mirror fills without the drive, psi is far from any steady state, and S
is no help.  `numeric.solvers.staircase` inverts more of L there, and less is left to iterate over.
"""

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array, csr_array

from numeric.lindblad.liouvillian import Liouvillian
from numeric.lindblad.scaling import Scaled, amplitudes, scaled
from numeric.lindblad.sector import Within, between
from numeric.solvers.eigenbasis import Eigenbasis, SchurBasis
from numeric.solvers.iteration import HermitianIteration
from numeric.solvers.light import light, moved
from numeric.solvers.refinement import FAILURES
from numeric.solvers.solution import Solution, unscaled
from numeric.solvers.staircase import Elements, Staircase, by_grades, heat, partial_grades
from numeric.solvers.vacuum import from_vacuum, holds
from systems.ladder import is_two_level
from systems.status import Status

Groups: TypeAlias = list[np.ndarray] | None  # of states; None: all are one

# Condition of an eigenvalue of K up to which its vectors are good: weak drives have 3 to 6 whatever
# the cut; 1e3 takes half again as many steps as 10, 1e5 four times as many, and 1e7 fails
SKEW = 30.0
# The same from which on Schur vectors of the same K serve: steps in single precision keep their
# digits, and fewer are enough (133 for 213 at 3e3, 219 for 261 at 600), each half as long again
BENT = 500.0
# The same up to which that K is tried: three and four cascaded modes have 1e6 to 1e16, take two to
# seventy times as long as by Schur vectors, or fail
PARALLEL = 1e4
SCALES = 25  # that are tried between s and one
# Amplitude of one grade up to which `staircase` is faster where it applies.  At 0.007, with 4 x 30
# quanta, it takes two thirds of the time (18 steps in place of 51, and no eigenvectors); at 0.64,
# with 7 x 20, half as long again (67 in place of 120, each of which takes longer)
WEAK = 0.3
# Rate at which a bath brings in quanta, over that at which it takes them out, beyond which the same
# holds at any drive: at 0.25 (a third of a phonon) `staircase` takes 4 times as long with 10 x 20
# quanta at an amplitude of 0.7, at 0.83 (5 phonons) nothing else converges
LUKEWARM = 0.5
# States of one such mode beside one of light from which on it is faster at any drive: by a quarter
# with 8 x 40, where 0.6
MANY = 300
# Modes from which on, atoms aside, the factors of a grade fill in: at amplitudes of 0.02 to 0.5 two
# cavities with a mirror, one with two and magnons with phonons, of 210 to 405 states, take 1.1 to 9
# times as long by them as without; two thirds as long at weak drive beside 0.7 phonons
FILLING = 3
# Times that amplitude, of which the one with the best vectors is taken: behind a cascade 4 has a
# condition of 2e3 where 1 has 2e4 and 0 has 3e7; elsewhere 1 is the best
STRENGTHS = (1.0, 4.0)


def solve_point(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """The steady state at one point: a row of coefficients and its scale.

    "not converged" where GMRES fails, or the vacuum is nearly empty; "not unique" where states are
    parted (`Liouvillian.parted`), which no iteration that starts from the vacuum would notice.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> found = solve_point(equation, c, s)
    >>> found.populations.shape, str(found.solver[0])
    ((1, 5), 'iterative')
    """
    if equation.parted(c):
        return Solution.none(equation.space, np.arange(1), Status.NOT_UNIQUE, "iterative")
    grades = partial_grades(equation.model, equation.space)
    if grades is not None:
        point = by_grades(equation.scaled(c, 1.0), grades)
        stairs = partial(_solve, equation, point, partial(_upstairs, grades))
        first = _by_stairs(equation, point.s) or heat(equation.jump_rates(c)) > LUKEWARM
        found = stairs() if first else without_jumps(equation, c, s)
        if found.status[0] == Status.OK:
            return found
        if not first:
            return stairs()
    return without_jumps(equation, c, s)


def _by_stairs(equation: Liouvillian, amplitude: float) -> bool:
    """Whether `staircase` is faster for a model that it serves, where no bath is warm."""
    modes = equation.model.modes
    few = sum(not is_two_level(mode) for mode in modes) < FILLING
    return few and (amplitude <= WEAK or (len(modes) == 2 and equation.space.size > MANY))


def without_jumps(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """The same with the evolution between jumps as the preconditioner, whatever the model.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> without_jumps(equation, c, s).populations.shape
    (1, 5)
    """
    try:
        original, groups = equation.rescaled(c, s), equation.groups(c)
        if heat(equation.jump_rates(c)):
            original = original.evened()
        point, inverse = well_scaled(original, groups)
        if inverse.skew > SKEW:
            losses = [scaled(L, point.s, point.grades) for L in equation.losses(c)]
            others = inverse, around_light(point.K, losses, groups)
            inverse = min(others, key=lambda one: one.skew)
        if inverse.skew <= PARALLEL:
            inverse = inverse if inverse.skew <= BENT else inverse.orthogonal()
            found = _solve(equation, point, partial(_iteration, inverse))
            if found.status[0] == Status.OK:
                return found
        orthogonal = NoJumps(original.K, groups, SchurBasis)
        return _solve(equation, original, partial(_iteration, orthogonal))
    except FAILURES:
        return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, "iterative")


def _iteration(inverse: "NoJumps", system: csc_array, K: np.ndarray) -> HermitianIteration | Within:
    """How to solve a system, of what lies between states of the same group where these are several.

    ``K`` is not needed: it is what the inverse is of.
    """
    if len(inverse.groups) == 1:
        return HermitianIteration(system, inverse)
    some, sizes = between(inverse.groups, len(K)), [len(group) for group in inverse.groups]
    return Within(HermitianIteration(csr_array(system[some][:, some]), inverse, sizes), some)


def _solve(equation: Liouvillian, point: Scaled, invert: Callable[..., Any]) -> Solution:
    """The steady state with this inverse, "not converged" where it fails."""
    found = from_vacuum(point, invert)
    if not holds(point, found):
        return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, "iterative")
    return unscaled(equation.space, point, *found[:2], Status.OK, "iterative")


def _upstairs(grades: np.ndarray, system: csc_array, K: np.ndarray) -> HermitianIteration:
    """Iteration over what lowers these grades."""
    return HermitianIteration(system, Staircase(system, Elements.between(grades)))


def well_scaled(point: Scaled, groups: Groups = None) -> tuple[Scaled, "NoJumps"]:
    """The point with s raised as far as the eigenvectors of K ask for, and its S^-1.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> weak = equation.rescaled(c, s)
    >>> well_scaled(weak)[0] is weak, well_scaled(weak.with_scale(1e-4))[0].s > 1e-3
    (True, True)
    """
    inverse = NoJumps(point.K, groups)
    for s in np.geomspace(point.s, 1.0, SCALES):
        better = inverse.with_scale(s / point.s, point.grades)
        if better.skew <= SKEW:
            break
    return (point, inverse) if s == point.s else (point.with_scale(float(s)), better)


def around_light(K: np.ndarray, losses: list[csc_array], groups: Groups = None) -> "NoJumps":
    """S^-1 of the evolution between jumps around the light's amplitudes (`numeric.solvers.light`).

    ``losses`` are the L_k, times the root of their rates.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.5}  # coherent light, not cut
    >>> equation = liouvillian(kerr.MODEL, 20)
    >>> c = equation.coefficients({name: np.array([x]) for name, x in linear.items()})[0]
    >>> K = equation.scaled(c, 1.0).K
    >>> before, around = NoJumps(K), around_light(K, equation.losses(c))
    >>> bool(abs(before.energy) > 0.1), bool(abs(around.energy) < 1e-9)  # and what it makes is kept
    (True, True)
    """
    c, _ = light(K, losses)
    # of light that is fed by other jumps, as behind a cascade, psi holds too little
    others = (NoJumps(moved(K, losses, t * c), groups) for t in STRENGTHS)
    return min(others, key=lambda one: one.skew)


class NoJumps:
    """The inverse of S, but with X_00 = F_00; it acts on flattened Hermitian matrices.

    Where ``groups`` of states are given, the vacuum's first, these are what lies between states of
    the same group, group after group (`numeric.lindblad.sector`): the first one holds psi, and the
    equations of the others stand alone.

    Raises `RuntimeError` where K has a second state that does not decay.  Near an exceptional
    point of K the eigenvectors (`basis`) are nearly parallel and it is a poor preconditioner, not a
    wrong result.

    >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
    >>> X = NoJumps(K)(np.array([1, 0, 0, 0.2 + 0j])).reshape(2, 2)
    >>> made = -1j * (K @ X - X @ K.conj().T)
    >>> bool(abs(made[1, 1] - 0.2) < 1e-3)  # up to what X_00 = 1 brings along
    True
    """

    def __init__(
        self, K: np.ndarray, groups: Groups = None, basis: type[Eigenbasis] = Eigenbasis
    ) -> None:
        self.groups = [np.arange(len(K))] if groups is None else groups
        first, *others = (K[np.ix_(group, group)] for group in self.groups)
        psi = amplitudes(first)
        if not np.isfinite(psi).all():
            raise RuntimeError("The evolution without jumps has a second stationary state.")
        self.psi, self.row, self.energy = psi[1:], first[0, 1:], first[0] @ psi
        rest = first[1:, 1:] - np.outer(self.psi, self.row)
        self.bases = [basis(part) for part in (rest, *others)]

    @property
    def skew(self) -> float:
        """The largest condition of an eigenvalue."""
        return max(basis.skew for basis in self.bases)

    def orthogonal(self) -> "NoJumps":
        """The same in Schur vectors.

        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> both = NoJumps(K), NoJumps(K).orthogonal()
        >>> bool(np.allclose(*(inverse(np.ones(4) + 0j) for inverse in both)))
        True
        """
        other = copy(self)
        other.bases = [basis.orthogonal() for basis in self.bases]
        return other

    def with_scale(self, ratio: float, grades: np.ndarray) -> "NoJumps":
        """The same for K scaled by another s, that many times as large (`Scaled.with_scale`).

        >>> K, scaled = np.array([[0, 0.1], [0.1, 1j]]), np.array([[0, 0.2], [0.05, 1j]])
        >>> both = NoJumps(K).with_scale(2, np.arange(2)), NoJumps(scaled)
        >>> bool(np.allclose(*(inverse(np.arange(4) + 0j) for inverse in both)))
        True
        """
        first, *others = (float(ratio) ** grades[group] for group in self.groups)
        factors, other = [first[1:], *others], copy(self)
        other.psi, other.row = self.psi / factors[0], self.row * factors[0]
        pairs = zip(self.bases, factors, strict=True)
        other.bases = [basis.scaled(factor) for basis, factor in pairs]
        return other

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        sizes = [len(group) for group in self.groups]
        first, *others = np.split(flat, np.cumsum([size**2 for size in sizes])[:-1])
        found = [self._driven(first.reshape(sizes[0], sizes[0]))]
        for basis, size, part in zip(self.bases[1:], sizes[1:], others, strict=True):
            found.append(basis.sylvester(part.reshape(size, size)).ravel())
        return np.concatenate(found) if others else found[0]

    def _driven(self, F: np.ndarray) -> np.ndarray:
        """The part in the vacuum's group, flattened."""
        psi, basis = self.psi, self.bases[0]
        inner = basis.sylvester(F[1:, 1:] - _twice(F[1:, 0], psi))
        column = basis.solve(1j * F[1:, 0] + inner @ self.row.conj())
        X = np.empty_like(F)
        X[0, 0], X[0, 1:], X[1:, 0] = 0, column.conj(), column
        np.add(inner, _twice(column, psi), out=X[1:, 1:])
        if F[0, 0]:
            X += np.outer(F[0, 0] * self._whole, self._whole.conj())
        return X.ravel()

    @property
    def _whole(self) -> np.ndarray:
        """psi with the vacuum."""
        return np.append(self.psi.dtype.type(1), self.psi)

    def rounded(self) -> "NoJumps":
        """The same in single precision.

        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> NoJumps(K).rounded()(np.ones(4, dtype=np.complex64)).dtype
        dtype('complex64')
        """
        other = copy(self)
        with np.errstate(over="ignore"):  # what leaves the range is solved in double precision
            for name in ("psi", "row", "energy"):
                setattr(other, name, getattr(self, name).astype(np.complex64))
        other.bases = [basis.rounded() for basis in self.bases]
        return other


def _twice(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x y' and its adjoint."""
    one = np.outer(x, y.conj())
    return np.asarray(one + one.conj().T)
