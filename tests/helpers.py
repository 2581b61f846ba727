"""Shared checks: what is equal, and what makes a matrix a state."""

import sympy as sp


def assert_closed_form_equals(left: sp.Expr, right: sp.Expr) -> None:
    """Both are the same rational function, |z|^2 being z conj(z): proved, not sampled."""
    assert is_same_function(left, right), f"{left}  is not  {right}"


def is_same_function(left: sp.Expr, right: sp.Expr) -> bool:
    """Cross-multiplied numerators agree in the ring over all symbols and their conjugates."""
    plain = [e.replace(sp.Abs, lambda z: sp.sqrt(z * sp.conjugate(z))) for e in (left, right)]
    fractions = [sp.fraction(sp.together(e)) for e in plain]
    parts = [part for fraction in fractions for part in fraction]
    letters = {
        atom: sp.Dummy()
        for part in parts
        for atom in part.atoms(sp.conjugate, sp.Symbol, sp.Pow)
        if not (isinstance(atom, sp.Pow) and atom.exp.is_Integer)
    }
    # letters that occur only inside another letter do no harm
    ring = sp.ring(list(letters.values()), sp.QQ_I)[0]
    a, b, c, d = (ring.from_expr(part.xreplace(letters)) for part in parts)
    return bool(a * d == c * b)
