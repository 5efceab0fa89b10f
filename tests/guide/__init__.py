"""The pictures of docs/guide: scenes played with the product on a local Telegram, so that they never go stale.

``python -m tests.guide`` plays them, writes what was said to ``docs/guide/chats/`` and draws ``docs/guide/pictures/``;
for the drawing it needs Chromium. The tests play them again, and compare.
"""
