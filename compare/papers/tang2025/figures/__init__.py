"""The figures of the paper, one module a panel, called by their stems: ``fig3c``.

Each has ``compute() -> DataFrame``, which asks both roads, and ``draw(table) -> Figure``, which
computes nothing.  Its first line names the panel and the equations.  Beside them stand what several
panels share: `cavities`, the three cavities of Fig. 1, and `efficiency`, Eq. (8).
`compare.papers.paper.Paper` lists and loads them.
"""
