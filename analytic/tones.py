"""Amplitudes under a drive of several tones, in closed form to leading order.

The drive xi becomes xi f(t) with f(t) = sum_j c_j exp(-i nu_j t): a laser of several colours, nu_j
counting from the frame's frequency.  The amplitudes of N quanta are sums of all the frequencies
that N tones make together,

    C_N(t) = sum_nu C_N^nu exp(-i nu t),
    (H_NN - nu) C_N^nu + sum_(k, nu') V_k^(nu - nu') C_(N-k)^nu' = 0,       C_0^0 = 1,

and interfere with one another: two tones whose ratio is right leave no two photons at one moment of
every beat (M. Li et al., Phys. Rev. Lett. 129, 043601 (2022)).  `numeric.periodic_state` has the
numbers of the master equation.
"""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from analytic.derivation import Derivation, check_closed
from analytic.fock import block, occupations
from systems.expressions import as_expression
from systems.ladder import Occupation
from systems.values import check_driven

time = sp.Symbol("t", real=True)
Tones = dict[sp.Expr, sp.Matrix]  # by frequency: the amplitudes of one grade


def tone_amplitude(closed: Derivation, parts: Mapping[Any, Any], occupation: Occupation) -> sp.Expr:
    """``C_n(t)`` in the periodic state under the drive times ``sum_j c_j exp(-i nu_j t)``.

    ``parts`` maps each frequency nu_j to c_j, numbers or expressions in any symbols; the result is
    an expression in those, the model's symbols and the real symbol ``t``.  Right to leading order
    in the drive.  Raises `ValueError` if the amplitude was not derived, or if the drive enters the
    Hamiltonian otherwise than in its first power.

    One tone on resonance is the steady amplitude:

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> sp.simplify(tone_amplitude(closed, {0: 1}, (2,)) - closed.amplitude((2,)))
    0
    """
    check_closed(closed)
    check_driven(closed.model)
    model, target = closed.frame, tuple(occupation)
    if target not in closed.states:
        raise ValueError(
            f"Argument `occupation` must be one of those that were derived, but is {occupation}: "
            "derive with more `quanta`."
        )
    given = {as_expression("parts", nu): as_expression("parts", c) for nu, c in parts.items()}
    known: list[Tones] = [{sp.S.Zero: sp.ones(1, 1)}]
    for grade in range(1, model.grading.of(target) + 1):
        known.append(_grade(closed, given, known, grade))
    place = occupations(model, len(known) - 1).index(target)
    terms = (C[place] * sp.exp(-sp.I * nu * time) for nu, C in known[-1].items())
    return sp.Add(*terms)


def _grade(
    closed: Derivation, given: Mapping[sp.Expr, sp.Expr], known: list[Tones], grade: int
) -> Tones:
    """The amplitudes of one grade at all frequencies that occur there."""
    model, kets = closed.frame, occupations(closed.frame, grade)
    sources: Tones = {}
    for lower, several in enumerate(known):
        V = _between(closed, kets, occupations(model, lower))
        for nu, C in several.items() if any(V) else ():
            for tone, c in given.items():
                total = sp.expand(nu + tone)
                sources[total] = sources.get(total, sp.zeros(len(kets), 1)) + c * V * C
    H = sp.Matrix(block(model, model.leading_ladder, kets)) if kets else sp.zeros(0, 0)
    one = sp.eye(len(kets))
    return {nu: -((H - nu * one).LUsolve(source)) for nu, source in sources.items()}


def _between(closed: Derivation, bras: list[Occupation], kets: list[Occupation]) -> sp.Matrix:
    """What the drive brings from some states to others, matrix (bras, kets)."""
    model = closed.frame
    driven = {w: c for w, c in model.leading_ladder.items() if c.has(model.drive)}
    for coefficient in driven.values():
        if sp.simplify(coefficient / model.drive).has(model.drive):
            raise ValueError(
                f"Argument `closed` must be of a model whose drive enters in its first power, but "
                f"a coefficient is `{coefficient}`."
            )
    whole = sp.Matrix(block(model, driven, [*bras, *kets]))
    return whole[: len(bras), len(bras) :]
