"""What the network is told is good: softmax over the speakers, AAM-softmax, and triplets with hardest negatives.

An embedding is [batch, dimension], of any length; labels are int64 [batch].
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from speechbrain.nnet.losses import AdditiveAngularMargin, LogSoftmaxWrapper
from torch import Tensor, nn
from torch.nn import functional

TRIPLET_MARGIN = 0.1
"""Deep Speaker's."""


class Centred(nn.Module):
    """A loss for which embeddings are centred first, each number by its own mean and deviation over the batch.

    (Luo et al. 2019, "Bag of tricks".) All voices are alike to an untrained network, and what they have in common would
    keep its loss busy. What it came to is then part of the network's last layer: `absorbed`.
    """

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(dimension, affine=False)


class Softmax(Centred):
    """Deep Speaker's pre-training: cross entropy of one linear layer over the embedding, centred."""

    def __init__(self, dimension: int, speakers: int) -> None:
        super().__init__(dimension)
        self.layer = nn.Linear(dimension, speakers)

    def forward(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, and who is taken for whom: int64 [batch]."""
        scores = self.layer(self.norm(embeddings))
        return functional.cross_entropy(scores, labels), scores.argmax(dim=-1)


def absorbed(loss: nn.Module, state: Mapping[str, Tensor], last: str) -> dict[str, Tensor]:
    """The network's weights with a loss's centring in its last layer; as they are for a loss that is not `Centred`.

    Args:
        state: of the network.
        last: its last weight, [dimension, …], beside which a bias lies.
    """
    found = dict(state)
    if isinstance(loss, Centred):
        mean, variance = loss.norm.running_mean, loss.norm.running_var
        assert mean is not None and variance is not None  # noqa: PT018, S101 - it keeps count of them
        deviation = (variance + loss.norm.eps).sqrt().to(state[last])
        bias = f"{last.rpartition('.')[0]}.bias"
        found[last] = state[last] / deviation[:, None]
        found[bias] = (state[bias] - mean.to(state[bias])) / deviation
    return found


class AngularSoftmax(nn.Module):
    """AAM-softmax by SpeechBrain's class, with the margin and scale of its ECAPA recipe."""

    def __init__(self, dimension: int, speakers: int, margin: float = 0.2, scale: float = 30.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(speakers, dimension)))
        self._loss = LogSoftmaxWrapper(AdditiveAngularMargin(margin=margin, scale=scale))

    def forward(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """As `Softmax.forward`."""
        cosines = functional.normalize(embeddings) @ functional.normalize(self.weight).T
        loss: Tensor = self._loss(cosines[:, None], labels[:, None])
        return loss, cosines.argmax(dim=-1)


class Triplet(Centred):
    """Deep Speaker's triplet loss (Schroff et al. 2015, with cosines): max(0, cos(a, n) - cos(a, p) + margin).

    Of embeddings that are centred: to part these few people any common direction serves the loss, and strangers would
    no longer be told apart by a plain cosine.

    Each two crops of a person are anchor and positive; the negative is the crop of somebody else that is most like the
    anchor, of all in the batch. The mean is over all pairs, also those that are at rest, so that the loss falls as more
    of them come to rest.
    """

    def __init__(self, dimension: int, margin: float = TRIPLET_MARGIN) -> None:
        super().__init__(dimension)
        self._margin = margin

    def forward(self, embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, and the label of each crop's nearest other one."""
        unit = functional.normalize(self.norm(embeddings))
        cosines = unit @ unit.T
        same = labels[:, None] == labels
        alone = torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        hardest = cosines.masked_fill(same, -torch.inf).amax(dim=1)
        losses = functional.relu(hardest[:, None] - cosines + self._margin)
        nearest = labels[cosines.masked_fill(alone, -torch.inf).argmax(dim=1)]
        return losses[same & ~alone].mean(), nearest
