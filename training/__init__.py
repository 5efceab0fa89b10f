"""Training an encoder of one's own: from recordings to a folder that ROLLCALL_SPEAKER_MODEL takes."""
