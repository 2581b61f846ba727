"""Phonons around where the photons push their mirror: a basis in which few of them are left.

Photons that push a mirror, g a'a (b + b'), move its rest position to alpha_n = -n g/omega.  There,

    |n, k~> = D(alpha_n) |n, k>,        D(alpha) = exp(alpha b' - conj(alpha) b),

is an eigenstate of all but the drive and the losses (I. G. Lang and Y. A. Firsov, Sov. Phys. JETP
16, 1301 (1963); of a cavity, P. Rabl, Phys. Rev. Lett. 107, 063601 (2011)), and n photons hold the
phonons of a kick by n g/omega where as they stand they swing to twice that, and to four times its
phonons.  A photon that comes or goes kicks the mirror:

    <m, k~| b'^r b^s |n, l~> = <k| (b' + conj(alpha_m))^r D(alpha_n - alpha_m) (b + alpha_n)^s |l>,

which is exact for the phonons that are kept.  The master equation in these states,

    L rho = G rho + rho G' + sum_j rate_j L_j rho L_j',      G = -i H_eff,

is a handful of products of matrices, and what keeps or raises the grades of the light is inverted
as in `numeric.solvers.staircase`: a block between one state of the light and another by factors of
all that its phonons do, others as a Sylvester equation, without the jumps of the mirror.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from math import ceil, sqrt
from typing import Any, TypeAlias, TypeVar

import numpy as np
from scipy.linalg import expm
from scipy.sparse import csc_array, csr_array, identity, kron
from scipy.sparse.linalg import splu

from numeric.lindblad.scaling import weights
from numeric.lindblad.space import Space, space
from numeric.solvers.refinement import with_first_row
from numeric.solvers.staircase import DIAGONAL
from systems import Model
from systems.ladder import Occupation, Word
from systems.values import Arrays, evaluate_sum

T = TypeVar("T")
Pair: TypeAlias = tuple[int, int]

# Of an amplitude, beyond what sqrt(k) + |alpha| phonons have: exp(-2 x^2) of |k> is farther away
EDGE = 5.0
FULL = 0.2  # of a block, what is multiplied faster with its zeros
NOTHING = 1e-17  # elements of a displacement below that are round-off


def displacement(alpha: complex, rows: int, columns: int) -> np.ndarray:
    """<k| D(alpha) |l> for k below ``rows`` and l below ``columns``.

    >>> D = displacement(0.3, 40, 40)
    >>> round(float(D[0, 0]), 9), round(float(np.exp(-(0.3**2) / 2)), 9)
    (0.955997482, 0.955997482)
    """
    size = ceil((sqrt(max(rows, columns)) + abs(alpha) + EDGE) ** 2)
    raised = np.diag(np.sqrt(np.arange(1, size)), -1)
    real = alpha.real if alpha.imag == 0 else alpha
    found: np.ndarray = expm(real * raised - np.conj(real) * raised.T)[:rows, :columns]
    return np.where(abs(found) > NOTHING, found, 0)


@dataclass(frozen=True)
class LeaningStates:
    """States of some light up to ``quanta``, each with ``phonons`` levels around where it pushes.

    ``mirror`` is the position of the mirror among the modes, ``pushes`` what one quantum of each of
    the others moves its amplitude by.  States are ordered by those of the light, then by phonons.

    >>> from systems.library import optomechanics
    >>> on = LeaningStates(optomechanics.MODEL, 1, (-0.4,), quanta=2, phonons=20)
    >>> number = on.word(((0, 1), (0, 1)))  # b'b at rest, with no, one and two photons
    >>> number.diagonal()[[0, 20, 40]].real.round(12)
    array([0.  , 0.16, 0.64])
    """

    model: Model
    mirror: int
    pushes: tuple[complex, ...]
    quanta: int
    phonons: int
    _words: dict[Word, csr_array] = field(default_factory=dict, repr=False)
    _kicks: dict[complex, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def light(self) -> Space:
        return space(self.without_mirror(self.model.modes), self.quanta)

    def without_mirror(self, each: Sequence[T]) -> tuple[T, ...]:
        """What belongs to the light, of something of every mode."""
        return tuple(x for i, x in enumerate(each) if i != self.mirror)

    @property
    def size(self) -> int:
        return self.light.size * self.phonons

    @cached_property
    def occupations(self) -> np.ndarray:
        """Of the states of the light, those of the lowest grades first."""
        return np.asarray(self.light.occupations[self._order])

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self._grades(self.light.occupations), kind="stable")

    def _grades(self, occupations: np.ndarray) -> np.ndarray:
        return np.asarray(occupations @ np.delete(weights(self.model), self.mirror))

    def position(self, occupation: Occupation) -> int:
        """Which state of the light it is, from the quanta of all modes; -1 beyond the cut."""
        (found,) = np.nonzero((self.occupations == self.without_mirror(occupation)).all(axis=1))
        return int(found[0]) if found.size else -1

    def beside(self, i: int) -> slice:
        """The states of the mirror beside one of the light."""
        return slice(i * self.phonons, (i + 1) * self.phonons)

    @cached_property
    def rests(self) -> np.ndarray:
        """The amplitude of the mirror beside each state of the light, (states of the light,)."""
        return np.asarray(self.occupations @ np.array(self.pushes))

    @cached_property
    def grades(self) -> np.ndarray:
        """Of all states."""
        return np.repeat(self._grades(self.occupations), self.phonons)

    def word(self, word: Word) -> csr_array:
        """Matrix of a'^p b'^r b^s a^q, made once."""
        if word not in self._words:
            (p, q), K = word, self.phonons
            light = self.light.word((self.without_mirror(p), self.without_mirror(q)))
            light = light[self._order][:, self._order].tocoo()
            pairs = zip(light.data, *light.coords, strict=True)
            blocks = [
                (i, j, size * self._phonons(i, j, p[self.mirror], q[self.mirror]))
                for size, i, j in pairs
            ]
            self._words[word] = _assembled(blocks, self.light.size, K)
        return self._words[word]

    def _phonons(self, i: int, j: int, r: int, s: int) -> np.ndarray:
        """<i, k~| b'^r b^s |j, l~>, (phonons, phonons)."""
        to, at, one = self.rests[i], self.rests[j], np.eye(self.phonons)
        b = np.diag(np.sqrt(np.arange(1, self.phonons)), 1)
        found = self._kick(at - to) * np.exp((np.conj(to) * at - to * np.conj(at)) / 2)
        for _ in range(s):
            found = found @ (b + at * one)
        for _ in range(r):
            found = (b.T + np.conj(to) * one) @ found
        return np.asarray(found)

    def _kick(self, alpha: complex) -> np.ndarray:
        """D(alpha), made once."""
        key = complex(np.round(alpha, 14))  # differences of the same pushes, up to their round-off
        if key not in self._kicks:
            none = np.eye(self.phonons)
            made = displacement(key, self.phonons, self.phonons) if key else none
            self._kicks[key] = made
        return self._kicks[key]

    def seen(self, i: int, count: int) -> np.ndarray:
        """<k|l~> beside a state of the light for k below ``count``, (count, phonons)."""
        return displacement(complex(self.rests[i]), count, self.phonons)


