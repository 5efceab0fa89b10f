SAME_RECORDING_BELOW = 0.40
def bit_error_rate(a: bytes, b: bytes) -> float:
    return 0.0 if a == b else 0.5
