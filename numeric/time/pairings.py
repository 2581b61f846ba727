"""Linear light at two times, in frequency and behind filters: sums over pairings, nothing cut.

Fluctuations of linear light follow d<x>/dt = M <x>, x all a_i and then all a_i', and stay Gaussian.
With <b> = m of a field b = sum_i c_i a_i + beta, and for tau >= 0,

    N(tau) = <b1'(0) b2(tau)> - m1* m2 = c_2 . exp(M tau) C(b1', x),
    S(tau) = <b2(tau) b1(0)> - m1 m2   = c_2 . exp(M tau) C(b1, x),

by the quantum regression theorem, C being covariances in normal order, all correlations follow as
sums over pairings (L. Isserlis, Biometrika 12, 134 (1918)):

    g2_12(tau) = 1 + [|N|^2 + |S|^2 + 2 Re(m1 m2* N + m1* m2* S)]/(n1 n2),
    g1(tau) = (|m|^2 + N(tau))/n,        S(omega) = -2 Re c . (M + i omega)^-1 C(b', x).

A filter of the width Gamma at omega is one more linear mode s that does not act back (`filtered`),
with z = Gamma/2 + i omega: ds/dt = -z s - i b.  Its covariances with x, and those of two filters,

    C(s', x) = i (z* - M)^-1 C(b', x),  (z_1* + z_2) C(s_1', s_2) = i C(b_1', s_2) - i C(s_1', b_2),
    C(s, x) = -i (z - M)^-1 C(b, x),    (z_1 + z_2) C(s_1, s_2)   = -i C(b_1, s_2) - i C(s_1, b_2),

are put into the same g2 at tau = 0; each may look at a field of its own, b_1 and b_2.  Of a
parametric oscillator M. J. Collett and C. W. Gardiner, Phys. Rev. A 30, 1386 (1984).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from numeric.frames.gaussian import GaussianState
from numeric.lindblad.scaling import EPSILON
from numeric.trust.worth import Known, Measured, divide
from systems.ladder import Ladder
from systems.values import evaluate

ROUNDINGS = 16  # of an element of a small exponential or inverse, beside those that its size makes


@dataclass(frozen=True)
class LinearField:
    """A field b = sum_i c_i a_i + beta in linear light, at each point.

    ``row`` is c on all x, (points, 2 modes); ``mean`` is <b>, (points,); ``normal`` and
    ``anomalous`` are C(b', x) and C(b, x), (points, 2 modes), each with its errors.

    >>> from numeric import steady_state
    >>> from systems.fields import read_field
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}  # <a> = -200i
    >>> (light,) = steady_state(kerr.MODEL, linear).bright
    >>> field = LinearField.of(light, read_field(kerr.MODEL, kerr.a + 200j))
    >>> bool(abs(field.mean[0][0]) < 1e-9), bool(field.number[0][0] < 1e-9)
    (True, True)
    """

    drift: np.ndarray
    row: np.ndarray
    mean: Known
    normal: Known
    anomalous: Known

    @classmethod
    def of(cls, light: GaussianState, words: Ladder) -> "LinearField":
        """A field, given as words (`systems.fields.read_field`), in the light at its points."""
        points, count = len(light.points), len(light.model.modes)
        row, beta = np.zeros((points, 2 * count), dtype=complex), np.zeros(points, dtype=complex)
        for (_, q), coefficient in words.items():
            c = evaluate(coefficient, light.arrays)
            if any(q):
                row[:, q.index(1)] += c
            else:
                beta += c
        adjoint = np.roll(row.conj(), count, axis=1)
        mean = _product(row, light.amplitudes())
        mean = mean[0] + beta, mean[1] + EPSILON * abs(beta)
        covariances = light.covariances()
        both = (_product(one, covariances) for one in (adjoint, row))
        return cls(light.drift, row, mean, *both)

    @property
    def number(self) -> Known:
        """<b'b> = |m|^2 + C(b', b), with its error, (points,)."""
        return _number(self.mean, _product(self.row, self.normal))


def correlated(
    light: GaussianState, first: Ladder, second: Ladder, times: np.ndarray
) -> np.ndarray:
    """g2_12(tau) of two fields, shape (points, times); NaN where round-off has spoilt it.

    ``times`` are non-negative.

    >>> from numeric import steady_state
    >>> from systems.fields import read_field
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
    >>> (light,) = steady_state(kerr.MODEL, linear).bright
    >>> field = read_field(kerr.MODEL, "a")
    >>> correlated(light, field, field, np.array([0.0, 1.0]))  # coherent light
    array([[1., 1.]])
    """
    one, other = LinearField.of(light, first), LinearField.of(light, second)
    carried = _carried(one, times)
    N, S = (_later(other.row, carried, start) for start in (one.normal, one.anomalous))
    found = _normalised(one.mean, other.mean, N, S, one.number, other.number)
    return _trusted(light, found)


def coherent_share(light: GaussianState, field: Ladder, times: np.ndarray) -> Known:
    """g1(tau) of a field and its round-off, (points, times) each, at ``times`` >= 0.

    >>> from numeric import steady_state
    >>> from systems.fields import read_field
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
    >>> (light,) = steady_state(kerr.MODEL, linear).bright
    >>> coherent_share(light, read_field(kerr.MODEL, "a"), np.array([1.0]))[0]
    array([[1.+0.j]])
    """
    one = LinearField.of(light, field)
    N = _later(one.row, _carried(one, times), one.normal)
    (m, m_error), (n, n_error) = (_beside(known) for known in (one.mean, one.number))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (abs(m) ** 2 + N[0]) / n
        error = (2 * abs(m) * m_error + m_error**2 + N[1] + abs(value) * n_error) / n
    return value, error


def density(light: GaussianState, field: Ladder, omegas: np.ndarray) -> Known:
    """S(omega) of a field and its round-off, (points, frequencies) each.

    >>> from numeric import steady_state
    >>> from systems.fields import read_field
    >>> from systems.library import parametric_kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.0, "G": 0.2499}
    >>> (light,) = steady_state(parametric_kerr.MODEL, linear).bright
    >>> S, _ = density(light, read_field(parametric_kerr.MODEL, "a"), np.array([0.0, 1.0]))
    >>> bool(S[0, 0] > 1e5 * S[0, 1])  # just below threshold: a line far narrower than the cavity
    True
    """
    one = LinearField.of(light, field)
    value, error = _solved(one, -1j * omegas, one.normal)
    return 2 * value.real, 2 * error


def filtered(
    light: GaussianState,
    fields: Sequence[Ladder],
    omegas: tuple[np.ndarray, np.ndarray],
    widths: tuple[float, float],
) -> Known:
    """g2 behind two filters at pairs of frequencies and its round-off, (points, pairs) each.

    ``fields`` are the two that they look at, and ``widths`` their own.

    >>> from numeric import steady_state
    >>> from systems.fields import read_field
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
    >>> (light,) = steady_state(kerr.MODEL, linear).bright
    >>> pairs, both = (np.zeros(1), np.ones(1)), [read_field(kerr.MODEL, "a")] * 2
    >>> filtered(light, both, pairs, (1.0, 1.0))[0]  # coherent behind any filter
    array([[1.]])
    """
    b = [LinearField.of(light, words) for words in fields]
    z = [width / 2 + 1j * omega for width, omega in zip(widths, omegas, strict=True)]
    beside = [_beside(one.mean) for one in b]
    means = [(-1j * m / at, error / abs(at)) for (m, error), at in zip(beside, z, strict=True)]

    def up(i: int, j: int) -> Known:
        """C(s_i', b_j)."""
        return _times(1j, _solved(b[j], z[i].conj(), b[i].normal))

    def down(i: int, j: int) -> Known:
        """C(s_i, b_j)."""
        return _times(-1j, _solved(b[j], z[i], b[i].anomalous))

    def normal(i: int, j: int) -> Known:
        both = _added(_times(1j, _conjugate(up(j, i))), _times(-1j, up(i, j)))
        return _times(1 / (z[i].conj() + z[j]), both)

    anomalous = _times(-1j / (z[0] + z[1]), _added(down(0, 1), down(1, 0)))
    numbers = [_number(means[i], normal(i, i)) for i in (0, 1)]
    found = _normalised(means[0], means[1], normal(0, 1), anomalous, *numbers)
    shape = len(light.points), -1
    return found.value.reshape(shape), found.error.reshape(shape)


def _normalised(one: Known, other: Known, N: Known, S: Known, n1: Known, n2: Known) -> Measured:
    """g2 from the two means, N and S, and the two numbers."""
    shape = np.broadcast_shapes(N[0].shape, one[0].shape + (1,) * (N[0].ndim - one[0].ndim))
    m1, m2, n1, n2 = (_fitting(known, shape) for known in (one, other, n1, n2))
    mixed = _product_of(m1, _conjugate(m2), N), _product_of(_conjugate(m1), _conjugate(m2), S)
    excess = _added(_squared(N), _squared(S), *(_times(2, part) for part in mixed))
    both = _product_of(n1, n2)
    whole = _added(both, (excess[0].real, excess[1]))
    flat = [(n.real.ravel(), error.ravel()) for n, error in (n1, n2)]
    _, error = divide(whole[0].real.ravel(), whole[1].ravel(), flat)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = 1 + (excess[0].real / both[0].real).ravel()
    return Measured(value, error, tuple(flat))


def _trusted(light: GaussianState, found: Measured) -> np.ndarray:
    """Numbers with at least six digits, in the shape (points, numbers); NaN elsewhere."""
    words = np.repeat(light.status, len(found.value) // len(light.points))
    good = found.status(words) == "ok"
    return np.where(good, found.value, np.nan).reshape(len(light.points), -1)


def _carried(one: LinearField, times: np.ndarray) -> Known:
    """exp(M t) and its error relative to the moduli, (points, times, 2 modes, 2 modes)."""
    E = np.stack([expm(M * times[:, None, None]) for M in one.drift])
    turns = np.max(np.sum(abs(one.drift), axis=2), axis=1)[:, None] * times
    return E, EPSILON * (ROUNDINGS + turns)


def _later(row: np.ndarray, carried: Known, start: Known) -> Known:
    """row . exp(M t) start, (points, times)."""
    (E, relative), (x, error), path = carried, start, "pi,ptij,pj->pt"
    size = np.einsum(path, abs(row), abs(E), abs(x))
    moved = np.einsum(path, abs(row), abs(E), error)
    return np.einsum(path, row, E, x), moved + relative * size


def _solved(one: LinearField, z: np.ndarray, source: Known) -> Known:
    """row . (z - M)^-1 source for each number z, (points, numbers)."""
    A = z[:, None, None] * np.eye(one.drift.shape[-1]) - one.drift[:, None]
    inverse, (x, error), path = np.linalg.inv(A), source, "pi,pwij,pj->pw"
    found = np.einsum("pwij,pj->pwi", inverse, x)
    rest = x[:, None] - np.einsum("pwij,pwj->pwi", A, found)
    found = found + np.einsum("pwij,pwj->pwi", inverse, rest)
    left = np.einsum("pwij,pwj->pwi", abs(A), abs(found)) + abs(x)[:, None]
    rounding = ROUNDINGS * EPSILON * np.einsum("pi,pwij,pwj->pw", abs(one.row), abs(inverse), left)
    moved = np.einsum(path, abs(one.row), abs(inverse), error)
    return np.einsum("pi,pwi->pw", one.row, found), rounding + moved


def _number(mean: Known, normal: Known) -> Known:
    """|m|^2 + N, real, with its error."""
    value, error = _added(_squared(mean), normal)
    return value.real, error


def _product(row: np.ndarray, known: Known) -> Known:
    """row . x along the first axis of x after that of the points."""
    (x, error), size = known, EPSILON * len(row.T)
    value = np.einsum("pi,pi...->p...", row, x)
    moved = np.einsum("pi,pi...->p...", abs(row), error + size * abs(x))
    return value, moved


def _beside(known: Known) -> Known:
    """Numbers of points beside an axis of others."""
    return known[0][:, None], known[1][:, None]


def _fitting(known: Known, shape: tuple[int, ...]) -> Known:
    """The same, spread over the second axis where they have one number for each point."""
    value, error = known if known[0].ndim == len(shape) else _beside(known)
    return np.broadcast_to(value, shape), np.broadcast_to(error, shape)


def _added(*several: Known) -> Known:
    return sum(x for x, _ in several), sum(e for _, e in several)  # type: ignore[return-value]


def _times(c: np.ndarray | complex, known: Known) -> Known:
    return c * known[0], abs(c) * (known[1] + EPSILON * abs(known[0]))


def _conjugate(known: Known) -> Known:
    return known[0].conj(), known[1]


def _squared(known: Known) -> Known:
    """|x|^2."""
    x, error = known
    return abs(x) ** 2, (2 * abs(x) + error) * error + EPSILON * abs(x) ** 2


def _product_of(*several: Known) -> Known:
    """A product, whose relative errors add."""
    value = np.prod(np.array([x for x, _ in several]), axis=0)
    larger = np.prod(np.array([abs(x) + e for x, e in several]), axis=0)
    return value, larger - abs(value) + len(several) * EPSILON * larger
