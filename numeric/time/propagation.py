"""read . exp(L t) start at many times t and for many points, from small rational Krylov spaces.

The space spanned by start, (L - z)^-1 start, (L - z)^-2 start, ... holds slow and fast motion
alike after a few tens of solves; projected on it, L is a matrix of that size.  The space grows
until the result no longer changes.  A. Ruhe, Linear Algebra Appl. 58, 391 (1984); J. van den
Eshof and M. Hochbruck, SIAM J. Sci. Comput. 27, 1438 (2006).

L acts on Hermitian matrices, which have real scalar products: vectors are real throughout, a
complex number being two real ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csc_array, identity
from scipy.sparse.linalg import expm_multiply

from numeric.solvers.direct import factorise

# Times at which the result of a space is compared with the one before: a check at all of some
# hundred times would cost as much as the solves do
SAMPLES = 30
# Dimensions at which the space is checked: the first one, the step, and the largest.  Each check
# takes an eigendecomposition, hence not after every solve; what is not found in the largest space
# is NaN, and left to `propagate_stepwise` where a point has its own factors
FIRST, MORE, LAST = 24, 12, 180
# Condition of the eigenvectors from which on they lose digits: 1e5 of 1e16 leave eleven, and the
# result is wanted to eight
DEFECTIVE = 1e5
ACCURACY = 1e-8  # relative, of two results in a row: what is promised has six digits
ROUNDOFF = 1e-13  # of the largest result: some hundred roundings of 1e-16 add up to that
LONGEST = 1e5  # products of L and a vector that are made at most: bounds the time
SAME = 1e-10  # relative: steps of an even grid differ by the round-off of its times
Solve = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Projection:
    """read . exp(L t) start on a small space, where start is ``norm`` times the first vector.

    ``L`` (k, k) is the projected map and ``read`` (k) the projected functional.  The space was
    made with the shift ``rate``, which here tells what counts as the eigenvalue zero.

    >>> half_life = np.log(2)
    >>> decay = Projection(np.array([[-1.0]]), np.array([1.0]), norm=2.0, rate=1.0)
    >>> decay(np.array([0.0, half_life])).round(6)
    array([2., 1.])
    """

    L: np.ndarray
    read: np.ndarray
    norm: float
    rate: float  # that the space was made with

    def __call__(self, times: np.ndarray) -> np.ndarray:
        """The real part at these times, in rising order, from the eigenvalues of the small L.

        Near an exceptional point, where two eigenvectors become one, the result is taken from
        matrix exponentials of the steps between the times.  It may hold infinity or NaN if the
        space is still too small to be stable.
        """
        values, vectors = np.linalg.eig(self.L)
        try:
            inverse = np.linalg.inv(vectors)
        except np.linalg.LinAlgError:
            return self._step(times)
        if np.linalg.norm(vectors) * np.linalg.norm(inverse) > DEFECTIVE:
            return self._step(times)
        # L has the eigenvalue zero: its round-off would grow with the time
        values[abs(values) <= ROUNDOFF * self.rate] = 0
        weights = (self.read @ vectors) * inverse[:, 0] * self.norm
        # a space that is still too small may have growing motions
        with np.errstate(over="ignore", invalid="ignore"):
            return sum_exponentials(values, weights, times)

    def _step(self, times: np.ndarray) -> np.ndarray:
        # near an exceptional point: from one time to the next
        state, result = self.norm * np.eye(len(self.L))[0], np.empty(len(times))
        last, propagator = -1.0, np.eye(len(self.L))
        for i, step in enumerate(np.diff(times, prepend=0.0)):
            if abs(step - last) > SAME * step:
                last, propagator = step, expm(self.L * step)
            state = propagator @ state
            result[i] = (self.read @ state).real
        return result


def sum_exponentials(values: np.ndarray, weights: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Real part of ``sum_k weights_k exp(values_k t)`` at rising times, shape (times,).

    ``values`` and ``weights`` (k) are complex.  On an even grid of n times exp(values_k t) is the
    product of a coarse and a fine exponential, so that 2 sqrt(n) of them are enough for each k.

    >>> sum_exponentials(np.array([-1.0]), np.array([2.0]), np.log([1, 2, 4])).round(6)
    array([2. , 1. , 0.5])
    """
    count = len(times)
    grid = np.linspace(times[0], times[-1], count)
    if count > 2 and np.allclose(times, grid, rtol=0, atol=1e-14 * times[-1]):
        # on a grid of n times 2 sqrt(n) exponentials are enough
        fine = int(np.sqrt(count))
        step = (times[-1] - times[0]) / (count - 1)
        starts = times[0] + step * fine * np.arange(-(-count // fine))
        far = np.exp(np.outer(starts, values)) * weights
        near = np.exp(np.outer(values, step * np.arange(fine)))
        return (far @ near).real.ravel()[:count]
    return np.asarray((np.exp(np.outer(times, values)) @ weights).real)


def propagate(
    solve: Solve,
    start: np.ndarray,
    read: np.ndarray,
    times: np.ndarray,
    rate: np.ndarray,
    offset: np.ndarray,
    accuracy: float = ACCURACY,
) -> np.ndarray:
    """``offset + read . exp(L t) start`` (point, time) for times t >= 0 in rising order.

    ``start`` and ``read`` have the shape (point, number), ``offset`` and ``rate`` (point).
    ``solve`` applies (L - rate)^-1 to a vector for each point.  ``rate`` is a typical frequency of
    the motion that is read; it only sets the speed.  The space grows until two results in a row
    agree within ``accuracy``, relative to the result.  NaN where no space was found to be large
    enough, or where ``solve`` returned NaN.

    >>> L, one = np.array([-1.0, -2.0]), np.ones((1, 2))  # a diagonal map, one point
    >>> times = np.array([0.0, 1.0])
    >>> found = propagate(lambda v: v / (L - 1), one, one, times, np.ones(1), np.zeros(1))
    >>> bool(np.allclose(found, [np.exp(-times) + np.exp(-2 * times)]))
    True
    """
    some = _samples(times)
    before, result = (
        np.full((len(start), len(some)), np.nan),
        np.full((len(start), len(times)), np.nan),
    )
    left = np.arange(len(start))
    for space in spaces(solve, start, np.linalg.norm(read, axis=1)):
        left = left[space.finite[left]]
        for i in left:
            projection = space.project(i, read[i], rate[i])
            now = offset[i] + projection(some)
            floor = ROUNDOFF * np.max(abs(now))
            if np.all(abs(now - before[i]) <= accuracy * abs(now) + floor):
                result[i] = offset[i] + projection(times)
            before[i] = now
        left = left[np.isnan(result[left, -1])]
        if not left.size:
            break
    return result


def propagate_complex(
    solve: Solve, start: np.ndarray, read: np.ndarray, times: np.ndarray, rate: float
) -> np.ndarray:
    """read . exp(L t) start at one point, for complex ``start`` and ``read`` (number).

    As `propagate`, but both parts of the number are read off one space, which is large enough when
    their modulus is settled.  NaN where none is.

    >>> L, one = np.array([-1.0, -1.0, -2.0, -2.0]), np.array([1.0 + 0j, 1j])
    >>> times = np.array([0.0, 1.0])
    >>> found = propagate_complex(lambda v: v / (L - 1), one, np.array([1j, 1.0]), times, 1.0)
    >>> bool(np.allclose(found, 1j * np.exp(-times) + 1j * np.exp(-2 * times)))
    True
    """
    vector, some = start[None].view(float), _samples(times)
    parts = [(phase * read).conj()[None].view(float)[0] for phase in (1, -1j)]
    before = np.full(len(some), np.nan, dtype=complex)
    for space in spaces(solve, vector, np.array([np.linalg.norm(parts[0])])):
        if not space.finite[0]:
            break
        real, imaginary = (space.project(0, part, rate) for part in parts)
        now = real(some) + 1j * imaginary(some)
        floor = ROUNDOFF * np.max(abs(now))
        if np.all(abs(now - before) <= ACCURACY * abs(now) + floor):
            return np.asarray(real(times) + 1j * imaginary(times))
        before = now
    return np.full(len(times), np.nan, dtype=complex)


def _samples(times: np.ndarray) -> np.ndarray:
    """Times at which the result of a space is compared with the one before."""
    return times[np.unique(np.linspace(0, len(times) - 1, SAMPLES).astype(int))]


@dataclass(frozen=True)
class Spaces:
    """One space for each point: ``vectors`` (point, k, number), ``inverse`` the projected solve.

    The vectors V are orthonormal, and ``inverse`` (point, k, k) is V (L - rate)^-1 V'.  The first
    vector is the start divided by its ``norm`` (point).  Of a space that is closed under L only
    the first ``size`` vectors (point) are there.

    >>> L, one = np.array([-1.0, -2.0]), np.ones((1, 2))  # a diagonal map, one point
    >>> found, _ = spaces(lambda v: v / (L - 1), one, np.ones(1))  # closed: comes twice
    >>> found.vectors.shape, found.size
    ((1, 2, 2), array([2]))
    """

    vectors: np.ndarray
    inverse: np.ndarray  # (point, k, k)
    size: np.ndarray
    norm: np.ndarray

    @property
    def finite(self) -> np.ndarray:
        """The points of which every solve succeeded.

        >>> L, one = np.array([-1.0, -2.0]), np.ones((1, 2))  # a diagonal map, one point
        >>> found, _ = spaces(lambda v: v / (L - 1), one, np.ones(1))  # closed: comes twice
        >>> found.finite
        array([ True])
        """
        return np.asarray(np.isfinite(self.inverse).all(axis=(1, 2)))

    def project(self, i: int, read: np.ndarray, rate: float) -> Projection:
        """L and what is read, on the space of point number ``i``.

        The projected map is rate + inverse^-1: in a rational Krylov space it is the inverse that is
        projected, because there the slow motion, which lasts longest, stands out.

        >>> L, one = np.array([-1.0, -2.0]), np.ones((1, 2))  # a diagonal map, one point
        >>> found, _ = spaces(lambda v: v / (L - 1), one, np.ones(1))  # closed: comes twice
        >>> np.sort(np.linalg.eigvals(found.project(0, one[0], 1.0).L)).round(9)
        array([-2., -1.])
        """
        k = self.size[i]
        L = rate * np.eye(k) + np.linalg.inv(self.inverse[i, :k, :k])
        return Projection(L, self.vectors[i, :k] @ read, self.norm[i], rate)


def spaces(solve: Solve, start: np.ndarray, seen: np.ndarray) -> Iterator[Spaces]:
    """Spaces of growing size by Arnoldi's method, all points together.

    ``solve`` and ``start`` are those of `propagate`.  Spaces are handed out at the dimensions
    `FIRST`, `FIRST` + `MORE`, ... up to `LAST`, and twice when all are closed.

    ``seen`` (point) is how much of a unit vector may be read: after a click on bunched light,
    what is read of the last photon's partner is tiny beside what that photon leaves behind.  A
    space is closed when what is left out is nothing for the result, not beside the start.

    >>> L, one = np.array([-1.0, -2.0]), np.ones((1, 2))  # a diagonal map, one point
    >>> [int(space.size[0]) for space in spaces(lambda v: v / (L - 1), one, np.ones(1))]
    [2, 2]
    """
    points, last = len(start), min(LAST, start.shape[1])
    V, H = np.empty((points, last + 1, start.shape[1])), np.zeros((points, last, last))
    norm, size = np.linalg.norm(start, axis=1), np.zeros(points, dtype=int)
    nothing = ROUNDOFF / np.maximum(1, norm * seen)
    V[:, 0] = start / norm[:, None]
    for k in range(1, last + 1):
        w = solve(np.ascontiguousarray(V[:, k - 1]))
        for _ in range(2):  # once is not orthogonal to round-off
            h = (V[:, :k] @ w[:, :, None])[:, :, 0]
            w -= (h[:, None] @ V[:, :k])[:, 0]
            H[:, :k, k - 1] += h
        rest = np.linalg.norm(w, axis=1)
        closed = (rest <= nothing * abs(H[:, :k, :k]).max(axis=(1, 2))) | (k == start.shape[1])
        size[closed & (size == 0)] = k
        done = bool(np.all(size > 0))
        for _ in range(2 if done else int(k >= FIRST and (k - FIRST) % MORE == 0)):
            # of a space that is closed nothing will change any more: the second one says so
            yield Spaces(V[:, :k], H[:, :k, :k], np.where(size, size, k), norm)
        if done:
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            V[:, k] = np.where(size[:, None], 0, w / rest[:, None])
        if k < last:
            H[:, k, k - 1] = rest


class Factorised:
    """(L - rate)^-1 by one LU factorisation, at one point; on matrices, flattened.

    Called with vectors (1, 2 n) of real numbers, the real and imaginary parts of n elements in
    turn, it returns the solutions in the same form.

    >>> solve = Factorised(csc_array(np.diag([-1.0 + 0j, -3.0])), rate=1.0)
    >>> bool(np.allclose(solve(np.array([[2.0, 0.0, 4.0, 0.0]])), [[-1, 0, -1, 0]]))
    True
    """

    def __init__(self, L: csc_array, rate: float) -> None:
        self.factors = factorise(csc_array(L - rate * identity(L.shape[0], format="csc")))

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        return np.asarray(self.factors.solve(vectors[0].view(complex)).view(float)[None])


def propagate_stepwise(
    L: csc_array, start: np.ndarray, read: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """The real part of read . exp(L t) start at rising times, from one time to the next.

    Each step sums the Taylor series of the exponential (A. H. Al-Mohy and N. J. Higham, SIAM J.
    Sci. Comput. 33, 488 (2011), as in SciPy).  It takes about |L| t products of L and a vector:
    slow where rates differ much, but it needs no space to be large enough.  All results are NaN
    where that would take more than `LONGEST` products.

    >>> L, one = csc_array(np.array([[-1.0]])), np.ones(1)
    >>> propagate_stepwise(L, one, one, np.array([0.0, 1.0])).round(6)
    array([1.      , 0.367879])
    """
    state, result = start, np.empty(len(times))
    if abs(L).sum(axis=0).max() * times[-1] > LONGEST:
        return np.full(len(times), np.nan)
    for i, step in enumerate(np.diff(times, prepend=0.0)):
        state = expm_multiply(L * step, state) if step > 0 else state
        result[i] = (read @ state).real
    return result
