"""Chains of one to three dimers; the observed site is a1, a3 and a5."""

from systems.library.dimer_chain import chain

ONE, TWO, THREE = chain(2), chain(4), chain(6)
