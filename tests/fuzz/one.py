"""The process that fuzzes one target; a crash of a library takes it down, and not the run."""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from pathlib import Path

import atheris

_INSTRUMENTED = ["rollcall", "worker", "bot", "evaluation", "models", "telegram"]


def main(name: str, inputs: int, seed: int, folder: Path) -> None:
    """Never returns: libFuzzer ends the process."""
    with atheris.instrument_imports(include=_INSTRUMENTED):
        from tests.fuzz.targets import target as of
        from tests.fuzz.watch import Watch

        target = of(name)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(content)
    mutate = target.mutate

    def mutated(data: bytes, most: int, number: int) -> bytes:
        chance = random.Random(number)
        if mutate is not None and chance.random() < 0.75:
            return mutate(data, chance)[:most]
        return bytes(atheris.Mutate(data, most))

    options: Sequence[str] = [
        sys.argv[0], f"-runs={inputs}", f"-seed={seed}", f"-max_len={target.longest}",
        f"-artifact_prefix={folder}/died-", "-len_control=0",
        f"-timeout={int(target.limit * 10) + 30}", "-rss_limit_mb=4096", "-print_final_stats=1", str(corpus),
    ]  # fmt: skip
    watch = Watch(target, folder, inputs)
    atheris.Setup(list(options), watch, **({"custom_mutator": mutated} if mutate else {}))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
