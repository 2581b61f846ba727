"""A phase as an unknown: ``r exp(i phi)`` as one complex unknown, or a point of the unit circle.

The leading order holds the drives, but not their conjugates: the amplitude and the phase of a
drive enter as the one complex number w = r exp(i phi), a root of a polynomial.  Where a phase
enters otherwise, as that of a loop of couplings does, exp(i phi) = z0 (1 + i t)/(1 - i t) makes
the condition a polynomial in the real t.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

START = (3 + 4 * sp.I) / 5  # z0, any number of size one: t is infinite only at exp(i phi) = -z0
z = sp.Dummy("z")


@dataclass(frozen=True)
class Polar:
    """An equation for ``letter = modulus * exp(i sign phase)`` alone.

    >>> x, phi = sp.Symbol("x", positive=True), sp.Symbol("phi", real=True)
    >>> Polar(z - 1, z, (x, phi), phi, sign=1).split(sp.Integer(-3))
    {x: 3, phi: pi}
    """

    equation: sp.Expr
    letter: sp.Symbol
    unknowns: tuple[sp.Expr, ...]
    phase: sp.Symbol
    sign: int

    def split(self, place: sp.Expr) -> dict[sp.Expr, sp.Expr]:
        """Modulus and phase, in (-pi, pi], of a place in the complex plane.

        >>> x, phi = sp.Symbol("x", positive=True), sp.Symbol("phi", real=True)
        >>> Polar(z - 1, z, (x, phi), phi, sign=1).split(2 * sp.I)
        {x: 2, phi: pi/2}
        """
        size, angle = _modulus(place), self.sign * sp.arg(place)
        return {x: angle if x == self.phase else size for x in self.unknowns}


def find_phases(factor: sp.Expr, unknowns: tuple[sp.Expr, ...]) -> list[sp.Symbol]:
    """The unknowns that occur as ``exp(i k phi)``, ``cos(k phi)`` or ``sin(k phi)`` only.

    >>> r, phi = sp.symbols("r phi", real=True)
    >>> find_phases(r * sp.exp(sp.I * phi) - 1, (r, phi))
    [phi]
    """
    real = [x for x in unknowns if x.is_Symbol and x.is_real and factor.has(x)]
    return [x for x in real if not factor.is_polynomial(x) and not _on_circle(factor, x).has(x)]


def complex_amplitude(factor: sp.Expr, unknowns: tuple[sp.Expr, ...]) -> Polar | None:
    """The equation for a complex unknown, if one of the unknowns is its phase, the other its size.

    The size is then positive: with the other sign the phase is turned by pi.

    >>> r, phi = sp.Symbol("r", positive=True), sp.Symbol("phi", real=True)
    >>> found = complex_amplitude(r * sp.exp(sp.I * phi) - 1, (r, phi))
    >>> found.equation.subs(found.letter, 1)
    0
    """
    phases = find_phases(factor, unknowns)
    if len(phases) != 1:
        return None
    (size,) = (x for x in unknowns if x != phases[0])
    terms = sp.expand(_on_circle(factor, phases[0]))
    w = sp.Dummy("w")
    for sign in (1, -1):
        # with size = w/z^sign, z drops out where the two are one number
        equation = sp.expand(sp.powsimp(sp.expand(terms.subs(size, w * z**-sign))))
        if not equation.has(z) and equation.is_polynomial(w):
            return Polar(equation, w, unknowns, phases[0], sign)
    return None


def in_half_angle(factor: sp.Expr, phase: sp.Symbol, t: sp.Symbol) -> sp.Expr:
    """The factor times (1 - i t)^n, a polynomial in ``t``: that power has no real zero.

    exp(i phase) = START (1 + i t)/(1 - i t), where t is the tangent of half an angle, and n is the
    degree in exp(i phase).

    >>> x, phi, t = sp.symbols("x phi t", real=True)
    >>> found = in_half_angle(x * sp.exp(sp.I * phi) - 1, phi, t)
    >>> found.subs(t, 0)  # exp(i phi) = (3 + 4i)/5 there
    x*(3/5 + 4*I/5) - 1
    """
    polynomial = sp.Poly(_polynomial(factor, phase), z)
    top = polynomial.degree()
    return sp.Add(
        *(c * (START * (1 + sp.I * t)) ** k * (1 - sp.I * t) ** (top - k)
          for (k,), c in polynomial.terms())
    )  # fmt: skip


def angle(t: sp.Expr) -> sp.Expr:
    """The phase in (-pi, pi] that belongs to ``t``.

    >>> sp.tan(angle(sp.Integer(0)))
    4/3
    """
    return sp.arg(START * (1 + sp.I * t) ** 2)


def _polynomial(factor: sp.Expr, phase: sp.Symbol) -> sp.Expr:
    """The factor as a polynomial in z = exp(i phase) with a constant term, up to a power of z."""
    terms = sp.expand(_on_circle(factor, phase))
    powers = [term.as_coeff_exponent(z)[1] for term in sp.Add.make_args(terms)]
    return sp.expand(terms * z ** -min(powers))


def _on_circle(factor: sp.Expr, phase: sp.Symbol) -> sp.Expr:
    """The factor with ``z**k`` for every ``exp(i k phase)``; sines and cosines are taken apart."""

    def turn(exponent: sp.Expr) -> sp.Expr:
        k = sp.expand(exponent).coeff(phase) / sp.I
        rest = sp.exp(sp.expand(exponent - sp.I * k * phase))
        return z**k * rest if k.is_Integer else sp.exp(exponent)

    return sp.expand(factor.rewrite([sp.cos, sp.sin], sp.exp)).replace(sp.exp, turn)


def _modulus(place: sp.Expr) -> sp.Expr:
    """``|z|`` of a quotient of polynomials without I; what is no quotient stays ``Abs``."""
    squares = []
    for part in sp.fraction(sp.together(place)):
        real, imaginary = part.as_real_imag()
        squares.append(sp.factor(real**2 + imaginary**2))
    root = sp.sqrt(squares[0]) / sp.sqrt(squares[1])
    return sp.Abs(place) if root.has(sp.re, sp.im, sp.arg, sp.cos, sp.sin, sp.atan2) else root
