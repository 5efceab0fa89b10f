"""ECAPA-TDNN: `encoder` runs SpeechBrain's classes by torch, `runtime` the same as the graph that `graph` writes."""
