"""A basis in which the undriven Hamiltonian is diagonal at every point of a batch, if any.

``H0``, the part of ``H_eff`` that conserves the grade, is a sum of coefficients (which vary
from point to point) times matrices (which do not).  Two steps may make all of it diagonal:

1. The phases of the modes are free, ``a_j -> a_j exp(-i phi_j)``.  They are chosen such that
   ``H0`` is symmetric (``|J|`` takes the place of ``J``) and ``-i`` times the drive is real.
2. Words whose coefficients keep one ratio over the batch are one matrix.  If these real
   symmetric matrices commute, they share an orthogonal eigenbasis.  Two equal resonators with
   cross-Kerr coupling 2 chi have the occupations of their normal modes.

Unequal losses or nonlinearities do not commute with a coupling; then there is no such basis.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
from scipy.linalg import block_diag, eigh

from numeric.solvers.graded.equation import Columns
from systems.grading import Grading
from systems.ladder import Word

EQUAL = 4e-15  # relative: numbers that differ by a few roundings of 2e-16 are the same number
# Points up to which programs take longer to make than to run: one that also serves other values
# is better then than one that knows of chance ratios between these
FEW = 1024
SAMPLE = 16  # points that are looked at first: any few tell most columns apart
COMMUTE = 1e-13  # relative: what the rounding of an eigendecomposition leaves off the diagonal
Part: TypeAlias = tuple[Word, int, float]  # of H0: a word, which coefficient it has, ratio to it


def choose_phases(columns: Columns, grading: Grading) -> np.ndarray:
    """Phases (mode, point) for these coefficients (point) of the words of H_eff.

    Couplings come first, drives get what freedom is left: there are as many phases as modes, and
    a wish that depends on those before it is dropped.  Angles are in radians.

    >>> from systems.library import kerr
    >>> drive = {((1,), (0,)): np.array([0.1 + 0j])}
    >>> choose_phases(drive, kerr.MODEL.grading).round(4)  # i times a positive number
    array([[1.5708]])
    """
    couplings = {w: c for w, c in columns.items() if grading.raises(w) == 0 and w[0] > w[1]}
    drives = {w: c for w, c in columns.items() if grading.raises(w) > 0}
    angles = [
        (np.angle(columns.get(w[::-1], 0 * c)) - np.angle(c)) / 2 for w, c in couplings.items()
    ]
    angles += [np.pi / 2 - np.angle(c) for c in drives.values()]
    kept, back = _free((*couplings, *drives), len(grading.weights))
    return back @ np.array([angles[i] for i in kept]).reshape(len(kept), -1)


@lru_cache(maxsize=64)
def _free(words: tuple[Word, ...], modes: int) -> tuple[list[int], np.ndarray]:
    """Which wishes for the angles of words depend on none before; phases (mode, wish) for these."""
    rows, kept = np.zeros((0, modes)), list[int]()
    for i, word in enumerate(words):
        more = np.vstack([rows, _change(word)])
        if np.linalg.matrix_rank(more) > len(rows):
            rows, kept = more, [*kept, i]
    return kept, np.linalg.pinv(rows)


def turn(
    column: np.ndarray, word: Word, phases: np.ndarray, other: Word | None = None
) -> np.ndarray:
    """Coefficient (point) of a word a'^p a^q after the ``phases`` (mode, point) are turned.

    It is multiplied by exp(i sum_j (p_j - q_j) phi_j), and by the conjugate of that of the
    ``other`` word, which stands on the right of the density matrix.

    >>> turn(np.array([1.0]), ((1,), (0,)), np.array([[np.pi / 2]])).round(12)
    array([0.+1.j])
    """
    change = _change(word) - (0 if other is None else _change(other))
    return column * np.exp(1j * (change @ phases)) if change.any() else column


def symmetric_parts(columns: Columns) -> tuple[Part, ...] | None:
    """The words of a symmetric H0, or None where it is not symmetric.

    Each with the number of its coefficient and the ratio to it (`proportional`).  ``columns``
    holds the turned coefficients of all words.

    >>> there, back = ((1, 0), (0, 1)), ((0, 1), (1, 0))
    >>> columns = {there: np.array([0.3, 0.5]), back: np.array([0.3, 0.5])}
    >>> symmetric_parts(columns)  # one for both
    ((((1, 0), (0, 1)), 0, 1.0),)
    """
    words = [word for word in columns if word[0] >= word[1]]
    pairs = [w for w in words if w[0] > w[1]]
    if not all(_equal(columns[w], columns.get(w[::-1], 0 * columns[w])) for w in pairs):
        return None
    _, kinds, ratios = proportional([columns[w] for w in words])
    return tuple(zip(words, kinds, ratios, strict=True))


def common_basis(
    parts: Sequence[Part], matrices: dict[Word, np.ndarray], grades: np.ndarray
) -> np.ndarray | None:
    """Orthogonal ``vectors`` (Fock state, basis state), ascending in the grade, or None.

    ``parts`` are those of H0 (`symmetric_parts`), ``matrices`` the matrices of its words in the
    Fock basis, ``grades`` the grade of each Fock state.  None where the parts do not commute, such
    as a coupling and unequal losses.

    Two modes that exchange one quantum have a sum and a difference of them:

    >>> there, matrix = ((1, 0), (0, 1)), np.array([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])
    >>> found = common_basis([(there, 0, 1.0)], {there: matrix}, np.array([0, 1, 1]))
    >>> (found**2).astype(float).round(3)
    array([[1. , 0. , 0. ],
           [0. , 0.5, 0.5],
           [0. , 0.5, 0.5]])
    """
    count = 1 + max((kind for _, kind, _ in parts), default=-1)
    family = np.zeros((count, len(grades), len(grades)), dtype=np.longdouble)
    for word, kind, ratio in parts:
        family[kind] += ratio * (sharpen(matrices[word]) + sharpen(matrices[word]).T) / 2
    order = np.argsort(grades, kind="stable")
    blocks = [_diagonalise(family, order[grades[order] == g]) for g in np.unique(grades)]
    if any(block is None for block in blocks):
        return None
    vectors = np.zeros(family.shape[1:], dtype=np.longdouble)
    vectors[order] = block_diag(*(block for block in blocks if block is not None))
    return vectors


def proportional(columns: Sequence[np.ndarray]) -> tuple[np.ndarray, list[int], list[float]]:
    """Representatives (k, point), and for each column the k and the real ratio to it.

    Of few points only ratios of small integers count, such as those of one symbol with itself:
    the same program then serves other values of the symbols.

    >>> columns = [np.array([1.0, 2.0]), np.array([2.0, 4.0]), np.array([1.0, 1.0])]
    >>> found, kinds, ratios = proportional(columns)
    >>> len(found), kinds, ratios
    (2, [0, 0, 1], [1.0, 2.0, 1.0])
    """
    found: list[Column] = []
    kinds, ratios = [], []
    for numbers in columns:
        column = Column.of(numbers)
        candidates = ((kind, column.ratio(other)) for kind, other in enumerate(found))
        kind, ratio = next((c for c in candidates if c[1]), (len(found), 1.0))
        if kind == len(found):
            found.append(column)
        kinds.append(kind)
        ratios.append(ratio)
    return np.array([column.numbers for column in found]), kinds, ratios


class Column(NamedTuple):
    """Numbers (point), of many a few for a first look, the largest one and where it stands.

    >>> one, two = (Column.of(np.array([1.0, 2.0]) * factor) for factor in (2, 1))
    >>> one.ratio(two)
    2.0
    """

    numbers: np.ndarray
    few: np.ndarray
    largest: complex
    at: int

    @classmethod
    def of(cls, numbers: np.ndarray) -> "Column":
        few = numbers[:: len(numbers) // SAMPLE] if len(numbers) >= FEW else numbers
        at = int(np.argmax(abs(numbers)))
        return cls(numbers, few, numbers.item(at), at)

    def ratio(self, other: "Column") -> float:
        """The real number that makes the other the same, 0 if there is none within reason."""
        ratio = (self.numbers.item(other.at) / other.largest).real if other.largest else 0.0
        if not 1e-6 < abs(ratio) < 1e6:
            return 0.0
        if len(self.numbers) < FEW and round(4 * ratio) != 4 * ratio:
            return 0.0
        # most of those that differ do so at a few points already
        if not _equal(self.few, ratio * other.few):
            return 0.0
        same = len(self.numbers) < FEW or _equal(self.numbers, ratio * other.numbers)
        return ratio if same else 0.0


def _equal(one: np.ndarray, two: np.ndarray) -> bool:
    return bool((abs(one - two) <= EQUAL * abs(one)).all())


def _change(word: Word) -> np.ndarray:
    return np.array(word[0]) - np.array(word[1])


def _diagonalise(family: np.ndarray, states: np.ndarray) -> np.ndarray | None:
    block = family[:, states[:, None], states]
    size = abs(block).max(axis=(1, 2)) + 1e-300
    # any combination will do; irrational weights keep accidental degeneracies away
    whole = np.tensordot(np.sqrt(2 + np.arange(len(block))) / size, block, 1)
    vectors = _polish(whole, eigh(whole.astype(float))[1])
    turned = vectors.T @ block @ vectors
    off = abs(turned * (1 - np.eye(len(states)))).max(axis=(1, 2))
    return vectors if np.all(off <= COMMUTE * len(states) * size) else None


def sharpen(matrix: np.ndarray) -> np.ndarray:
    """The matrix of a word, whose elements are square roots of integers, in long doubles.

    The integers are found by rounding the squares.

    >>> sharpen(np.array([[0.0, -1.7320508]])).astype(float) / np.sqrt(3)
    array([[ 0., -1.]])
    """
    return np.sign(matrix) * np.sqrt(np.rint(matrix.astype(np.longdouble) ** 2))


def _polish(matrix: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Eigenvectors to the precision of the matrix.

    T. Ogita and K. Aishima, Japan J. Indust. Appl. Math. 35, 1007 (2018), Algorithm 1.
    """
    for _ in range(2):
        vectors = vectors.astype(matrix.dtype)
        R, S = np.eye(len(matrix)) - vectors.T @ vectors, vectors.T @ matrix @ vectors
        values = S.diagonal() / (1 - R.diagonal())
        gap = values - values[:, None]
        np.fill_diagonal(gap, 1)
        with np.errstate(divide="ignore", invalid="ignore"):  # of equal values: no basis is found
            E = (S + values * R) / gap
        np.fill_diagonal(E, R.diagonal() / 2)
        vectors = vectors + vectors @ E
    return vectors
