"""One module per subject; `bot.routes` names them all."""
