"""Blockade conditions as numbers: roots of a resultant, where radicals do not give them.

Two polynomials in two real unknowns share a zero only where their resultant vanishes, a
polynomial in one of them; the other unknown then follows from the polynomials themselves.

All arithmetic is done with forty digits: rational numbers stay exact as long as they can, roots of
polynomials come from mpmath, and a root counts as a zero of the other polynomial if what is left
is round-off of these digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from analytic.conditions.condition import Condition
from analytic.conditions.phases import angle, complex_amplitude, find_phases, in_half_angle
from analytic.conditions.unknowns import check_polynomial
from analytic.conditions.verification import at_point, vanishes
from systems.progress import busy

Solution = tuple[sp.Expr, ...]
# Of the sum of the terms.  Roots are computed with 40 digits, of which double roots keep half,
# 1e-20.
ROUND = sp.Float("1e-18")
# Of the sum of the terms of a pole.  A solution has 18 digits or more, and a pole that comes as
# near as this makes the amplitude 0/0 in floats.
SMALL = sp.Float("1e-12")


@busy("zeros of an amplitude")
def numeric_zeros(
    factors: Iterable[sp.Expr],
    poles: Iterable[sp.Expr],
    unknowns: tuple[sp.Expr, ...],
    values: Mapping[sp.Symbol, sp.Expr],
) -> list[Condition]:
    """All real solutions of ``factor = 0``, where all other symbols have (exact) values.

    The numbers have 15 digits; unknowns are as in `condition.zeros`, and phases lie in
    (-pi, pi].  Solutions at which a pole vanishes, too, are left out; the rest is sorted by value.

    >>> x, y = sp.symbols("x y", real=True)
    >>> g = sp.Symbol("g", positive=True)
    >>> [str(found) for found in numeric_zeros([x**3 - g + sp.I * y], [], (x, y), {g: 8})]
    ['x = 2.00000000000000, y = 0']
    """
    poles = [_insert(pole, values) for pole in poles]
    found: dict[Solution, Condition] = {}
    for factor in factors:
        for solution in _numeric(_insert(factor, values), unknowns):
            point = dict(zip(unknowns, solution, strict=True))
            if not any(_vanishes(pole, point) for pole in poles):
                digits = {x: sp.N(value, 15) for x, value in point.items()}
                found.setdefault(tuple(digits.values()), Condition(digits, sp.true))
    return [found[solution] for solution in sorted(found, key=lambda s: [*map(sp.re, s)])]


def _insert(factor: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The factor with its values, phases among them as rationals of sixty digits.

    No one number field of algebra holds them all, so that they cannot stay exact.
    """
    equation = sp.expand(sp.expand(factor.subs(values)).doit())
    turned = [e for e in equation.atoms(sp.exp, sp.cos, sp.sin) if e.is_number]
    return sp.expand(equation.xreplace({e: _rational(sp.N(e, 60)) for e in turned}))


def _rational(number: sp.Expr) -> sp.Expr:
    """A number of many digits as an exact one, with a rational real and imaginary part."""
    real, imaginary = number.as_real_imag()
    return sp.Rational(real) + sp.I * sp.Rational(imaginary)


def _without_prefactor(equation: sp.Expr, letters: tuple[sp.Symbol, ...]) -> sp.Expr:
    """The equation without a power of symbols that have no value, and need none."""
    missing = sorted(equation.free_symbols - set(letters), key=str)
    if not missing or not equation.is_polynomial(*missing):
        return equation
    terms = sp.Poly(equation, *missing).terms()
    return sp.expand(terms[0][1]) if len(terms) == 1 else equation


def _vanishes(pole: sp.Expr, point: Mapping[sp.Expr, sp.Expr]) -> bool:
    """Whether a pole vanishes at a solution, too: such a solution is 0/0."""
    at = at_point(point)
    others = dict.fromkeys(pole.free_symbols - set(at), sp.pi / 3)  # without a value: any will do
    return vanishes(pole, at | others, SMALL)


