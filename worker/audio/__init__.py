"""From a stranger's bytes to a waveform and the facts about its sound."""
