"""The rules of the house that no other tool checks: sizes, documents that agree with the tree."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ACCEPTANCE = {
    "A": 8, "B": 9, "C": 8, "D": 14, "E": 5, "F": 2, "G": 10, "H": 7, "I": 6, "J": 5, "K": 6,
}  # fmt: skip
STATES = {"done", "partial", "not yet"}


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_files_stay_short_when_they_hold_code() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked(".py", ".sql")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_functions_stay_short_when_they_are_not_tests() -> None:
    long = {}
    for path in tracked(".py"):
        if path.is_relative_to(ROOT / "tests"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node
                lines = (node.end_lineno or 0) - first.lineno + 1 - lines_of_text(node)
                if lines > 55:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = lines
    assert not long


def test_the_code_location_stays_thin_when_defs_grow() -> None:
    lines = (ROOT / "orchestration" / "definitions.py").read_text().splitlines()
    assert len(lines) <= 25


def lines_of_text(function: ast.FunctionDef) -> int:
    """Lines that a query or another long text adds: it is one statement, however it is laid out."""
    texts = [node for node in ast.walk(function) if isinstance(node, ast.JoinedStr | ast.Constant)]
    return max(((text.end_lineno or 0) - text.lineno for text in texts), default=0)


@pytest.mark.parametrize("word", ["utils", "helpers", "misc", "common"])
def test_no_module_is_a_drawer_when_named(word: str) -> None:
    assert not [path for path in tracked(".py") if path.stem == word]


def test_nothing_trained_or_loaded_is_committed_when_tracked() -> None:
    assert not tracked(".pkl", ".duckdb", ".joblib", ".ipynb", ".parquet")


def capabilities() -> list[dict[str, str]]:
    rows = []
    text = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if re.fullmatch(r"[A-K]\d+", cells[0]):
            names = ("id", "capability", "shown by", "proven by", "state")
            assert len(cells) == len(names), line
            rows.append(dict(zip(names, cells, strict=True)))
    return rows


def test_every_acceptance_row_stands_in_the_capabilities_table_once() -> None:
    expected = [f"{letter}{n}" for letter, count in ACCEPTANCE.items() for n in range(1, count + 1)]
    assert [row["id"] for row in capabilities()] == expected


def test_proofs_exist_when_the_capabilities_table_names_them() -> None:
    problems = []
    for row in capabilities():
        proofs = re.findall(r"`((?:tests|dbt_project)/[^`]+)`", row["proven by"])
        problems += [f"{row['id']}: {proof}" for proof in proofs if not proof_exists(proof)]
        if row["state"] not in STATES:
            problems.append(f"{row['id']}: state {row['state']!r}")
        if row["state"] == "done" and not proofs:
            problems.append(f"{row['id']}: done without a proof")
    assert not problems


def proof_exists(proof: str) -> bool:
    path, _, name = proof.partition("::")
    file = ROOT / path
    return file.exists() and (not name or name in file.read_text(encoding="utf-8"))


def model_names() -> set[str]:
    folder = ROOT / "dbt_project" / "models"
    models = {path.stem for suffix in ("*.sql", "*.py") for path in folder.rglob(suffix)}
    return models | {path.stem for path in (ROOT / "dbt_project" / "seeds").rglob("*.csv")}


def test_models_exist_when_the_documents_name_them() -> None:
    known = model_names()
    missing = {}
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        not_built = {"docs/capabilities.md"}
        for line in path.read_text(encoding="utf-8").splitlines():
            if str(path.relative_to(ROOT)) in not_built and "| not yet |" in line:
                continue
            for name in re.findall(r"`((?:mart|fct|dim|int|features|labels)_[a-z0-9_]+)`", line):
                if name not in known:
                    missing[name] = str(path.relative_to(ROOT))
    assert not missing


def test_every_model_has_a_sibling_that_states_its_grain() -> None:
    lacking = []
    for path in (ROOT / "dbt_project" / "models").rglob("*.sql"):
        sibling = path.with_suffix(".yml")
        if not sibling.exists():
            lacking.append(f"{path.name}: no {sibling.name}")
            continue
        model = next(
            entry
            for entry in yaml.safe_load(sibling.read_text(encoding="utf-8"))["models"]
            if entry["name"] == path.stem
        )
        if "grain" not in model.get("description", "").lower():
            lacking.append(f"{path.name}: its description has no grain sentence")
        undescribed = [
            column["name"] for column in model.get("columns", []) if not column.get("description")
        ]
        if undescribed or not model.get("columns"):
            lacking.append(f"{path.name}: undescribed columns {undescribed}")
    assert not lacking


def test_no_machine_path_is_named_when_files_are_tracked() -> None:
    pattern = re.compile(r"(?<![\w/.])/(?:work|root|home/\w+|tmp)/\w")
    found = []
    for path in tracked(".py", ".sql", ".yml", ".yaml", ".md", ".toml", ".csv", "Makefile", "run"):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found


def test_make_targets_exist_when_the_readme_names_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"^make ([a-z]+)", readme, flags=re.MULTILINE))
    assert {"run", "test"} <= named
    assert all(re.search(rf"^{target}:", makefile, flags=re.MULTILINE) for target in named)


def test_interactions_tell_their_load_when_a_source_hands_them_on() -> None:
    """A run reads a load again only when it changed; a view that tells none says why."""
    silent = [
        path.name
        for path in tracked("__interactions.sql")
        if not re.search(r"as load_id|\bload_id\b|-- Tells no load: ", path.read_text())
    ]
    assert not silent
