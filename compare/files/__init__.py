"""Files that are whole or not there, and where each comes from.

`output` writes them under a passing name first and never over what someone has edited;
`provenance` writes the sidecar beside each; a `lock` keeps two runs apart, `interrupts` hold Ctrl-C
back while files are written, and `places` say in words where a disk refuses.
"""
