"""The density matrix that `qutip.steadystate` finds: an independent check, by other people's code.

It solves the trace equation with an absolute error of about 1e-15 in rho, which leaves no digits
of small populations at weak drive.  What its answer is worth `numeric.solvers.direct.assess` says.
J. R. Johansson, P. D. Nation and F. Nori, Comput. Phys. Commun. 184, 1234 (2013).
"""

import numpy as np

from numeric.lindblad.liouvillian import Liouvillian

REFUSALS = (ValueError, RuntimeError, ArithmeticError, MemoryError)  # what libraries end with


def density_matrix(equation: Liouvillian, c: np.ndarray) -> np.ndarray:
    """What QuTiP finds for a row of coefficients, shape (states, states); NaN where it fails.

    It is called with its default method, and what it returns is not corrected in any way.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> rho = density_matrix(equation, equation.coefficients(arrays)[0])
    >>> bool(np.isclose(np.trace(rho), 1))
    True
    """
    import qutip

    L, size = equation.matrix(c), equation.space.size
    # QuTiP stacks columns, which exchanges the two indices of both sides
    swap = np.arange(size**2).reshape(size, size).T.ravel()
    stacked = L.tocsr()[swap][:, swap]
    dims = qutip.to_super(qutip.Qobj(np.eye(size), dims=equation.space.dims))._dims
    try:
        return np.asarray(qutip.steadystate(qutip.Qobj(stacked, dims=dims)).full())
    except REFUSALS:  # whoever asks judges what is not a number
        return np.full((size, size), np.nan, dtype=complex)
