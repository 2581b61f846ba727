"""Emitters one by one, each with its own loss: what the collective mode is compared with.

Their master equation holds the states that are not symmetric, which single emitters decay into.
"""

from systems.library.many_emitters import atoms

TWO, THREE = atoms(2), atoms(3)
