"""Shared checks: what is equal, and what makes a matrix a state."""

import sympy as sp

from analytic.rational.vanishing import same_function


def assert_closed_form_equals(left: sp.Expr, right: sp.Expr) -> None:
    """Both are the same rational function, |z|^2 being z conj(z): proved, not sampled."""
    assert same_function(left, right), f"{left}  is not  {right}"
