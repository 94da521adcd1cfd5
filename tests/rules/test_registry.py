"""Every rule has an id, a severity, one sentence, a mend, and a test that names it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from schemas import Scope, datasets, default_domains
from selfeval.checks import crosscheck, registry
from selfeval.checks.registry import Entry
from selfeval.facts import years
from tests.rules import test_cells, test_keys

ROOT = Path(__file__).parent.parent.parent
SCOPE = Scope(2024, "351001", default_domains())
_ID = re.compile(r"source(\.[a-z_]+)+")


def everything() -> list[Entry]:
    return [
        *registry.source_entries(),
        *registry.cell_entries(SCOPE),
        *registry.cross_entries(),
        *registry.scoring_entries(),
        *registry.issuing_entries(),
    ]


@cache
def named() -> frozenset[str]:
    """Rule ids that a test names: in its text, or by what it plants."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))
    literal = set(re.findall(r"[a-z_0-9]+(?:\.[a-z_0-9]+)+", text))
    literal |= {f"shares.pattern.{kind}" for kind in re.findall(r'only\(sound, "([a-z]+)"', text)}
    literal |= {f"indicators.reason.{kind}" for kind in ("missing", "over")}
    planted = {plant.rule for plant in test_cells.plants()}
    keyed = {f"{slug}.{kind}" for _, _, slug, _, _ in test_keys.KEYED for kind in ("duplicate", "conflict")}
    return frozenset(literal | planted | keyed)


@pytest.mark.parametrize("entries", [registry.cross_entries(), registry.scoring_entries(), registry.source_entries()])
def test_every_rule_is_named_by_a_test(entries: object) -> None:
    assert {e.id for e in entries} - named() == set()  # type: ignore[attr-defined]


def test_every_rule_of_a_column_is_planted_or_its_kind_is_tested() -> None:
    """A kind that is the same in any column, or in any row, is tested in one."""
    kinds = {rule.rpartition(".")[2] for rule in named()}
    wanted = [e.id for e in registry.cell_entries(SCOPE)]
    untested = [r for r in wanted if r not in named() and r.rpartition(".")[2] not in kinds - {"required", "type"}]
    assert untested == []


def test_ids_are_told_in_one_sentence_with_a_mend() -> None:
    for entry in everything():
        assert re.fullmatch(r"[a-z]\w*(\.[a-z][\w-]*)+", entry.id), entry
        assert set(entry.severity.split("/")) <= {"error", "warning", "info"}, entry
        assert entry.message.endswith("。") and entry.message.count("。") == 1, entry
        assert entry.fix.endswith("。") and entry.fix.count("。") == 1, entry


def test_ids_are_unique_but_for_two_checks_of_one_column() -> None:
    ids = [e.id for e in (*registry.cross_entries(), *registry.scoring_entries(), *registry.source_entries())]
    assert sorted({i for i in ids if ids.count(i) > 1}) == ["source.merged"]


def test_rules_across_tables_rest_on_a_document() -> None:
    assert [e.id for e in registry.cross_entries() if not e.source] == []


def test_the_list_of_file_rules_is_what_the_readers_say() -> None:
    said: set[str] = set()
    for path in (ROOT / "selfeval").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _ID.fullmatch(node.value):
                said.add(node.value)
    by_kind = {
        "source.error_cell",
        "source.formula",
        "source.null_byte",
        "source.merged",
        "source.glued",
        "source.serial",
    }
    listed = {e.id for e in registry.source_entries()}
    # The reader's own word for a broken line; it is told as the table's rule.
    assert said - listed == {"source.json"}
    assert listed - said - by_kind == set()


def _calls(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    """Calls of functions and classes by name, in the program and its flows."""
    for path in sorted([*(ROOT / "selfeval").rglob("*.py"), *(ROOT / "flows").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
                yield path, node


#: Where a finding's rule is no literal, what it may be, and which entries list those.
RULE_SAID_AS = {
    "rule_id(table.slug, column, kind)": "a row or cell kind: `grouping`, listed from the declarations",
    "rule": "of a reader or of `rules.toml`: named in test_the_list_of_file_rules_is_what_the_readers_say",
    "rule.id": "of crosscheck.rules() or scoring's: listed from the same",
    "rule_id": "of scoring.rules()",
    "error.rule": "of Unreadable: a literal where it is raised",
    "RULE": "facts.year_on_year.large",
    "f'report.{found.rule}'": "lint's, below",
    "f'{dataset.slug}.tolerance'": "listed from the declarations",
    "f'{table.slug}.{total.name}.total'": "listed from the declarations",
}


def test_no_finding_is_made_under_a_rule_that_is_not_listed() -> None:
    """Every place in the program where a finding is made, and the ids that it can have."""
    listed = {entry.id for entry in everything()}
    for path, call in _calls("Finding"):
        if any(keyword.arg is None for keyword in call.keywords):
            continue  # one that was kept, as it was made
        given = call.args[0] if call.args else next(k.value for k in call.keywords if k.arg == "rule")
        if isinstance(given, ast.Constant):
            assert given.value in listed, (path.name, given.value)
        else:
            assert ast.unparse(given) in RULE_SAID_AS, (path.name, ast.unparse(given))
    assert years.RULE in listed


def test_every_kind_that_lint_tells_is_listed() -> None:
    words: set[str] = set()
    for path in (ROOT / "selfeval" / "lint").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "finding" and n.args]
        dynamic = {ast.unparse(n.args[0]) for n in made if not isinstance(n.args[0], ast.Constant)}
        words |= {n.args[0].value for n in made if isinstance(n.args[0], ast.Constant)}
        # A kind chosen by a condition: every word that the variable, or the function, can give.
        for node in ast.walk(tree):
            chosen = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in dynamic
            given = isinstance(node, ast.FunctionDef) and any(d.startswith(f"{node.name}(") for d in dynamic)
            if chosen or given:
                scope = node.value if isinstance(node, ast.Assign) else node
                kinds = {e for e in ast.walk(scope) if isinstance(e, ast.IfExp)}
                words |= {b.value for e in kinds for b in (e.body, e.orelse) if isinstance(b, ast.Constant)}
    listed = {e.id.removeprefix("report.lint.") for e in registry.issuing_entries() if ".lint." in e.id}
    assert words == listed


def test_every_limit_is_used() -> None:
    used = {name for rule in crosscheck.rules() for name in re.findall(r"\$([a-z_]+)", rule.query)}
    assert set(crosscheck.limits()) == used - {"year", "unit"}


def test_rules_of_one_log_read_nothing_else() -> None:
    for name, members in crosscheck.of_one_log().items():
        own = {table.slug for table in datasets()[name].tables}
        others = {t.slug for d in datasets().values() for t in d.tables} - own
        for rule in members:
            words = set(re.findall(r"[a-z_]+", re.sub(r"--.*", "", rule.query)))
            assert not words & (others | {f"{slug}_read" for slug in others}), rule.id
            assert not [word for word in words if word.startswith(("before_", "_subjects", "_profile"))], rule.id
