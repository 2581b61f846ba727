"""Equations that do not move, by matrix exponentials of the steps between given times.

An explicit integrator takes steps of the shortest lifetime: of a cavity with kappa = 2000 gamma,
tens of thousands in ten lifetimes of its atom.  The exponential of a step does not see how stiff
the equation is, and one serves all equal steps.  With psi psi' fed into delta (`Flow`) a step is

    psi -> U psi,      delta -> P delta + F psi psi',      U = exp(-i K t), P = exp(L t),

and twice the step is U U, P P and P F + F (U U*): a Taylor series of a short step is doubled until
it is long enough (C. Moler and C. Van Loan, SIAM Rev. 45, 3 (2003), method 3).  As P is U U* and F
together (Duhamel), one product of large matrices doubles both.  The products are real: a Hermitian
matrix X is stored as Re X + Im X, of which the symmetric part is Re X and the antisymmetric part Im
X, so that they take a quarter of the time that complex ones do.

Each step is made twice, at once and in three parts: the difference is what round-off leaves.  Where
there are many numbers, sparse factors and rational functions are quicker (`numeric.time.stiff`).

Rational Krylov spaces, which do so well for g2(tau) (`numeric.time.propagation`), do not here: all
elements are wanted, to thirteen digits, of equations whose scaling is far from normal.  With one
pole or six they took as many dimensions as there are numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csc_array, identity, kron
from scipy.sparse.linalg import splu

from numeric.solvers.threads import few_threads, one_thread
from numeric.time.stiff import POLES, stepper, turns

Path: TypeAlias = tuple[np.ndarray, np.ndarray]  # psi and delta at all times
Tick: TypeAlias = Callable[[float], None]  # hears which share of the work is done
Stride: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray | None]  # U, P and F of a step
SAME = 1e-10  # relative: steps of an even grid differ by the round-off of its times
DEGREE = 20  # of the Taylor series of a step with |L| t = 1: 1/21! is below round-off
# Measured on one core.  Dense: seconds of a product of real matrices for each cubed number, of a
# term of the series for each element, and of all that is done for a step however small.
# Integration: products for each |L| t, and seconds of one and of each element
CUBE, TERM, STEP = 5e-11, 1e-9, 2e-3
SPARSE, CALL, ELEMENT = 10, 4e-5, 4e-9
# Rational: seconds of sparse factors and of a solve, for each number to the power by which a
# Liouvillian of two modes fills in, and of a call
FACTOR, SOLVE, FILLED, ONE = 5e-8, 8e-10, 1.95, 3e-5
ROWS = 32  # of a map that are turned at a time, which stay in the cache
WIDE = 1000  # numbers from which on a product is shared among the cores
MOST = 2100  # numbers in delta: matrices of 35 MB, and six of them at a time


def unheard(share: float) -> None:
    """A tick that nobody hears.

    >>> unheard(0.5)
    """


@dataclass(frozen=True)
class Walk:
    """A start, and the steps from there: which of some lengths, each in so many parts.

    A kind is a place among ``steps``, or -1 where time stands still.  ``tick`` hears which share is
    done.

    >>> walk = Walk.through(np.zeros(2), np.eye(2), np.array([0.0, 0.5, 0.5, 1.5]))
    >>> walk.steps.tolist(), walk.kinds, walk.inside(3).parts
    ([0.5, 1.0], [0, -1, 1], 3)
    """

    psi: np.ndarray
    delta: np.ndarray
    steps: np.ndarray
    kinds: list[int]
    parts: int = 1
    tick: Tick = unheard

    @classmethod
    def through(cls, psi: np.ndarray, delta: np.ndarray, times: np.ndarray) -> Walk:
        """The walk from time to time."""
        every = np.diff(times)
        steps = np.array(distinct(every))
        kinds = [int(np.argmin(abs(steps - dt))) if dt > 0 else -1 for dt in every]
        return cls(psi.astype(complex), delta, steps, kinds)

    def inside(self, parts: int, tick: Tick = unheard) -> Walk:
        """The same in so many parts, heard by another tick."""
        return replace(self, parts=parts, tick=tick)


@dataclass(frozen=True)
class Flow:
    """d delta/dt = L delta + J psi psi' and d psi/dt = G psi, on Hermitian matrices.

    ``L`` and ``J`` act on matrices flattened row by row, ``G`` = -i K on amplitudes; without ``J``
    psi is not followed, and with it L is what G makes and ``part`` J.  ``factorise`` makes sparse
    factors (`numeric.solvers.direct.factorise`).

    >>> decay = csc_array(np.diag([0, -0.5, -0.5, -1.0]).astype(complex))
    >>> flow = Flow(decay, np.diag([0, -0.5]))
    >>> _, path = flow.through(np.zeros(2), np.eye(2) / 2, np.array([0.0, np.log(2)]))
    >>> path[1].real.round(6)[:, 1, 1]
    array([0.5 , 0.25])
    """

    L: Any
    G: np.ndarray
    J: Any = None
    factorise: Callable[[Any], Any] = splu
    part: float = 1.0

    @property
    def pure(self) -> bool:
        """Whether psi is followed beside delta."""
        return self.J is not None

    @cached_property
    def size(self) -> int:
        """How many real numbers a Hermitian matrix has."""
        return int(self.L.shape[0])

    @cached_property
    def norm(self) -> float:
        """The largest sum of moduli in a column of what is doubled."""
        parts = [self.L, self.J] if self.pure else [self.L]
        norms = [float(abs(part).sum(axis=0).max()) for part in parts]
        return max(*norms, 2 * float(abs(self.G).sum(axis=0).max()))

    def pays(self, times: np.ndarray) -> bool:
        """Whether an integrator that takes steps of 1/|L| is slower than `through`.

        >>> stiff, mild = (csc_array(np.diag(np.linspace(-x, 0, 900))) for x in (1e5, 1))
        >>> times, G = np.linspace(0, 10, 11), np.zeros((30, 30))
        >>> Flow(stiff, G).pays(times), Flow(mild, G).pays(times)
        (True, False)
        """
        products = SPARSE * self.norm * float(times[-1] - times[0])
        call = CALL + self._blocks * ELEMENT * self.L.nnz
        return bool(min(self._dense(times), self._rational(times)) < products * call)

    @property
    def _blocks(self) -> int:
        """How many matrices are followed: psi psi', too."""
        return 2 if self.pure else 1

    def _dense(self, times: np.ndarray) -> float:
        """About how many seconds dense exponentials take."""
        if self.size > MOST:
            return np.inf
        several = distinct(np.diff(times))
        doubled = sum(map(self._doublings, several)) * CUBE * self.size**3
        summed = len(several) * (STEP + DEGREE * TERM * self.L.nnz * self.size)
        # of psi psi' a product and what `_before` and `_after` take, and two series
        products, series = (1.8, 2) if self.pure else (1, 1)
        return 2 * (products * doubled + series * summed)

    def _rational(self, times: np.ndarray) -> float:
        """About how many seconds rational functions take, with all their parts."""
        steps = np.diff(times)
        several = distinct(steps)
        turned = [turns(self._swings, dt) for dt in several]
        parts = sum(n * _count(steps, dt) for n, dt in zip(turned, several, strict=True))
        factors = 2 * len(several) * FACTOR * self.size**FILLED
        solves = 4 * parts * (ONE + SOLVE * self.size**FILLED)
        return self._blocks * len(POLES) * (factors + solves)

    @one_thread
    def through(
        self, psi: np.ndarray, delta: np.ndarray, times: np.ndarray, tick: Tick = unheard
    ) -> tuple[Path, Path]:
        """psi (times, states) and delta (times, states, states), at once and in parts.

        By the quicker one of both ways; ``tick`` hears which share is done of what takes long.
        """
        dense, walk = self._dense(times) <= self._rational(times), Walk.through(psi, delta, times)
        follow = self._path if dense else self._stiff
        whole = follow(walk.inside(1, lambda share: tick(share / 4)))
        return whole, follow(walk.inside(3, lambda share: tick((1 + 3 * share) / 4)))

    def _stiff(self, walk: Walk) -> Path:
        """All along a walk by rational functions."""
        counts = [walk.parts * turns(self._swings, dt) for dt in walk.steps]
        path = [(walk.psi, np.multiply.outer(walk.psi, walk.psi.conj()), walk.delta)]
        leaps = [expm(dt * self.G) for dt in walk.steps]
        strides = [
            stepper(self.L, self.J, self._both, dt / n, self.factorise)
            for dt, n in zip(walk.steps, counts, strict=True)
        ]
        for kind in walk.kinds:
            psi, sigma, delta = path[-1]
            if kind >= 0:
                for _ in range(counts[kind]):
                    sigma, delta = strides[kind](sigma, delta)
                if self.pure:  # is known better
                    psi = leaps[kind] @ psi
                    sigma = np.multiply.outer(psi, psi.conj())
            path.append((psi, sigma, delta))
            walk.tick((len(path) - 1) / len(walk.kinds))
        return np.array([p for p, _, _ in path]), np.array([d for _, _, d in path])

    def _path(self, walk: Walk) -> Path:
        """The same by dense exponentials."""
        stride = few_threads(self.stride) if self.size >= WIDE else self.stride
        strides, count = list[Stride](), len(walk.steps)
        for dt in walk.steps:

            def tick(share: float, before: int = len(strides)) -> None:
                walk.tick((before + share) / count)

            strides.append(stride(dt / walk.parts, tick))
        walk.tick(1.0)  # the steps are nothing beside their matrices
        kinds = [kind for kind in walk.kinds for _ in range(walk.parts)]
        kets, stored = [walk.psi], [_stored(walk.delta)]
        for kind in kinds:
            kets.append(strides[kind][0] @ kets[-1] if kind >= 0 and self.pure else kets[-1])
        fed = self._fed(np.array(kets[:-1]), strides, np.array(kinds))
        for kind, source in zip(kinds, fed, strict=True):
            stored.append(strides[kind][1] @ stored[-1] + source if kind >= 0 else stored[-1])
        every = slice(None, None, walk.parts)
        return np.array(kets[every]), _restored(np.array(stored[every]))

    def _fed(self, psi: np.ndarray, strides: list[Stride], walk: np.ndarray) -> np.ndarray:
        """F psi psi' for each step, all steps of a kind together."""
        fed = np.zeros((len(walk), self.size))
        for kind, (_, _, F) in enumerate(strides):
            if F is not None and np.any(there := walk == kind):
                pure = _stored(psi[there, :, None] * psi[there].conj()[:, None])
                fed[there] = pure @ F.T
        return fed

    def stride(self, dt: float, tick: Tick = unheard) -> Stride:
        """U, P and F of a step, P and F on stored matrices (`_stored`); ``tick`` hears how far.

        >>> flow = Flow(csc_array(-np.eye(4, dtype=complex)), np.diag([0, -0.5]))
        >>> bool(np.allclose(flow.stride(np.log(2))[1], np.eye(4) / 2))
        True
        """
        doublings = self._doublings(dt)
        h = dt / 2**doublings
        P, F = self._taylor(h)
        U = expm(h * self.G)
        for k in range(doublings):
            tick(k / doublings)
            if F is None:
                P = P @ P
            else:  # P F + F (U U*), with P as below
                F = _after(F, U) + _before(F, U) + self.part * (F @ F)
            U = U @ U
        if F is not None:
            P = _before(np.eye(self.size), U) + self.part * F
        tick(1.0)
        return U, P, F

    def _doublings(self, dt: float) -> int:
        return max(0, int(np.ceil(np.log2(max(self.norm * dt, 1e-300)))))

    def _taylor(self, h: float) -> tuple[np.ndarray, np.ndarray | None]:
        """P of a step that is so short that |L| h <= 1; F too, and P without it, where psi is."""
        L = h * _real_form(self.L)
        term = P = np.eye(self.size)
        if not self.pure:
            for k in range(1, DEGREE + 1):
                term = L @ term / k
                P = P + term
            return P, None
        J, Q = h * _real_form(self.J), h * _real_form(self._both)
        fed = F = np.zeros_like(P)
        for k in range(1, DEGREE + 1):
            fed, term = (L @ fed + J @ term) / k, Q @ term / k
            F = F + fed
        return P, F

    @cached_property
    def _swings(self) -> np.ndarray:
        """The eigenvalues of G."""
        return np.asarray(np.linalg.eigvals(self.G))

    @cached_property
    def _both(self) -> csc_array:
        """d(psi psi')/dt as a map of psi psi'."""
        G, one = csc_array(self.G), identity(len(self.G), format="csc")
        return csc_array(kron(G, one) + kron(one, G.conj()))


