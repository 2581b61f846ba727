"""Where a coefficient cancels so far that plain floats no longer hold it.

`numeric.liouvillian` computes such coefficients again with many digits.  Whoever takes them in
plain floats asks here at which points not to.
"""

import numpy as np

from systems import Model
from systems.values import Arrays, evaluate, evaluate_sum

WORTH = 1e-10  # relative error of a coefficient that a sweep may have


def cancels(model: Model, arrays: Arrays) -> np.ndarray:
    """Whether a coefficient of H_eff, such as F (1 - r), cancels; shape of the arrays."""
    found = np.zeros(next(iter(arrays.values())).shape, dtype=bool)
    for coefficient in model.effective_ladder.values():
        if coefficient.is_Add:
            exact = evaluate_sum(coefficient, arrays)
            found |= abs(evaluate(coefficient, arrays) - exact) > WORTH * abs(exact)
    return found
