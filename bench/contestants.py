"""Ways from a voice note's bytes to an embedding: ours, and what people would write instead.

Each is made in a process of its own, and imports only what it needs: imports are part of what is compared.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Embed = Callable[[bytes], Any]


def ours(model: str, backend: str) -> Embed:
    """Rollcall's decoder and encoder, one thread."""
    from models import registry
    from rollcall.config.settings import Settings
    from worker.audio.decode import decode

    encoder = registry.load(model, Settings().models_dir, "cpu", threads=1, backend=backend)
    return lambda note: encoder.embed([decode(note).samples])


def naive_a() -> Embed:
    """pydub, then SpeechBrain's features, normalisation and ECAPA-TDNN as `EncoderClassifier` runs them."""
    import numpy as np
    import torch
    from speechbrain.lobes.features import Fbank
    from speechbrain.lobes.models.ECAPA_TDNN import ECAPA_TDNN
    from speechbrain.processing.features import InputNormalization

    torch.set_num_threads(1)
    segment = pydub_segment()
    features, centre = Fbank(n_mels=80), InputNormalization(norm_type="sentence", std_norm=False)
    network = ECAPA_TDNN(80, channels=[1024, 1024, 1024, 1024, 3072], lin_neurons=192).eval()
    if (weights := _weights("ecapa")) is not None:
        network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))

    def embed(note: bytes) -> Any:
        sound = segment.from_file(io.BytesIO(note), format="ogg", codec="libopus")
        sound = sound.set_frame_rate(16_000).set_channels(1).set_sample_width(2)
        samples = np.frombuffer(sound.raw_data, np.int16).astype(np.float32) / 32768
        whole = torch.ones(1)
        with torch.inference_mode():
            return network(centre(features(torch.from_numpy(samples)[None]), whole), whole)

    return embed


def naive_b() -> Embed:
    """librosa, torchaudio's filterbank, the CAM++ network as 3D-Speaker runs it."""
    import librosa
    import torch
    import torchaudio.compliance.kaldi as kaldi

    from models.campplus.network import CamPlusPlusNetwork

    torch.set_num_threads(1)
    network = CamPlusPlusNetwork().eval()
    if (weights := _weights("campplus")) is not None:
        network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))

    def embed(note: bytes) -> Any:
        samples, _ = librosa.load(io.BytesIO(note), sr=16_000, mono=True)
        with torch.inference_mode():
            bands = kaldi.fbank(torch.from_numpy(samples)[None], num_mel_bins=80, dither=0)
            return network((bands - bands.mean(0))[None])

    return embed


def resemblyzer() -> Embed:
    """librosa and Resemblyzer's own preprocessing and encoder."""
    import librosa
    import torch
    from resemblyzer import VoiceEncoder, preprocess_wav

    torch.set_num_threads(1)
    encoder = VoiceEncoder("cpu", verbose=False)

    def embed(note: bytes) -> Any:
        samples, rate = librosa.load(io.BytesIO(note), sr=16_000, mono=True)
        return encoder.embed_utterance(preprocess_wav(samples, source_sr=rate))

    return embed


CONTESTANTS: dict[str, tuple[str, Callable[[], Embed]]] = {
    "campplus": ("Rollcall, CAM++, ONNX Runtime", lambda: ours("campplus", "onnx")),
    "campplus-int8": ("Rollcall, CAM++, ONNX Runtime, int8", lambda: ours("campplus", "onnx-int8")),
    "campplus-torch": ("Rollcall, CAM++, torch eager", lambda: ours("campplus", "torch")),
    "ecapa": ("Rollcall, ECAPA-1024, ONNX Runtime", lambda: ours("ecapa", "onnx")),
    "a": ("A: pydub, SpeechBrain ECAPA-1024", naive_a),
    "b": ("B: librosa, torchaudio, CAM++ eager", naive_b),
    "resemblyzer": ("Resemblyzer", resemblyzer),
}


def pydub_segment() -> Any:
    """pydub's `AudioSegment` as people have it: with the system's ffmpeg and ffprobe, else with a wheel's ffmpeg."""
    from pydub import AudioSegment

    if not system_ffmpeg():
        import imageio_ffmpeg

        AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
    return AudioSegment


def system_ffmpeg() -> bool:
    """Whether pydub finds what its own instructions have one install."""
    return shutil.which("ffmpeg") is not None and shutil.which("ffprobe") is not None


def _weights(model: str) -> Path | None:
    from models import registry
    from rollcall.config.settings import Settings

    return registry.locate(model, Settings().models_dir)
