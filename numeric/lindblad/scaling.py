"""How fast the density matrix falls with the number of quanta, and the equation without that fall.

A weak drive makes rho_ij of the order s^(g_i + g_j), with g the grade of a state (its quanta)
and s << 1 the amplitude of one quantum.  Dividing it out, sigma_ij = rho_ij/s^(g_i + g_j),
leaves a matrix whose elements are all of order one and an equation

    L~_(ij)(kl) = L_(ij)(kl) s^(g_k + g_l - g_i - g_j)

that is well conditioned at any drive.  The result does not depend on s: it is exact for every s.
A matrix of rows and columns is scaled by `scaled`; `Scaled` is one point of the equation in these
variables, which `numeric.lindblad.liouvillian.Liouvillian.scaled` makes.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array

from systems import Model
from systems.ladder import Word
from systems.ungraded import weights_of
from systems.values import EPSILON as EPSILON
from systems.values import Arrays, evaluate


def weights(model: Model) -> np.ndarray:
    """Grade of one quantum in each mode, shape (modes,).

    Where the model has no grading, modes that are filled without any drive once others are, as a
    mirror that photons push, count nothing; where that leaves none, each counts one.

    >>> from systems.library import optomechanics, second_harmonic
    >>> weights(second_harmonic.MODEL)  # a quantum of the second harmonic counts as two
    array([1, 2])
    >>> weights(optomechanics.MODEL)  # a photon brings any number of phonons with it
    array([1, 0])
    """
    return np.array(weights_of(model))


def scale(model: Model, arrays: Arrays) -> np.ndarray:
    """The amplitude s of one grade, between 0 and 1, dimensionless, of the shape of the arrays.

    Every process that raises the grade by g at a rate r, against a loss kappa, populates it
    with an amplitude of about (r/kappa)^(1/g); s is the largest of these, and 1 where
    nothing raises the grade, nothing is lost, or the drive is strong.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> weak = read_values(kerr.MODEL, {**kerr.VALUES, "gamma": 1.0, "xi": 1e-3})
    >>> round(float(scale(kerr.MODEL, weak)), 12)
    0.001
    """
    w, loss = weights(model), loss_scale(model, arrays)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimates = [(rate / loss) ** (1 / raised) for raised, rate in raising(model, w, arrays)]
    s = np.max([np.zeros_like(loss), *estimates], axis=0)
    return np.where((s > 0) & (s < 1), s, 1.0)


def loss_scale(model: Model, arrays: Arrays) -> np.ndarray:
    """The largest rate at which a quantum is lost, in the unit of the rates; 0 if none is lost.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> float(loss_scale(kerr.MODEL, read_values(kerr.MODEL, kerr.VALUES | {"gamma": 3.0})))
    3.0
    """
    w, total = weights(model), np.zeros(next(iter(arrays.values())).shape)
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        for word, x in jump.items():
            if _raised(word, w) < 0:
                total = np.maximum(total, abs(evaluate(loss.rate * x * x, arrays)))
    return total


def _raised(word: Word, w: np.ndarray) -> int:
    return int(w @ (np.array(word[0]) - np.array(word[1])))


def raising(model: Model, w: np.ndarray, arrays: Arrays) -> list[tuple[int, np.ndarray]]:
    """By how much each process raises the grade, and at which rate (an array of their shape).

    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> raising(kerr.MODEL, np.array([1]), arrays)  # the drive
    [(1, array([0.1]))]
    """
    found = [(_raised(word, w), x) for word, x in model.ladder.items()]
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        # a jump raises both sides of the density matrix
        found += [(2 * _raised(word, w), loss.rate * x * x) for word, x in jump.items()]
    return [(raised, abs(evaluate(rate, arrays))) for raised, rate in found if raised > 0]


@dataclass(frozen=True)
class Scaled:
    """The master equation at one point in scaled variables, in units of its largest coefficient.

    Matrices act on density matrices that are flattened row by row.  Called with a scaled density
    matrix it gives the density matrix itself.

    >>> empty = csc_array((4, 4))
    >>> K = np.array([[0, 0.1], [0.1, -0.5j]])  # xi = 0.1 and gamma = 1, not scaled
    >>> point = Scaled(empty, empty, K, empty, np.zeros(2), s=0.1, grades=np.array([0, 1]))
    >>> point(np.ones((2, 2)))  # the density matrix has powers of s
    array([[1.  , 0.1 ],
           [0.1 , 0.01]])
    """

    L: csc_array  # the whole generator, (states^2, states^2)
    jump: csc_array  # the part of it that the quantum jumps make
    K: np.ndarray  # the evolution between two jumps, (states, states)
    terms: csc_array  # sums of the absolute values of what adds up to the elements of L
    terms_K: np.ndarray  # and to the diagonal of K
    s: float
    grades: np.ndarray  # of the states

    @property
    def shrink(self) -> np.ndarray:
        """s^g of every state: rho_ij = shrink_i sigma_ij shrink_j.

        >>> empty = csc_array((4, 4))
        >>> K = np.array([[0, 0.1], [0.1, -0.5j]])  # xi = 0.1 and gamma = 1, not scaled
        >>> point = Scaled(empty, empty, K, empty, np.zeros(2), s=0.1, grades=np.array([0, 1]))
        >>> point.shrink
        array([1. , 0.1])
        """
        return np.asarray(self.s**self.grades)

    def __call__(self, sigma: np.ndarray) -> np.ndarray:
        return self.shrink[:, None] * sigma * self.shrink

    def with_scale(self, s: float) -> "Scaled":
        """The same point in units of another amplitude s of one grade."""
        ratio, pairs = s / self.s, np.add.outer(self.grades, self.grades).ravel()
        L, jump, terms = (scaled(m, ratio, pairs) for m in (self.L, self.jump, self.terms))
        K = scaled(csc_array(self.K), ratio, self.grades).toarray()
        return replace(self, L=L, jump=jump, terms=terms, K=K, s=s)

    def evened(self) -> "Scaled":
        """The same point with s so large that what a bath brings in is no more than what is lost.

        Jumps that add a quantum are scaled by 1/s^2, and those that take one by s^2: where the
        first have a rate of x times the second, s^4 = x makes the equation of the populations
        symmetric, as in detailed balance.  K of the vacuum and of one quantum tell x, cooling by
        other modes included.  At less GMRES stalls: for a Kerr mode beside one of half a thermal
        quantum and a sixth of the loss, with (7, 20) quanta, it took 4.8 s at s = 0.28 and failed,
        0.9 s at 0.5.  Where other states have the vacuum's grade, s does not count such quanta.

        >>> empty = csc_array((4, 4))
        >>> K = np.diag([-0.05j, -0.65j])  # a rate of 0.1 in, and of 1 out
        >>> point = Scaled(empty, empty, K, empty, np.zeros(2), s=0.3, grades=np.array([0, 1]))
        >>> round(point.evened().s ** 4, 6)  # 0.1/1.2
        0.083333
        """
        above = self.grades[self.grades > 0]
        if len(above) < max(len(self.grades) - 1, 1):
            return self
        least = self.grades == np.min(above)
        first = self.K[np.ix_(least, least)] - self.K[0, 0] * np.eye(np.sum(least))
        come, go = -self.K[0, 0].imag, np.min(-np.linalg.eigvals(first).imag)
        s = float(np.clip(come / go, 0.0, 1.0) ** 0.25) if go > 0 else 1.0
        return self.with_scale(s) if s > self.s else self

    @property
    def excess(self) -> float:
        """By which factor s should grow for no scaled amplitude of `amplitudes` to exceed one.

        >>> empty = csc_array((4, 4))
        >>> K = np.array([[0, 0.1], [0.1, -0.5j]])  # xi = 0.1 and gamma = 1, not scaled
        >>> point = Scaled(empty, empty, K, empty, np.zeros(2), s=0.1, grades=np.array([0, 1]))
        >>> round(point.excess, 12)  # the vacuum's own amplitude is one
        1.0
        """
        size = abs(amplitudes(self.K)) ** (1 / np.maximum(self.grades, 1))
        return float(np.max(size))


def scaled(matrix: csc_array, s: float, grades: np.ndarray) -> csc_array:
    """The matrix times s^(g_column - g_row), element by element.

    >>> matrix = csc_array(np.array([[1.0, 2.0], [3.0, 4.0]]))
    >>> scaled(matrix, 0.5, np.array([0, 1])).toarray()  # what is raised counts double, s = 1/2
    array([[1., 1.],
           [6., 4.]])
    """
    lowered = np.repeat(grades, np.diff(matrix.indptr)) - grades[matrix.indices]
    factor = float(s) ** lowered
    return csc_array((matrix.data * factor, matrix.indices, matrix.indptr), shape=matrix.shape)


def amplitudes(K: np.ndarray) -> np.ndarray:
    """psi with psi_0 = 1 and (K psi)_n = 0 for n > 0; infinite where there is none.

    What a drive makes of the vacuum if no quantum ever jumps.

    >>> amplitudes(np.array([[0, 0.1], [0.1, -0.5j]])).round(12)  # xi/(i gamma/2)
    array([1.+0.j , 0.-0.2j])
    """
    vacuum = np.eye(len(K), dtype=complex)[0]
    psi = response(K, vacuum)
    if not np.isfinite(psi).all():
        return psi
    return psi + response(K, vacuum - np.vstack([vacuum, K[1:]]) @ psi)


def response(K: np.ndarray, source: np.ndarray) -> np.ndarray:
    """psi with psi_0 = source_0, (K psi)_n = source_n for n > 0; infinite where there is none.

    >>> response(np.array([[0, 0], [0.5, 2.0]]), np.array([1.0, 0.0]))
    array([ 1.  , -0.25])
    """
    try:
        return np.linalg.solve(np.vstack([np.eye(len(K))[0], K[1:]]), source)
    except np.linalg.LinAlgError:
        return np.full_like(source, np.inf)
