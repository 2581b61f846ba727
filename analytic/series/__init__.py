"""Closed forms beyond leading order: the steady state as a series in the drive, jumps included.

`expansion` is the door.  `moments` writes the equations of motion of normally ordered moments,
`hierarchy` puts them in the order in which they follow from one another, `recursion` solves them in
numbers and `closed_forms` in symbols; `coefficients` picks the terms of a quantity.  `summation`
adds the terms up, `assessment` says what the sum is worth, `shells` what lies beyond its quanta.
"""

from analytic.series.expansion import Expansion, expand

__all__ = ["Expansion", "expand"]
