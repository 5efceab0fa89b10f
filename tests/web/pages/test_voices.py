"""Recordings on the page of what waits: listened to and decided on here, as by the cards in the chats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from rollcall.domain.attendance import Status
from rollcall.domain.claim import ClaimState
from rollcall.domain.consent import CONSENT_VERSION
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Verdict
from rollcall.sealing.seal import Keyring
from rollcall.storage import people
from rollcall.storage.claim_tables import VoiceClaim
from rollcall.storage.tables import Attempt, Attendance, Review
from sandbox.person import Person
from sandbox.server import Server
from tests.bot.school import ANNA, MARIA
from tests.end_to_end.product import synthetic
from tests.web.pages.test_matrix import ANNA_ID
from tests.web.school import Pages, open_pages


@asynccontextmanager
async def _with_telegram(folder: Path, keyring: Keyring, server: Server) -> AsyncIterator[Pages]:
    """The pages of a school in which Anna's note is one that Telegram has."""
    token = server.telegram.token
    async with open_pages(folder, keyring, telegram_api_url=server.url, telegram_token=token) as pages:
        sent = await Person(server.telegram, "Анна", id=ANNA).voice(synthetic("zac", 1))
        with pages.database.session() as session:
            attempt = session.scalars(select(Attempt)).one()
            attempt.file_id = sent.message["voice"]["file_id"]
        yield pages


async def test_a_note_in_doubt_is_heard_confirmed_and_thought_about_again(tmp_path: Path, keyring: Keyring) -> None:
    async with Server() as server, _with_telegram(tmp_path, keyring, server) as pages:
        guest = await pages.enter(MARIA, "/classes/1/waiting")
        assert 'src="/reviews/1/note"' in (await guest.page("/classes/1/waiting")).text
        heard = await guest.get("/reviews/1/note")
        assert (heard.content, heard.headers["content-type"]) == (synthetic("zac", 1), "audio/ogg")
        assert "no-store" in heard.headers["cache-control"]
        page = await guest.submit("/reviews/1", answer="yes")
        assert "Ответ записан" in page.text
        assert "всё же отклонить" in page.text
        assert (_review(pages), _status(pages)) == (ReviewState.CONFIRMED, Status.PRESENT)
        await guest.submit("/reviews/1", answer="no")
        assert _review(pages) is ReviewState.CONFIRMED, "the first decision stands until it is turned round"
        assert "всё же подтвердить" in (await guest.submit("/reviews/1", answer="no", anew="yes")).text
        assert (_review(pages), _status(pages)) == (ReviewState.REJECTED, Status.FLAGGED)
        with pages.database.session() as session:
            decided = session.get_one(Review, 1).decided_at
            assert decided
            session.get_one(Review, 1).decided_at = decided - timedelta(hours=25)
        assert "больше суток" in (await guest.submit("/reviews/1", answer="yes", anew="yes")).text
        assert _review(pages) is ReviewState.REJECTED
        assert "/reviews/1" not in (await guest.page("/classes/1/waiting")).text


async def test_a_recorded_voice_is_heard_only_of_who_agreed_and_decided_on(tmp_path: Path, keyring: Keyring) -> None:
    async with Server() as server, _with_telegram(tmp_path, keyring, server) as pages:
        guest = await pages.enter(MARIA, "/classes/1/waiting")
        assert "/claims/1/note" not in (await guest.page("/classes/1/waiting")).text
        assert (await guest.get("/claims/1/note")).status_code == 404
        with pages.database.session() as session:
            claim = session.get_one(VoiceClaim, 1)
            people.give_consent(session, ANNA, CONSENT_VERSION, "ru", claim.created_at)
        assert 'src="/claims/1/note"' in (await guest.page("/classes/1/waiting")).text
        assert (await guest.get("/claims/1/note")).content == synthetic("zac", 1)
        await guest.submit("/claims/1", answer="perhaps")
        assert _claim(pages) is ClaimState.OPEN
        assert "Ответ записан" in (await guest.submit("/claims/1", answer="no")).text
        assert _claim(pages) is ClaimState.REJECTED


async def test_a_student_whose_words_were_unclear_is_not_said_to_have_another_voice(
    tmp_path: Path, keyring: Keyring
) -> None:
    async with Server() as server, _with_telegram(tmp_path, keyring, server) as pages:
        with pages.database.session() as session:
            session.scalars(select(Attempt)).one().verdict = Verdict.UNSAID
        guest = await pages.enter(MARIA, "/classes/1/waiting")
        page = (await guest.page("/classes/1/waiting")).text
        assert "число" in page
        assert "но уверенности нет" not in page


async def test_where_telegram_is_out_of_reach_or_not_known_to_the_pages_all_else_works(
    tmp_path: Path, keyring: Keyring
) -> None:
    token = "654321:nowhere"
    async with open_pages(tmp_path, keyring, telegram_api_url="http://127.0.0.1:1", telegram_token=token) as pages:
        guest = await pages.enter(MARIA, "/classes/1/waiting")
        assert (await guest.get("/reviews/1/note")).status_code == 404
        assert "Ответ записан" in (await guest.submit("/reviews/1", answer="yes")).text
    (tmp_path / "other").mkdir()
    async with open_pages(tmp_path / "other", keyring) as pages:
        guest = await pages.enter(MARIA, "/classes/1/waiting")
        page = await guest.page("/classes/1/waiting")
        assert "<audio" not in page.text
        assert "в чате с ботом" in page.text


def _review(pages: Pages) -> ReviewState:
    with pages.database.session() as session:
        return session.get_one(Review, 1).state


def _claim(pages: Pages) -> ClaimState:
    with pages.database.session() as session:
        return session.get_one(VoiceClaim, 1).state


def _status(pages: Pages) -> Status | None:
    with pages.database.session() as session:
        mark = session.get(Attendance, (1, ANNA_ID))
        return mark.status if mark is not None else None
