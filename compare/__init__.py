"""Comparison of the two roads: agreement tables, figures, provenance, the command line."""

from compare.agreement import agreement, summary
from compare.budget import budget
from compare.drive.critical import CriticalDrive, critical_drive
from compare.drive.optimum import optimum
from compare.drive.validity import validity
from compare.formula import Verdict, check_formula

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
