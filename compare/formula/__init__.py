"""A printed formula, read, and held against the derived one."""

from compare.formula.check import check_formula
from compare.formula.definitions import read_definitions
from compare.formula.verdict import CANNOT_JUDGE, IDENTICAL, Verdict

__all__ = ["CANNOT_JUDGE", "IDENTICAL", "Verdict", "check_formula", "read_definitions"]
