"""The sweeps over the grades as a preconditioner, for modes that hold quanta of their own.

A weak drive raises the photons of a cavity one by one, and so orders its states by grades
(`numeric.solvers.graded`).  A mirror that these photons push, or that is warm, has no grades of its
own: its phonons come and go at any rate.  With weights that are zero for such modes, every term
of the master equation but the drive's lowering part and the losses of the photons keeps or raises
the grades (m, n) of both sides of rho.  Without these two

    M X = F    is block triangular,

with one block for each pair (m, n), in which all that phonons do is solved exactly, their heating
and their losses too.  What lowers a grade is small at weak drive and is left to GMRES
(`numeric.solvers.iterative`), in few steps.  The evolution between jumps, which it starts from
elsewhere, knows nothing of a thermal state: for a mirror of five phonons GMRES stagnates there.

Each block is factorised; that of (n, m) is the conjugate of that of (m, n), and both are solved
together.  A *step* of the staircase are the blocks of one m + n.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array
from scipy.sparse.linalg import SuperLU, splu

from numeric.lindblad.scaling import Scaled, amplitudes
from numeric.lindblad.space import Space
from systems import Model
from systems.ungraded import partial_weights

# Of the largest element of a column, what a pivot may be: other rows fill the factors in, and the
# digits that are lost here come back with the next steps of GMRES
DIAGONAL = 1e-8


def partial_grades(model: Model, on: Space) -> np.ndarray | None:
    """The grade of every state, as a number from zero on; None where all modes have one, or none.

    >>> from numeric.lindblad.space import space
    >>> from systems.library import optomechanics
    >>> partial_grades(optomechanics.WARM, space(optomechanics.WARM.modes, (1, 2))).tolist()
    [0, 0, 0, 1, 1, 1]
    """
    weights = partial_weights(model)
    if not weights:
        return None
    return np.unique(on.occupations @ np.array(weights), return_inverse=True)[1]


def heat(rates: Iterable[tuple[list[int], float]]) -> float:
    """How much jumps bring in, over what they take out, of the same mode: x of a thermal one.

    ``rates`` are those of `numeric.lindblad.liouvillian.Liouvillian.jump_rates`.

    >>> heat([([-1, 0], 1.0), ([0, -1], 5.0), ([0, 1], 4.0)])  # photons, and four phonons
    0.8
    """
    sums: dict[tuple[int, ...], list[float]] = {}
    for change, rate in rates:
        sums.setdefault(tuple(map(abs, change)), [0.0, 0.0])[sum(change) > 0] += rate
    return max((up / down if down else np.inf for down, up in sums.values() if up), default=0.0)


def by_grades(point: Scaled, grades: np.ndarray) -> Scaled:
    """The same point in units of the amplitude of one of these grades.

    The unit is the largest one that no amplitude between two jumps exceeds.

    >>> empty = csc_array((4, 4))
    >>> K = np.array([[0, 0.1], [0.1, -0.5j]])
    >>> point = Scaled(empty, empty, K, empty, np.zeros(2), s=1.0, grades=np.array([0, 0]))
    >>> round(by_grades(point, np.array([0, 1])).s, 12)
    0.2
    """
    raised, plain = grades > 0, point if point.s == 1.0 else point.with_scale(1.0)
    size = abs(amplitudes(plain.K)[raised]) ** (1 / grades[raised])
    s = float(np.max(size, initial=0.0))
    return replace(plain, grades=grades).with_scale(s if 0 < s < 1 else 1.0)


@dataclass(frozen=True)
class Elements:
    """What is known of each number of a flattened matrix: its grades, and where its conjugate is.

    ``twins`` are the positions of the numbers of the adjoint matrix, whose conjugates they are.

    >>> Elements.between(np.array([0, 1])).twins
    array([0, 2, 1, 3])
    """

    left: np.ndarray
    right: np.ndarray
    twins: np.ndarray

    @classmethod
    def between(cls, grades: np.ndarray) -> "Elements":
        """Those of a matrix between states of these grades.

        >>> both = Elements.between(np.array([0, 1]))
        >>> both.left, both.right
        (array([0, 0, 1, 1]), array([0, 1, 0, 1]))
        """
        size = len(grades)
        places = np.arange(size**2).reshape(size, size)
        return cls(np.repeat(grades, size), np.tile(grades, size), places.T.ravel())


class Staircase:
    """The inverse of what keeps or raises the grades of a system; it acts on flattened matrices.

    ``system`` is the whole, with X_00 = F_00 for its first row; what lowers a grade is left out.
    ``of`` knows the grades of its elements.  Raises `RuntimeError` where a block is singular.

    >>> system = csc_array(np.diag([1.0 + 0j, 2, 2, 4]))
    >>> Staircase(system, Elements.between(np.array([0, 1])))(np.ones(4)).real
    array([1.  , 0.5 , 0.5 , 0.25])
    """

    def __init__(self, system: csc_array, of: Elements) -> None:
        left, right, entries = of.left, of.right, coo_array(system)
        # step by step, on each step (m, n) beside its twin (n, m), in the order of its conjugates
        grades = np.unique(left).tolist()
        pairs = [(m, n) for n in grades for m in grades if m <= n]
        blocks = [_elements(of, m, n) for m, n in sorted(pairs, key=sum)]
        self._order = np.concatenate([block.ravel() for block in blocks])
        place, step = np.argsort(self._order), left + right
        row, column = entries.coords
        same = (left[row] == left[column]) & (right[row] == right[column])
        below = step[column] < step[row]
        inside, fed = _part(entries, same, place), _part(entries, below, place)
        ends = pairwise(np.cumsum([0, *(block.size for block in blocks)]).tolist())
        self._steps = [
            (len(block), slice(*pair), fed[slice(*pair)], _factorise(inside, pair[0], len(block.T)))
            for block, pair in zip(blocks, ends, strict=True)
        ]

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        source, found = flat[self._order], np.zeros(flat.size, dtype=complex)
        for twins, here, fed, factors in self._steps:
            wanted = (source[here] - fed @ found).reshape(twins, -1)
            wanted[1:] = wanted[1:].conj()
            solved = factors.solve(wanted.T).T
            solved[1:] = solved[1:].conj()
            found[here] = solved.ravel()
        made = np.empty_like(found)
        made[self._order] = found
        return made

    def rounded(self) -> "Staircase":
        """The same: factors are not kept in two precisions."""
        return self


def _elements(of: Elements, one: int, two: int) -> np.ndarray:
    """Positions of the elements between these grades; in a second row those of the conjugates.

    Between states of the same grade the first row has them all.
    """
    here = np.flatnonzero((of.left == one) & (of.right == two))
    return here[None] if one == two else np.stack([here, of.twins[here]])


def _factorise(matrix: csr_array, start: int, length: int) -> SuperLU:
    """LU factors of a block on the diagonal, with the pivots where the losses stand."""
    here = slice(start, start + length)
    ordering: Any = {"permc_spec": "MMD_AT_PLUS_A", "options": {"SymmetricMode": True}}
    return splu(csc_array(matrix[here, here]), diag_pivot_thresh=DIAGONAL, **ordering)


def _part(entries: coo_array, chosen: np.ndarray, place: np.ndarray) -> csr_array:
    """The chosen entries, with rows and columns where ``place`` puts them."""
    row, column = (place[coordinate[chosen]] for coordinate in entries.coords)
    return csr_array((entries.data[chosen], (row, column)), shape=entries.shape)
