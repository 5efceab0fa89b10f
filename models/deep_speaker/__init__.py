"""Deep Speaker's ResCNN: `network` and `features`, run by `encoder` in torch; `importer` reads Keras' checkpoints."""
