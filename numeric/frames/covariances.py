"""Which modes leave linear light thermal, and how few of their quanta hold it.

A frame a = alpha + U c + V c' (`numeric.frames.squeeze`) acts on quadratures as a symplectic matrix
S, which is taken from the covariances sigma of linear light (vacuum: sigma = 1/2).  By Williamson's
theorem (C. Weedbrook et al., Rev. Mod. Phys. 84, 621 (2012), Sec. II) sigma = S D S^T with D of
thermal light; S S^T = sigma^(1/2) |K|^-1 sigma^(1/2) with K = sigma^(1/2) Omega sigma^(1/2).  Of
all S with that product the symmetric one is taken, and its modes are turned into each other until D
is diagonal: a cut can hold more quanta of one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from numeric.lindblad.heat import held
from numeric.lindblad.space import Cut, count_states
from systems import Model

# Entries of U and V that are round-off of the roots of matrices of order one: as zeros they leave
# words out of the model.  They shift its commutators by as little
ROUNDING = 1e-15

# Of g2 of thermal light, what may lie beyond the first cut: light that is thermal and no more gets
# there in one step, and of other light less is wasted on it
FALLEN = 1e-4
LEAST = 4  # quanta beyond these
SHARED = 2  # quanta more that a total takes to leave out as little as a limit for each mode
UNCERTAIN = 1e-6  # thermal quanta below zero that are round-off of squeezed light of many quanta
PAIRS = 2  # the order of g2, which is looked for first


@dataclass(frozen=True)
class Squeezing:
    """Linear light around roots, and the frames that leave it thermal.

    ``points`` count the roots that were given; ``alphas`` and ``left``, which are the quanta of
    thermal light, are (points, modes), ``U`` and ``V`` (points, modes, modes).

    >>> from systems.library import kerr
    >>> U, V, left = transformation(np.array([[[0.625]]]), np.array([[[0.75]]]))
    >>> light = Squeezing(kerr.MODEL, np.arange(1), np.zeros((1, 1)), U, V, left)
    >>> light.left.round(2)  # of 0.625 quanta of b
    array([[0.34]])
    """

    model: Model
    points: np.ndarray
    alphas: np.ndarray
    U: np.ndarray
    V: np.ndarray
    left: np.ndarray

    def starts(self) -> list[Cut]:
        """The cut of c that is worth a first look, per point.

        >>> from systems.library import kerr
        >>> U, V, left = transformation(np.array([[[0.625]]]), np.array([[[0.75]]]))
        >>> Squeezing(kerr.MODEL, np.arange(1), np.zeros((1, 1)), U, V, left).starts()
        [15]
        """
        tops = held(self.left / (1 + self.left), PAIRS, FALLEN) + LEAST
        return [cheapest(self.model, row) for row in np.maximum(tops, LEAST).tolist()]

    def seen(self, b: np.ndarray) -> np.ndarray:
        """Amplitudes of c that are b around the roots, both (..., points, modes).

        >>> from systems.library import kerr
        >>> U, V, left = transformation(np.array([[[0.625]]]), np.array([[[0.75]]]))
        >>> light = Squeezing(kerr.MODEL, np.arange(1), np.zeros((1, 1)), U, V, left)
        >>> c = light.seen(np.array([[1 + 2j]]))
        >>> (U[0] @ c[0] + V[0] @ c[0].conj()).round(9)
        array([1.+2.j])
        """
        back = np.einsum("pji,...pj->...pi", self.U.conj(), b)
        return np.asarray(back - np.einsum("pji,...pj->...pi", self.V, b.conj()))

    def at(self, rows: np.ndarray) -> "Squeezing":
        """Some of the points, a mask or positions."""
        parts = (self.points, self.alphas, self.U, self.V, self.left)
        return Squeezing(self.model, *(part[rows] for part in parts))


def cheapest(model: Model, tops: Sequence[int]) -> Cut:
    """So many quanta in each mode, or a total that holds as much, whichever keeps fewer states.

    >>> from systems.library import kerr_dimer
    >>> cheapest(kerr_dimer.MODEL, [2, 12]), cheapest(kerr_dimer.MODEL, [12, 12])
    ((2, 12), 14)
    """
    both: list[Cut] = [max(tops) + (SHARED if len(tops) > 1 else 0), tuple(tops)]
    return min(both, key=partial(count_states, model.modes))


def transformation(N: np.ndarray, M: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """U and V (points, modes, modes) that leave thermal light of linear light, and its quanta.

    ``N`` is <b_i'b_j> and ``M`` is <b_i b_j>, without what amplitudes make of them, both (points,
    modes, modes).  The quanta <c_i'c_i> are (points, modes), in rising order.  All are NaN where
    the covariances are no state's.

    >>> n, m = 0.625, 0.75  # 1 + 2 <c'c> is the root of (1 + 2 n)^2 - 4 m^2
    >>> U, V, left = transformation(np.array([[[n]]]), np.array([[[m]]]))
    >>> bool(abs(abs(U[0, 0, 0]) ** 2 - abs(V[0, 0, 0]) ** 2 - 1) < 1e-12), left.round(9)
    (True, array([[0.33852549]]))
    >>> transformation(np.array([[[0.1]]]), np.array([[[0.75]]]))[2]  # less noise than in vacuum
    array([[nan]])
    """
    count = N.shape[1]
    # of x = (b + b')/sqrt 2 and p = (b - b')/(i sqrt 2), with C = <b_i b_j' + b_j' b_i>/2
    C = np.swapaxes(N, 1, 2) + np.eye(count) / 2
    sigma = np.block([[(C + M).real, (M - C).imag], [(C + M).imag, (C - M).real]])
    sigma, state = _of_states(sigma)
    root, omega = _power(sigma, 0.5), np.kron([[0.0, 1.0], [-1.0, 0.0]], np.eye(count))
    K = root @ omega @ root
    square = root @ _power(np.swapaxes(K, 1, 2) @ K, -0.5) @ root
    S = _power(square, 0.5)
    A, B, D = S[:, :count, :count], S[:, :count, count:], S[:, count:, count:]
    Bt = np.swapaxes(B, 1, 2)
    U, V = (A + D + 1j * (Bt - B)) / 2, (A - D + 1j * (Bt + B)) / 2
    inverse = np.linalg.inv(S)
    left = inverse @ sigma @ np.swapaxes(inverse, 1, 2)
    X, Y, P = left[:, :count, :count], left[:, :count, count:], left[:, count:, count:]
    # <c_i'c_j> = (<x_i x_j> + <p_i p_j> + i <x_i p_j> - i <p_i x_j> - delta_ij)/2
    n = (X + P + 1j * (Y - np.swapaxes(Y, 1, 2)) - np.eye(count)) / 2
    thermal, W = np.linalg.eigh(np.swapaxes(n, 1, 2))
    state &= np.min(thermal, axis=1) > -UNCERTAIN
    U, V = (np.where(state[:, None, None], x, np.nan) for x in (U @ W, V @ W.conj()))
    thermal = np.where(state[:, None], np.maximum(thermal, 0.0), np.nan)
    return _rounded(U), _rounded(V), thermal


def _of_states(sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Covariances, those of the vacuum in the place of what is no state's, and which are."""
    vacuum = np.eye(sigma.shape[1]) / 2
    state = np.isfinite(sigma).all(axis=(1, 2))
    sigma = np.where(state[:, None, None], sigma, vacuum)
    state &= np.linalg.eigvalsh(sigma)[:, 0] > 0
    return np.where(state[:, None, None], sigma, vacuum), state


def _power(matrices: np.ndarray, power: float) -> np.ndarray:
    """Real powers of symmetric positive matrices."""
    x, W = np.linalg.eigh((matrices + np.swapaxes(matrices, 1, 2)) / 2)
    return np.asarray((W * x[:, None] ** power) @ np.swapaxes(W, 1, 2))


def _rounded(matrices: np.ndarray) -> np.ndarray:
    small = abs(matrices) < ROUNDING * np.max(abs(matrices), axis=(1, 2), keepdims=True)
    return np.where(small, 0.0, matrices)
