"""Comparison of the two roads: agreement tables, figures, provenance, the command line."""

from compare.agreement import agreement, summary
from compare.formula import Verdict, check_formula

__all__ = ["Verdict", "agreement", "check_formula", "summary"]
