"""Correlations of fields at two times, to leading order in the drive.

A photon of b1 found at time 0 leaves ``|phi(0)> = b1 |psi>/<0|b1|psi>``.  To leading order its
amplitudes relax back to the steady ones under the same equations, with phi_0 = 1:

    i d phi/dtau = K phi,    K = H_NN on every block plus the drive that raises it,
    g2_12(tau) = |<0|b2|phi(tau)>|^2/|<0|b2|psi>|^2        for tau >= 0

(H. J. Carmichael, R. J. Brecha and P. R. Rice, Opt. Commun. 82, 73 (1991)).  For tau < 0 the roles
are exchanged: g2_12(-tau) = g2_21(tau).
"""

from typing import Any

import numpy as np
import sympy as sp

from analytic.derivation import Derivation
from analytic.fields import Field, expectation, project
from analytic.fock import block, norm, occupations
from systems.fields import leading_part, read_field
from systems.labels import label_beside
from systems.ladder import Ladder
from systems.progress import busy
from systems.values import Values, read_values


@busy("g2(tau) of the closed form")
def delayed_correlation(
    closed: Derivation, values: Values, first: Field, taus: Any, second: Field | None = None
) -> Any:
    """``g2_12(tau)`` at one point of values, an array of the shape of ``taus``.

    It is labelled where the delays or the values are.
    ``taus`` are in the inverse unit of the rates; ``second=None`` takes the same field twice.  The
    drive of ``values`` drops out.

    Right to leading order in the drive.  Raises `NotSeen` for a field that is dark at this order,
    and `ValueError` for bad values or if the amplitudes do not reach.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed, values = derive(kerr.MODEL), kerr.VALUES
    >>> now, late = delayed_correlation(closed, values, "a", [0.0, 40.0])
    >>> bool(np.isclose(now, closed.evaluate(closed.correlation("a"), values)))
    True
    >>> round(float(late), 6)  # photons far apart know nothing of each other
    1.0
    """
    other = first if second is None else second
    expectation(closed, first, other)  # raises where it would start from a zero that is none
    delays = np.asarray(taus, dtype=float)
    forward, back = (
        _Relaxation(closed, values, *pair) for pair in ((first, other), (other, first))
    )
    flat = [forward(t) if t >= 0 else back(-t) for t in delays.ravel()]
    return label_beside(np.array(flat).reshape(delays.shape), forward.arrays, "tau", taus, "g2")


class _Relaxation:
    """The second field's light after a photon of the first, at one point of values."""

    def __init__(self, closed: Derivation, values: Values, first: Field, second: Field) -> None:
        self.closed, self.values = closed, {**values}
        self.arrays = read_values(closed.model, values)
        model = closed.model
        one, two = (leading_part(model, read_field(model, field)) for field in (first, second))
        reach = max(model.grading.of(q) for _, q in two)
        self.states = [n for g in range(reach + 1) for n in occupations(model, g)]
        self.generator = -1j * self._matrix()
        after = np.array([self._number(project(closed, one, bra)) for bra in self.states])
        self.start = after / self._number(expectation(closed, first))
        self.read = self._row(two) / self._number(expectation(closed, second))

    def __call__(self, tau: float) -> float:
        from scipy.linalg import expm  # slow to import

        return float(abs(self.read @ expm(self.generator * tau) @ self.start) ** 2)

    def _number(self, expression: sp.Expr) -> complex:
        return complex(self.closed.evaluate(expression, self.values))

    def _matrix(self) -> np.ndarray:
        """K between unscaled kets; the vacuum's own equation is dropped, so that phi_0 = 1.

        Numbers, at the values of this relaxation: array (states, states).
        """
        model = self.closed.undisplaced
        numbers = {word: self._number(part) for word, part in model.leading_ladder.items()}
        K = block(model, numbers, self.states, complex)
        K[0] = 0
        return K

    def _row(self, field: Ladder) -> np.ndarray:
        """The field as a row vector: what it makes of amplitudes is the vacuum's, ``<0|b|phi>``."""
        row = np.zeros(len(self.states), complex)
        for (_, q), coefficient in field.items():
            row[self.states.index(q)] += self._number(coefficient) * float(norm(q))
        return row
