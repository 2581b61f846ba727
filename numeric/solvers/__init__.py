"""Who solves the master equation at given values and with a given truncation.

`choice` knows the solvers by name and is the only door; `solution` is what they return, and
`soundness` whether that is a steady state.  Of single points the `direct` solver is the judge,
`iterative` takes large truncations, `qutip` is an independent check, and `graded` sweeps over many
weakly driven points at once.  `nojump` solves what is left when jumps are dropped, `precise` to any
number of digits.  They share the split that keeps small populations exact (`vacuum`), and what
protects compiled code (`compiled`) and cores (`threads`).
"""
