"""Comparison of the two roads: agreement tables, figures, provenance, the command line."""

from compare.agreement import agreement, summary
from compare.budget import budget
from compare.formula import Verdict, check_formula
from compare.validity.critical import CriticalDrive, critical_drive
from compare.validity.optimum import optimum
from compare.validity.table import validity

__all__ = [
    "CriticalDrive",
    "Verdict",
    "agreement",
    "budget",
    "check_formula",
    "critical_drive",
    "optimum",
    "summary",
    "validity",
]
