"""Bold and folded text reaches Telegram as entities; a name is a name, whatever it looks like."""

import pytest

from bot.messages.marking import MarkingBot, entities
from rollcall.marked import Marked, Stretch, Style, one_below_the_other, read, shielded
from rollcall.texts import texts_in
from sandbox.person import Person
from sandbox.server import Server

HOSTILE = "😀<b>Анна</b> & </fold><fold>"


async def test_a_name_that_looks_like_markup_comes_out_bold_and_as_it_is() -> None:
    async with Server() as server, MarkingBot(server.telegram.token, f"{server.url}/bot") as bot:
        anna = Person(server.telegram, "Анна")
        await anna.say("/start")
        text = "🟢\n" + texts_in("ru")("joined", name=HOSTILE, title="<b>9Б") + "\nи ещё"
        sent = await bot.send_message(anna.id, text)
        assert sent.text == str(text)
        bold = [one for one in sent.entities if one.type == "bold"]
        assert [sent.parse_entity(one) for one in bold] == [HOSTILE, "<b>9Б"]
        edited = await bot.edit_message_text(texts_in("en")("me-name", name="Bo"), anna.id, sent.message_id)
        assert not isinstance(edited, bool)
        assert [edited.parse_entity(one) for one in edited.entities] == ["Bo"]


async def test_the_details_of_the_consent_are_folded_away() -> None:
    text = texts_in("en")("consent-text", days=180)
    (fold,) = entities(text) or []
    assert fold.type == "expandable_blockquote"
    assert text[fold.offset :].startswith("What I keep")
    assert fold.length > 400
    assert len(text) - fold.length < 400, "what is not folded"


def test_marks_move_with_their_words() -> None:
    bold = read(f"<b>{shielded('<b>')}</b>!")
    assert bold == "<b>!"
    assert isinstance(bold, Marked)
    both = one_below_the_other(["head", bold, "middle", bold])
    assert both == "head\n<b>!\nmiddle\n<b>!"
    assert isinstance(both, Marked)
    assert [both[one.start : one.end] for one in both.stretches] == ["<b>", "<b>"]
    assert both.stretches[0] == Stretch(5, 8, Style.BOLD)
    assert not isinstance(read("plain"), Marked)
    with pytest.raises(ValueError, match="never closed"):
        read("<b>")
