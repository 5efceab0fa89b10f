"""A local Telegram: a Bot API server and scripted people, so that everything runs with no token and no network."""
