"""Comparison of the two roads: agreement tables, figures, provenance, the command line."""

from compare.agreement import agreement, summary
from compare.critical import CriticalDrive, critical_drive
from compare.formula import Verdict, check_formula

__all__ = [
    "CriticalDrive",
    "Verdict",
    "agreement",
    "check_formula",
    "critical_drive",
    "summary",
]
