"""Equations that do not move and lose much at very different rates, by rational functions.

    exp(z) = a_0 prod_l [1 + 2 Re a_l/(z - theta_l)]      to 1e-15 on the negative real axis

is what a solve of (L t - theta_l) x = y for each of eight poles makes of a step t, however fast the
fastest loss is: A. J. Carpenter, A. Ruttan and R. S. Varga, Lect. Notes Math. 1105, 383 (1984); the
poles of order 16 in this form by M. Pusa, Nucl. Sci. Eng. 182, 297 (2016).  Sparse factors of the
Liouvillian serve all equal steps, and take less than the products of dense matrices do
(`numeric.time.exponential`) from some hundred numbers on.  Near the imaginary axis only |Im z| < 1
is right to 1e-11: what oscillates without being lost takes steps as short as that (`turns`).

Each step is made twice, at once and in three parts.  Parts of a third are wrong by a small share of
what whole ones are, so that the difference tells the error of either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import csc_array, identity
from scipy.sparse.linalg import splu

# theta and a of the eight poles above the real axis, and a_0
POLES = np.array(
    [
        3.509103608414918 + 8.436198985884374j,
        5.948152268951177 + 3.587457362018322j,
        -5.264971343442647 + 16.22022147316793j,
        1.419375897185666 + 10.92536348449672j,
        6.416177699099435 + 1.194122393370139j,
        4.993174737717997 + 5.996881713603942j,
        -1.413928462488886 + 13.49772569889275j,
        -10.84391707869699 + 19.27744616718165j,
    ]
)
RESIDUES = np.array(
    [
        5.464930576870210e3 - 3.797983575308356e4j,
        9.045112476907548e1 - 1.115537522430261e3j,
        2.344818070467641e2 - 4.228020157070496e2j,
        9.453304067358312e1 - 2.951294291446048e2j,
        7.283792954673409e2 - 1.205646080220011e5j,
        3.648229059594851e1 - 1.155509621409682e2j,
        2.547321630156819e1 - 2.639500283021502e1j,
        2.394538338734709e1 - 5.650522971778156j,
    ]
)
LIMIT = 2.124853710495224e-16
# Where the function is right to 1e-11: |Im z| < TURN + SECTOR |Re z|, as found on a grid
TURN, SECTOR = 1.0, 0.3
Pair = tuple[np.ndarray, np.ndarray]


def turns(z: np.ndarray, dt: float) -> int:
    """In how many parts a step has to be taken for what oscillates.

    ``z`` are the eigenvalues of d psi/dt = G psi; frequencies and losses of a matrix are those of
    two amplitudes together.

    >>> turns(np.array([0, -1000.0]), 1.0), turns(np.array([0, -10j]), 1.0)
    (1, 10)
    """
    both = dt * (z[:, None] + z.conj()[None])
    return max(1, int(np.ceil(np.max(abs(both.imag) - SECTOR * abs(both.real)) / TURN)))


def stepper(
    L: Any, J: Any, both: Any, dt: float, factorise: Callable[[Any], Any] = splu
) -> Callable[[np.ndarray, np.ndarray], Pair]:
    """A step of d delta/dt = L delta + J sigma, d sigma/dt = ``both`` sigma, on Hermitian matrices.

    The maps act on matrices flattened row by row; J is None where there is no sigma.  ``factorise``
    makes sparse factors with a method ``solve``.

    >>> loss = csc_array(np.diag([0, -0.5, -0.5, -1.0]).astype(complex))
    >>> step = stepper(loss, None, None, np.log(4))
    >>> step(np.zeros((2, 2)), np.ones((2, 2)))[1].real.round(12)
    array([[1.  , 0.5 ],
           [0.5 , 0.25]])
    """
    one = identity(L.shape[0], format="csc")
    inner = [factorise(csc_array(dt * L - theta * one)) for theta in POLES]
    outer = [] if J is None else [factorise(csc_array(dt * both - theta * one)) for theta in POLES]

    def step(sigma: np.ndarray, delta: np.ndarray) -> Pair:
        for k, a in enumerate(RESIDUES):
            right = delta.ravel().astype(complex)
            if outer:
                x = outer[k].solve(sigma.ravel().astype(complex))
                right, sigma = right - dt * (J @ x), _closer(sigma, a * x)
            delta = _closer(delta, a * inner[k].solve(right))
        return LIMIT * sigma, LIMIT * delta

    return step


def _closer(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """y + 2 Re of the map of which x is half of what it makes of a Hermitian y."""
    x = x.reshape(y.shape)
    return np.asarray(y + x + x.conj().T)
