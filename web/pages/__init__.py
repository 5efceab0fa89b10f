"""What is on the pages: one subject each, like the bot's handlers."""
