"""One module per subject; `bot.main.build_application` registers them all."""
