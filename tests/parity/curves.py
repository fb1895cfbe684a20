#!/usr/bin/python3
"""Loss curves of three models in PyTorch, in double, which Tenon must follow: see README.md.

usage: curves.py            writes curves.txt beside this file
       curves.py --check    computes the curves again and compares them with curves.txt

Initial weights and batches are not stored: they come from a formula in integers (`Draws`), which
curves_test.cpp has too.
"""

import sys
import warnings
from pathlib import Path

try:
    import numpy as np
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, MultiStepLR, SequentialLR
except ImportError as error:
    sys.exit(f"skipped: {sys.executable} has no PyTorch (Debian: python3-torch): {error}")

STEPS = 200
FILE = Path(__file__).with_name("curves.txt")
# Another release of PyTorch may take sums in another order.
TOLERANCE = 1e-9

# SequentialLR warns of what it does itself.
warnings.filterwarnings("ignore", "The epoch parameter in `scheduler.step", UserWarning)


class Draws:
    """SplitMix64 (Steele et al. 2014), begun at a name's FNV-1a hash."""

    def __init__(self, name):
        self.state = 0xCBF29CE484222325
        for byte in name.encode():
            self.state = (self.state ^ byte) * 0x100000001B3 % 2**64

    def bits(self, shape):
        """The next numbers of 32 bits, as integers."""
        count = int(np.prod(shape))
        place = np.arange(1, count + 1, dtype=np.uint64)
        z = np.uint64(self.state) + np.uint64(0x9E3779B97F4A7C15) * place
        self.state = int(z[-1])
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        return ((z ^ z >> np.uint64(31)) >> np.uint64(32)).astype(np.int64).reshape(shape)

    def below(self, n, shape):
        """Integers in [0, n)."""
        return self.bits(shape) % n

    def uniform(self, shape):
        """Numbers in [-1, 1), exact in binary."""
        return self.bits(shape) / 2.0**31 - 1


def filled(model):
    """The model with parameters in [-1/4, 1/4), which depend on their names alone; a norm's weights lie
    around 1."""
    for name, parameter in model.named_parameters():
        is_norm = parameter.dim() == 1 and name.endswith("weight")
        values = torch.from_numpy(Draws(name).uniform(parameter.shape) / 4 + is_norm)
        with torch.no_grad():
            parameter.copy_(values)
    return model


# ---- LeNet-5 on images of which square is bright, SGD with momentum ----------------------------------------


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        y = F.max_pool2d(F.relu(self.conv2(F.max_pool2d(F.relu(self.conv1(x)), 2))), 2)
        return self.fc3(F.relu(self.fc2(F.relu(self.fc1(y.flatten(1))))))


def squares():
    """Images (8, 1, 28, 28) of noise, in which one of ten squares of 7 x 7 is brighter, and which one."""
    pixels, labels = Draws("lenet.pixels"), Draws("lenet.labels")
    side = np.arange(28) // 7
    square = 4 * side[:, None] + side
    for _ in range(STEPS):
        label = labels.below(10, (8, 1, 1, 1))
        image = pixels.uniform((8, 1, 28, 28)) + (square == label)
        yield torch.from_numpy(image), torch.from_numpy(label.reshape(8))


def lenet():
    model = filled(LeNet5())
    sgd = torch.optim.SGD(model.parameters(), lr=0.001, momentum=0.9, weight_decay=0.01)
    for image, label in squares():
        loss = F.cross_entropy(model(image), label)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        yield loss.item()


# ---- a language model of words, two layers of LSTM, SGD with clipping as in Zaremba et al. 2014 ------------


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(16, 24)
        self.lstm = nn.LSTM(24, 32, num_layers=2)
        self.decoder = nn.Linear(32, 16)

    def forward(self, words, state):
        output, state = self.lstm(self.embedding(words), state)
        return self.decoder(output), state


def text():
    """Windows of 10 words (10, 8) of eight columns of text, and the words that follow; one word in eight is
    random, the others follow from the word before."""
    draws = Draws("lstm.text").below(128, (8, STEPS * 10 + 1))
    columns = np.zeros_like(draws)
    word = 0
    for place, draw in np.ndenumerate(draws):
        word = draw // 8 if draw % 8 == 0 else (5 * word + 3) % 16
        columns[place] = word
    columns = torch.from_numpy(columns).T
    for start in range(0, STEPS * 10, 10):
        yield columns[start : start + 10], columns[start + 1 : start + 11]


def lstm():
    model, state = filled(LanguageModel()), None
    sgd = torch.optim.SGD(model.parameters(), lr=2)
    schedule = MultiStepLR(sgd, [120, 160], gamma=0.5)
    for words, following in text():
        scores, state = model(words, state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(scores.flatten(0, 1), following.flatten())
        sgd.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.25)
        sgd.step()
        schedule.step()
        yield loss.item()


# ---- a causal transformer, AdamW with warm-up and half a cosine --------------------------------------------


class CausalModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(16, 32)
        self.positions = nn.Embedding(12, 32)
        layer = nn.TransformerEncoderLayer(
            32, 4, 64, dropout=0, activation="gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, 2, nn.LayerNorm(32))
        self.decoder = nn.Linear(32, 16)

    def forward(self, words):
        mask = nn.Transformer.generate_square_subsequent_mask(12)
        return self.decoder(self.encoder(self.embedding(words) + self.positions.weight, mask))


def counts():
    """Rows of 12 words (16, 12) and the words that follow; each row counts up in steps of its own."""
    draws = Draws("transformer.counts")
    for _ in range(STEPS):
        first, stride = draws.below(16, (16, 1)), 1 + draws.below(6, (16, 1))
        words = torch.from_numpy((first + stride * np.arange(13)) % 16)
        yield words[:, :-1], words[:, 1:]


def transformer():
    model = filled(CausalModel())
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0}]
    adamw = torch.optim.AdamW(groups, lr=3e-3)
    parts = [LinearLR(adamw, 0.1, total_iters=20), CosineAnnealingLR(adamw, STEPS - 20)]
    schedule = SequentialLR(adamw, parts, milestones=[20])
    for words, following in counts():
        loss = F.cross_entropy(model(words).flatten(0, 1), following.flatten())
        adamw.zero_grad()
        loss.backward()
        adamw.step()
        schedule.step()
        yield loss.item()


# ---- the file ----------------------------------------------------------------------------------------------


def curves():
    return np.array(list(zip(lenet(), lstm(), transformer())))


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    computed = curves()
    if not arguments:
        np.savetxt(FILE, computed, fmt="%.17g", header="lenet lstm transformer", comments="")
        return 0
    difference = np.abs(computed / np.loadtxt(FILE, skiprows=1) - 1).max()
    print(f"PyTorch {torch.__version__}: largest relative difference from {FILE.name}: {difference}")
    return int(not difference <= TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