def _assembled(blocks: list[tuple[int, int, np.ndarray]], count: int, size: int) -> csr_array:
    """A sparse matrix of blocks of one size at their places, the sum of all."""
    rows, columns, data = [np.zeros(0, int)], [np.zeros(0, int)], [np.zeros(0, complex)]
    for i, j, block in blocks:
        row, column = np.nonzero(block)
        rows.append(row + i * size)
        columns.append(column + j * size)
        data.append(block[row, column].astype(complex))
    places = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.concatenate(data), places), shape=(count * size, count * size))


class Blocks:
    """A matrix between states of rising grades, by the blocks of it that are not empty.

    >>> matrix = Blocks.of(csr_array(np.array([[0, 2.0], [0, 3.0]])), np.array([0, 1]))
    >>> (matrix @ np.eye(2)).tolist(), matrix.from_right(np.eye(2)).tolist()
    ([[0.0, 2.0], [0.0, 3.0]], [[0.0, 0.0], [2.0, 3.0]])
    """

    def __init__(self, parts: dict[Pair, Any], at: list[slice]) -> None:
        self.parts, self.at = parts, at

    @classmethod
    def of(cls, matrix: csr_array, grades: np.ndarray) -> "Blocks":
        """Those of a sparse matrix; kicks are full."""
        _, counts = np.unique(grades, return_counts=True)
        at = [slice(*pair) for pair in pairwise(np.cumsum([0, *counts]).tolist())]
        each = {(m, n): matrix[i][:, j] for m, i in enumerate(at) for n, j in enumerate(at)}
        return cls({pair: _filled(part) for pair, part in each.items() if part.nnz}, at)

    def __matmul__(self, rho: np.ndarray) -> np.ndarray:
        found = np.zeros_like(rho)
        for (m, n), part in self.parts.items():
            found[self.at[m]] += part @ rho[self.at[n]]
        return found

    def from_right(self, rho: np.ndarray) -> np.ndarray:
        """rho A'."""
        found = np.zeros_like(rho)
        for (m, n), part in self.parts.items():
            found[:, self.at[m]] += (part.conj() @ rho[:, self.at[n]].T).T
        return found

    def __abs__(self) -> "Blocks":
        return Blocks({pair: abs(part) for pair, part in self.parts.items()}, self.at)

    def astype(self, number: Any) -> "Blocks":
        """The same in another precision."""
        return Blocks({pair: part.astype(number) for pair, part in self.parts.items()}, self.at)


