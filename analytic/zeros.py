"""Blockade of a field, and of several orders at once: where <b^k> vanishes at leading order.

For a field b = sum_i c_i a_i + beta, light of several modes and of the laser,

    g^(k) = |<b^k>|^2/|<b>|^(2k),      <b^k> = <0|b^k|psi>

(`analytic.fields`), a polynomial in the amplitudes.  A homodyned emitter, or the port of a cavity
that also carries the drive, blocks where *these* vanish, not where the mode's own amplitude does:
H. Flayac and V. Savona, Phys. Rev. A 88, 033836 (2013).  The c_i and beta may hold symbols that
the model does not have, such as beta = r xi with an unknown r.

Each order that vanishes is a complex equation, and takes two real unknowns or a complex one.  One
order is solved as `Derivation.blockade_conditions` does; several orders together by Newton's
method from many places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp

from analytic.conditions.condition import Condition, zeros
from analytic.conditions.newton import Newton
from analytic.conditions.roots import numeric_zeros
from analytic.conditions.unknowns import Unknowns, check_free, read_unknowns, symbols_of
from analytic.derivation import Derivation, check_closed
from analytic.fields import Field, project
from systems.fields import leading_part, read_field
from systems.ladder import multiply
from systems.progress import busy
from systems.values import Values, check_positive, read_exact

STARTS = 1000  # of Newton's method; of the systems tried, 300 found all that 3000 did


@dataclass(frozen=True)
class _Known:
    """The symbols of a model and of a field, as far as names are looked up."""

    parameters: tuple[sp.Symbol, ...]


@busy("zeros of a field")
def field_conditions(
    closed: Derivation,
    field: Field,
    solve_for: Unknowns,
    at: Mapping[Any, Any] | None = None,
    order: int = 2,
    values: Values | None = None,
) -> list[Condition]:
    """Where ``<b^order>`` of a field vanishes at leading order: all real branches.

    ``field`` is a mode or an expression ``sum_i c_i a_i + beta``, whose symbols may be unknowns
    (beta of the order of the drive, ``r*xi``).  The other arguments, the result and the errors are
    those of `Derivation.blockade_conditions`.  What a zero is worth says `numeric.fields` at its
    values.

    The laser that cancels the pairs of a Kerr mode in one port:

    >>> from analytic import derive
    >>> from systems import kerr
    >>> r = sp.Symbol("r")
    >>> port = kerr.a + r * kerr.xi
    >>> values = {"Delta": 0, "chi": 1, "gamma": 2, "xi": 0.01}
    >>> for condition in field_conditions(derive(kerr.MODEL), port, r, values=values):
    ...     print(complex(condition.values[r]).imag > 0)
    True
    True
    """
    check_closed(closed)
    known = _known(closed, [field])
    unknowns = read_unknowns(known, solve_for)  # type: ignore[arg-type]
    fixed = symbols_of(known, at or {}, "at")  # type: ignore[arg-type]
    check_free(unknowns, fixed, "at")
    if values is None:
        return zeros(*_factors(closed, field, order, fixed), unknowns)
    exact = _exact(closed, known, values)
    check_free(unknowns, exact, "values")
    exact |= fixed
    return numeric_zeros(*_factors(closed, field, order, exact), unknowns, exact)


@busy("zeros of several orders")
def joint_zeros(
    closed: Derivation,
    conditions: Sequence[tuple[Field, int]],
    solve_for: Sequence[sp.Symbol | str],
    values: Values,
    starts: int = STARTS,
    seed: int = 1,
) -> list[Condition]:
    """Points at which several orders, of one field or of several, vanish together.

    ``conditions`` are pairs of a field and an order, ``[(b, 2), (b, 3)]`` for g2 = g3 = 0.  Each
    takes two real unknowns of ``solve_for`` or one complex one.  ``values`` holds numbers for all
    other symbols but the drive.  Newton's method starts from ``starts`` random places within
    one and a half decades of the largest rate; what it finds is followed to thirty digits, and
    what makes a field dark or does not have the signs of its symbols is left out.  Points that no
    start leads to are not found.  Raises `ValueError` or `TypeError` for bad arguments.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> joint_zeros(derive(kerr.MODEL, 3), [("a", 2), ("a", 3)], ("Delta", "chi", "gamma", "xi"),
    ...             {}, starts=5)  # a Kerr mode has none
    []
    """
    check_closed(closed)
    known = _known(closed, [field for field, _ in conditions])
    unknowns = [read_unknowns(known, one)[0] for one in solve_for]  # type: ignore[arg-type]
    count = sum(1 if x.is_real else 2 for x in unknowns)
    if count != 2 * len(conditions):
        raise ValueError(
            f"Argument `solve_for` must hold {2 * len(conditions)} real unknowns (a complex one "
            f"counts twice) for {len(conditions)} conditions, but holds {count}."
        )
    exact = _exact(closed, known, values)
    check_free(unknowns, exact, "values")
    if closed.model.drive not in {*exact, *unknowns}:
        exact[closed.model.drive] = sp.S.One  # it drops out
    several = [_factors(closed, field, order, exact) for field, order in conditions]
    wholes = [sp.expand(sp.Mul(*factors)) for factors, _ in several]
    poles = [pole for _, found in several for pole in found]
    missing = set().union(*(w.free_symbols for w in wholes)) - set(unknowns)
    if missing:
        raise ValueError(
            f"Argument `values` must hold a value for {', '.join(sorted(map(str, missing)))}."
        )
    return Newton(unknowns, wholes, poles).solve(starts, seed, _rate(closed, exact))


def _factors(
    closed: Derivation, field: Field, order: int, exact: Mapping[sp.Symbol, sp.Expr]
) -> tuple[list[sp.Expr], list[sp.Expr]]:
    """Factors of ``<b^order>`` that do not vanish with ``<b>`` alone, and the poles.

    Both are polynomials; at a pole the amplitude diverges or the field is dark.
    """
    check_positive("order", order)
    model, free = closed.model, _free(closed, field)
    b = leading_part(model, read_field(model, field, free))
    dark = (0,) * len(model.modes)
    product = reduce(lambda x, y: multiply(x, y, model.modes), [b] * order)
    # numbers first: with all symbols a common denominator takes minutes
    top, bottom = _fraction(project(closed, product, dark).subs(exact))
    one, _ = _fraction(project(closed, b, dark).subs(exact))
    if top == 0 or one == 0:
        raise ValueError(
            f"Argument `field` must be one that emits at leading order, but <b^{order}> of "
            f"`{field}` is zero there for all values: use numeric.fields."
        )
    poles = [*_irreducible(bottom), *_irreducible(one)]
    return [f for f in _irreducible(top) if f not in poles], poles


def _fraction(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Numerator and denominator, multiplied out; they may share factors."""
    top, bottom = sp.fraction(sp.together(expression))
    return sp.expand(top), sp.expand(bottom)


