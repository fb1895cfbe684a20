#!/usr/bin/env python3
"""Quality of word vectors beside fastText's and gensim's, trained on the same text with the same hyper-parameters.

    benchmarks/word2vec_quality.py [--corpus FOLDER_OR_FILE] [--word2vec build/bin/word2vec] [--seeds 3] …

For skip-gram and CBOW every program trains with each seed: dimensions 100, window 5, negatives 5, sample 1e-4,
min-count 5, 5 epochs, first learning rate 0.025 (skip-gram) or 0.05 (CBOW). All vectors are scored by our program's
evaluation: rank correlation on similarity sets, accuracy on analogies. The table gives the mean over seeds and
(from lowest to highest). A program or a set that is missing is named and left out.
"""
import argparse
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from word2vec_speed import unpack

ALPHA = {"skip-gram": 0.025, "CBOW": 0.05}
GENSIM = """
import sys
from gensim.models.word2vec import Word2Vec, LineSentence
text, output, sg, alpha, threads, seed, epochs = sys.argv[1:]
model = Word2Vec(LineSentence(text, max_sentence_length=1000), sg=int(sg), vector_size=100, window=5, negative=5, sample=1e-4,
                 min_count=5, epochs=int(epochs), alpha=float(alpha), workers=int(threads), seed=int(seed))
model.wv.save_word2vec_format(output, binary=True)
"""


def arguments():
    data = os.environ.get("TENON_DATA", "")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--word2vec", default="build/bin/word2vec", help="our program [%(default)s]")
    parser.add_argument("--fasttext", default="fasttext", help="fastText's program; empty: leave it out [%(default)s]")
    parser.add_argument("--python", default="/usr/bin/python3",
                        help="a Python with gensim; empty: leave it out [%(default)s]")
    parser.add_argument("--corpus", default=os.path.join(data, "corpus"),
                        help="a text, or a folder of texts *.txt.gz [$TENON_DATA/corpus]")
    parser.add_argument("--similarity", nargs="+",
                        default=[os.path.join(data, "wordsim", name)
                                 for name in ("EN-WS-353-ALL.tsv", "EN-MEN-TR-3k.tsv")])
    parser.add_argument("--analogies", default=os.path.join(data, "analogies", "questions-words.txt"))
    parser.add_argument("--models", nargs="+", choices=list(ALPHA), default=list(ALPHA))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3, help="runs of every program [%(default)s]")
    return parser.parse_args()


def run(command, what):
    done = subprocess.run([str(item) for item in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"word2vec_quality: {what} failed:\n{done.stderr[-2000:]}")
    return done.stdout


class Trial:
    """What a run is to train: the same for all programs."""

    def __init__(self, text, output, model, threads, seed, epochs):
        self.text, self.output, self.model = text, output, model
        self.threads, self.seed, self.epochs = threads, seed, epochs


def train_ours(path, t):
    run([path, "--train", t.text, "--output", t.output, "--format", "binary", "--cbow", int(t.model == "CBOW"),
         "--alpha", ALPHA[t.model], "--threads", t.threads, "--seed", t.seed, "--epochs", t.epochs, "--size", 100,
         "--window", 5, "--negative", 5, "--sample", 1e-4, "--min-count", 5, "--quiet"], "word2vec")
    return t.output


def train_fasttext(path, t):
    run([path, "cbow" if t.model == "CBOW" else "skipgram", "-input", t.text, "-output", t.output, "-minn", 0,
         "-maxn", 0, "-dim", 100, "-ws", 5, "-neg", 5, "-loss", "ns", "-t", 1e-4, "-minCount", 5, "-epoch", t.epochs,
         "-lr", ALPHA[t.model], "-thread", t.threads, "-seed", t.seed], "fasttext")
    return t.output + ".vec"


def train_gensim(path, t):
    run([path, "-c", GENSIM, t.text, t.output, int(t.model != "CBOW"), ALPHA[t.model], t.threads, t.seed, t.epochs],
        "gensim")
    return t.output


def programs(options):
    def found(path):
        return path and shutil.which(path)

    if not found(options.word2vec):
        sys.exit(f"word2vec_quality: no program {options.word2vec}")
    chosen = [("tenon", options.word2vec, train_ours)]
    if found(options.fasttext):
        chosen.append(("fasttext", options.fasttext, train_fasttext))
    elif options.fasttext:
        print(f"left out: no program {options.fasttext}")
    if found(options.python) and subprocess.run([options.python, "-c", "import gensim"], capture_output=True).returncode == 0:
        chosen.append(("gensim", options.python, train_gensim))
    elif options.python:
        print(f"left out: {options.python} has no gensim")
    return chosen


def score(options, vectors):
    """Name of a set → its score."""
    command = [options.word2vec, "--load", vectors, "--quiet"]
    for path in options.similarity:
        command += ["--similarity", path]
    said = run([*command, "--analogies", options.analogies], "evaluation")
    scores = {pathlib.Path(path).stem: number(said, re.escape(pathlib.Path(path).name)) for path in options.similarity}
    scores["analogies %"] = number(said, "all analogies")
    return scores


def number(said, name):
    found = re.search(name + r"\s+[\d,]+ of [\d,]+\s+(-?[\d.]+)", said)
    if not found:
        sys.exit(f"word2vec_quality: no score of {name} in\n{said}")
    return float(found.group(1))


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        text, words = unpack(options.corpus, folder)
        print(f"{words:,} words, {options.epochs} epochs, means of {options.seeds} seeds (lowest to highest)\n")
        chosen = programs(options)
        for model in options.models:
            for threads in options.threads:
                for name, path, train in chosen:
                    scores = []
                    for seed in range(1, options.seeds + 1):
                        output = os.path.join(folder, "vectors")
                        scores.append(score(options, train(path, Trial(text, output, model, threads, seed, options.epochs))))
                    line = f"{model:<10} {threads} thread{'s' if threads > 1 else ' '}  {name:<9}"
                    for column in scores[0]:
                        values = [each[column] for each in scores]
                        line += f"  {column} {statistics.mean(values):5.1f} ({min(values):.1f} to {max(values):.1f})"
                    print(line, flush=True)


if __name__ == "__main__":
    main()
