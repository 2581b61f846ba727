"""A printed formula, read, and held against the derived one.

A text goes through five rooms.  `layout` takes off what LaTeX sets around a formula, `tokens` cuts
it into words, `notation` makes a SymPy expression of them, with the letters that `definitions`
knows, and `size` bounds the work that the expression may be.  `check` then lets `comparison` hold
it against the derived form: as it stands, under the `conventions` and constant `factors` in which
papers differ, and at leading order (`orders`).  `samples` are both forms as functions, `points`
the parameters at which they are compared, and `verdict` is what comes out.
"""

from compare.formula.check import check_formula
from compare.formula.definitions import read_definitions
from compare.formula.verdict import CANNOT_JUDGE, IDENTICAL, Verdict

__all__ = ["CANNOT_JUDGE", "IDENTICAL", "Verdict", "check_formula", "read_definitions"]
