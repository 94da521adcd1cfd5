"""Reading and checking reports that people wrote: `lint(path)` → findings."""

from selfeval.lint.api import lint
from selfeval.lint.model import LintError, LintFinding

__all__ = ["LintError", "LintFinding", "lint"]
