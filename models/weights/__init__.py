"""Files of weights: `store` keeps them, `sources` fetch them, `tensors` and `checkpoint` read them."""
