"""The analytic road: closed forms of weakly driven systems, derived with SymPy."""

from analytic.abbreviations import spell_out
from analytic.conditions.condition import Condition
from analytic.conditions.limits import OptimalPoint, optimal_points
from analytic.derivation import Derivation, derive
from analytic.reach import NotSeen
from analytic.series import Expansion, expand

__all__ = [
    "Condition",
    "Derivation",
    "Expansion",
    "NotSeen",
    "OptimalPoint",
    "derive",
    "expand",
    "optimal_points",
    "spell_out",
]
