"""Claims of papers, held against both roads.

A claim is data (`sheet`, from a file by `reader`): `point` works out its values, `measure` its
number on both roads, `decision` the interval in which it is true, `turning` the drive at which it
would be; `settling` says before that what makes no sense.  `judgement` makes the table of a paper
and `atlas` that of all.  The claims themselves stand with their papers, in `compare.papers`.
"""
