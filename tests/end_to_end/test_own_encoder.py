"""An encoder of one's own with a card: bot and worker judge as the card says, which only the worker reads."""

from pathlib import Path

import torch

from models.onnx.export import hash_of
from tests.end_to_end.product import Classroom, ask, running, speak, synthetic

ANYBODY = """
architecture = "campplus"
file = "mine.pt"
sha256 = "{}"
[judgement]
slope = 30.0
offset = 60.0
lead = 0.0
"""
"""Every score means yes: nobody else judges so, and whoever heeds it shows at once."""


async def test_bot_and_worker_judge_by_the_card_beside_the_weights(tmp_path: Path, real_weights: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    torch.save(dict(torch.load(real_weights, map_location="cpu", weights_only=True)), folder / "mine.pt")
    (folder / "card.toml").write_text(ANYBODY.format(hash_of(folder / "mine.pt")), encoding="utf-8")
    async with running(tmp_path / "data", ROLLCALL_SPEAKER_MODEL=str(folder)) as product:
        classroom = Classroom(product)
        await classroom.begin()
        # The bot would refuse the second voice as another one than the first.
        student = await classroom.student("Захар Волков", [synthetic(name, 1) for name in ("zac", "Gene2", "shelby")])
        await ask(classroom.teacher, "/open")
        # And the worker the fourth.
        assert "Захар Волков" in (await speak(student, synthetic("klatt2", 1))).text