def _irreducible(polynomial: sp.Expr) -> list[sp.Expr]:
    """The factors that can vanish, i taken for a letter: true Gaussian factors take minutes."""
    i = sp.Dummy("i")
    factors = sp.factor_list(polynomial.xreplace({sp.I: i}))[1]
    plain = [sp.expand(f.xreplace({i: sp.I})) for f, _ in factors]
    return [f for f in plain if f.free_symbols and not f.is_positive]


def _free(closed: Derivation, field: Field) -> set[sp.Symbol]:
    """The symbols of a field that are none of the model."""
    symbols = set() if isinstance(field, str) else field.free_symbols
    return {s for s in symbols if s.is_commutative} - set(closed.model.parameters)


def _known(closed: Derivation, fields: Sequence[Field]) -> _Known:
    free = set[sp.Symbol]().union(*(_free(closed, field) for field in fields))
    return _Known((*closed.model.parameters, *sorted(free, key=str)))


def _exact(closed: Derivation, known: _Known, values: Values) -> dict[sp.Symbol, sp.Expr]:
    """Exact numbers for the model's symbols and for those of the field."""
    own = {str(s): s for s in known.parameters if s not in closed.model.parameters}
    inside = {name: v for name, v in values.items() if str(name) not in own}
    exact = read_exact(closed.model, inside, "values")
    more = {own[str(n)]: sp.nsimplify(v, rational=True) for n, v in values.items() if str(n) in own}
    return exact | more


def _rate(closed: Derivation, exact: Mapping[sp.Symbol, sp.Expr]) -> float:
    """The largest rate of a loss that is known, or 1."""
    rates = [loss.rate.subs(exact) for loss in closed.model.losses]
    return max([float(rate) for rate in rates if rate.is_number and rate > 0], default=1.0)
