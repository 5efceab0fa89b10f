from __future__ import annotations

import numpy as np

from models.dummy.encoder import Dummy
from models.encoder import Encoder
from tests.models.conftest import Voice


def test_the_same_voice_is_alike_and_others_are_not(voice: Voice) -> None:
    ann, ann_again = voice(pitch=210.0, timbre=1.15, take=1), voice(pitch=210.0, timbre=1.15, seconds=2.0, take=2)
    bob = voice(pitch=110.0, timbre=0.9, take=3)
    rows = Dummy().embed([ann, ann_again, bob])
    assert rows[0] @ rows[1] > 0.9
    assert rows[0] @ rows[2] < 0.8


def test_level_does_not_matter_and_order_is_kept(voice: Voice) -> None:
    ann, bob = voice(pitch=210.0), voice(pitch=110.0)
    rows = Dummy().embed([ann, bob])
    quiet = Dummy().embed([bob * np.float32(0.01), ann * np.float32(0.01)])
    np.testing.assert_allclose(quiet[::-1], rows, atol=1e-4)


def test_it_is_the_same_to_the_bit_every_time(voice: Voice) -> None:
    ann, bob = voice(pitch=210.0), voice(pitch=110.0)
    np.testing.assert_array_equal(Dummy().embed([ann, bob])[1], Dummy().embed([bob])[0])


def test_it_keeps_the_promises_of_an_encoder(voice: Voice) -> None:
    encoder: Encoder = Dummy()
    rows = encoder.embed([voice(), voice(seconds=0.2), np.zeros(16_000, np.float32)])
    assert rows.shape == (3, encoder.dimension)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows[0]), 1, atol=1e-5)
    assert np.isnan(rows[1:]).all()
    assert encoder.embed([]).shape == (0, encoder.dimension)
    assert len(encoder.weight_hash) == 64
