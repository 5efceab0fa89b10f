"""The local Telegram in a browser: a chat in which a visitor is the teacher, the students and a stranger in turn."""
