"""The master equation on a cut space, before anyone solves it.

`liouvillian` assembles d rho/dt = L rho on a `space`, for one row of coefficients at a time, which
a `combination` of constant matrices holds; `scaling` divides out how fast the density matrix falls
with the quanta.  `paths` are the ways from the vacuum that a cut has to leave open, and `qobj`
hands operators to QuTiP.

Beside the density matrix stand the equations of means: `heisenberg` has those of any operator,
`stability` reads off them whether there is a steady state, and only one; `meanfield` are those of
the amplitudes without fluctuations.  `heat` knows what a bath alone makes of a mode.
"""
