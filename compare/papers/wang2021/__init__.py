"""Wang et al., Giant enhancement in a dimer chain, Phys. Rev. Lett. 127, 240402 (2021).

In a chain of coupled dimers the nonlinearity that unconventional blockade needs falls exponentially
with the length.  The chain is the listed system `systems.library.dimer_chain`.

The paper itself was not at hand: `claims.toml` holds its abstract, with the parameters of a public
notebook.
"""

from compare.papers.paper import Paper

PAPER = Paper(key="wang2021")