def _numeric(equation: sp.Expr, unknowns: tuple[sp.Expr, ...]) -> list[Solution]:
    """Solutions of one factor, a phase as a point of the complex plane or of the unit circle."""
    moduli = {m: sp.Dummy(nonnegative=True) for m in equation.atoms(sp.Abs) if m in unknowns}
    equation = equation.xreplace(moduli)
    letters = tuple(moduli.get(unknown, unknown) for unknown in unknowns)
    equation = _without_prefactor(equation, letters)
    missing = equation.free_symbols - set(letters)
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise ValueError(f"Argument `values` must hold a value for {names}.")
    if not equation.free_symbols:
        return []
    if len(letters) == 1:
        found = _complex_roots(equation, letters[0])
        return [(root,) for root in found if not letters[0].is_real or _is_real(root)]
    if polar := complex_amplitude(equation, letters):
        places = _complex_roots(polar.equation, polar.letter)
        return [tuple(sp.N(v, 40) for v in polar.split(w).values()) for w in places if w]
    turned = {phase: sp.Dummy(real=True) for phase in find_phases(equation, letters)}
    for phase, t in turned.items():
        equation = in_half_angle(equation, phase, t)
    solutions = _real_solutions(equation, [turned.get(x, x) for x in letters])
    return [
        tuple(sp.N(angle(v), 40) if x in turned else v for x, v in zip(letters, s, strict=True))
        for s in solutions
    ]


def _complex_roots(equation: sp.Expr, letter: sp.Symbol) -> list[sp.Expr]:
    """All roots to forty digits."""
    return list(sp.Poly(equation, letter).nroots(n=40, maxsteps=500))


def _real_solutions(equation: sp.Expr, letters: list[sp.Symbol]) -> list[Solution]:
    """The roots of a resultant, and for each those of the rest."""
    check_polynomial(equation, letters)
    x, y = letters
    first, second = (sp.expand(part) for part in sp.expand(equation).as_real_imag())
    eliminated = sp.Poly(sp.resultant(first, second, y), x)
    if eliminated.is_zero or eliminated.degree() < 1:
        return []
    found = [(x0, y0) for x0 in _real_roots(eliminated) for y0 in _common(first, second, x, x0, y)]
    return [solution for solution in found if _has_signs(letters, solution)]


def _common(
    first: sp.Expr, second: sp.Expr, x: sp.Symbol, x0: sp.Expr, y: sp.Symbol
) -> list[sp.Expr]:
    """Real y at which both parts vanish on the line x = x0."""
    lines = [_line(part, x, x0, y) for part in (first, second)]
    lines = [line for line in lines if line.degree() > 0]
    if not lines:
        return []
    found = _real_roots(min(lines, key=lambda line: line.degree()))
    return [y0 for y0 in found if all(vanishes(p, {x: x0, y: y0}, ROUND) for p in (first, second))]


def _line(part: sp.Expr, x: sp.Symbol, x0: sp.Expr, y: sp.Symbol) -> sp.Poly:
    """The part on the line x = x0, without the round-off of coefficients that vanish there."""
    coefficients = sp.Poly(part, y).all_coeffs()
    return sp.Poly([0 if vanishes(c, {x: x0}, ROUND) else c.subs(x, x0) for c in coefficients], y)


def _real_roots(polynomial: sp.Poly) -> list[sp.Expr]:
    """Real roots to forty digits, each once; isolated exactly for rational coefficients."""
    if all(c.is_Rational for c in polynomial.all_coeffs()):
        return [root.evalf(40) for root, _ in sp.real_roots(polynomial, multiple=False)]
    roots = polynomial.nroots(n=40, maxsteps=500)
    return [sp.re(z) for z in roots if _is_real(z)]


def _is_real(root: sp.Expr) -> bool:
    """Whether the imaginary part is round-off: fifteen of forty digits, the others may be lost."""
    return bool(abs(sp.im(root)) <= abs(root) / 10**15)


def _has_signs(letters: list[sp.Symbol], solution: Solution) -> bool:
    """Whether the values have the signs that the assumptions of their symbols ask for."""
    zero = SMALL * max(map(abs, solution))  # round-off of a root at zero
    return all(
        (v > zero if x.is_positive else v >= -zero if x.is_nonnegative else True)
        for x, v in zip(letters, solution, strict=True)
    )
