"""Networks as ONNX graphs: `graph` writes one, `export` keeps it, `quantize` makes eight bits, `session` runs it."""
