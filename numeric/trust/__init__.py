"""What a number of a steady state is worth.

A number with all its errors is a `worth.Measured`, and `expectation` has the means of operators as
such.  `judge` says by how much a number still changes with the cut, with the help of `tail` for
what lies beyond it, and of `excitations` where a model keeps some excitations of its emitters only.
`certificate` lists the evidence, of every mode and order, at every point.
"""
