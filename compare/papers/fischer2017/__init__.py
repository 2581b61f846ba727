"""Fischer et al., Self-homodyned nonclassical light, Phys. Rev. Applied 7, 044002 (2017).

The light of an emitter in a cavity is mostly classical where the two are detuned.  Interference
with the light that the laser sends through the empty cavity takes that part away, and what is left
comes one photon at a time.  The Hamiltonian is the listed system `systems.library.jaynes_cummings`;
the detected field is a sum of the cavity's mode and of the laser.

The paper itself was not at hand: `claims.toml` holds its abstract, and a tutorial of its first
author.
"""

from compare.papers.paper import Paper

PAPER = Paper(key="fischer2017")
