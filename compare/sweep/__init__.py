"""Labelled sweeps over any parameters that survive and scale.

`run` holds the public function `compare.sweep`.  A `grid` knows the axes, the values along them and
how the points are cut into chunks, each a `portion` computed by one call of the batch solver, here
or on a cluster (`crew`); what comes out goes into arrays in memory or into a Zarr `store`, which a
sweep that was killed goes on with.  `dataset` says what the numbers mean, `picture` draws them,
`netcdf` writes them for other programs.
"""
