"""A model's master equation as constant matrices times coefficients, ready for the sweeps.

    0 = sum_t c_t A_t rho B_t'

The matrices A_t and B_t are those of words of ladder operators: they depend on the model and the
truncation only, and so does the `Program` that is made of them, once.  The coefficients c_t vary
from point to point.  Terms of H_eff stand on one side of rho, those of jumps on both.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from numeric.lindblad.space import Cut, Space, space
from numeric.solvers.graded.basis import (
    Part,
    choose_phases,
    common_basis,
    proportional,
    sharpen,
    symmetric_parts,
    turn,
)
from numeric.solvers.graded.equation import Columns, equation_of
from numeric.solvers.graded.lists import Sandwich, assemble
from numeric.solvers.graded.program import Program
from numeric.solvers.graded.sums import NEGLIGIBLE
from systems import Model
from systems.ladder import Word
from systems.values import Arrays, evaluate

Pair = tuple[Word | None, Word | None]  # words on the left and on the right of rho
Recipe = tuple[tuple[int, float, Pair], ...]  # number of the coefficient, ratio to it, words


@dataclass(frozen=True)
class Problem:
    """A batch to be solved, as `numeric.solvers.graded.kernel.solve` takes it.

    ``factors`` (coefficient, point) are the coefficients, in units of a loss rate (``unit``).
    ``pure`` tells that every jump lowers the grade, so that the leading order is psi psi'.
    ``vectors`` (Fock state, basis state) and ``phases`` (mode, point) lead back to Fock states.
    An *element* is a number of the density matrix in the basis of the sweeps; about half of them
    are kept, as the others are their conjugates.

    >>> from systems.library import kerr
    >>> arrays = {name: np.full(2, value) for name, value in kerr.VALUES.items()}
    >>> problem = pose(kerr.MODEL, arrays, quanta=2)
    >>> problem.space.size, problem.grades
    (3, array([0, 1, 2]))
    """

    space: Space
    grades: np.ndarray  # of the Fock states
    program: Program
    factors: np.ndarray
    unit: np.ndarray  # of energy, per point, in which the factors are
    pure: bool
    vectors: np.ndarray
    phases: np.ndarray
    cancellation: np.ndarray  # per point, see `_cancellation`

    @property
    def is_rotated(self) -> bool:
        """Whether the basis is another one than that of the Fock states.

        >>> from systems.library import kerr
        >>> arrays = {name: np.full(2, value) for name, value in kerr.VALUES.items()}
        >>> problem = pose(kerr.MODEL, arrays, quanta=2)
        >>> problem.is_rotated
        False
        """
        return bool(np.count_nonzero(self.vectors) > self.space.size)

    def density(self, elements: np.ndarray) -> np.ndarray:
        """Density matrices (point, state, state) of Fock states from elements (point, element).

        >>> from systems.library import kerr
        >>> arrays = {name: np.full(2, value) for name, value in kerr.VALUES.items()}
        >>> problem = pose(kerr.MODEL, arrays, quanta=2)
        >>> rho = np.array([np.diag([0.7, 0.2, 0.1])] * 2)
        >>> bool(np.allclose(problem.density(problem.elements(rho)), rho))
        True
        """
        size, left, right = self.space.size, self.program.left, self.program.right
        rho, turns = np.empty((len(elements), size, size), dtype=complex), self._turns
        if self.is_rotated:
            rho[:, right, left] = elements.conj()
            rho[:, left, right] = elements
            return turns[:, :, None] * (self.vectors @ rho @ self.vectors.T) * turns.conj()[:, None]
        fock = np.argmax(self.vectors, axis=0)  # which one each basis state is
        i, j = fock[left], fock[right]
        turned = elements * (turns[:, i] * turns[:, j].conj())
        rho[:, j, i] = turned.conj()
        rho[:, i, j] = turned
        return rho

    def elements(self, matrices: np.ndarray) -> np.ndarray:
        """Elements (point, element) of Hermitian matrices (point, state, state) of Fock states.

        It is the inverse of `density`.

        >>> from systems.library import kerr
        >>> arrays = {name: np.full(2, value) for name, value in kerr.VALUES.items()}
        >>> problem = pose(kerr.MODEL, arrays, quanta=2)
        >>> problem.elements(np.array([np.eye(3)] * 2)).shape == (2, len(problem.program.left))
        True
        """
        turns, left, right = self._turns, self.program.left, self.program.right
        turned = turns.conj()[:, :, None] * matrices * turns[:, None]
        return np.asarray((self.vectors.T @ turned @ self.vectors)[:, left, right])

    def dual(self, observables: np.ndarray) -> np.ndarray:
        """What gives Tr[O rho] as the real part of its product with the elements of rho.

        ``observables`` (point, state, state) are Hermitian; the result has the shape (point,
        element).  Elements that stand for their conjugates too count twice.

        >>> from systems.library import kerr
        >>> arrays = {name: np.full(2, value) for name, value in kerr.VALUES.items()}
        >>> problem = pose(kerr.MODEL, arrays, quanta=2)
        >>> number, rho = (np.array([np.diag(d)] * 2) for d in ([0.0, 1, 2], [0.7, 0.2, 0.1]))
        >>> np.sum(problem.dual(number) * problem.elements(rho), axis=1).real.round(12)
        array([0.4, 0.4])
        """
        size, left, right = self.space.size, self.program.left, self.program.right
        # the elements that are left out are conjugates of others
        alone = (left != right) & ~np.isin(right * size + left, left * size + right)
        return self.elements(observables).conj() * np.where(alone, 2, 1)

    @property
    def _turns(self) -> np.ndarray:
        """Phases (point, state) of the Fock states."""
        return np.exp(-1j * (self.space.occupations @ self.phases)).T


def pose(model: Model, arrays: Arrays, quanta: Cut, diagonal: bool = True) -> Problem:
    """The problem for arrays of one dimension, in a diagonal basis if wanted and possible.

    ``arrays`` hold one value per point.  Raises `NoGrading` if the Hamiltonian has no grading or a
    jump may raise the grade, and `TooLarge` if an elimination has too many steps.

    >>> from systems.library import kerr
    >>> arrays = {name: np.full(2, value) for name, value in kerr.VALUES.items()}
    >>> problem = pose(kerr.MODEL, arrays, quanta=2)
    >>> problem.pure, problem.is_rotated
    (True, False)
    >>> rho = np.array([np.diag([0.7, 0.2, 0.1])] * 2)
    >>> bool(np.allclose(problem.density(problem.elements(rho)), rho))
    True
    >>> number = np.array([np.diag([0.0, 1.0, 2.0])] * 2)  # Tr[a'a rho] = 0.2 + 2 * 0.1
    >>> np.sum(problem.dual(number) * problem.elements(rho), axis=1).real.round(12)
    array([0.4, 0.4])
    """
    equation, on = equation_of(model), space(model.modes, quanta)
    grades = on.occupations @ np.array(model.driven_grading.weights)
    effective, jumps, unit = equation.evaluate(arrays)
    # in units of a loss rate from here on
    effective = {word: column / unit for word, column in effective.items()}
    jumps = {pair: column / unit for pair, column in jumps.items()}
    lost = np.maximum(_cancellation(model, on, effective), _jump_cancellation(model, on, arrays))
    phases = choose_phases(effective, model.driven_grading)
    effective = {word: turn(column, word, phases) for word, column in effective.items()}
    terms: list[tuple[Pair, np.ndarray]] = []
    for word, column in effective.items():
        terms += [((word, None), -1j * column), ((None, word), 1j * column.conj())]
    for (left, right), column in jumps.items():
        terms.append(((left, right), turn(column, left, phases, right)))
    # with one as the first coefficient: see `Sums`
    columns = [np.ones(unit.shape, dtype=complex), *(column for _, column in terms)]
    factors, kinds, ratios = proportional(columns)
    recipe = tuple(zip(kinds[1:], ratios[1:], (pair for pair, _ in terms), strict=True))
    vectors = _vectors(model, quanta, effective, diagonal)
    high = vectors.astype(float)
    low = (vectors - high).astype(float)  # the bytes of long doubles hold random ones
    program = _program(model, quanta, recipe, len(factors), high.tobytes(), low.tobytes())
    return Problem(on, grades, program, factors, unit, equation.pure, high, phases, lost)


def _cancellation(
    model: Model, on: Space, columns: dict[Word, np.ndarray], diagonal: bool = False
) -> np.ndarray:
    """How large the terms of an element of an operator are against their sum, at worst, per point.

    ``columns`` are the coefficients (point) of its words.  A drive F a' (a'a - r) with r close
    to one is known to fewer digits than F and r are, and no later step can tell.
    """
    weights = _shared(tuple(columns), on, diagonal)
    coefficients = np.array(list(columns.values()))
    if not weights.size:
        return np.ones(coefficients.shape[1])
    terms, sums = weights.T @ coefficients, abs(weights).T @ abs(coefficients)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sums > 0, sums / abs(terms), 1).max(axis=0, initial=1))


def _jump_cancellation(model: Model, on: Space, arrays: Arrays) -> np.ndarray:
    lost = [np.ones(next(iter(arrays.values())).shape)]
    for ladder in model.jumps:
        if len(ladder) > 1:
            columns = {word: evaluate(x, arrays) for word, x in ladder.items()}
            lost.append(_cancellation(model, on, columns, diagonal=True))
    return np.max(lost, axis=0)


@lru_cache(maxsize=32)
def _shared(words: tuple[Word, ...], on: Space, diagonal: bool) -> np.ndarray:
    """Weights (word, element) of the elements to which several words add, each kind once."""
    matrices = np.array([on.word(word).real.toarray() for word in words])
    if not diagonal:  # of the diagonal every pivot keeps account
        matrices = matrices * (1 - np.eye(on.size))
    weights = matrices.reshape(len(words), -1)
    weights = weights[:, np.count_nonzero(weights, axis=0) > 1]
    return np.unique(np.round(weights / abs(weights).max(axis=0, initial=0), 12), axis=1)


def _vectors(model: Model, quanta: Cut, effective: Columns, diagonal: bool) -> np.ndarray:
    """The basis in which H0 is diagonal, if that is wanted and possible, or the Fock states."""
    undriven = {w: c for w, c in effective.items() if model.driven_grading.raises(w) == 0}
    return _basis(model, quanta, symmetric_parts(undriven) if diagonal else None)


@lru_cache(maxsize=32)
def _basis(model: Model, quanta: Cut, parts: tuple[Part, ...] | None) -> np.ndarray:
    """The same for the parts of H0, None where it is not symmetric; made once."""
    on = space(model.modes, quanta)
    grades = on.occupations @ np.array(model.driven_grading.weights)
    if parts is not None:
        matrices = {word: on.word(word).real.toarray() for word, _, _ in parts}
        vectors = common_basis(parts, matrices, grades)
        if vectors is not None:
            return vectors
    return np.eye(on.size, dtype=np.longdouble)[:, np.argsort(grades, kind="stable")]


@lru_cache(maxsize=32)
def _program(
    model: Model, quanta: Cut, recipe: Recipe, factors: int, high: bytes, low: bytes
) -> Program:
    on = space(model.modes, quanta)
    basis = np.frombuffer(high).astype(np.longdouble) + np.frombuffer(low)
    basis = basis.reshape(on.size, on.size)

    def sharp(word: Word) -> np.ndarray:
        return sharpen(on.word(word).real.toarray())

    # words of H_eff that share a coefficient may be diagonal only together
    sums: dict[tuple[int, bool], np.ndarray] = {}
    terms = []
    for factor, ratio, (left, right) in recipe:
        if left and right:
            terms.append(
                Sandwich(factor, ratio, *(_rotate(sharp(w), basis) for w in (left, right)))
            )
        elif word := left or right:
            key = factor, right is None
            sums[key] = sums.get(key, 0) + ratio * sharp(word)
    for (factor, is_left), matrix in sums.items():
        rotated = _rotate(matrix, basis)
        terms.append(Sandwich(factor, 1.0, *((rotated, None) if is_left else (None, rotated))))
    grades = on.occupations @ np.array(model.driven_grading.weights)
    return assemble(grades, basis.astype(float), terms, factors)


def _rotate(matrix: np.ndarray, vectors: np.ndarray) -> csr_array:
    rotated = vectors.T @ matrix @ vectors
    large = abs(rotated) > NEGLIGIBLE * abs(rotated).max()
    return csr_array(np.where(large, rotated, 0).astype(float))
