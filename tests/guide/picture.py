"""An excerpt of a chat, drawn: a page for Chromium, and what it shows as a small PNG."""

from __future__ import annotations

import base64
import html
import io
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

from tests.guide.excerpt import Entry, Excerpt, digest

_WIDTH, _HEIGHT, _SCALE = 420, 4200, 1.6
_COLOURS = 72
SHOWS = "shows"
"""The PNG's own text that says of which excerpt it is."""

_STYLE = """
* { box-sizing: border-box; margin: 0 }
body { background: #fff; width: 420px; font: 14.5px/1.36 Roboto, "Noto Color Emoji", sans-serif; color: #111 }
#chat { background: #d5e3d0; padding-bottom: 12px; overflow: hidden; border-radius: 12px }
header { background: #527da3; color: #fff; padding: 8px 14px; display: flex; align-items: center; gap: 10px }
header i { width: 32px; height: 32px; border-radius: 50%; background: #f5a623; font: 500 17px/32px Roboto;
  text-align: center; font-style: normal }
header b { font-weight: 500; display: block; line-height: 1.2 } header small { opacity: .75; font-size: 12px }
.one { margin: 8px 10px 0; max-width: 350px; width: fit-content; min-width: 40px }
.mine { margin-left: auto }
.bubble { background: #fff; border-radius: 12px 12px 12px 4px; padding: 7px 11px; white-space: pre-wrap;
  overflow-wrap: anywhere; box-shadow: 0 1px 1px #0002 }
.mine .bubble { background: #e3fcc6; border-radius: 12px 12px 4px 12px }
.bubble b { font-weight: 600 } .link, .cmd { color: #2b7cb8 }
.fold { display: block; border-left: 3px solid #4a90c4; background: #4a90c414; border-radius: 4px; padding: 4px 8px;
  margin: 3px 0; max-height: 74px; overflow: hidden; position: relative; font-size: 13.5px }
.fold::after { content: "⌄"; position: absolute; right: 6px; bottom: -1px; background: #eef5fa; color: #4a90c4;
  padding: 0 5px; font-weight: 700 }
.rows { margin-top: 4px; display: grid; gap: 4px } .row { display: flex; gap: 4px }
.row span { flex: 1; text-align: center; background: #6b8b78; color: #fff; border-radius: 8px; padding: 7px 6px;
  font-weight: 500; font-size: 13.5px }
.row span.pressed { background: #35594a; box-shadow: 0 0 0 2px #f5a623 }
.photo { display: block; width: 100%; border-radius: 8px; margin: -2px 0 5px }
.qr .photo { width: 210px; margin: 2px auto 8px }
.voice { display: flex; align-items: center; gap: 9px } .voice i { width: 34px; height: 34px; border-radius: 50%;
  background: #5fb254; color: #fff; text-align: center; font: 15px/34px Roboto; font-style: normal }
.bars { display: flex; gap: 2px; align-items: center; height: 22px } .bars u { width: 3px; background: #5fb254;
  border-radius: 2px }
.file { display: flex; align-items: center; gap: 9px } .file i { width: 38px; height: 38px; border-radius: 50%;
  background: #4a90c4; color: #fff; text-align: center; font: 17px/38px Roboto; font-style: normal }
"""
_BARS = (5, 9, 14, 8, 18, 21, 12, 7, 16, 20, 11, 6, 13, 19, 15, 9, 17, 10, 6, 12, 18, 8, 5, 9)


