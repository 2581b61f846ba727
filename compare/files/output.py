"""Files that are either whole or not there, and never somebody else's.

One run writes files of one stem, ``fig3c.csv``, ``.png``, ``.pdf``, and beside them the sidecar
``fig3c.json`` with its provenance and the SHA-256 of each.  Every file is written under another
name in the same folder and then renamed, by one run at a time (`compare.files.lock`), and a signal
waits until the set is whole (`compare.files.interrupts`).

Only a file that still has the content noted in its sidecar is overwritten.  The sidecar goes
first and keeps the sums of what it replaces, so that a run that dies between two renames
leaves files that are all recognised as our own, and a stem that counts as unfinished.
"""

import json
import math
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import TYPE_CHECKING, Any

from compare.files.interrupts import whole
from compare.files.lock import locked
from compare.files.places import named

if TYPE_CHECKING:
    import pandas as pd

TOOL = "photon-blockade"
DRAFT, PART = f".{TOOL}-", ".part"  # how the name of a file that is being written begins and ends


def publish(folder: Path, stem: str, files: Mapping[str, bytes], record: Mapping[str, Any]) -> None:
    """Write ``{suffix: content}`` and the sidecar into the folder, all or nothing.

    The folder is made where it is missing.  ``record`` is what the sidecar says besides the sums
    of the files: command, versions, parameters.  In it NaN is null, and other numbers that JSON
    has no word for are text.  Waits while another run writes into the folder; raises
    `TimeoutError` if that does not end, and other `OSError` where the disk refuses.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     publish(Path(name), "fig", {"csv": b"a,b"}, {"command": "mine"})
    ...     sorted(path.name for path in Path(name).iterdir())
    ['fig.csv', 'fig.json']
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        write_set(folder, stem, files, record)


def write_set(
    folder: Path, stem: str, files: Mapping[str, bytes], record: Mapping[str, Any]
) -> None:
    """As `publish`, into a folder that exists and of which the caller holds the lock.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     write_set(Path(name), "fig", {"csv": b"a,b"}, {"command": "mine"})
    ...     read_sidecar(Path(name), "fig")["command"]
    'mine'
    """
    with named(folder / f"{stem}.{min(files)}"), whole(), ExitStack() as drafts:
        _clear_away(folder)
        contents = {f"{stem}.json": _sidecar(folder, stem, files, record)}
        contents |= {f"{stem}.{suffix}": content for suffix, content in files.items()}
        pairs = [(_draft(drafts, folder, content), name) for name, content in contents.items()]
        for draft, name in pairs:
            draft.replace(folder / name)


def to_csv(table: "pd.DataFrame") -> bytes:
    """The table as the bytes of a CSV file; twelve digits are more than either road is good for.

    The index is left out, and lines end the same way on every system.

    >>> import pandas as pd
    >>> to_csv(pd.DataFrame({"xi": [0.1], "g2": [1 / 3]}))
    b'xi,g2\\n0.1,0.333333333333\\n'
    """
    return table.to_csv(index=False, float_format="%.12g", lineterminator="\n").encode()


def check_csv(path: Path, force: bool) -> None:
    """Raise `ValueError` unless the table and its sidecar can be written to ``path``.

    ``force`` allows overwriting what was changed by hand or is not this tool's.

    >>> check_csv(Path("table.txt"), force=False)
    Traceback (most recent call last):
        ...
    ValueError: Argument `--out` must be a file FILE.csv, but is `table.txt`.
    """
    if path.suffix != ".csv":
        given = "empty, or the folder `.`" if path == Path() else f"`{path}`"
        raise ValueError(f"Argument `--out` must be a file FILE.csv, but is {given}.")
    check_place(path, ["csv"], force)


def check_place(path: Path, suffixes: Iterable[str], force: bool) -> None:
    """Raise `ValueError` unless the files of the stem of ``path`` can be written.

    ``force`` allows overwriting what was changed by hand or is not this tool's, but no folder.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     Path(name, "map.png").mkdir()
    ...     check_place(Path(name, "map.png"), ["png"], force=True)
    Traceback (most recent call last):
        ...
    ValueError: File `...map.png` must be a file to write, but is a folder.
    """
    check_folder(path.parent)
    suffixes = list(suffixes)
    for file in (path.parent / f"{path.stem}.{suffix}" for suffix in (*suffixes, "json")):
        if file.is_dir():
            raise ValueError(f"File `{file}` must be a file to write, but is a folder.")
    if not force:
        check_ours(path.parent, path.stem, suffixes)


def check_folder(folder: Path) -> None:
    """Raise `ValueError` unless the folder can be written, or made where it is to be.

    It is tried with a file that has no name and is gone at once.  What a run that was killed left
    half-written in the folder is removed.  Raises `TimeoutError` while another run holds it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     check_folder(Path(name, "new"))
    """
    places = [folder.absolute(), *folder.absolute().parents]
    try:
        TemporaryFile(dir=next(place for place in places if place.exists())).close()
        if folder.is_dir():
            with locked(folder):
                _clear_away(folder)
    except TimeoutError:
        raise
    except OSError as error:
        raise ValueError(
            f"Folder `{folder}` of `--out` must be one that can be written, but: {error.strerror}."
        ) from None


def check_ours(folder: Path, stem: str, suffixes: Iterable[str]) -> None:
    """Raise `ValueError` if a file of the stem exists that this tool did not write so.

    A file is ours while its SHA-256 is noted in the sidecar: as what was written, or as what was
    about to be replaced when a run died.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as name:
    ...     publish(Path(name), "fig", {"csv": b"a,b"}, {"command": "mine"})
    ...     check_ours(Path(name), "fig", ["csv"])
    ...     _ = Path(name, "fig.csv").write_bytes(b"changed by hand")
    ...     check_ours(Path(name), "fig", ["csv"])
    Traceback (most recent call last):
        ...
    ValueError: File `...` must be one that blockade wrote and nobody changed since, but is not; ...
    """
    sidecar = read_sidecar(folder, stem)
    if sidecar is None and (folder / f"{stem}.json").exists():
        raise ValueError(_foreign(folder / f"{stem}.json"))
    ours = [(sidecar or {}).get(key, {}) for key in ("files", "replaced")]
    for path in (folder / f"{stem}.{suffix}" for suffix in suffixes):
        noted = [sums[path.name] for sums in ours if path.name in sums]
        if path.exists() and _sum_of(path) not in noted:
            raise ValueError(_foreign(path))


def read_sidecar(folder: Path, stem: str) -> dict[str, Any] | None:
    """The sidecar of a stem, or ``None`` where there is none of this tool, whole and well-formed.

    Its ``files`` and ``replaced`` map names of files to their SHA-256.

    >>> read_sidecar(Path("nowhere"), "fig") is None
    True
    """
    try:
        sidecar = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(sidecar, dict) or sidecar.get("tool") != TOOL:
        return None
    sidecar.setdefault("replaced", {})
    whole = all(_is_sums(sidecar.get(key), stem) for key in ("files", "replaced"))
    return sidecar if whole else None


def is_current(folder: Path, stem: str, inputs: str) -> bool:
    """Whether the stem was finished from the same inputs and its files are as they were.

    ``inputs`` is the fingerprint of code and versions (`compare.files.provenance.fingerprint`).

    >>> is_current(Path("nowhere"), "fig", "a fingerprint")
    False
    """
    sidecar = read_sidecar(folder, stem)
    if sidecar is None or sidecar.get("inputs") != inputs or not sidecar["files"]:
        return False
    return all(_sum_of(folder / name) == noted for name, noted in sidecar["files"].items())


def _is_sums(found: Any, stem: str) -> bool:
    """Whether it maps names of files of the stem, and of nothing outside the folder, to text."""
    return isinstance(found, dict) and all(
        isinstance(noted, str) and Path(name).stem == stem and Path(name).name == name
        for name, noted in found.items()
    )


def _sidecar(
    folder: Path, stem: str, files: Mapping[str, bytes], record: Mapping[str, Any]
) -> bytes:
    """The bytes of the sidecar: the record, the sums, and those of what is replaced.

    Files of the stem that another command wrote stay ours: a table beside a picture, say.
    """
    sums = {f"{stem}.{suffix}": _sum(content) for suffix, content in files.items()}
    before = read_sidecar(folder, stem) or {"files": {}, "replaced": {}}
    noted = {**before["replaced"], **before["files"]}
    ours = {name: known for name, known in noted.items() if _sum_of(folder / name) == known}
    replaced = ours | {name: found for name in sums if (found := _sum_of(folder / name))}
    sidecar = _plain({"tool": TOOL, **record, "files": sums, "replaced": replaced})
    text = json.dumps(sidecar, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    # a word of the command line that is no UTF-8 stays one JSON escape
    return text.encode(errors="backslashreplace")


def _clear_away(folder: Path) -> None:
    """Remove drafts of runs that were killed: whoever holds the lock has none yet."""
    for orphan in folder.glob(f"{DRAFT}*{PART}"):
        orphan.unlink(missing_ok=True)


def _draft(drafts: ExitStack, folder: Path, content: bytes) -> Path:
    """A file in the folder with the content, under a passing name; removed unless it is renamed."""
    with NamedTemporaryFile(dir=folder, prefix=DRAFT, suffix=PART, delete=False) as file:
        draft = Path(file.name)
        drafts.callback(draft.unlink, missing_ok=True)
        file.write(content)
    draft.chmod(0o666 & ~_umask())
    return draft


def _umask() -> int:
    """The permissions that new files must not have; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sum(content: bytes) -> str:
    """The SHA-256 of some content, as hexadecimal text."""
    return sha256(content).hexdigest()


def _sum_of(path: Path) -> str | None:
    """The sum of a file, or ``None`` where there is none that can be read."""
    try:
        return _sum(path.read_bytes())
    except OSError:
        return None


def _foreign(path: Path) -> str:
    """The refusal to overwrite a file that is not ours, or is so no longer."""
    return (
        f"File `{path}` must be one that blockade wrote and nobody changed since, but is not; "
        "move it away, or overwrite it with --force."
    )


def _plain(value: Any) -> Any:
    """The value in what JSON can hold: NaN as null, infinities and complex numbers as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return float(value) if math.isfinite(value) else _unbounded(value)
        case complex():
            return str(value)
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    # arrays and numbers of NumPy; a long double stays one by `tolist`, and becomes text
    simple = value.tolist() if hasattr(value, "tolist") else value
    return _plain(simple) if type(simple) is not type(value) else str(value)


def _unbounded(value: float) -> str | None:
    """NaN as nothing, infinities as text."""
    return None if math.isnan(value) else str(float(value))
