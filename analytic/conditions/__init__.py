"""Blockade conditions: where in parameter space the amplitude of k quanta vanishes.

`unknowns` reads what to solve for.  `condition` gives all real branches as formulas, by way of
`resultants` (two polynomials in two unknowns, in radicals), `phases` (an unknown that is a phase),
`domains` (where a branch is real) and `verification` (whether it is a zero at all).  Where there
are no radicals, `roots` gives numbers, and `newton` those at which several orders vanish together.
`limits` says what a zero is worth: what is left there at
the next order of the drive, and how well each parameter has to be tuned.
"""
