"""Comparison of the two roads: agreement tables, figures, provenance, the command line."""

from compare.agreement import agreement, summary

__all__ = ["agreement", "summary"]
