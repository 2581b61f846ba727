"""The commands, one a file: ``blockade compare`` is the function `compare` in the file `compare`.

Each is a thin layer around a public function: it reads what it was asked for
(`compare.cli.request`), calls that function, writes what ``--out`` names and prints what a terminal
has room for.  Its docstring is its help.  It loads what computes when it runs, so that ``--help``
is printed at once.

To add one, write its file and enter it in `compare.cli.app`, which has the order of ``--help``.
"""
