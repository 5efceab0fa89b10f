"""CAM++: `network` says what it is, `features` what it hears; `encoder` runs it by torch, `runtime` as a graph."""
