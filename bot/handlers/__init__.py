"""One module per subject; `bot.app.build_application` registers them all."""
