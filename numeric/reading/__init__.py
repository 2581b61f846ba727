"""What is read off the states that were solved.

`batches` hold the solutions of many points, `twofold` solves them a second time where a truncation
was given and its last shells leave room for doubt.  A number is an `observable`: `readings` are
those of modes, probabilities and operators, and `readout` has the methods that name them.  What a
detector sees of a sum of modes says `detection`, from the means in `products`.
"""
