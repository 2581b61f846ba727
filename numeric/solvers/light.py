"""Quantum jumps around the amplitude of the light, and the state that they leave.

With any number c_k for each loss the same master equation has the jumps L_k - c_k and another
evolution between them,

    K -> K + i sum_k rate_k (conj(c_k) L_k - |c_k|^2/2),    J X -> (L_k - c_k) X (L_k - c_k)'

(H. M. Wiseman and G. J. Milburn, Phys. Rev. A 47, 1652 (1993): homodyne detection).  Of coherent
light with <L_k> = c_k nothing jumps, and the evolution between jumps leaves it as it is.  Any c is
right; one near the light's amplitude leaves fewer jumps for `numeric.solvers.iterative`.
"""

import numpy as np
from scipy.sparse import csc_array

from numeric.lindblad.scaling import amplitudes

TURNS = 8  # in which an amplitude and the state that jumps around it leave mostly agree to a digit


def moved(K: np.ndarray, losses: list[csc_array], c: np.ndarray) -> np.ndarray:
    """K between jumps L - c; ``losses`` are the L_k, times the root of their rates.

    >>> a = csc_array(np.array([[0, 1.0], [0, 0]]))
    >>> moved(np.diag([0, -0.5j]), [a], np.array([2.0])).round(1)
    array([[0.-2.j , 0.+2.j ],
           [0.+0.j , 0.-2.5j]])
    """
    terms = (np.conj(x) * L.toarray() for L, x in zip(losses, c, strict=True))
    return np.asarray(K + 1j * sum(terms) - 0.5j * np.sum(abs(c) ** 2) * np.eye(len(K)))


def light(K: np.ndarray, losses: list[csc_array]) -> tuple[np.ndarray, np.ndarray]:
    """Amplitudes c = <psi|L|psi> of the losses, and the psi that K makes of the vacuum around them.

    psi_0 is one.  Fixed points are not unique: it is where turns from c = 0 lead to.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.5}  # coherent light, <a> = -i
    >>> equation = liouvillian(kerr.MODEL, 20)
    >>> c = equation.coefficients({name: np.array([x]) for name, x in linear.items()})[0]
    >>> found, psi = light(equation.scaled(c, 1.0).K, equation.losses(c))
    >>> found.round(1), (abs(psi[:3]) ** 2).round(1)
    (array([0.-1.j]), array([1. , 1. , 0.5]))
    """
    c = np.zeros(len(losses), dtype=complex)
    psi = amplitudes(K)
    with np.errstate(all="ignore"):
        for _ in range(TURNS):
            unit = psi / np.linalg.norm(psi)
            c = np.array([unit.conj() @ (L @ unit) for L in losses])
            if not np.isfinite(c).all():
                break
            psi = amplitudes(moved(K, losses, c))
    return c, psi
