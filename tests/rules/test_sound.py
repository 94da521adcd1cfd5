"""The sound unit has nothing wrong: the passing case of every rule that tests spoil it for."""

from __future__ import annotations

from selfeval.package import status_of
from tests.rules.sound import SoundUnit


def test_nothing_is_told_of_the_sound_unit(sound: SoundUnit) -> None:
    pipeline = sound.pipeline()
    assert [f for f in pipeline.findings if f.severity != "info" and f.file is not None] == []
    assert status_of(pipeline) == "issued"
    assert all(account.quarantined == 0 for account in pipeline.accounts)
