"""What an operator sees of a run in the Prefect UI: Chinese tables, capped, without private data.

Belongs here: the wording and the caps. Figures and findings come from the pipeline as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.steps import Batch
    from selfeval.package import Outcome


def stage(name: str, batch: Batch, steps: list[list[str]]) -> None:
    """What a stage did for a batch."""


def published(batch: Batch, outcomes: list[Outcome]) -> None:
    """Where the packages lie and what blocks."""


def attempt_of(run: Any) -> dict[str, Any]:
    return {}
