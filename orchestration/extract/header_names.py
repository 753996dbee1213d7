"""Names of a file's columns, where its header has several rows."""

from __future__ import annotations

from collections.abc import Sequence


def column_names(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the name of each column: what the first row says.

    Some exports name a group once, above its first column, and what each column holds in the row
    below: "Which of these do you use?" over "Web", "App", "Store". Then each column of the group is
    called by both, as "Which of these do you use? [Web]", so that none is nameless.

    Parameters
    ----------
    rows
        The rows of the header, at least one.
    """
    names = [name.strip() for name in rows[0]]
    if len(rows) == 1:
        return tuple(names)
    labels = [name.strip() for name in rows[1]]
    found: list[str] = []
    group = ""
    for position, name in enumerate(names):
        group = name or group
        next_name = names[position + 1] if position + 1 < len(names) else name
        label = labels[position] if position < len(labels) else ""
        if group and label and not (name and next_name):
            found.append(f"{group} [{label}]")
        else:
            found.append(name)
    return tuple(found)
