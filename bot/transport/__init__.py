"""How updates come and calls go: polling, pace, retries, the inbox, Telegram's clock."""
