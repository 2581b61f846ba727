"""What happens in time: evolution, correlations at two times, and single runs with their clicks.

`evolution` is the door to pulses, `periodic` to drives that repeat themselves: `course`
reads values that move, `initial` the state at the first time; `motion` sets the equations in scaled
variables and `integration` follows them, or where nothing moves `exponential` and `stiff`.

`counting` says what a pulse sends through a port.  `spectrum` has S(omega) and g1(tau), `filtered`
correlations of two colours; both ask `response` how a steady state answers.  `pairings` has all of
this for linear light that is known without a cut.

`delayed` is the door to g2(tau) of modes (that of fields stands in `numeric.fields`); `regression`
sets the problem after the first click, and `propagation` follows it through all delays in small
rational Krylov spaces, or `explicit` step by step.  `shifted` inverts z - L at many z.
`trajectories` unravels the master equation into quantum jumps, an independent check with a
statistical error.
"""
