"""Statistics of a field ``b = sum_i c_i a_i + beta``, to leading order in the drive.

Normally ordered moments factorise, ``<b1' b2' b2 b1> = |<0|b1 b2|psi>|^2``, so that

    <b'b> = |<b>|^2,    g^(k) = |<b^k>|^2/|<b>|^(2k),    g_12 = |<b1 b2>|^2/(|<b1>|^2 |<b2>|^2)

with ``<X> = <0|X|psi>`` and ``<0|a^n|psi> = sqrt(n!) C_n``.  ``beta`` is of the order of the drive:
behind a beam splitter or in transmission the drive interferes with what the modes emit, and one
photon pair with another (H. Flayac and V. Savona, Phys. Rev. A 88, 033836 (2013)).

The purity of the whole state is here as well, as on the other road.  Between jumps the state is
psi, pure.  A jump L_k leaves psi with an addition

    phi_k = L_k psi - <0|L_k psi> psi

on the states |n> of fewest quanta, which decays under their block H of H_eff while further jumps
are too rare to matter.  The steady state holds these additions as a matrix Q, and

    -i (H Q - Q H') + sum_k rate_k phi_k phi_k' = 0,        Tr rho^2 = 1 - 2 Tr Q.

Tr Q = sum_k rate_k phi_k' W phi_k, with W the integral of exp(i H't) exp(-i H t) over all times.
Coherent states have phi_k = 0: linear light stays pure, whatever is lost.

The functions are those of `numeric.fields`, with a `Derivation` in the place of a steady state;
`analytic.time.delayed` has the correlations at two times.
"""

from functools import reduce
from typing import TypeAlias

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from analytic.derivation import Derivation
from analytic.fock import block, is_full, norm, occupations
from analytic.rational.vanishing import is_zero, same_function
from analytic.reach import NotSeen, is_linear, is_reached
from systems.fields import leading_part, read_field
from systems.ladder import Ladder, Mode, Occupation, multiply

Field: TypeAlias = Mode | str | sp.Expr
# Of what may be missing to a purity of one: at a third the correction is half of the sum 1 - 1/3,
# which is the most that `analytic.expand` calls "ok" (`series.assessment.LARGEST_DOUBT`).
MISSING_MOST = sp.Rational(1, 3)


def number(closed: Derivation, field: Field) -> sp.Expr:
    """``<b'b>`` of a field, of order ``drive**2``; a flux if b is an output field.

    ``field`` is a mode, by operator or label, or a sum of modes and a number of the drive's order.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> from analytic.rational.vanishing import same_function
    >>> same_function(number(closed, 2 * kerr.a), 4 * closed.number("a"))
    True
    """
    return _square(expectation(closed, field))


def correlation(closed: Derivation, field: Field, order: int = 2) -> sp.Expr:
    """``g^(order)(0)`` of a field, independent of the drive to leading order.

    Raises `NotSeen` for a field that is dark at this order, and `ValueError` if ``order`` exceeds
    the quanta of the derivation.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> from systems.fields import output_field
    >>> closed, gamma = derive(kerr.MODEL), kerr.gamma
    >>> transmitted = output_field(kerr.a, coupling=gamma / 2, drive=kerr.xi)
    >>> float(closed.evaluate(correlation(closed, transmitted), kerr.VALUES | {"Delta": 1.0})) > 1
    True
    """
    return _square(expectation(closed, *[field] * order) / expectation(closed, field) ** order)


def cross_correlation(closed: Derivation, first: Field, second: Field) -> sp.Expr:
    """``g2_12(0) = <b1' b2' b2 b1>/(<b1'b1> <b2'b2>)`` of two fields.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed, a = derive(kerr.MODEL), kerr.a
    >>> ports = cross_correlation(closed, a / 2, sp.I * a)  # behind a beam splitter: as one mode
    >>> bool(closed.evaluate(ports - closed.correlation(a), kerr.VALUES).round(12) == 0)
    True
    """
    both = expectation(closed, first, second)
    return _square(both / expectation(closed, first) / expectation(closed, second))


def squeezing(closed: Derivation, field: Field) -> sp.Expr:
    """By how much the quietest quadrature of a field lies below the vacuum's noise.

    ``1 - Var X/(vacuum) = 2 |<bb> - <b>^2|`` for the quietest phase of ``X``, of order
    ``drive**2``; photons of incoherent light, of order ``drive**4``, add noise.  For an output
    field the spectrum is integrated: the value is a flux.  0 for coherent light only.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> float(closed.evaluate(squeezing(closed, "a"), kerr.VALUES | {"xi": 0.01})) < 1e-3
    True
    """
    pairs = expectation(closed, field, field) - expectation(closed, field) ** 2
    if is_zero(pairs) and not is_linear(closed.undisplaced):
        raise NotSeen(_unseen("The squeezing"))
    return 2 * sp.Abs(pairs, evaluate=False)


