"""Walks the imports: dependencies run one way, and nothing that is deployed knows of localcloud."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = {"pipeline", "main", "f1db_batch", "process_release", "transform", "localcloud", "deploy", "tests"}
MAY_IMPORT = {
    "functions": {"pipeline"},
    "dataproc_jobs": {"f1db_batch"},
    "dbt/transform": {"transform", "pipeline"},
    "localcloud": {"localcloud", "pipeline"},
    "terraform/deploy": {"deploy", "localcloud", "pipeline", "f1db_batch"},  # the last one: the canary, a batch itself
}
PURE = (
    *("releases", "objects", "documents", "records", "manifests", "decisions", "errors", "environment", "settings"),
    *("stages/events", "stages/check_body", "zips/verifying_reader", "zips/zip_tail"),
)
CLIENTS = ("storage", "dataproc", "github", "http_get", "run_jobs", "trigger")
SERVICES = ("google", "requests", "flask", "functions_framework", "cloudevents", "urllib3")


def _imports(path: Path) -> set[str]:
    """Return every module that a file imports, anywhere in it, relative ones resolved to nothing."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


def _tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in _imports(path)}


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_packages_import_only_what_the_architecture_allows_when_walked(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in sorted(_tops(path) & OURS - MAY_IMPORT[folder])
    ]
    assert found == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_touch_no_service_when_walked(name: str) -> None:
    path = ROOT / "functions" / "pipeline" / f"{name}.py"
    imported = _imports(path)
    assert imported & {*(f"pipeline.clients.{client}" for client in CLIENTS), "pipeline.stages.handlers"} == set()
    assert {module.partition(".")[0] for module in imported} & set(SERVICES) == set()


def test_nothing_imports_the_entry_points_or_handlers_but_main_when_walked() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "functions" / "pipeline").rglob("*.py"))
        if {"main", "pipeline.stages.handlers"} & _imports(path)
    ]
    assert found == []


@pytest.mark.parametrize("name", CLIENTS)
def test_clients_decide_nothing_when_walked(name: str) -> None:
    imported = _imports(ROOT / "functions" / "pipeline" / "clients" / f"{name}.py")
    assert "pipeline.decisions.next_action" not in imported
    assert "pipeline.stages.handlers" not in imported


def test_set_up_needs_the_standard_library_only_when_walked() -> None:
    assert _tops(ROOT / "localcloud" / "bootstrap.py") == {
        "fcntl",
        "os",
        "pathlib",
        "shutil",
        "subprocess",
        "sys",
        "typing",
    }
