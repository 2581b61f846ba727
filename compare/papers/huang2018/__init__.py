"""Huang et al., Nonreciprocal photon blockade, Phys. Rev. Lett. 121, 153601 (2018).

Light that runs against the rotation of a spinning Kerr resonator is blockaded, light that runs
along is bunched: the Sagnac-Fizeau shift moves one laser from one-photon to two-photon resonance.
The Hamiltonian and the resonator in SI units are the listed system `systems.library.spinning`.

The paper itself was not at hand: `claims.toml` holds its abstract and what a public reproduction
quotes of it, each with its source.
"""

from compare.papers.paper import Paper

PAPER = Paper(key="huang2018")
