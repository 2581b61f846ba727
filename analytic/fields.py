"""Statistics of a field ``b = sum_i c_i a_i + beta``, to leading order in the drive.

Normally ordered moments factorise, ``<b1' b2' b2 b1> = |<0|b1 b2|psi>|^2``, so that

    <b'b> = |<b>|^2,    g^(k) = |<b^k>|^2/|<b>|^(2k),    g_12 = |<b1 b2>|^2/(|<b1>|^2 |<b2>|^2)

with ``<X> = <0|X|psi>`` and ``<0|a^n|psi> = sqrt(n!) C_n``.  ``beta`` is of the order of the drive:
behind a beam splitter or in transmission the drive interferes with what the modes emit, and one
photon pair with another (H. Flayac and V. Savona, Phys. Rev. A 88, 033836 (2013)).
"""

from functools import reduce
from typing import TypeAlias

import sympy as sp

from analytic.derivation import Derivation
from analytic.fock import norm
from analytic.identity import same_function
from analytic.reach import NotSeen, is_linear, is_reached
from analytic.vanishing import is_zero
from systems.fields import leading_part, read_field
from systems.ladder import Mode, multiply

Field: TypeAlias = Mode | str | sp.Expr


def number(closed: Derivation, field: Field) -> sp.Expr:
    """``<b'b>`` of a field, of order ``drive**2``; a flux if b is an output field."""
    return _square(expectation(closed, field))


def correlation(closed: Derivation, field: Field, order: int = 2) -> sp.Expr:
    """``g^(order)(0)`` of a field, independent of the drive to leading order."""
    return _square(expectation(closed, *[field] * order) / expectation(closed, field) ** order)


def cross_correlation(closed: Derivation, first: Field, second: Field) -> sp.Expr:
    """``g2_12(0) = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>)`` of two fields."""
    both = expectation(closed, first, second)
    return _square(both / expectation(closed, first) / expectation(closed, second))


def squeezing(closed: Derivation, field: Field) -> sp.Expr:
    """By how much the quietest quadrature of a field lies below the vacuum's noise.

    ``1 - Var X/(vacuum) = 2 |<bb> - <b>^2|`` for the quietest phase of ``X``, of order
    ``drive**2``; photons of incoherent light, of order ``drive**4``, add noise.  For an output
    field the spectrum is integrated: the value is a flux.  0 for coherent light only.
    """
    pairs = expectation(closed, field, field) - expectation(closed, field) ** 2
    if is_zero(pairs) and not is_linear(closed.frame):
        raise NotSeen(_unseen("The squeezing"))
    return 2 * sp.Abs(pairs, evaluate=False)


def expectation(closed: Derivation, *fields: Field) -> sp.Expr:
    """``<0|b1 b2 ...|psi>`` in the steady state, to leading order in the drive.

    Raises `NotSeen` if it is zero to this order only, as that of a dark field, and `ValueError` if
    the amplitudes do not reach.
    """
    model = closed.model
    parts = [leading_part(model, read_field(model, field)) for field in fields]
    product = reduce(lambda x, y: multiply(x, y, model.modes), parts)
    whole = sp.Add(*(c * norm(q) * closed.leading(q) for (_, q), c in product.items()))
    if len(fields) == 1 and same_function(whole, sp.S.Zero):
        raise NotSeen(
            f"Field `{fields[0]}` is dark at leading order, so its statistics are decided by "
            "quantum jumps: use numeric.fields."
        )
    if len(fields) > 1 and is_zero(whole) and any(is_reached(closed.frame, q) for _, q in product):
        names = " ".join(f"`{field}`" for field in fields)
        raise NotSeen(_unseen(f"The product of the fields {names}"))
    return whole


def _unseen(what: str) -> str:
    return (
        f"{what} is zero at leading order, but not altogether: jumps or higher orders of the drive "
        "may feed it; use numeric.fields."
    )


def _square(amplitude: sp.Expr) -> sp.Expr:
    # SymPy would multiply |x + i y| out into a root of a long polynomial
    return sp.Abs(amplitude, evaluate=False) ** 2
