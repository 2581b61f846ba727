"""The steady state to any number of digits: slow, for comparison only.

The same cut equation as `numeric.lindblad.liouvillian`, built anew in mpmath (matrix elements are
square roots of integers, not doubles) and solved by iterative refinement,

    sigma <- sigma + A^-1 (b - L sigma),

with residuals in full precision and A, the LU factors of the scaled L (`scaling`), in
double precision.  Every round adds some fourteen digits; the residual proves the result.

This is the classical refinement of N. J. Higham, "Accuracy and Stability of Numerical
Algorithms", chapter 12: the factors may be crude, for they only decide how fast it converges;
what it converges to is decided by the residual.  The scaled L is well conditioned at any drive,
which is why doubles are good enough to start from.  As the equation is assembled by other code
than the solvers use, from the words and not from their matrices, it also judges how they assemble
it.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, TypeAlias

import mpmath as mp
import numpy as np
import sympy as sp
from scipy.sparse import csc_array

from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.scaling import scale, weights
from numeric.lindblad.space import Space, space
from numeric.solvers.direct import factorise
from systems import Model
from systems.ladder import Word
from systems.values import Arrays, Values, read_values

ROUNDS = 30  # of refinement, each of which adds some fourteen digits: 400 in all
Matrix: TypeAlias = dict[tuple[int, int], Any]  # nonzero elements, of mpmath


def precise_populations(model: Model, values: Values, quanta: int, digits: int = 50) -> list[Any]:
    """Populations at one point, in the order of `numeric.lindblad.space.Space`, as `mpmath.mpf`.

    ``values`` are numbers, one for every parameter, in one unit of rates; they are taken as the
    doubles that they are.  ``digits`` are those of the scaled equation, in which the populations
    are of order one at any drive, so that one of the order drive^(2n) has as many, unless
    interference empties it.  The cut is that of ``quanta``: digits beyond its own error say
    nothing of the untruncated equation.

    Raises `ArithmeticError` where the refinement does not converge.

    >>> from systems.library import kerr
    >>> weak = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 1e-6}
    >>> mp.nstr(precise_populations(kerr.MODEL, weak, 2, digits=30)[2], 8)  # (2 xi)^4/2
    '8.0e-24'
    """
    arrays, on = read_values(model, values), space(model.modes, quanta)
    point = {name: np.atleast_1d(array) for name, array in arrays.items()}
    s, grades = float(scale(model, point)[0]), on.occupations @ weights(model)
    pairs = np.add.outer(grades, grades).ravel().tolist()
    with mp.workdps(digits + 10):
        lost = _stranded(model, point, quanta)
        numbers = {name: mp.mpmathify(array[0].item()) for name, array in point.items()}
        L = _generator(model, numbers, on, lost)
        rows = [[(k, mp.mpf(s) ** (pairs[k] - pairs[e]) * x) for k, x in r] for e, r in L.items()]
        rows[0] = [(0, mp.mpf(1))]  # the vacuum's population is one, its equation follows
        sigma = _refine(rows, mp.mpf(10) ** -digits)
        found = [
            mp.mpf(s) ** (2 * g) * sigma[i * (on.size + 1)].real
            for i, g in enumerate(grades.tolist())
        ]
        return [p / mp.fsum(found) for p in found]


def _refine(rows: list[list[tuple[int, Any]]], accuracy: Any) -> list[Any]:
    """Solution of ``rows . x = (1, 0, 0, ...)``.

    ``rows`` are lists of (column, element); the solution is accurate once no residual exceeds
    ``accuracy``.  The residual is divided by its size before it is handed to the factors, and the
    step multiplied again: at 400 digits it is far below what doubles can hold.  Raises
    `ArithmeticError` after `ROUNDS` rounds.
    """
    e, k, x = zip(*((e, k, complex(x)) for e, row in enumerate(rows) for k, x in row), strict=True)
    factors = factorise(csc_array((x, (e, k)), shape=(len(rows),) * 2))
    solution = [mp.mpc(0)] * len(rows)
    for _ in range(ROUNDS):
        left = [-mp.fsum(x * solution[k] for k, x in row) for row in rows]
        left[0] += 1
        size = max(abs(r) for r in left)
        if size < accuracy:
            return solution
        # in units of the largest, or doubles would underflow
        step = factors.solve(np.array([complex(r / size) for r in left]))
        solution = [old + size * mp.mpc(new) for old, new in zip(solution, step, strict=True)]
    raise ArithmeticError("The refinement does not converge: the equation is nearly singular.")


def _stranded(model: Model, point: Arrays, quanta: int) -> np.ndarray:
    """The states that `numeric.lindblad.liouvillian` leaves out, shape (states,)."""
    equation = liouvillian(model, quanta)
    return equation.stranded(equation.coefficients(point)[0])


def _generator(
    model: Model, values: Mapping[str, Any], on: Space, lost: np.ndarray
) -> dict[int, list[Any]]:
    """Row by row the elements of L, number of the column first; flattened row by row.

    L rho = -i (K rho - rho K') + sum_k rate_k L_k rho L_k', in the unit of the rates.  The states
    ``lost`` decay at a rate of one and couple to nothing, so that L has one null vector only.
    """
    n, jumps = on.size, []
    K = _without(_matrix(model.ladder, values, on), lost)
    K |= {(i, i): mp.mpc(0, -0.5) for i in np.flatnonzero(lost).tolist()}
    for loss, ladder in zip(model.losses, model.jumps, strict=True):
        rate, jump = _number(loss.rate, values), _without(_matrix(ladder, values, on), lost)
        jumps.append((rate, jump))
        for (k, i), x in jump.items():
            for (m, j), y in jump.items():
                if k == m:
                    K[i, j] = K.get((i, j), 0) - mp.mpc(0, 0.5) * rate * mp.conj(x) * y
    L: dict[int, dict[int, Any]] = {e: defaultdict(mp.mpc) for e in range(n * n)}
    for (i, j), x in K.items():
        for k in range(n):
            L[i * n + k][j * n + k] -= 1j * x
            L[k * n + i][k * n + j] += 1j * mp.conj(x)
    for rate, jump in jumps:
        for (i, j), x in jump.items():
            for (k, m), y in jump.items():
                L[i * n + k][j * n + m] += rate * x * mp.conj(y)
    return {e: list(row.items()) for e, row in L.items()}


def _without(matrix: Matrix, lost: np.ndarray) -> Matrix:
    """The matrix without the rows and columns ``lost``."""
    return {(i, j): x for (i, j), x in matrix.items() if not (lost[i] or lost[j])}


def _matrix(ladder: Mapping[Word, sp.Expr], values: Mapping[str, Any], on: Space) -> Matrix:
    """Sum of the words times their coefficients on the cut space, as nonzero elements by position.

    a^q takes |n> to sqrt(n!/(n - q)!) |n - q>, and a'^p that to |n - q + p> with the like factor;
    what leaves the space on the way up is cut.  ``values`` are mpmath numbers by the symbols'
    names.
    """
    total: Matrix = {}
    for (p, q), expression in ladder.items():
        x = _number(expression, values)
        for j, state in enumerate(on.occupations.tolist()):
            low = [a - b for a, b in zip(state, q, strict=True)]
            high = [a + b for a, b in zip(low, p, strict=True)]
            i = on.position(tuple(high))
            if min(low) >= 0 and i >= 0:
                ends = [*zip(state, low, strict=True), *zip(high, low, strict=True)]
                square = mp.fprod(mp.factorial(a) / mp.factorial(b) for a, b in ends)
                total[i, j] = total.get((i, j), 0) + x * mp.sqrt(square)
    return total


def _number(expression: sp.Expr, values: Mapping[str, Any]) -> Any:
    """A coefficient as an mpmath number, evaluated with all of the digits at work.

    SymPy's own numbers (a half, a root of two) become mpmath numbers of these digits as well.
    """
    symbols = sorted(sp.sympify(expression).free_symbols, key=str)
    return sp.lambdify(symbols, expression, "mpmath")(*(values[str(s)] for s in symbols))
