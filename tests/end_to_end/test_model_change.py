"""Another encoder: nothing is compared across, who agreed is re-embedded, everyone else is asked to enrol, once."""

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, running, speak, synthetic

KEEPS, REFUSES = "Анна Белова", "Борис Громов"


async def rollcall(product: Product, *words: str) -> tuple[int, str]:
    """A command of the product's, with its settings; exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rollcall", *words, env={**os.environ, **product.settings},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_after_a_change_of_the_encoder_nobody_is_mixed_up(tmp_path: Path, wait_until: WaitUntil) -> None:
    async with running(tmp_path / "data", ROLLCALL_SPEAKER_MODEL="dummy") as product:
        classroom = Classroom(product, "en")
        await classroom.begin("Physics")
        anna = await classroom.student(KEEPS, [synthetic("zac", n) for n in (1, 2, 3)], "en")
        await anna.press("keep:yes")
        assert "kept" in (await anna.answer(PATIENCE)).text
        boris = await classroom.student(REFUSES, [synthetic("Gene2", n) for n in (1, 2, 3)], "en")
        await boris.press("keep:no")
        await boris.answer(PATIENCE)
        assert await product.stop() == 0

        product.environment["ROLLCALL_SPEAKER_MODEL"] = "campplus"
        code, said = await rollcall(product, "doctor")
        assert code == 1
        assert f"{REFUSES} must send /enroll again" in said
        assert KEEPS not in said
        code, said = await rollcall(product, "reembed")
        assert code == 0, said
        assert "1 voiceprints made anew" in said
        assert REFUSES in said

        await product.start()
        asked = await boris.answer(PATIENCE)
        assert "/enroll" in asked.text
        assert "/enroll" in (await speak(boris, synthetic("Gene2", 4))).text
        assert not boris.unread, "asked once"
        assert not anna.unread
        code, said = await rollcall(product, "doctor", "--rebuild")
        assert code == 0, said
        await ask(classroom.teacher, "/open")
        assert KEEPS in (await speak(anna, synthetic("zac", 4))).text
        assert json.dumps(KEEPS) not in product.log
        assert await product.stop() == 0
