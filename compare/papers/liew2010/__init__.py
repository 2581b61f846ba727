"""Liew and Savona, Phys. Rev. Lett. 104, 183601 (2010), with Bamba et al. (2011).

Two coupled modes with a weak nonlinearity emit single photons: two paths to two photons cancel.
The first paper found it numerically, the second explained it.  The Hamiltonian, the amplitudes and
the optimum are the listed system `systems.library.kerr_dimer`.

The papers themselves were not at hand: `claims.toml` holds their abstracts.
"""

from compare.papers.paper import Paper

PAPER = Paper(
    key="liew2010",
    citation=(
        "T. C. H. Liew, V. Savona, Single Photons from Coupled Quantum Modes, Phys. Rev. Lett. "
        "104, 183601 (2010), arXiv:1002.4341; M. Bamba, A. Imamoglu, I. Carusotto, C. Ciuti, "
        "Origin of Strong Photon Antibunching in Weakly Nonlinear Photonic Molecules, Phys. Rev. A "
        "83, 021802(R) (2011), arXiv:1007.1605"
    ),
)
