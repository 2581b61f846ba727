"""Amplitudes under a drive of several tones, in closed form to leading order.

The drive xi becomes xi f(t) with f(t) = sum_j c_j exp(-i nu_j t): a laser of several colours, nu_j
counting from the frame's frequency.  The amplitudes of N quanta are sums of all the frequencies
that N tones make together,

    C_N(t) = sum_nu C_N^nu exp(-i nu t),
    (H_NN - nu) C_N^nu + sum_(k, nu') V_k^(nu - nu') C_(N-k)^nu' = 0,       C_0^0 = 1,

where V of what stands with xi^p (xi*)^q has the frequencies of f^p (f*)^q, and a coupling of its
own, such as a drive of pairs, the frequency 0.  The amplitudes interfere with one another: two
tones whose ratio is right leave no two photons at one moment of every beat (M. Li et al., Phys.
Rev. Lett. 129, 043601 (2022)).  `numeric.periodic_state` has the numbers of the master equation.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp

from analytic.derivation import Derivation, check_closed
from analytic.fock import block, occupations
from analytic.time.driven import Powers, by_drive
from systems.expressions import as_expression
from systems.ladder import Ladder, Occupation
from systems.progress import busy
from systems.values import check_driven

time = sp.Symbol("t", real=True)
Tones = dict[sp.Expr, sp.Expr]  # a function of time: by frequency nu, what is times exp(-i nu t)
Amplitudes = dict[sp.Expr, sp.Matrix]  # the same of the amplitudes of one grade


@busy("amplitudes under several tones")
def tone_amplitude(closed: Derivation, parts: Mapping[Any, Any], occupation: Occupation) -> sp.Expr:
    """``C_n(t)`` in the periodic state under the drive times ``sum_j c_j exp(-i nu_j t)``.

    ``parts`` maps each frequency nu_j to c_j, numbers or expressions in any symbols; the result is
    an expression in those, the model's symbols and the real symbol ``t``.  Right to leading order
    in the drive.  Raises `ValueError` if the amplitude was not derived, or if the Hamiltonian is no
    polynomial in the drive and its conjugate.

    One tone on resonance is the steady amplitude:

    >>> from analytic import derive
    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL)
    >>> sp.simplify(tone_amplitude(closed, {0: 1}, (2,)) - closed.amplitude((2,)))
    0
    """
    check_closed(closed)
    check_driven(closed.model)
    model, target = closed.undisplaced, tuple(occupation)
    if target not in closed.states:
        raise ValueError(
            f"Argument `occupation` must be one of those that were derived, but is {occupation}: "
            "derive with more `quanta`."
        )
    given = {as_expression("parts", nu): as_expression("parts", c) for nu, c in parts.items()}
    sources = [
        (_product(given, powers), part) for powers, part in by_drive(model, model.drive).items()
    ]
    known: list[Amplitudes] = [{sp.S.Zero: sp.ones(1, 1)}]
    for grade in range(1, model.grading.of(target) + 1):
        known.append(_grade(closed, sources, known, grade))
    place = occupations(model, len(known) - 1).index(target)
    terms = (C[place] * sp.exp(-sp.I * nu * time) for nu, C in known[-1].items())
    return sp.Add(*terms)


def _product(tones: Tones, powers: Powers) -> Tones:
    """The tones of ``f^p (f*)^q``."""
    conjugate = {-nu: sp.conjugate(c) for nu, c in tones.items()}
    result: Tones = {sp.S.Zero: sp.S.One}
    for factor in [tones] * powers[0] + [conjugate] * powers[1]:
        terms = [(nu + tone, c * d) for nu, c in result.items() for tone, d in factor.items()]
        result = _gathered(terms, sp.S.Zero)
    return result


def _gathered(terms: Iterable[tuple[sp.Expr, Any]], zero: Any) -> dict[sp.Expr, Any]:
    """The sum of what has the same frequency."""
    total: dict[sp.Expr, Any] = {}
    for nu, term in terms:
        nu = sp.expand(nu)
        total[nu] = total.get(nu, zero) + term
    return total


def _grade(
    closed: Derivation, sources: list[tuple[Tones, Ladder]], known: list[Amplitudes], grade: int
) -> Amplitudes:
    """The amplitudes of one grade at all frequencies that occur there."""
    model, kets = closed.undisplaced, occupations(closed.undisplaced, grade)
    terms = []
    for lower, several in enumerate(known):
        below = occupations(model, lower)
        for tones, part in sources:
            V = sp.Matrix(block(model, part, [*kets, *below]))[: len(kets), len(kets) :]
            for nu, C in several.items() if any(V) else ():
                terms += [(nu + tone, c * V * C) for tone, c in tones.items()]
    H = sp.Matrix(block(model, model.leading_ladder, kets)) if kets else sp.zeros(0, 0)
    one = sp.eye(len(kets))
    driven = _gathered(terms, sp.zeros(len(kets), 1))
    return {nu: -((H - nu * one).LUsolve(source)) for nu, source in driven.items()}
