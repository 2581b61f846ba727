"""The constant factors in which papers differ: of amplitudes, and of nothing that is measured.

An amplitude has the phase of its ket, and the norm of it where kets are ``a'^n |0>`` without
``1/sqrt(n!)``.  Numbers, probabilities and correlations are free of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import mpmath
import sympy as sp

ROOTS = (1, 2, 3, 6)  # of n! up to three quanta
SMALL = 64  # numerators and denominators that a reader recognises
DIGITS = 40  # those with which `compare.formula.samples` finds a ratio
EXACT = 1e-25  # relative; far above the round-off of a ratio of this many digits


@dataclass(frozen=True)
class Prefactor:
    """What a printed form is multiplied with, and why a paper may leave it out.

    ``value`` times the printed form is the derived one; ``sentences`` say what kind of factor it
    is, and are empty for the factor 1.

    >>> Prefactor().value, Prefactor().sentences
    (1, ())
    """

    value: sp.Expr = sp.S.One
    sentences: tuple[str, ...] = ()


def factors(occupation: Sequence[int] | None) -> list[Prefactor]:
    """The factors that are conventions, for the amplitude of an occupation or for None.

    An amplitude may have a phase 1, -1, i or -i, and the norm sqrt(n!) of its ket or the inverse of
    it; what is measured (None) has no factor but 1.

    >>> [factor.value for factor in factors(None)], len(factors((1, 0))), len(factors((2, 0)))
    ([1], 4, 12)
    """
    if occupation is None:
        return [Prefactor()]
    norm = sp.sqrt(sp.prod(map(sp.factorial, occupation)))
    norms = _named("normalisation", " (kets that are not normalised)", (norm, 1 / norm))
    phases = _named("phase", "", (sp.S.NegativeOne, sp.I, -sp.I))
    pairs = product(norms if norm != 1 else norms[:1], phases)
    return [Prefactor(n.value * p.value, n.sentences + p.sentences) for n, p in pairs]


def recognise(number: mpmath.mpc) -> sp.Expr:
    """A ratio of small whole numbers, perhaps with a root or with i, if it is one.

    Otherwise the number as it is.

    >>> with mpmath.workdps(DIGITS):
    ...     recognise(mpmath.mpc(mpmath.sqrt(2) / 3))
    sqrt(2)/3
    """
    parts = (sp.Float(number.real, DIGITS), sp.Float(number.imag, DIGITS))
    # of 1e-40 i beside 1 nothing is meant
    real, imaginary = (_root(x) if abs(x) > EXACT * abs(number) else sp.S.Zero for x in parts)
    return real + sp.I * imaginary


def _named(kind: str, why: str, values: Sequence[sp.Expr]) -> list[Prefactor]:
    """Factors of one kind, each with a sentence on it, after the factor 1 that needs none."""
    said = f"{kind}: the derived form is {{}} times the printed one{why}"
    return [Prefactor(), *(Prefactor(value, (said.format(value),)) for value in values)]


def _root(number: sp.Float) -> sp.Expr:
    """A real number as a ratio times the root of `ROOTS` that fits, or as it is."""
    for root in ROOTS:
        rest = number / sp.sqrt(root).n(DIGITS)
        exact = sp.nsimplify(rest, rational=True, tolerance=1e-9)
        if max(abs(exact.p), exact.q) <= SMALL and abs(exact - rest) < EXACT * abs(rest):
            return exact * sp.sqrt(root)
    return number
