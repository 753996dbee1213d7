"""Paths into JSON objects, and what an object holds beside the paths that a contract names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.extract.shapes import PATH_PREFIX
from orchestration.extract.sql_text import literal

# A step such as `.name` or `."a name"`; any other, such as `[0]`, ends what can be taken out.
STEP = re.compile(r'\.(?:"((?:[^"\\]|\\.)*)"|([^."\[\]*]+))')


def path_of(name: str) -> str:
    """Return ``name`` as a JSON path; one that begins with ``$`` is one already."""
    if name.startswith(PATH_PREFIX):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'$."{escaped}"'


def plain_steps(path: str) -> list[str] | None:
    """Return the keys that lead to ``path``, or None when it goes through a list or a wildcard."""
    steps: list[str] = []
    rest = path.removeprefix(PATH_PREFIX)
    while rest:
        step = STEP.match(rest)
        if step is None:
            return None
        steps.append(step[2] if step[1] is None else step[1])
        rest = rest[step.end() :]
    return steps


def first_key(path: str) -> str:
    """Return the key of the object that ``path`` begins with."""
    step = STEP.match(path.removeprefix(PATH_PREFIX))
    if step is None:
        return path
    return step[2] if step[1] is None else step[1]


def without(document: str, paths: Iterable[str]) -> str:
    """Return the expression of what an object holds beside ``paths``, null when that is nothing.

    What is reached through a list cannot be taken out of it; such a list stays whole.
    """
    patch: dict[str, Any] = {}
    for path in sorted(paths):
        steps = plain_steps(path)
        if steps:
            _cut(patch, steps)
    rest = f"json_merge_patch({document}, {literal(json.dumps(patch))})"
    nested = {key: value for key, value in patch.items() if value is not None}
    for key in nested:
        # The patch leaves `{}` of an object that was read whole, and of a value that is no object.
        at, alone = literal(path_of(key)), literal(json.dumps({key: None}))
        value = f"json_extract({document}, {at})"
        put_back = f"json_merge_patch({rest}, json_object({literal(key)}, {value}))"
        rest = (
            f"case when json_type({value}) <> 'OBJECT' then {put_back} "
            f"when json_extract_string({rest}, {at}) = '{{}}' "
            f"then json_merge_patch({rest}, {alone}) else {rest} end"
        )
    return f"nullif(cast({rest} as varchar), '{{}}')"


def _cut(patch: dict[str, Any], steps: list[str]) -> None:
    """Mark in a merge patch that the value at ``steps`` is to go; a shorter path wins."""
    for step in steps[:-1]:
        patch = patch.setdefault(step, {})
        if patch is None:
            return
    patch[steps[-1]] = None


def holds_array(document: object, path: str) -> bool:
    """Return whether a list stands at ``path`` of a parsed document."""
    for step in plain_steps(path) or []:
        if not isinstance(document, Mapping) or step not in document:
            return False
        document = document[step]
    return isinstance(document, list)