def distinct(steps: np.ndarray) -> list[float]:
    """Steps that are not the same but for round-off, and not zero.

    >>> distinct(np.array([0.1, 0.1 + 1e-16, 0.0, 0.5]))
    [0.1, 0.5]
    """
    found: list[float] = []
    for dt in np.sort(steps[steps > 0]):
        if not found or dt - found[-1] > SAME * dt:
            found.append(float(dt))
    return found


def _count(steps: np.ndarray, dt: float) -> int:
    """How many of the steps are dt."""
    return int(np.sum(abs(steps - dt) <= SAME * dt))


def _stored(matrices: np.ndarray) -> np.ndarray:
    """Hermitian matrices (..., states, states) as real numbers (..., states^2)."""
    return np.asarray((matrices.real + matrices.imag).reshape(*matrices.shape[:-2], -1))


def _restored(numbers: np.ndarray) -> np.ndarray:
    """The matrices again."""
    size = int(np.sqrt(numbers.shape[-1]))
    r = numbers.reshape(*numbers.shape[:-1], size, size)
    other = r.swapaxes(-1, -2)
    return np.asarray((r + other + 1j * (r - other)) / 2)


def _before(F: np.ndarray, U: np.ndarray) -> np.ndarray:
    """A map of stored numbers after X -> U X U', without the matrix of the latter.

    A row f of F takes Re sum_ij (1 - i) f_ij X_ij of a Hermitian X, so that of U X U' it takes
    what Re M + Im M^T does of X, M = U^T f U*.

    >>> turn, X = np.array([[1, 2j], [0.5, 1]]), np.array([[1, 1j], [-1j, 0]])
    >>> after = _stored(turn @ X @ turn.conj().T)
    >>> bool(np.allclose(_before(np.eye(4), turn) @ _stored(X), after))
    True
    """
    n, found = len(U), np.empty(F.shape)
    for k in range(0, len(F), ROWS):
        M = U.T @ (F[k : k + ROWS].reshape(-1, n) @ U.conj()).reshape(-1, n, n)
        found[k : k + ROWS] = (M.real + M.imag.swapaxes(1, 2)).reshape(-1, n * n)
    return found


def _after(F: np.ndarray, U: np.ndarray) -> np.ndarray:
    """A map of stored numbers, and then X -> U X U': the adjoint of that is X -> U' X U.

    >>> turn, X = np.array([[1, 2j], [0.5, 1]]), np.array([[1, 1j], [-1j, 0]])
    >>> after = _stored(turn @ X @ turn.conj().T)
    >>> bool(np.allclose(_after(np.eye(4), turn) @ _stored(X), after))
    True
    """
    return _before(F.T, U.conj().T).T


def _real_form(A: Any) -> Any:
    """A map of flattened Hermitian matrices, Hermitian again, as one of stored numbers."""
    size = int(np.sqrt(A.shape[0]))
    turned = np.arange(size**2).reshape(size, size).T.ravel()
    return A.real + A.imag[:, turned]
