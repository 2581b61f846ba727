"""A printed formula, read, and held against the derived one."""

from compare.formula.check import IDENTICAL, Verdict, check_formula, read_definitions

__all__ = ["IDENTICAL", "Verdict", "check_formula", "read_definitions"]
