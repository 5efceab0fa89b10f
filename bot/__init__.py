"""Telegram and the conversation. Start at `app`, whose handlers are the map."""
