"""The purity of the steady state, to leading order in the drive.

Between jumps the state is psi, pure.  A jump L_k leaves psi with an addition

    phi_k = L_k psi - <0|L_k psi> psi

on the states |n> of fewest quanta, which decays under their block H of H_eff while further jumps
are too rare to matter.  The steady state holds these additions as a matrix Q, and

    -i (H Q - Q H') + sum_k rate_k phi_k phi_k' = 0,        Tr rho^2 = 1 - 2 Tr Q.

Tr Q = sum_k rate_k phi_k' W phi_k, with W the integral of exp(i H't) exp(-i H t) over all times.
Coherent states have phi_k = 0: linear light stays pure, whatever is lost.
"""

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from analytic.delayed import leading_terms
from analytic.derivation import Derivation
from analytic.fock import apply, norm, occupations
from analytic.reach import NotSeen, is_linear
from analytic.vanishing import is_zero
from systems import Model
from systems.fields import leading_part
from systems.ladder import Ladder, Occupation, is_two_level

LIMIT = sp.Rational(1, 3)  # of what may be missing


def purity(closed: Derivation) -> sp.Expr:
    """``Tr rho^2``, NaN where more than a third is missing to one: see `impurity`.

    The correction then exceeds half the sum, beyond what `analytic.expand` calls "ok" too, and a
    parametric drive may be above its threshold.  Raises as `impurity`.
    """
    missing = impurity(closed)
    return sp.Piecewise((1 - missing, missing <= LIMIT), (sp.nan, True))


def impurity(closed: Derivation) -> sp.Expr:
    """``1 - Tr rho^2``, of order ``drive**4`` for modes driven one by one.

    Raises `ValueError` if the amplitudes do not reach: that takes one quantum more than a jump
    removes; and `NotSeen` if it is zero at leading order only.
    """
    model = closed.frame
    lowest = min(w for w in model.grading.weights if occupations(model, w))
    kets = occupations(model, lowest)
    jumps = [leading_part(model, jump) for jump in model.jumps]
    removed = [min(model.grading.of(q) for _, q in jump) for jump in jumps]
    W = _lifetimes(_block(model, kets))
    missing, additions = sp.S.Zero, []
    for loss, jump, quanta in zip(model.losses, jumps, removed, strict=True):
        if quanta == min(removed):  # others are of higher order in the drive
            phi = sp.Matrix([_addition(closed, jump, ket) for ket in kets])
            additions += list(phi)
            missing += loss.rate * (phi.H * W * phi)[0]
    if all(map(is_zero, additions)) and not is_linear(model):
        raise NotSeen(
            "The purity is 1 at leading order, but not altogether: what is missing is of higher "
            "order in the drive; use numeric.fields."
        )
    return 2 * sp.re(missing, evaluate=False)


def _addition(closed: Derivation, jump: Ladder, ket: Occupation) -> sp.Expr:
    """``<n|L psi> - <0|L psi> <n|psi>``."""
    total = sp.S.Zero
    for (_, q), coefficient in jump.items():
        before = tuple(n + k for n, k in zip(ket, q, strict=True))
        if not _is_full(closed.model, before):
            total += coefficient * closed.leading(before) * norm(before) / norm(ket)
        total -= coefficient * norm(q) * closed.leading(q) * closed.leading(ket)
    return total


def _is_full(model: Model, occupation: Occupation) -> bool:
    pairs = zip(occupation, model.modes, strict=True)
    return any(n > 1 and is_two_level(mode) for n, mode in pairs)


def _block(model: Model, kets: list[Occupation]) -> sp.Matrix:
    """The undriven H_eff between these states."""
    H = sp.zeros(len(kets))
    for word, coefficient in leading_terms(model).items():
        for column, ket in enumerate(kets):
            bra, factor = apply(model, word, ket)
            if factor and bra in kets:
                H[kets.index(bra), column] += coefficient * factor * norm(bra) / norm(ket)
    return H


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
