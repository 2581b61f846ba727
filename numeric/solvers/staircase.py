"""The sweeps over the grades as a preconditioner, for modes that hold quanta of their own.

A weak drive raises the photons of a cavity, and so orders its states by grades
(`numeric.solvers.graded`).  A mirror that these photons push, or that is warm, has no grades of
its own: its phonons come and go at any rate.  With weights that are zero for such modes, every term
of the master equation but the drive's lowering part and the losses of the photons keeps or raises
the grades (m, n) of both sides of rho.  Without these two

    M X = F    is block triangular,

with one block for each pair (m, n), in which all that phonons do is solved exactly, their heating
and their losses too.  What lowers a grade is small at weak drive and is left to GMRES
(`numeric.solvers.iterative`), in few steps.  There a mirror of five phonons has no second home: the
evolution without jumps alone knows nothing of a thermal state, and GMRES stagnates.

Each block is factorised; that of (n, m) is the conjugate of that of (m, n).
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array
from scipy.sparse.linalg import SuperLU, splu

from numeric.scaling import Scaled, amplitudes
from numeric.space import Space
from systems import Model
from systems.ladder import Word

# Of the largest weight: what HiGHS leaves of one that is zero
NOUGHT = 1e-6
# Of the largest element of a column, what a pivot may be: other rows fill the factors in, and the
# digits that are lost here come back with the next steps of GMRES
DIAGONAL = 1e-8


@lru_cache(maxsize=64)
def partial_weights(model: Model) -> tuple[float, ...]:
    """What a quantum of each mode counts where the drive alone raises the sum; zero for some.

    The undriven Hamiltonian conserves the sum, and no jump raises it.  All are zero where there is
    no such sum, none where the model has a grading of all its modes.

    >>> from systems.library import kerr_dimer, optomechanics
    >>> partial_weights(optomechanics.WARM), partial_weights(kerr_dimer.MODEL)
    ((1.0, 0.0), (1.0, 1.0))
    """
    from scipy.optimize import linprog  # slow to import

    conserved = [_change(w) for w, c in model.ladder.items() if min(model.by_order(c)) == 0]
    lost = [_change(word) for jump in model.jumps for word in jump]
    count = len(model.modes)
    found = linprog(
        -np.ones(count),
        A_ub=np.array([np.zeros(count), *lost]),
        b_ub=np.zeros(len(lost) + 1),
        A_eq=np.array([np.zeros(count), *conserved]),
        b_eq=np.zeros(len(conserved) + 1),
        bounds=(0, 1),
    )
    return tuple(float(w) if w > NOUGHT else 0.0 for w in np.round(found.x, 9))


def _change(word: Word) -> np.ndarray:
    return np.array(word[0]) - np.array(word[1])


def partial_grades(model: Model, on: Space) -> np.ndarray | None:
    """The grade of every state, as a number from zero on; None where all modes have one, or none.

    >>> from numeric.space import space
    >>> from systems.library import optomechanics
    >>> partial_grades(optomechanics.WARM, space(optomechanics.WARM.modes, (1, 2))).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    weights = partial_weights(model)
    if not any(weights) or all(weights):
        return None
    return np.unique(np.round(on.occupations @ weights, 6), return_inverse=True)[1]


def is_heated(model: Model) -> bool:
    """Whether a jump brings in quanta.

    >>> from systems.library import optomechanics
    >>> is_heated(optomechanics.WARM), is_heated(optomechanics.MODEL)
    (True, False)
    """
    return any(sum(_change(word)) > 0 for jump in model.jumps for word in jump)


def by_grades(point: Scaled, grades: np.ndarray) -> Scaled:
    """The same point in units of the amplitude of one of these grades.

    The unit is the largest one that no amplitude between two jumps exceeds.

    >>> empty = csc_array((4, 4))
    >>> K = np.array([[0, 0.1], [0.1, -0.5j]])
    >>> point = Scaled(empty, empty, K, empty, np.zeros(2), s=1.0, grades=np.array([0, 0]))
    >>> round(by_grades(point, np.array([0, 1])).s, 12)
    0.2
    """
    raised, plain = grades > 0, point.with_scale(1.0)
    size = abs(amplitudes(plain.K)[raised]) ** (1 / grades[raised])
    s = float(np.max(size, initial=0.0))
    return replace(plain, grades=grades).with_scale(s if 0 < s < 1 else 1.0)


class Staircase:
    """The inverse of what keeps or raises the grades of a system; it acts on flattened matrices.

    ``system`` is the whole, with X_00 = F_00 for its first row, and ``rest`` what is left out.
    ``grades`` are those of the states.  Raises `RuntimeError` where a block is singular.

    >>> system = csc_array(np.diag([1.0 + 0j, 2, 2, 4]))
    >>> Staircase(system, np.array([0, 1]))(np.ones(4)).real
    array([1.  , 0.5 , 0.5 , 0.25])
    """

    def __init__(self, system: csc_array, grades: np.ndarray) -> None:
        size, entries = len(grades), coo_array(system)
        left, right = np.repeat(grades, size), np.tile(grades, size)
        row, column = entries.coords
        lowers = (left[column] > left[row]) | (right[column] > right[row])
        same = (left[column] == left[row]) & (right[column] == right[row])
        self.rest = _part(entries, lowers)
        inside, fed = _part(entries, same), _part(entries, ~lowers & ~same)
        # positions of each block, row by row
        self._places = {
            (m, n): np.add.outer(
                size * np.flatnonzero(grades == m), np.flatnonzero(grades == n)
            ).ravel()
            for m in np.unique(grades)
            for n in np.unique(grades)
        }
        self._count, self._order = np.bincount(grades), sorted(self._places, key=sum)
        self._fed = {pair: fed[place] for pair, place in self._places.items()}
        self._factors = {
            (m, n): _factorise(csc_array(inside[place][:, place]))
            for (m, n), place in self._places.items()
            if m <= n
        }

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        found = np.zeros(flat.size, dtype=complex)
        for m, n in self._order:
            place = self._places[m, n]
            source = flat[place] - self._fed[m, n] @ found
            found[place] = self._solve(m, n, source)
        return found

    def _solve(self, m: int, n: int, source: np.ndarray) -> np.ndarray:
        if m <= n:
            return np.asarray(self._factors[m, n].solve(source))
        turned = source.reshape(self._shape(m, n)).T.conj().ravel()
        solved = self._factors[n, m].solve(turned)
        return np.asarray(solved.reshape(self._shape(n, m)).T.conj().ravel())

    def _shape(self, m: int, n: int) -> tuple[int, int]:
        return self._count[m], self._count[n]

    def rounded(self) -> "Staircase":
        """The same: factors are not kept in two precisions."""
        return self

    def left_out(self, flat: np.ndarray) -> Any:
        """Nothing beyond ``rest``."""
        return 0.0


def _factorise(matrix: csc_array) -> SuperLU:
    """LU factors with the pivots on the diagonal, where the losses stand."""
    ordering: Any = {"permc_spec": "MMD_AT_PLUS_A", "options": {"SymmetricMode": True}}
    return splu(matrix, diag_pivot_thresh=DIAGONAL, **ordering)


def _part(entries: coo_array, chosen: np.ndarray) -> csr_array:
    row, column = (coordinate[chosen] for coordinate in entries.coords)
    return csr_array((entries.data[chosen], (row, column)), shape=entries.shape)
