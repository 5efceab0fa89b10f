"""A class checks in before many browsers, and the pages, the bot and the queue die once each: ``make boards``."""
