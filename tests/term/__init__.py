"""A term of one teacher, played at the bot's own handlers, with a ledger kept beside it."""
