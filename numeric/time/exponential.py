"""exp(A t) y at many times by matrix exponentials of the steps between them, A not moving.

An explicit integrator takes steps of the shortest lifetime: of a cavity with kappa = 2000 gamma,
tens of thousands in ten lifetimes of its atom.  The exponential of a step does not see how stiff A
is, and one serves all equal steps.  A. H. Al-Mohy and N. J. Higham, SIAM J. Matrix Anal. Appl. 31,
970 (2009), as in SciPy.

Each step is made twice, at once and in three parts: the difference is what round-off leaves.

Rational Krylov spaces, which do so well for g2(tau) (`numeric.time.propagation`), do not here: all
elements are wanted, to thirteen digits, of equations whose scaling is far from normal.  With one
pole or six they took as many dimensions as there are numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.linalg import expm

from numeric.solvers.threads import one_thread

SAME = 1e-10  # relative: steps of an even grid differ by the round-off of its times
# Measured on one core: products of matrices in an exponential and its parts, seconds of one for
# each cubed number; products in an integration for each |A| t, seconds of one and of each element
DENSE, CUBE = 40, 3e-9
SPARSE, CALL, ELEMENT = 10, 4e-5, 4e-9
MOST = 1500  # numbers in y: matrices of 36 MB


def pays(A: Any, times: np.ndarray) -> bool:
    """Whether exponentials are quicker than an integrator that takes steps of 1/|A|.

    >>> from scipy.sparse import csc_array
    >>> times, A = np.linspace(0, 10, 11), csc_array(np.diag([-1.0, -2e4]))
    >>> pays(A, times), pays(csc_array(np.diag(np.linspace(-1, 0, 1000))), times)
    (True, False)
    """
    size, span = A.shape[0], times[-1] - times[0]
    products = SPARSE * float(abs(A).sum(axis=0).max()) * span
    dense = len(_distinct(np.diff(times))) * DENSE * CUBE * size**3
    return bool(size <= MOST and dense < products * (CALL + ELEMENT * A.nnz))


@one_thread
def exponentials(A: Any, start: np.ndarray, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """exp(A (t - t_0)) start at rising times, twice: (times, numbers), in parts and at once.

    >>> from scipy.sparse import csc_array
    >>> A = csc_array(np.diag([-1.0 + 0j, -1e6]))
    >>> _, y = exponentials(A, np.ones(2), np.array([0.0, 1e-6, 1.0]))
    >>> abs(y).round(4)
    array([[1.    , 1.    ],
           [1.    , 0.3679],
           [0.3679, 0.    ]])
    """
    whole, thirds = {}, {}
    steps = np.diff(times)
    for dt in _distinct(steps):
        whole[dt] = expm(dt * A.toarray())
        thirds[dt] = expm(dt / 3 * A.toarray())
    one = other = start.astype(complex)
    path = [(one, other)]
    for dt in steps:
        if dt > 0:
            near = min(whole, key=lambda x: abs(x - dt))
            other = whole[near] @ other
            for _ in range(3):
                one = thirds[near] @ one
        path.append((one, other))
    first, second = (np.array(y) for y in zip(*path, strict=True))
    return first, second


def _distinct(steps: np.ndarray) -> list[float]:
    """Steps that are not the same but for round-off, and not zero."""
    found: list[float] = []
    for dt in np.sort(steps[steps > 0]):
        if not found or dt - found[-1] > SAME * dt:
            found.append(float(dt))
    return found
