"""Overlaps of an oscillator's states with displaced ones, ``<k|D|m>`` with ``D = exp(x b' - x b)``.

    <k|D(x)|m> = sqrt(m!/k!) x^(k-m) exp(-x^2/2) L_m^(k-m)(x^2),

L an associated Laguerre polynomial: K. E. Cahill and R. J. Glauber, Phys. Rev. 177, 1857 (1969),
Appendix B.  For k < m it is meant as ``(-1)^(m-k) <m|D|k>``, which the formula is, too, where a
Laguerre polynomial has a negative upper index.  Their squares are the Franck-Condon factors.
"""

from math import factorial

import numpy as np
import sympy as sp

# L_m^(k-m) of a letter, with which every overlap is written
X = sp.Dummy("x")


def franck_condon(k: int, m: int, eta: sp.Expr) -> sp.Expr:
    """``<k|D|m>`` of a displacement by ``eta``, which is real.

    >>> x = sp.Symbol("x", positive=True)
    >>> franck_condon(1, 0, x)
    x*exp(-x**2/2)
    """
    low, high, sign = (m, k, 1) if k >= m else (k, m, -1)
    root = sp.sqrt(sp.Rational(factorial(low), factorial(high)))
    laguerre = sp.assoc_laguerre(low, high - low, X).subs(X, eta**2)
    return (sign * eta) ** (high - low) * root * laguerre * sp.exp(-(eta**2) / 2)


def overlap_matrix(displacement: np.ndarray, size: int) -> np.ndarray:
    """``<k|D|m>`` in numbers for k and m below ``size``: array (*displacement.shape, size, size).

    >>> D = overlap_matrix(np.array(0.3), 40)
    >>> bool(abs(D.T @ D - np.eye(40))[:20, :20].max() < 1e-13)  # unitary, far from the cut
    True
    """
    from scipy.special import eval_genlaguerre, gammaln

    x = np.asarray(displacement, float)[..., None, None]
    k, m = np.indices((size, size))
    low, apart = np.minimum(k, m), abs(k - m)
    # powers and factorials leave the range of floats where their quotient does not
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithm = np.where(apart, apart * np.log(abs(x)), 0)
    logarithm = logarithm + (gammaln(low + 1) - gammaln(low + apart + 1)) / 2 - x**2 / 2
    sign = np.where(apart % 2, np.sign(x) * np.where(k < m, -1, 1), 1)
    return np.asarray(sign * np.exp(logarithm) * eval_genlaguerre(low, apart, x**2))