def draw(excerpt: Excerpt, file: Path) -> None:
    """Write the picture."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("the guide's pictures are drawn by Chromium: apt-get install chromium fonts-roboto")
    with tempfile.TemporaryDirectory() as folder:
        page, shot = Path(folder) / "chat.html", Path(folder) / "chat.png"
        page.write_text(page_of(excerpt), encoding="utf-8")
        command = [
            program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--force-device-scale-factor={_SCALE}", f"--window-size={_WIDTH},{_HEIGHT}",
            f"--user-data-dir={folder}/profile", f"--screenshot={shot}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        whole = Image.open(shot).convert("RGB")
    box = ImageChops.difference(whole, Image.new("RGB", whole.size, "white")).getbbox()
    kept = PngInfo()
    kept.add_text(SHOWS, digest(excerpt.as_plain()))
    small = whole.crop(box).quantize(_COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True, pnginfo=kept)


def shown_by(file: Path) -> str:
    """The digest of the excerpt that a picture was drawn from."""
    with Image.open(file) as picture:
        return str(getattr(picture, "text", {}).get(SHOWS, ""))


def page_of(excerpt: Excerpt) -> str:
    """The chat as a web page."""
    parts = [_entry(one, excerpt.pictures.get(number)) for number, one in enumerate(excerpt.entries)]
    head = f"<header><i>R</i><div><b>Rollcall</b><small>{html.escape(excerpt.title)}</small></div></header>"
    return f'<!doctype html><meta charset="utf-8"><style>{_STYLE}</style><div id="chat">{head}{"".join(parts)}</div>'


def _entry(one: Entry, picture: bytes | None) -> str:
    inner = _styled(one)
    if one.kind == "voice":
        bars = "".join(f'<u style="height:{height}px"></u>' for height in _BARS)
        inner = f'<div class="voice"><i>▶</i><div class="bars">{bars}</div></div>' + inner
    elif one.kind == "document":
        inner = f'<div class="file"><i>↓</i><span>{html.escape(one.file_name)}</span></div>' + inner
    elif picture is not None:
        inner = f'<img class="photo" src="data:image/png;base64,{_smaller(picture)}">' + inner
    rows = "".join(
        '<div class="row">'
        + "".join(
            f"<span{' class=pressed' if label == one.pressed else ''}>{html.escape(label)}</span>" for label in row
        )
        + "</div>"
        for row in one.buttons
    )
    side = "one mine" if one.mine else "one"
    square = " qr" if picture is not None and _is_square(picture) else ""
    return f'<div class="{side}{square}"><div class="bubble">{inner}</div><div class="rows">{rows}</div></div>'


_TAGS = {
    "bold": ("<b>", "</b>"),
    "expandable_blockquote": ('<blockquote class="fold">', "</blockquote>"),
    "blockquote": ('<blockquote class="fold">', "</blockquote>"),
    "url": ('<span class="link">', "</span>"),
    "bot_command": ('<span class="cmd">', "</span>"),
}


def _styled(one: Entry) -> str:
    parts, at = [], 0
    begin = sorted(one.styles, key=lambda style: (style[0], -style[1]))
    end = sorted(one.styles, key=lambda style: (style[1], -style[0]))
    cuts = sorted(
        [(to, 0, number, _TAGS.get(kind, ("", ""))[1]) for number, (_, to, kind) in enumerate(end)]
        + [(start, 1, number, _TAGS.get(kind, ("", ""))[0]) for number, (start, _, kind) in enumerate(begin)]
    )
    for where, _, _, tag in cuts:
        parts += [_linked(one.text[at:where]), tag]
        at = where
    parts.append(_linked(one.text[at:]))
    return "".join(parts).replace("</blockquote>\n\n", "</blockquote>\n")


def _linked(text: str) -> str:
    """What Telegram shows in blue by itself."""
    return re.sub(r"https://\S+|(?<!\w)[@/][a-z]\w+", r'<span class="link">\g<0></span>', html.escape(text))


def _is_square(picture: bytes) -> bool:
    with Image.open(io.BytesIO(picture)) as image:
        return image.width == image.height


def _smaller(picture: bytes) -> str:
    """No larger than it is shown."""
    with Image.open(io.BytesIO(picture)) as image:
        shown = image.convert("RGB")
        shown.thumbnail((700, 1400))
        out = io.BytesIO()
        shown.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()
