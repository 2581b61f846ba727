"""The analytic road: closed forms of weakly driven systems, derived with SymPy."""

from analytic.abbreviations import spell_out
from analytic.conditions import Condition
from analytic.derivation import Derivation, derive

__all__ = ["Condition", "Derivation", "derive", "spell_out"]
