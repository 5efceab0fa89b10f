"""What somebody gets who asks what is kept of them has words for each of its parts."""

from __future__ import annotations

from rollcall.sealing.seal import Keyring
from rollcall.storage.database import Database
from rollcall.texts import LANGUAGES, texts_in
from rollcall.usecases.mydata import MADE_AT, gather
from tests.rollcall import school_year
from tests.rollcall.conftest import NINE, TEACHER


async def test_every_part_has_its_words_in_every_language(database: Database, keyring: Keyring) -> None:
    await school_year.fill(database, keyring)
    with database.session() as session:
        found = [gather(session, account, NINE) for account in (TEACHER, 201, 204, 299)]
    parts = {name for one in found if one is not None for name in one} - {MADE_AT}
    assert len(parts) > 20
    for language in LANGUAGES:
        words = [texts_in(language)("mydata-part-" + name.replace("_", "-"), number=2) for name in parts]
        assert len(set(words)) == len(parts)
