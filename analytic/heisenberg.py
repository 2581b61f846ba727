"""How a normally ordered product changes in time, by the adjoint of the Lindblad equation.

    dX/dt = i [H, X] + sum_k rate_k (L_k' X L_k - (L_k'L_k X + X L_k'L_k)/2)

(H.-P. Breuer and F. Petruccione, "The Theory of Open Quantum Systems", Sec. 3.2.3).  The numeric
road has its own, `numeric.lindblad.heisenberg`, written from the commutators.
"""

import sympy as sp

from systems import Model
from systems.ladder import Ladder, Word, add, adjoint, multiply, scale


def heisenberg(model: Model, word: Word) -> Ladder:
    """``d<word>/dt`` by the adjoint of the Lindblad equation, coefficients multiplied out.

    >>> from systems import kerr
    >>> sorted(map(str, heisenberg(kerr.MODEL, ((0,), (1,))).values()))  # of a, a'aa and 1
    ['-2*I*chi', '-I*Delta - gamma/2', '-I*xi']
    """

    def product(*factors: Ladder) -> Ladder:
        first, *rest = factors
        for factor in rest:
            first = multiply(first, factor, model.modes)
        return first

    X: Ladder = {word: sp.S.One}
    terms = [scale(sp.I, product(model.ladder, X)), scale(-sp.I, product(X, model.ladder))]
    for loss, L in zip(model.losses, model.jumps, strict=True):
        up = adjoint(L)
        terms.append(scale(loss.rate, product(up, X, L)))
        terms.append(scale(-loss.rate / 2, add(product(up, L, X), product(X, up, L))))
    total = {w: _expand(c) for w, c in add(*terms).items()}
    return {w: c for w, c in total.items() if c != 0}


def _expand(coefficient: sp.Expr) -> sp.Expr:
    """Multiplied out; cosh^2 - sinh^2 of a squeezed bath is 1."""
    expanded = sp.expand(coefficient)
    return sp.trigsimp(expanded) if expanded.has(sp.cosh, sp.cos) else expanded
