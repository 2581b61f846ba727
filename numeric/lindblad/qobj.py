"""An operator and a density matrix of the cut space as QuTiP has them."""

from typing import Any

import numpy as np
import sympy as sp
from scipy.sparse import csr_array

from numeric.lindblad.space import Space, space
from systems import Model
from systems.arithmetic import evaluate
from systems.ladder import normal_order
from systems.values import Arrays

# States of a product space up to which a density matrix is stored with its zeros (16 MB)
DENSE = 1_000


def as_qobj(expression: sp.Expr, model: Model, arrays: Arrays, quanta: int) -> Any:
    """The SymPy operator as a `qutip.Qobj` on the restricted space, at one point of values.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
    >>> as_qobj(kerr.MODEL.hamiltonian, kerr.MODEL, arrays, 2).isherm
    True
    """
    import qutip

    on = space(model.modes, quanta)
    words = normal_order(expression, model.modes)
    total = csr_array((on.size, on.size), dtype=complex)
    for word, coefficient in words.items():
        total = total + complex(evaluate(coefficient, arrays)[()]) * on.word(word)
    return qutip.Qobj(total.toarray(), dims=on.dims)


def on_product(rho: np.ndarray, on: Space) -> Any:
    """A density matrix of the cut space as a `qutip.Qobj` on the product of the modes' spaces.

    ``rho`` has the shape (states, states), in the order of ``on.occupations``; what the cut leaves
    out is zero.

    >>> from systems.library import kerr_dimer
    >>> on = space(kerr_dimer.MODEL.modes, 1)  # (0, 0), (0, 1), (1, 0)
    >>> on_product(np.diag([0.7, 0.2, 0.1]), on).ptrace(0).diag()
    array([0.9, 0.1])
    """
    import qutip

    where, size = np.ravel_multi_index(on.coordinates.T, on.factors), int(np.prod(on.factors))
    rows, columns = np.repeat(where, len(where)), np.tile(where, len(where))
    product = csr_array((rho.ravel(), (rows, columns)), shape=(size, size))
    stored = product.toarray() if size <= DENSE else product.tocsr()
    return qutip.Qobj(stored, dims=[on.factors, on.factors])
