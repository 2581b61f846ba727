"""The names of the listed systems, read off the files of `systems.library` without loading any.

>>> "kerr" in LISTED, "optics" in LISTED
(True, False)
"""

from pathlib import Path

SHARED = {"__init__", "optics"}  # files of the library that hold no system but what several share
LISTED = tuple(sorted({p.stem for p in (Path(__file__).parent / "library").glob("*.py")} - SHARED))
