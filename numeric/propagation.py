"""read . exp(L t) start at many times t, from a small rational Krylov space.

The space spanned by start, (L - z)^-1 start, (L - z)^-2 start, ... costs one LU factorisation
and holds slow and fast motion alike after a few tens of solves; projected on it, L is a matrix
of that size.  The space grows until the result no longer changes.  A. Ruhe, Linear Algebra
Appl. 58, 391 (1984); J. van den Eshof and M. Hochbruck, SIAM J. Sci. Comput. 27, 1438 (2006).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csc_array, identity
from scipy.sparse.linalg import expm_multiply

from numeric.reference import factorise

SAMPLES = 30  # times at which the result of a space is compared with the one before
FIRST, MORE, LAST = 24, 12, 180  # dimensions at which the space is checked
DEFECTIVE = 1e5  # condition of the eigenvectors from which on they lose digits
ROUNDOFF = 1e-13  # of the largest result


@dataclass(frozen=True)
class Projection:
    """read . exp(L t) start on a small space, where start is ``norm`` times the first vector."""

    L: np.ndarray
    read: np.ndarray
    norm: float

    def __call__(self, times: np.ndarray) -> np.ndarray:
        """The real part at these times, in rising order."""
        values, vectors = np.linalg.eig(self.L)
        try:
            inverse = np.linalg.inv(vectors)
        except np.linalg.LinAlgError:
            return self._step(times)
        if np.linalg.norm(vectors) * np.linalg.norm(inverse) > DEFECTIVE:
            return self._step(times)
        weights = (self.read @ vectors) * inverse[:, 0] * self.norm
        # a space that is still too small may have growing motions
        with np.errstate(over="ignore", invalid="ignore"):
            return sum_exponentials(values, weights, times)

    def _step(self, times: np.ndarray) -> np.ndarray:
        # near an exceptional point: from one time to the next
        state, result = self.norm * np.eye(len(self.L))[0], np.empty(len(times))
        last, propagator = -1.0, np.eye(len(self.L))
        for i, step in enumerate(np.diff(times, prepend=0.0)):
            if abs(step - last) > 1e-12 * times[-1]:
                last, propagator = step, expm(self.L * step)
            state = propagator @ state
            result[i] = (self.read @ state).real
        return result


def sum_exponentials(values: np.ndarray, weights: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Real part of ``sum_k weights_k exp(values_k t)`` at rising times."""
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
    L: csc_array,
    start: np.ndarray,
    read: np.ndarray,
    times: np.ndarray,
    rate: float,
    accuracy: float = 1e-8,
) -> np.ndarray:
    """``read . exp(L t) start``, real part, for times t >= 0 in rising order.

    ``start`` is a Hermitian matrix, flattened, and stays one.  ``rate`` is a typical frequency
    of the motion that is read; it only sets the speed.
    """
    some = times[np.unique(np.linspace(0, len(times) - 1, SAMPLES).astype(int))]
    before = np.full(len(some), np.nan)
    for projection in projections(L, start, read, rate):
        result = projection(some)
        floor = ROUNDOFF * np.max(abs(result))
        if np.all(abs(result - before) <= accuracy * abs(result) + floor):
            return projection(times)
        before = result
    return propagate_stepwise(L, start, read, times)


def projections(
    L: csc_array, start: np.ndarray, read: np.ndarray, rate: float
) -> Iterator[Projection]:
    """Projections of growing size, by Arnoldi's method with (L - rate)^-1."""
    factors = factorise(csc_array(L - rate * identity(len(start), format="csc")))
    last, norm = min(LAST, len(start)), float(np.linalg.norm(start))
    # Hermitian matrices have real scalar products: a complex number is two real ones
    V, H = np.zeros((last + 1, 2 * len(start))), np.zeros((last + 1, last))
    V[0], read = (start / norm).astype(complex).view(float), read.astype(complex).conj().view(float)
    for k in range(1, last + 1):
        w = factors.solve(V[k - 1].view(complex)).view(float)
        for _ in range(2):  # once is not orthogonal to round-off
            h = V[:k] @ w
            w -= h @ V[:k]
            H[:k, k - 1] += h
        H[k, k - 1] = np.linalg.norm(w)
        closed = H[k, k - 1] <= ROUNDOFF * np.max(abs(H[:k, :k]))
        if closed or (k >= FIRST and (k - FIRST) % MORE == 0):
            yield Projection(rate * np.eye(k) + np.linalg.inv(H[:k, :k]), V[:k] @ read, norm)
        if closed:  # an invariant space: nothing will change any more
            yield Projection(rate * np.eye(k) + np.linalg.inv(H[:k, :k]), V[:k] @ read, norm)
            return
        V[k] = w / H[k, k - 1]


def propagate_stepwise(
    L: csc_array, start: np.ndarray, read: np.ndarray, times: np.ndarray
) -> np.ndarray:
    """The same by the Taylor series of the exponential, from one time to the next."""
    state, result = start, np.empty(len(times))
    for i, step in enumerate(np.diff(times, prepend=0.0)):
        state = expm_multiply(L * step, state) if step > 0 else state
        result[i] = (read @ state).real
    return result
