"""Sums over the phonons of a mirror in numbers, with as many of them as the values need.

The recursion at the head of `analytic.polaron` as matrices: a column of S_n has the amplitudes of n
photons and all phonons, one column for each state that the mirror starts from,

    S_n = -sqrt(n) xi D S_(n-1)/(E_n + (m - p) omega),    S_0 = 1.

Sums are made longer until nothing changes, point by point.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import sympy as sp

from analytic.mirrors.mirror import Mirror
from analytic.mirrors.overlaps import overlap_matrix
from systems.arithmetic import evaluate
from systems.values import Arrays

# Phonons of the sums, one length after the other.  With a thermal number of 10 the states beyond
# 256 hold 3e-11, and one point takes half a second
SIZES = (16, 24, 36, 54, 81, 121, 181, 256)
LEFT_OUT = 1e-9  # weight of the states beyond: resonances with sidebands make up to 1e3 more of it
CHANGE = 1e-6  # relative, from one length to the next; what is left beyond that one is far less
PACK = 2**22  # numbers in the matrices of the points that travel together: 64 MB
Read = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]  # of S, weights, displacement


def norm(photons: int) -> tuple[int, Read]:
    """How ``<psi_n|psi_n>`` is read off the amplitudes: their photons, and a function of these.

    >>> norm(2)[0]
    2
    """
    return photons, lambda S, w, eta: np.sum(w * abs(S) ** 2, (-2, -1))


def amplitude(photons: int, phonons: int) -> tuple[int, Read]:
    """The amplitude of so many photons, and phonons of the mirror at rest.

    >>> amplitude(1, 3)[0]
    1
    """
    return photons, lambda S, w, eta: _at_rest(S, eta, photons, phonons)[..., 0]


def population(photons: int, phonons: int) -> tuple[int, Read]:
    """The probability of so many photons, and phonons of the mirror at rest.

    >>> population(1, 3)[0]
    1
    """

    def read(S: np.ndarray, w: np.ndarray, eta: np.ndarray) -> np.ndarray:
        return np.sum(w[..., 0, :] * abs(_at_rest(S, eta, photons, phonons)) ** 2, -1)

    return photons, read


def settled(
    parts: Mirror, arrays: Arrays, photons: int, read: Read, least: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """A sum at values, with more than ``least`` phonons, and whether more would change nothing.

    Two arrays of the values' shape; where more than the last of `SIZES` are needed the second one
    is False, and the first has what so many give.

    >>> from systems.library import optomechanics
    >>> arrays = {name: np.array([x]) for name, x in optomechanics.VALUES.items()}
    >>> settled(Mirror(optomechanics.MODEL), arrays, *norm(1))[1]
    array([ True])
    """
    shape = np.broadcast_shapes(*(x.shape for x in arrays.values()))
    flat = {name: np.broadcast_to(x, shape).ravel() for name, x in arrays.items()}
    count = int(np.prod(shape))
    found, good = np.full(count, np.nan), np.zeros(count, bool)
    for size in [size for size in SIZES if size > least]:
        still = np.flatnonzero(~good)
        values = {name: x[still] for name, x in flat.items()}
        longer = _summed(parts, values, photons, read, size)
        same = abs(found[still] - longer) <= CHANGE * abs(longer)
        found = found.astype(np.result_type(found, longer))
        found[still] = longer
        good[still] = same & (left_out(parts, values, photons, size) < LEFT_OUT)
        if good.all():
            break
    return found.reshape(shape), good.reshape(shape)


def left_out(parts: Mirror, arrays: Arrays, photons: int, size: int) -> np.ndarray:
    """The weight of the mirror's states beyond so many, pushed by so many photons.

    >>> from systems.library import optomechanics
    >>> arrays = {name: np.array([x]) for name, x in optomechanics.VALUES.items()}
    >>> bool(left_out(Mirror(optomechanics.MODEL), arrays, 2, size=16)[0] < 1e-15)
    True
    """
    from scipy.special import gammainc  # of a Poissonian: what lies at ``size`` and beyond

    eta, n_th = (evaluate(sp.sympify(x), arrays).real for x in (parts.eta, parts.n_th))
    return np.asarray(gammainc(size, (photons * eta) ** 2) + (n_th / (1 + n_th)) ** size)


def _summed(parts: Mirror, arrays: Arrays, photons: int, read: Read, size: int) -> np.ndarray:
    """The sum of one length at points in packs."""
    count, starts = len(next(iter(arrays.values()))), 1 if parts.n_th == 0 else size
    packs = np.array_split(np.arange(count), -(-count * size * max(starts, size) // PACK) or 1)
    return np.concatenate([_pack({n: x[pack] for n, x in arrays.items()}, parts, photons, read,
                                 size, starts) for pack in packs])  # fmt: skip


def _pack(
    arrays: Arrays, parts: Mirror, photons: int, read: Read, size: int, starts: int
) -> np.ndarray:
    """The same at points that travel together."""

    def at(x: sp.Expr) -> np.ndarray:
        return evaluate(sp.sympify(x), arrays)[:, None, None]

    m, p = np.arange(size)[:, None], np.arange(starts)
    eta = evaluate(parts.eta, arrays).real
    D, xi, omega = overlap_matrix(eta, size), at(parts.drive), at(parts.frequency)
    S = np.broadcast_to(np.eye(size, starts), (len(eta), size, starts))
    for n in range(1, photons + 1):
        with np.errstate(divide="ignore", invalid="ignore"):  # a pole without any loss
            S = -sqrt(n) * xi * (D @ S) / (at(parts.energy(n, 0)) + (m - p) * omega)
    n_th = at(parts.n_th).real
    return read(S, (n_th / (1 + n_th)) ** p / (1 + n_th), eta)


def _at_rest(S: np.ndarray, eta: np.ndarray, photons: int, phonons: int) -> np.ndarray:
    """``<m|D(-n eta)|psi_n>``: array (points, starts)."""
    row = overlap_matrix(-photons * eta, S.shape[-2])[:, phonons, :]
    return np.asarray(np.einsum("ik,ikp->ip", row, S))
