"""The proof that two forms are the same function: no false proofs, no surprising failures."""

import pytest
import sympy as sp
from sympy import Abs, I, Rational, conjugate, exp, sqrt

from analytic.rational.vanishing import same_function

x, y = sp.symbols("x y", real=True)
p = sp.Symbol("p", positive=True)
z, w = sp.symbols("z w", complex=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((x + y) ** 2, x**2 + 2 * x * y + y**2),
        (1 / (1 / x + 1 / y), x * y / (x + y)),
        (Abs(x + I * y, evaluate=False) ** 2, x**2 + y**2),
        (Abs(z + 1, evaluate=False) ** 2, (z + 1) * (conjugate(z) + 1)),
        (Abs(z / w, evaluate=False) ** 4, Abs(z) ** 4 / Abs(w) ** 4),
        (sqrt(6), sqrt(2) * sqrt(3)),
        (1 / sqrt(2), sqrt(2) / 2),
        (sqrt(x**2 + p) ** 2, x**2 + p),
        (1 / (sqrt(p) - 1), (sqrt(p) + 1) / (p - 1)),
        (1 / (sqrt(2 + sqrt(p)) + 1), (sqrt(2 + sqrt(p)) - 1) / (1 + sqrt(p))),
        (p ** Rational(4, 3), p * p ** Rational(1, 3)),
        (exp(x) * (exp(x) + 1), exp(x) ** 2 + exp(x)),
        ((x + I * y) * (x - I * y), x**2 + y**2),
    ],
)
def test_equal_functions_are_proved_equal(left, right):
    assert same_function(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (x, -x),
        (z, conjugate(z)),
        (Abs(z), z),
        (Abs(x), x),
        (sqrt(p), -sqrt(p)),
        (sqrt(x**2 + p), x + sqrt(p)),
        (Abs(z + w, evaluate=False) ** 2, Abs(z) ** 2 + Abs(w) ** 2),
        (x / y, x / y + Rational(1, 10**12)),
        (sp.S.Zero, x),
    ],
)
def test_unequal_functions_are_never_proved_equal(left, right):
    assert not same_function(left, right)