def expectation(closed: Derivation, *fields: Field) -> sp.Expr:
    """``<0|b1 b2 ...|psi>`` in the steady state, to leading order in the drive.

    Raises `NotSeen` if it is zero to this order only, as that of a dark field, and `ValueError` if
    the amplitudes do not reach.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> expectation(closed, "a")  # C_1
    -2*xi/(2*Delta - I*gamma)
    """
    model = closed.model
    parts = [leading_part(model, read_field(model, field)) for field in fields]
    product = reduce(lambda x, y: multiply(x, y, model.modes), parts)
    whole = project(closed, product, (0,) * len(model.modes))
    if len(fields) == 1 and same_function(whole, sp.S.Zero):
        raise NotSeen(
            f"Field `{fields[0]}` is dark at leading order, so its statistics are decided by "
            "quantum jumps: use numeric.fields."
        )
    if (
        len(fields) > 1
        and is_zero(whole)
        and any(is_reached(closed.undisplaced, q) for _, q in product)
    ):
        names = " ".join(f"`{field}`" for field in fields)
        raise NotSeen(_unseen(f"The product of the fields {names}"))
    return whole


def purity(closed: Derivation) -> sp.Expr:
    """``Tr rho^2``, NaN where more than a third is missing to one: see `linear_entropy`.

    The correction then exceeds half the sum, beyond what `analytic.expand` calls "ok" too, and a
    parametric drive may be above its threshold.  Raises as `linear_entropy`.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> 0.99 < float(closed.evaluate(purity(closed), kerr.VALUES)) < 1
    True
    """
    missing = linear_entropy(closed)
    return sp.Piecewise((1 - missing, missing <= MISSING_MOST), (sp.nan, True))


def linear_entropy(closed: Derivation) -> sp.Expr:
    """``1 - Tr rho^2``, of order ``drive**4`` for modes driven one by one.

    Raises `ValueError` if the amplitudes do not reach: that takes one quantum more than a jump
    removes; and `NotSeen` if it is zero at leading order only.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> weak, weaker = (closed.evaluate(linear_entropy(closed), kerr.VALUES | {"xi": xi})
    ...                 for xi in (0.02, 0.01))
    >>> round(float(weak / weaker), 6)  # of the fourth order in the drive
    16.0
    """
    model = closed.undisplaced
    lowest = min(w for w in model.grading.weights if occupations(model, w))
    kets, vacuum = occupations(model, lowest), (0,) * len(model.modes)
    jumps = [leading_part(model, jump) for jump in model.jumps]
    removed = [min(model.grading.of(q) for _, q in jump) for jump in jumps]
    W = _lifetimes(sp.Matrix(block(model, model.leading_ladder, kets)))
    missing, additions = sp.S.Zero, []
    for loss, jump, quanta in zip(model.losses, jumps, removed, strict=True):
        if quanta == min(removed):  # others are of higher order in the drive
            rest = project(closed, jump, vacuum)
            phi = sp.Matrix([project(closed, jump, n) - rest * closed.leading(n) for n in kets])
            additions += list(phi)
            missing += loss.rate * _weighed(W, phi)
    if all(map(is_zero, additions)) and not is_linear(model):
        raise NotSeen(
            "The purity is 1 at leading order, but not altogether: what is missing is of higher "
            "order in the drive; use numeric.fields."
        )
    return 2 * missing


impurity = linear_entropy  # its name in version 0.1


def project(closed: Derivation, field: Ladder, bra: Occupation) -> sp.Expr:
    """``<bra|b|psi>`` of lowering operators b, each amplitude to its own leading order.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> project(closed, {((0,), (1,)): sp.S.One}, (0,)) == closed.leading((1,))
    True
    """
    total = sp.S.Zero
    for (_, q), coefficient in field.items():
        ket = tuple(n + k for n, k in zip(bra, q, strict=True))
        if not is_full(closed.model, ket):
            total += coefficient * closed.leading(ket) * norm(ket) / norm(bra)
    return total


def _unseen(what: str) -> str:
    return (
        f"{what} is zero at leading order, but not altogether: jumps or higher orders of the drive "
        "may feed it; use numeric.fields."
    )


def _square(amplitude: sp.Expr) -> sp.Expr:
    # SymPy would multiply |x + i y| out into a root of a long polynomial
    """``|amplitude|^2``, not multiplied out."""
    return sp.Abs(amplitude, evaluate=False) ** 2


def _weighed(W: sp.Matrix, phi: sp.Matrix) -> sp.Expr:
    """``phi' W phi`` of a Hermitian W, in a form that is real."""
    if W[0, 0] * sp.eye(W.rows) == W:
        # SymPy would look for the real part of a long product: minutes for three modes
        return sp.Add(*(W[0, 0] * _square(x) for x in phi if x != 0))
    return sp.re((phi.H * W * phi)[0], evaluate=False)


def _lifetimes(H: sp.Matrix) -> sp.Matrix:
    """W with ``i (H'W - W H) = -1``."""
    size, loss = H.rows, (sp.I * (H - H.H)).applyfunc(sp.expand)
    if loss == loss[0, 0] * sp.eye(size):  # all states decay alike
        return sp.eye(size) / loss[0, 0]
    letters = {x: sp.Dummy() for x in {*H, *H.H} if x != 0}
    K, K_adjoint = (M.applyfunc(lambda x: letters.get(x, x)) for M in (H, H.H))
    unit = sp.eye(size)
    # W row by row in one column; the factor i stands outside, so that the ring is over the integers
    equations = sp.kronecker_product(K_adjoint, unit) - sp.kronecker_product(unit, K.T)
    A = DomainMatrix.from_Matrix(equations)
    one = DomainMatrix.from_Matrix(sp.Matrix(unit.vec())).convert_to(A.domain)
    top, bottom = A.solve_den(one)
    meaning = {letter: x for x, letter in letters.items()}
    column = top.to_Matrix() / A.domain.to_sympy(bottom)
    return sp.I * column.xreplace(meaning).reshape(size, size)
