"""A report: one page with formulas, numbers, pictures and verdicts that works without a network.

`subjects` decides what a report is of (a model at values, a table, a labelled dataset, the results
of the papers) and gathers its sections, those of a table from `sections`, those of results from
`exhibits`; `formulas` writes a Hamiltonian and closed forms as MathML;
`panels` says which charts a table makes and `charts` draws them, with hover; `verdicts` has what
papers claim of a model; `listings` makes tables of every number that is drawn, each to be
downloaded as CSV; `page` puts them together.

Bokeh draws and latex2mathml writes the formulas: the extra ``[report]`` has both.
"""

from compare.report.page import Page
from compare.report.subjects import report

__all__ = ["Page", "report"]
