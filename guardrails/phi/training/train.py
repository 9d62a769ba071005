"""Trains the tagger: `python -m guardrails.phi.training.train --shared ../shared/data` writes the weights that ship."""

import argparse
import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from guardrails.phi.tagger.network import WEIGHTS
from guardrails.phi.tagger.tokens import Tokens
from guardrails.phi.training.corpus import IGNORED, Corpus, TaggedTokens
from guardrails.phi.training.net import Batch, TaggerNet, WordTable, save
from guardrails.phi.training.vectors import general_vectors

_TOKENS_A_BATCH = 6000
_LONGEST = 200
_BLOCK = 3000
_RATE = 3e-3


def shortened(document: TaggedTokens) -> Iterator[TaggedTokens]:
    """The document in parts of at most _LONGEST tokens."""
    tokens = document.tokens
    for at in range(0, len(document.tags), _LONGEST):
        part = slice(at, at + _LONGEST)
        yield TaggedTokens(Tokens(tokens.words[part], tokens.spans[part], tokens.gaps[part]), document.tags[part])


def batches(corpus: Corpus, table: WordTable, seed: int) -> Iterator[Batch]:
    """Batches of about _TOKENS_A_BATCH tokens of documents of like length, without end."""
    order = random.Random(seed)
    documents = corpus.documents()
    while True:
        block = [part for document in itertools.islice(documents, _BLOCK) for part in shortened(document) if part.tags]
        block.sort(key=lambda part: (len(part.tags), order.random()))
        groups: list[list[TaggedTokens]] = [[]]
        for part in block:
            if (len(groups[-1]) + 1) * len(part.tags) > _TOKENS_A_BATCH:
                groups.append([])
            groups[-1].append(part)
        order.shuffle(groups)
        yield from (Batch(group, table) for group in groups)


def train(corpus: Corpus, out: Path, *, seed: int, steps: int) -> None:
    """`steps` batches with Adam under a falling rate, then the weights are written to `out`."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    vectors = general_vectors()
    net, table = TaggerNet(vectors), WordTable(vectors)
    table_optimizer = torch.optim.SparseAdam(list(net.table.parameters()), lr=_RATE)
    dense = [parameter for name, parameter in net.named_parameters() if not name.startswith("table.")]
    optimizers = (torch.optim.Adam(dense, lr=_RATE), table_optimizer)
    loss_of = nn.CrossEntropyLoss(ignore_index=IGNORED, label_smoothing=0.01)
    running, bar = 0.0, tqdm(total=steps, desc="training", mininterval=5)
    for step, batch in enumerate(itertools.islice(batches(corpus, table, seed), steps), start=1):
        loss = loss_of(net(batch).flatten(0, 1), batch.tags.flatten())
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
            optimizer.param_groups[0]["lr"] = _RATE * min(1.0, step / 200, 1.02 - step / steps)
        loss.backward()
        nn.utils.clip_grad_norm_(dense, 2.0)
        for optimizer in optimizers:
            optimizer.step()
        running = 0.98 * running + 0.02 * loss.item()
        bar.set_postfix(loss=f"{running:.4f}", refresh=False)
        bar.update()
    bar.close()
    net.eval()
    save(net, vectors, out)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds phi/ and policies/")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--without", nargs="*", default=(), help="carrier families left out, to be judged on")
    parser.add_argument("--held-out", nargs="*", default=(), help="name backgrounds left out, to be judged on")
    given = parser.parse_args(arguments)
    corpus = Corpus(given.shared, given.seed, without=given.without, held_out=given.held_out)
    train(corpus, given.out, seed=given.seed, steps=given.steps)


if __name__ == "__main__":
    main()
