"""Quadratic models in any bath: closed forms of their means and covariances, exact at any drive.

`linear` has them as `analytic.gaussian`; their equations are solved by `stationary`, and means that
follow from those of other modes are left to `followers`.
"""
