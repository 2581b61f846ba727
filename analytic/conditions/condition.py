"""Blockade conditions: where an amplitude of the leading order vanishes, as formulas.

A complex amplitude vanishes where its real and imaginary part do: two polynomials in two real
unknowns (`resultants`).  A phase with a modulus is one complex unknown, and so is a complex symbol
whose conjugate does not occur (`phases`).  Each solution is a branch that is real in part of the
space of parameters only (`domains`), and is tried there with many digits (`verification`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sympy as sp

from analytic.conditions.domains import simplify_domain
from analytic.conditions.limits import Interference, OptimalPoint
from analytic.conditions.phases import complex_amplitude, find_phases
from analytic.conditions.resultants import NoClosedForm, candidates, roots
from analytic.conditions.unknowns import check_polynomial
from analytic.conditions.verification import trials
from systems.display import Shown
from systems.progress import busy
from systems.values import Values

Point = Mapping[sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Condition(Shown):
    """One real branch: the values at the zero and where in parameter space they are real.

    ``values`` maps the unknowns (symbols, or moduli ``Abs(J)``) to formulas in the other symbols,
    or to numbers; ``domain`` is a SymPy relation, ``true`` where there is no restriction.

    >>> from analytic import derive
    >>> from systems import nanotip
    >>> for condition in derive(nanotip.MODEL).blockade_conditions("a1", ("Delta", "chi")):
    ...     print(condition)  # doctest: +ELLIPSIS
    Delta = ...
    """

    values: Mapping[sp.Expr, sp.Expr]
    domain: sp.Basic
    interference: Interference | None = field(default=None, repr=False, compare=False)

    def _title(self) -> str:
        return "branch of a blockade condition"

    def _facts(self) -> Mapping[str, str]:
        facts = {str(name): f"${sp.latex(value)}$" for name, value in self.values.items()}
        return facts if self.domain == sp.true else {**facts, "for": f"${sp.latex(self.domain)}$"}

    @busy("what a zero is worth")
    def at(self, values: Values) -> OptimalPoint:
        """What the zero is worth, with numbers for all other symbols but the drive.

        Its next-order residual, the drive it survives, its sensitivity to every parameter.
        Raises `ValueError` outside the domain, and for bad values.

        >>> from analytic import derive
        >>> from systems import parametric_kerr
        >>> closed = derive(parametric_kerr.MODEL)
        >>> condition = closed.blockade_conditions("a", solve_for="G")[0]
        >>> point = condition.at({"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 0.01})
        >>> complex(point.values["G"])
        0.0002j
        """
        if self.interference is None:
            raise ValueError(
                "What a zero of a field or of several orders is worth has no closed form: ask "
                "numeric.fields.correlation at its values."
            )
        return self.interference.limits(self.values, self.domain, values)

    def __str__(self) -> str:
        where = "" if self.domain == sp.true else f"  for {self.domain}"
        return ", ".join(f"{name} = {value}" for name, value in self.values.items()) + where


@busy("zeros of an amplitude")
def zeros(
    factors: Iterable[sp.Expr],
    poles: Iterable[sp.Expr],
    unknowns: tuple[sp.Expr, ...],
    at: Point | None = None,
) -> list[Condition]:
    """All real solutions of ``factor = 0`` for two real unknowns or a complex one, by factor.

    Real and imaginary part are a polynomial system; moduli count as unknowns that are not
    negative.  Solutions at which another positive symbol would have to vanish are left out, and
    so are those where a pole vanishes, too.  Every branch is tried at random points of its domain.
    Raises `NoClosedForm` where the solutions are not all radicals.

    ``factors`` and ``poles`` are the irreducible factors of the amplitude's numerator and
    denominator, ``at`` fixes symbols beforehand.

    >>> x, y = sp.symbols("x y", real=True)
    >>> g = sp.Symbol("g", positive=True)
    >>> [str(branch) for branch in zeros([x - g + sp.I * (y - 2 * g)], [], (x, y))]
    ['x = g, y = 2*g']
    """
    fixed = dict(at or {})
    poles = [pole.subs(fixed) for pole in poles]
    found: dict[tuple[sp.Expr, ...], Condition] = {}
    for factor in (factor.subs(fixed) for factor in factors):
        for condition in _branches(factor, unknowns):
            if _is_zero(condition, factor, poles):
                found.setdefault(tuple(condition.values.values()), condition)
    return sorted(found.values(), key=lambda c: sp.default_sort_key(tuple(c.values.values())))


def _branches(factor: sp.Expr, unknowns: tuple[sp.Expr, ...]) -> list[Condition]:
    """Candidates for one factor, not yet tried."""
    if len(unknowns) == 1:
        return _complex_branches(factor, unknowns[0])
    polar = complex_amplitude(factor, unknowns)
    if polar is None:
        return _real_branches(factor, unknowns)
    places = map(_simplify, roots(polar.equation, polar.letter))
    return [Condition(polar.split(place), sp.true) for place in places]


def _is_zero(condition: Condition, factor: sp.Expr, poles: list[sp.Expr]) -> bool:
    """Whether a branch vanishes at random points of its domain: at all or at none."""
    tried = trials(factor, poles, condition.values, condition.domain)
    if any(tried) and not all(tried):
        raise NoClosedForm(
            "The condition has a closed form whose roots are real by turns; give the argument "
            "`values` for numbers."
        )
    return any(tried)


def _complex_branches(factor: sp.Expr, unknown: sp.Expr) -> list[Condition]:
    """The roots in one complex unknown whose conjugate does not occur."""
    equation = sp.expand(factor)
    if unknown not in equation.free_symbols:
        return []
    if not unknown.is_real and equation.has(sp.conjugate(unknown), sp.Abs(unknown)):
        raise NoClosedForm(
            f"Argument `solve_for` must be two real unknowns, not `{unknown}`: its conjugate "
            "occurs in the amplitude, too."
        )
    return [Condition({unknown: _simplify(root)}, sp.true) for root in roots(equation, unknown)]


def _real_branches(factor: sp.Expr, unknowns: tuple[sp.Expr, ...]) -> list[Condition]:
    """The common zeros of real and imaginary part in two real unknowns, with their domains."""
    moduli = {m: sp.Dummy(str(m), nonnegative=True) for m in factor.atoms(sp.Abs)}
    equation = sp.expand(factor.xreplace(moduli))
    letters = [moduli.get(unknown, unknown) for unknown in unknowns]
    if not equation.free_symbols & set(letters):
        return []
    for phase in find_phases(equation, tuple(letters)):
        raise NoClosedForm(
            f"The condition has no closed form in the phase `{phase}`, which turns no amplitude "
            "solved for; give the argument `values` for numbers."
        )
    check_polynomial(equation, letters)
    # a complex symbol takes two letters: functions of it are none for a polynomial
    symbols = [z for z in equation.free_symbols if not z.is_real]
    planes = {f(z): sp.Dummy(str(f(z)), real=True) for z in symbols for f in (sp.re, sp.im)}
    flat = equation.subs({z: planes[sp.re(z)] + sp.I * planes[sp.im(z)] for z in symbols})
    parts = [sp.expand(part) for part in sp.expand(flat).as_real_imag()]
    meaning = {dummy: whole for whole, dummy in (moduli | planes).items()}
    solutions = candidates([part for part in parts if part != 0], letters)
    branches = (_branch(unknowns, letters, solution) for solution in solutions)
    return [
        Condition({x: v.xreplace(meaning) for x, v in b.values.items()}, b.domain.xreplace(meaning))
        for b in branches
        if b.domain != sp.false
    ]


def _branch(unknowns: tuple[sp.Expr, ...], letters: list[sp.Symbol], solution: Point) -> Condition:
    """A solution with the domain in which its values are allowed, both in their plainest form."""
    values = [_simplify(solution.get(letter, letter)) for letter in letters]
    domain = sp.And(*(_allowed(x, v) for x, v in zip(letters, values, strict=True)))
    return Condition(dict(zip(unknowns, values, strict=True)), simplify_domain(domain, values))


def _simplify(value: sp.Expr) -> sp.Expr:
    """The value in the shortest of three forms."""
    simplified = sp.simplify(value)
    return min([simplified, sp.sqrtdenest(simplified), value], key=sp.count_ops)


def _allowed(unknown: sp.Expr, value: sp.Expr) -> sp.Basic:
    """Where the value is real and of the sign that the unknown must have."""
    if value == unknown:
        return sp.true
    if value.is_real is False or (unknown.is_nonnegative and value.is_negative):
        return sp.false
    radicands = [root.base for root in _square_roots(value)]
    if any(_of_roots(radicand).is_negative for radicand in radicands):
        return sp.false
    outer = {f.base for f in sp.Mul.make_args(value) if f.is_Pow} if unknown.is_positive else set()
    domain = [
        (sp.Gt if radicand in outer else sp.Ge)(radicand, 0)
        for radicand in radicands
        if not (radicand.is_nonnegative or radicand.has(sp.I))
    ]
    return sp.And(*domain, _sign(unknown, value))


def _sign(unknown: sp.Expr, value: sp.Expr) -> sp.Basic:
    """Where a value has the sign of its unknown, its roots being real and factors not zero."""
    if not unknown.is_nonnegative or _of_roots(value).is_nonnegative:
        return sp.true
    return (sp.Gt if unknown.is_positive else sp.Ge)(value, 0)


def _square_roots(value: sp.Expr) -> list[sp.Expr]:
    return [root for root in value.atoms(sp.Pow) if root.exp.is_Rational and root.exp.q == 2]


def _of_roots(value: sp.Expr) -> sp.Expr:
    """The value with its roots as letters that are not negative: they are where they are real."""
    return value.xreplace({root: sp.Dummy(nonnegative=True) for root in _square_roots(value)})