def _filled(part: csr_array) -> Any:
    """A block as it is multiplied fastest."""
    return part.toarray() if part.nnz > FULL * np.prod(part.shape) else csr_array(part)


@dataclass(frozen=True)
class LeaningEquation:
    """L of flattened Hermitian matrices, with the equation of rho_00 replaced by its value.

    ``G`` is the evolution between jumps, ``jumps`` are the L_j times the root of their rates.

    >>> G = csr_array(np.array([[0, -0.1j], [-0.1j, -0.5]]))  # xi = 0.1, kappa = 1
    >>> parts = [Blocks.of(one, np.arange(2)) for one in (G, csr_array(np.eye(2, k=1)))]
    >>> equation = LeaningEquation(parts[0], [parts[1]])
    >>> (equation @ np.array([1.0 + 0j, 0, 0, 1])).real.round(12)
    array([ 1.,  0.,  0., -1.])
    """

    G: Blocks
    jumps: list[Blocks]

    def __matmul__(self, flat: np.ndarray) -> np.ndarray:
        rho = flat.reshape(self._size, self._size)
        half = self.G @ rho
        found = half + half.conj().T
        for jump in self.jumps:
            found += jump.from_right(jump @ rho)
        found[0, 0] = rho[0, 0]
        return np.asarray(found.ravel())

    dot = __matmul__

    @property
    def _size(self) -> int:
        return int(self.G.at[-1].stop)

    @property
    def shape(self) -> Pair:
        return self._size**2, self._size**2

    def __abs__(self) -> "LeaningEquation":
        """The sums of the sizes of all terms."""
        return LeaningEquation(abs(self.G), [abs(jump) for jump in self.jumps])

    def astype(self, number: Any) -> "LeaningEquation":
        """The same in another precision."""
        return LeaningEquation(self.G.astype(number), [one.astype(number) for one in self.jumps])


def equation_of(on: LeaningStates, arrays: Arrays, s: float) -> LeaningEquation:
    """The equation at one point, whose values are arrays of one number, in units of s^grade.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}
    >>> equation_of(LeaningStates(optomechanics.MODEL, 1, (-0.4,), 2, 12), arrays, 0.01).shape
    (1296, 1296)
    """
    model = on.model

    def number(coefficient: Any) -> complex:
        return complex(np.ravel(evaluate_sum(coefficient, arrays))[0])

    def scaled(matrix: csr_array) -> Blocks:
        entries = matrix.tocoo()
        row, column = entries.coords
        sizes = float(s) ** (on.grades[column] - on.grades[row])
        entries = csr_array((entries.data * sizes, (row, column)), shape=matrix.shape)
        return Blocks.of(entries, on.grades)

    H = sum(number(c) * on.word(word) for word, c in model.effective_ladder.items())
    jumps = [
        sqrt(number(loss.rate).real) * sum(number(c) * on.word(word) for word, c in jump.items())
        for loss, jump in zip(model.losses, model.jumps, strict=True)
        if number(loss.rate)
    ]
    return LeaningEquation(scaled(csr_array(-1j * H)), [scaled(csr_array(one)) for one in jumps])


