"""The figures of the paper's main claim, one module each, with both roads in it."""
