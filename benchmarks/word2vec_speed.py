#!/usr/bin/env python3
"""Speed and memory of skip-gram training beside fastText and other programs, interleaved in one run.

    benchmarks/word2vec_speed.py --corpus FOLDER_OR_FILE [--word2vec build/bin/word2vec] [--peer PATH …]

Every program trains the same plain text with the same settings (negatives 5, window 5, sample 1e-4, min-count 5). They do not draw
alike: fastText and word2vec.c draw negatives for each pair of words, ours draws them for two neighbouring windows at once, and in a
second run (--shared-negatives 1) for each window. word2vec_quality.py compares what comes of it. Programs take turns, so that a busy machine hurts all alike; medians are compared. Two speeds are given:

    whole     words of the text times epochs, by the wall time of the process: reading, vocabulary and saving count
    training  what the program itself reports of its training phase

--peer takes any binary that understands word2vec.c's options (-train FILE -output FILE -size N …).
"""
import argparse
import gzip
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--word2vec", default="build/bin/word2vec", help="our program [%(default)s]")
    parser.add_argument("--fasttext", default="fasttext", help="fastText's program; empty: leave it out [%(default)s]")
    parser.add_argument("--peer", action="append", default=[], help="a word2vec.c-compatible program; may be repeated")
    parser.add_argument("--corpus", default=os.path.join(os.environ.get("TENON_DATA", ""), "corpus"),
                        help="a text, or a folder of texts *.txt.gz [$TENON_DATA/corpus]")
    parser.add_argument("--dims", type=int, nargs="+", default=[100, 300])
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=1, help="of every program [%(default)s]")
    parser.add_argument("--rounds", type=int, default=3, help="turns of every program [%(default)s]")
    return parser.parse_args()


def unpack(corpus, folder):
    """The corpus as one plain text, and its number of words."""
    path = pathlib.Path(corpus)
    parts = sorted(path.glob("*.txt.gz")) if path.is_dir() else [path]
    if not parts or not path.exists():
        sys.exit(f"word2vec_speed: no text in {corpus!r}; name one with --corpus, or set TENON_DATA")
    text = pathlib.Path(folder) / "corpus.txt"
    words = 0
    with open(text, "wb") as out:
        for part in parts:
            with (gzip.open if part.suffix == ".gz" else open)(part, "rb") as source:
                for line in source:
                    words += len(line.split())
                    out.write(line if line.endswith(b"\n") else line + b"\n")
    return text, words


class Program:
    """A program, the command that trains with it, and how it reports its speed."""

    def __init__(self, name, path, command, rate):
        self.name, self.path, self.command, self.rate = name, path, command, rate
        self.whole, self.training, self.memory = [], [], []

    def run(self, text, words, output, dim, threads, epochs):
        command = [str(item) for item in self.command(self.path, text, output, dim, threads, epochs)]
        with tempfile.TemporaryFile() as report:
            start = time.perf_counter()
            process = subprocess.Popen(command, stdout=report, stderr=report, stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - start
            report.seek(0)
            said = report.read().decode(errors="replace")
        if status != 0:
            sys.exit(f"word2vec_speed: {' '.join(command)} failed:\n{said[-2000:]}")
        self.whole.append(words * epochs / seconds)
        self.training.append(self.rate(said, threads))
        self.memory.append(usage.ru_maxrss / 1024)


def classic_command(path, text, output, dim, threads, epochs):
    return [path, "-train", text, "-output", output, "-size", dim, "-window", 5, "-negative", 5, "-hs", 0, "-sample", 1e-4,
            "-threads", threads, "-iter", epochs, "-min-count", 5, "-cbow", 0, "-binary", 1]


def one_window_command(*wanted):
    return [*classic_command(*wanted), "--shared-negatives", 1]


def fasttext_command(path, text, output, dim, threads, epochs):
    return [path, "skipgram", "-input", text, "-output", output, "-minn", 0, "-maxn", 0, "-dim", dim, "-ws", 5, "-neg", 5,
            "-loss", "ns", "-t", 1e-4, "-minCount", 5, "-epoch", epochs, "-thread", threads, "-lr", 0.025]


def last_number(pattern, said):
    found = re.findall(pattern, said)
    return float(re.sub(r"[^\d.]", "", found[-1])) if found else float("nan")


def our_rate(said, threads):
    return last_number(r"(\d[\d,' ]*) words/s\b", said)


def classic_rate(said, threads):
    return last_number(r"Words/thread/sec:\s*([\d.]+)k", said) * 1000 * threads


def fasttext_rate(said, threads):
    return last_number(r"words/sec/thread:\s*(\d+)", said) * threads


def programs(options):
    def found(path):
        if shutil.which(path) is None:
            sys.exit(f"word2vec_speed: no program {path}")
        return shutil.which(path)

    ours = [Program("tenon", found(options.word2vec), classic_command, our_rate),
            Program("tenon, one window", found(options.word2vec), one_window_command, our_rate)]
    peers = [Program(pathlib.Path(path).name, found(path), classic_command, classic_rate) for path in options.peer]
    if options.fasttext:
        peers.insert(0, Program("fasttext", found(options.fasttext), fasttext_command, fasttext_rate))
    return ours, peers


def report(ours, peers):
    def line(program):
        whole, training = statistics.median(program.whole), statistics.median(program.training)
        return f"  {program.name:<18} {whole / 1e3:8.0f} k {training / 1e3:9.0f} k {max(program.memory):8.0f} MiB"

    def ratio(own, peer):
        def of(measure):
            rounds = [a / b for a, b in zip(measure(own), measure(peer))]
            return f"{statistics.median(rounds):.1f} ({min(rounds):.1f} to {max(rounds):.1f})"
        return f"  {own.name} against {peer.name}: training {of(lambda p: p.training)}, whole {of(lambda p: p.whole)} times as fast"

    print(f"  {'words/s':<18} {'whole':>10} {'training':>11} {'peak memory':>12}")
    for program in [*ours, *peers]:
        print(line(program))
    for peer in peers:
        for own in ours:
            print(ratio(own, peer))


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        text, words = unpack(options.corpus, folder)
        print(f"{words:,} words, {options.epochs} epoch(s), medians of {options.rounds} rounds")
        for dim in options.dims:
            for threads in options.threads:
                ours, peers = programs(options)
                for _ in range(options.rounds):
                    for program in [*ours, *peers]:
                        program.run(text, words, os.path.join(folder, "vectors"), dim, threads, options.epochs)
                print(f"\n{dim} dimensions, {threads} thread{'s' * (threads > 1)}")
                report(ours, peers)
                sys.stdout.flush()


if __name__ == "__main__":
    main()
