"""Every command that README.md shows runs.

Its ```console and ```sh blocks are read; the `selfeval` commands in them are run in order, in one working folder with
the committed examples, as a reader would who follows the page. A `make` target must exist and be listed by `make help`.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
#: Sub-commands that do not end by themselves: only their --help is run.
STAYS_UP = {"serve"}
STAND_IN = re.compile(r"\.\.\.|…|<[^>]+>|(?<!\w)[A-Z]{3,}(?!\w)")


@dataclass(frozen=True)
class Command:
    line: int
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text, comments=True)

    @property
    def has_stand_in(self) -> bool:
        """Whether it cannot be run as it stands, for a "...", "<unit>" or "FACT" in it: only its --help is then."""
        return any(STAND_IN.search(word) and not (ROOT / word).exists() for word in self.words[1:])

    def __str__(self) -> str:
        return f"README.md:{self.line} {self.text}"


def commands(markdown: str) -> list[Command]:
    """The `selfeval` and `make` commands of a page's console and sh blocks.

    In a console block a command follows `$ ` and the rest is output; in an sh block every line is one.
    A line that ends in a backslash goes on in the next; `a && b` and `a; b` are two commands; what a pipe or a
    redirection does with the output does not matter here.
    """
    found: list[Command] = []
    for block in re.finditer(r"(?ms)^```(console|sh)[^\n]*\n(.*?)^```", markdown):
        first = markdown.count("\n", 0, block.start(2)) + 1
        lines = block[2].split("\n")
        number = 0
        while number < len(lines):
            at, text = number, lines[number]
            while text.endswith("\\") and number + 1 < len(lines):
                number += 1
                text = text[:-1] + lines[number].strip()
            number += 1
            if block[1] == "console":
                if not text.startswith("$ "):
                    continue
                text = text[2:]
            for part in re.split(r"&&|;|\|\|", text):
                command = re.sub(r"^(\./)?\.venv/bin/", "", re.split(r"\||\s\d?>", part)[0].strip())
                if re.match(r"(selfeval|make)(\s|$)", command):
                    found.append(Command(first + at, command))
    return found


def selfeval(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command of this very Python, with a home of its own and nothing leaving the machine."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SELFEVAL_", "PREFECT_"))}
    environment |= {"PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    return subprocess.run(
        [str(Path(sys.executable).with_name("selfeval")), *arguments],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


SHOWN = commands(README.read_text(encoding="utf-8")) if README.exists() else []
SELFEVAL = [command for command in SHOWN if command.words[0] == "selfeval"]
MAKE = [command for command in SHOWN if command.words[0] == "make"]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder as after a clone: the two examples copied, everything else that is committed linked."""
    folder = tmp_path_factory.mktemp("readme")
    for entry in ROOT.iterdir():
        if entry.name not in {"data", ".git"} and not entry.name.startswith("."):
            (folder / entry.name).symlink_to(entry)
    for unit in ("351001", "352003"):
        shutil.copytree(ROOT / "data/raw/2024" / unit, folder / "data/raw/2024" / unit)
    return folder


def test_readme_shows_the_commands_it_must() -> None:
    shown = {tuple(command.words[:2]) for command in SHOWN}
    assert {("make", "report"), ("make", "test"), ("selfeval", "run")} <= shown


def test_make_targets_exist() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    targets = set(re.findall(r"(?m)^make ([a-z-]+)", listed))
    for command in MAKE:
        named = {word for word in command.words[1:] if "=" not in word and not word.startswith("-")}
        assert named <= targets, command


@pytest.mark.parametrize("name", sorted({c.words[1] for c in SELFEVAL if len(c.words) > 1 and c.words[1][0] != "-"}))
def test_subcommand_has_help(name: str, tmp_path: Path) -> None:
    ran = selfeval(name, "--help", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()


@pytest.mark.parametrize("command", [c for c in SELFEVAL if not c.has_stand_in], ids=str)
def test_command_runs(command: Command, workplace: Path) -> None:
    arguments = command.words[1:]
    if arguments and arguments[0] in STAYS_UP:
        arguments = [arguments[0], "--help"]
    ran = selfeval(*arguments, cwd=workplace)
    # 1 says that findings block or lint found errors: an answer. 2 is a wrong call, 3 the program's failure.
    assert ran.returncode in {0, 1}, f"exit {ran.returncode}\n{ran.stdout}\n{ran.stderr}"


def test_commands_are_read_from_blocks() -> None:
    page = (
        "selfeval not-a-block\n"
        "```console\n$ make report YEAR=2024 && .venv/bin/selfeval status --year 2024 > out.txt\nselfeval output\n```\n"
        "```sh\nselfeval explain shares.total \\\n    --unit 351001  # a figure\nls\n```\n"
        "```text\nselfeval nor-this\n```\n"
    )
    assert [(c.line, c.words) for c in commands(page)] == [
        (3, ["make", "report", "YEAR=2024"]),
        (3, ["selfeval", "status", "--year", "2024"]),
        (7, ["selfeval", "explain", "shares.total", "--unit", "351001"]),
    ]


@pytest.mark.parametrize(
    ("text", "has_stand_in"),
    [
        ("selfeval explain FACT --year 2024", True),
        ("selfeval explain project.CODE.paid --year 2024", True),
        ("selfeval run --unit <unit>", True),
        ("selfeval lint ...", True),
        ("selfeval explain project.51113224T000000000001.paid", False),
        ("selfeval lint GLOSSARY.md", False),
    ],
)
def test_stand_ins_are_told_from_arguments(text: str, has_stand_in: bool) -> None:
    assert Command(1, text).has_stand_in is has_stand_in
