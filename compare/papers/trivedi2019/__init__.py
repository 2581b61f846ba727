"""Trivedi et al., Photon blockade with many emitters, Phys. Rev. Lett. 122, 243602 (2019).

More emitters in one cavity worsen photon blockade where they are resonant with it, and improve it
where they are detuned.  The N emitters are the listed system `systems.library.many_emitters`: one
collective mode, exact to two quanta, which is what a weak drive sees.

The paper itself was not at hand: `claims.toml` holds its abstract, with the parameters of a public
notebook.
"""

from compare.papers.paper import Paper

PAPER = Paper(key="trivedi2019")
