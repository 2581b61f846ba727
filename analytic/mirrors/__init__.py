"""Photons that push a mirror: what `analytic.polaron` reads, sums and prints.

`mirror` reads the masses, the losses and the push off a model, `overlaps` are those of displaced
phonon states, `phonons` the sums over them in numbers, and `printed` the same sums as papers print
them.
"""
