"""Rational functions of many letters, kept as products of irreducible polynomials.

A closed form is a quotient of polynomials with up to tens of thousands of terms, which SymPy alone
is far too slow for.  `polynomials` does their arithmetic with FLINT.  `factored` turns coefficients
of a Hamiltonian into letters of a ring and keeps products of factors, for amplitudes; `quotient`
keeps sums over factored denominators, for series.  `abbreviations` writes the result in the letters
that a paper defines, such as Delta_1 = 2 Delta - i gamma; `naming` finds letters where no paper
does, `pieces` short sums in long ones.  What is longer still stays in determinants (`determinant`,
`unexpanded`).  `vanishing` says whether a form is zero.
"""