class LeaningStaircase:
    """The inverse of what keeps or raises the grades of such an equation, of Hermitian matrices.

    Raises `RuntimeError` where a block is singular.

    >>> G = Blocks.of(csr_array(np.diag([0, -0.5])), np.arange(2))  # kappa = 1
    >>> inverse = LeaningStaircase(LeaningEquation(G, []), phonons=1)
    >>> inverse(np.array([1.0 + 0j, 0, 0, 2])).real + 0
    array([ 1.,  0.,  0., -2.])
    """

    def __init__(self, equation: LeaningEquation, phonons: int) -> None:
        self._G, self._at = equation.G, equation.G.at
        count = len(self._at)
        self._own = [_Own(self._G.parts.get((m, m)), self._at[m]) for m in range(count)]
        self._jumps = [jump.parts for jump in equation.jumps if (0, 0) in jump.parts]
        alone = [at.stop - at.start == phonons for at in self._at]
        # from the lowest grades on, so that X_mn comes after what feeds it
        self._pairs = sorted(((m, n) for n in range(count) for m in range(n + 1)), key=sum)
        whole = (pair for pair in self._pairs if alone[pair[0]] and alone[pair[1]])
        self._factors = {pair: self._factorise(*pair) for pair in whole}

    def _factorise(self, m: int, n: int) -> Any:
        """Factors of a block between two states of the light, with all that its phonons do."""
        G, one = (self._own[m].G, self._own[n].G), identity(self._own[m].G.shape[0])
        block = kron(G[0], one) + kron(one, G[1].conj())
        for each in self._jumps:
            if (m, m) in each and (n, n) in each:
                block = block + kron(csr_array(each[m, m]), csr_array(each[n, n]).conj())
        block = csc_array(block).astype(complex)
        if m == n == 0:
            block = with_first_row(block, np.eye(1, block.shape[0])[0])
        ordering: Any = {"permc_spec": "MMD_AT_PLUS_A", "options": {"SymmetricMode": True}}
        return splu(block, diag_pivot_thresh=DIAGONAL, **ordering)

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        size, at, G = self._at[-1].stop, self._at, self._G.parts
        X = np.zeros((size, size), dtype=flat.dtype)
        for m, n in self._pairs:
            left = flat.reshape(size, size)[at[m], at[n]].copy()
            for k in range(m):
                if (m, k) in G:
                    left -= G[m, k] @ X[at[k], at[n]]
            for k in range(n):
                if (n, k) in G:
                    left -= (G[n, k].conj() @ X[at[m], at[k]].T).T
            found = self._solved(m, n, left)
            X[at[m], at[n]] = found if m < n else _hermitian(found)
            X[at[n], at[m]] = X[at[m], at[n]].conj().T
        return X.ravel()

    def _solved(self, m: int, n: int, F: np.ndarray) -> np.ndarray:
        if (m, n) not in self._factors:
            return self._own[m].sylvester(F, self._own[n])
        return np.asarray(self._factors[m, n].solve(F.ravel().astype(complex)).reshape(F.shape))

    def rounded(self) -> "LeaningStaircase":
        """The same: factors are not kept in two precisions."""
        return self


class _Own:
    """G of one grade, and its eigenvectors."""

    def __init__(self, part: Any, at: slice) -> None:
        self.G = csr_array((at.stop - at.start,) * 2) if part is None else csr_array(part)

    @cached_property
    def _parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        values, vectors = np.linalg.eig(self.G.toarray())
        return values, vectors, np.linalg.inv(vectors)

    def sylvester(self, F: np.ndarray, other: "_Own") -> np.ndarray:
        """X with G X + X G_other' = F."""
        (x, V, inverse), (y, W, back) = self._parts, other._parts
        inside = (inverse @ F @ back.conj().T) / np.add.outer(x, y.conj())
        return np.asarray(V @ inside @ W.conj().T)


def _hermitian(matrix: np.ndarray) -> np.ndarray:
    return np.asarray((matrix + matrix.conj().T) / 2)
