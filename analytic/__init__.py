"""The analytic road: closed forms of weakly driven systems, derived with SymPy."""

from analytic.abbreviations import spell_out
from analytic.conditions import Condition
from analytic.derivation import Derivation, derive
from analytic.series import Expansion, expand

__all__ = ["Condition", "Derivation", "Expansion", "derive", "expand", "spell_out"]
