"""What stands in the way of an erasure, found before anything is changed.

An erasure that stops half-way leaves a home without its warehouse. Whatever only a person can
change is therefore looked for first: workbooks, archives of several files, what cannot be looked
into, and what would still hold an identifier once it has been rewritten; that is found by writing
each file anew beside its place.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from orchestration.erasure.finding import FoundRows
from orchestration.erasure.identifiers import Identifiers
from orchestration.erasure.proof import holds, is_sealed, members_that_hold
from orchestration.erasure.rewriting import marked, rewritten
from orchestration.erasure.subject import ErasureError, Subject
from orchestration.erasure.workbooks import is_workbook
from orchestration.extract.text_files import DAMAGED, FileProblemError

# Of a workbook full of a person some places are enough to begin with.
MOST_PLACES = 20
WORKBOOK = (
    "a workbook is not rewritten, since its formulas and layout would be lost: delete {} in it"
)
ARCHIVE = "such an archive is not rewritten: unpack it and remove it, or take out of it {}"


def unsearchable(paths: Iterable[Path]) -> dict[Path, str]:
    """Return the files that cannot be looked into, with the reason."""
    sealed = "it has a password, so nobody can search it: save it without one, or remove it"
    return {path: sealed for path in paths if is_sealed(path)}


def by_hand(path: Path, identifiers: Identifiers, found: FoundRows | None = None) -> str:
    """Return what a person has to delete from a workbook or an archive, empty where nothing.

    Parameters
    ----------
    found
        Rows of the file that are the person's by the contract, whatever else mentions them.
    """
    if _is_workbook(path):
        prefix = f"{path.name}: "
        said = [name.removeprefix(prefix) for name in members_that_hold(path, identifiers)]
        if found is not None and found.lines:
            sheet = found.contract.sheet
            of_sheet = f"sheet {sheet!r}" if sheet else "the first sheet"
            said.insert(0, f"rows {', '.join(map(str, found.lines))} of {of_sheet}")
        return WORKBOOK.format(_listed(said)) if said else ""
    members = _members(path)
    if not members or _is_text_in_a_zip(path, members):
        return ""
    inner = list(members_that_hold(path, identifiers))
    return ARCHIVE.format(_listed(inner)) if inner else ""


def rehearse(file: FoundRows | Path, subject: Subject) -> str:
    """Return why a file cannot be written without the person, empty when it can."""
    rehearsal = rewritten(file, subject) if isinstance(file, FoundRows) else marked(file, subject)
    try:
        with rehearsal as target:
            if holds(target, subject.telling):
                return "an identifier stands in it where it cannot be replaced: remove it by hand"
    except (FileProblemError, ErasureError) as error:
        return str(error)
    except (ValueError, LookupError, OSError) as error:
        return f"it cannot be written again ({type(error).__name__}): mend or remove it"
    return ""


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return is_workbook(file)


def _members(path: Path) -> list[zipfile.ZipInfo]:
    """Return the files in an archive; none for what is no archive, or a damaged one."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                return [member for member in archive.infolist() if not member.is_dir()]
    except DAMAGED:
        pass
    return []


def _is_text_in_a_zip(path: Path, members: list[zipfile.ZipInfo]) -> bool:
    """Return whether an archive is one file that can be written anew, not an archive itself."""
    if len(members) != 1 or path.suffix.lower() != ".zip":
        return False
    with zipfile.ZipFile(path) as archive, archive.open(members[0]) as packed:
        return not packed.read(2).startswith((b"PK", b"\x1f\x8b"))


def _listed(places: list[str]) -> str:
    shown = "; ".join(places[:MOST_PLACES])
    more = len(places) - MOST_PLACES
    return f"{shown}; and {more} more" if more > 0 else shown
