"""A loss: one channel through which quanta leave, or come in, a quantum jump at a time.

rate * D[L],    D[L] rho = L rho L' - (L'L rho + rho L'L)/2
"""

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp
from sympy.physics.quantum import Operator

from systems.display import Shown
from systems.expressions import as_expression, check_finite, shown
from systems.ladder import show


@dataclass(frozen=True)
class Loss(Shown):
    """A jump channel: ``rate * D[operator]`` in the master equation.

    ``D[L] rho = L rho L' - (L'L rho + rho L'L)/2``, so that ``rate`` is an energy decay rate:
    ``d<a'a>/dt = -rate <a'a>`` for ``operator = a``.

    Raises `TypeError` for a rate that is no number or expression of symbols and for an operator
    that holds no ladder operator, `ValueError` for a rate that is negative, complex or infinite.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> Loss(2, BosonOp("a")).rate
    2
    """

    rate: sp.Expr
    operator: sp.Expr

    def _title(self) -> str:
        return f"loss {self.rate} D[{show(self.operator)}]"

    def _facts(self) -> Mapping[str, str]:
        return {"rate": f"${sp.latex(self.rate)}$", "operator": f"${sp.latex(self.operator)}$"}

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate", as_expression("rate", self.rate, "of a Loss"))
        if self.rate.atoms(Operator):
            raise TypeError(
                f"Argument `rate` of a Loss must be a number or an expression of symbols, "
                f"but is `{self.rate}`."
            )
        if not isinstance(self.operator, sp.Expr) or not self.operator.atoms(Operator):
            raise TypeError(
                "Argument `operator` of a Loss must be a polynomial in the ladder operators of the "
                f"modes, but is {shown(self.operator)}: write a loss between dressed states as "
                "such a polynomial, or hand numeric.to_qutip's matrices to QuTiP."
            )
        check_finite("Argument `operator` of a Loss", self.operator)
        if self.rate.is_negative or self.rate.is_real is False:
            must = "must not be negative" if self.rate.is_negative else "must be real"
            raise ValueError(f"Argument `rate` of a Loss {must}, but is `{self.rate}`.")
