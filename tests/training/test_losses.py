"""The losses are those of their papers, value and gradient, to 1e-5."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from speechbrain.nnet.losses import AdditiveAngularMargin, LogSoftmaxWrapper
from torch import Tensor

from training.losses import AngularSoftmax, Softmax, Triplet, absorbed

LABELS = torch.tensor([0, 1, 0, 2, 1, 0, 3, 3])
MARGIN, SCALE = 0.2, 30.0


def _embeddings(seed: int = 0) -> Tensor:
    made = torch.randn(len(LABELS), 16, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return made.float().requires_grad_()


def _agree(one: Callable[[Tensor], Tensor], other: Callable[[Tensor], Tensor]) -> None:
    losses, gradients = [], []
    for loss in (one, other):
        embeddings = _embeddings()
        found = loss(embeddings)
        found.backward()  # type: ignore[no-untyped-call]
        losses.append(found.detach())
        gradients.append(embeddings.grad)
    torch.testing.assert_close(*losses, atol=1e-5, rtol=0)
    torch.testing.assert_close(*gradients, atol=1e-5, rtol=0)


def _centred(embeddings: Tensor) -> Tensor:
    return (embeddings - embeddings.mean(0)) / (embeddings.var(0, correction=0) + 1e-5).sqrt()


def test_the_triplet_loss_is_the_papers_over_every_pair_with_its_hardest_negative() -> None:
    def reference(embeddings: Tensor) -> Tensor:
        """Word for word: for each anchor and positive, the most alike crop of somebody else."""
        centred = _centred(embeddings.double())

        def cosine(i: int, j: int) -> Tensor:
            a, b = centred[i], centred[j]
            found: Tensor = (a @ b) / (a.norm() * b.norm())
            return found

        terms = []
        for anchor in range(len(LABELS)):
            negatives = [other for other in range(len(LABELS)) if LABELS[other] != LABELS[anchor]]
            hardest = max((cosine(anchor, other) for other in negatives), key=lambda term: float(term.detach()))
            positives = [other for other in range(len(LABELS)) if LABELS[other] == LABELS[anchor] and other != anchor]
            terms += [torch.clamp(hardest - cosine(anchor, other) + 0.1, min=0) for other in positives]
        assert any(float(term.detach()) > 0 for term in terms)
        return torch.stack(terms).mean().float()

    _agree(lambda embeddings: Triplet(16)(embeddings, LABELS)[0], reference)


def test_triplets_at_rest_cost_nothing_and_the_nearest_crop_tells_who_it_is() -> None:
    corners = torch.eye(4)[LABELS] + 0.01
    loss, nearest = Triplet(4)(corners, LABELS)
    # The only crop of its person has no other to be near to.
    alone = LABELS == 2
    assert float(loss) == 0
    assert (nearest == LABELS)[~alone].all()


def test_aam_softmax_is_speechbrains_and_the_papers() -> None:
    torch.manual_seed(1)
    ours = AngularSoftmax(16, 4, MARGIN, SCALE)
    theirs = LogSoftmaxWrapper(AdditiveAngularMargin(margin=MARGIN, scale=SCALE))

    def cosines(embeddings: Tensor) -> Tensor:
        unit = embeddings / embeddings.norm(dim=1, keepdim=True)
        found: Tensor = unit @ (ours.weight / ours.weight.norm(dim=1, keepdim=True)).T
        return found

    def papers(embeddings: Tensor) -> Tensor:
        terms = []
        for row, label in zip(cosines(embeddings), LABELS.tolist(), strict=True):
            scores = list(row)
            if scores[label] > math.cos(math.pi - MARGIN):
                scores[label] = torch.cos(torch.acos(scores[label]) + MARGIN)
            else:
                scores[label] = scores[label] - math.sin(MARGIN) * MARGIN
            scaled = SCALE * torch.stack(scores)
            terms.append(torch.logsumexp(scaled, 0) - scaled[label])
        return torch.stack(terms).mean()

    _agree(lambda x: ours(x, LABELS)[0], lambda x: theirs(cosines(x)[:, None], LABELS[:, None]))
    _agree(lambda x: ours(x, LABELS)[0], papers)


def test_softmax_is_cross_entropy_of_a_layer_over_centred_embeddings() -> None:
    torch.manual_seed(2)
    ours = Softmax(16, 4)

    def reference(embeddings: Tensor) -> Tensor:
        scores = _centred(embeddings) @ ours.layer.weight.T + ours.layer.bias
        return torch.stack(
            [-(row - row.exp().sum().log())[label] for row, label in zip(scores, LABELS, strict=True)]
        ).mean()

    _agree(lambda x: ours(x, LABELS)[0], reference)
    assert torch.equal(ours(_embeddings(), LABELS)[1], ours.layer(ours.norm(_embeddings())).argmax(dim=1))


@pytest.mark.parametrize("loss", [Softmax(16, 4), Triplet(16)], ids=["softmax", "triplet"])
def test_what_centres_the_embedding_becomes_part_of_the_last_layer(loss: Softmax | Triplet) -> None:
    torch.manual_seed(3)
    network = torch.nn.Sequential(torch.nn.Linear(6, 16))
    features = torch.randn(64, 6) + 3
    for _ in range(100):
        loss(network(features), torch.arange(64) % 4)
    loss.eval()
    centred = loss.norm(network(features)).detach()
    network.load_state_dict(absorbed(loss, network.state_dict(), "0.weight"))
    torch.testing.assert_close(network(features), centred, atol=1e-5, rtol=0)


def test_a_loss_that_centres_nothing_leaves_the_last_layer_as_it_is() -> None:
    network = torch.nn.Sequential(torch.nn.Linear(6, 16))
    before = {name: value.clone() for name, value in network.state_dict().items()}
    found = absorbed(AngularSoftmax(16, 4), network.state_dict(), "0.weight")
    assert all(torch.equal(found[name], value) for name, value in before.items())
