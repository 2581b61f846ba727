"""Liew and Savona, Phys. Rev. Lett. 104, 183601 (2010), with Bamba et al. (2011).

Two coupled modes with a weak nonlinearity emit single photons: two paths to two photons cancel.
The first paper found it numerically, the second explained it.  The Hamiltonian, the amplitudes and
the optimum are the listed system `systems.library.kerr_dimer`.

The papers themselves were not at hand: `claims.toml` holds their abstracts.
"""

from compare.papers.paper import Paper

PAPER = Paper(key="liew2010")
