"""How a formula fares along the drive: up to where it holds, and where its optimum moves.

A `ray` is a set of points whose drive is left free, a `curve` a closed form along it, and a
`deviation` that form against the master equation.  `critical` finds the drive at which the
deviation reaches a tolerance, by the `search` for a first crossing; `table` makes it a table over
any values and `maps` a picture.  `optimum` finds where a blockade is deepest on both roads, and
`minima` draws that.
"""
