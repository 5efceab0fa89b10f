"""Speech into vectors: arrays in, arrays out.

Start at `registry` (which models there are, load one); `encoder` says what every model promises. Torch is imported only
when a model that needs it is loaded. Nothing here knows of queues, classes or Telegram.
"""
