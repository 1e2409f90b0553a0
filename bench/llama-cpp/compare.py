"""Measures llama.cpp and looplm on the same shape, in turn, and prints both and their ratio."""
import argparse
import json
import os
import statistics
import subprocess
import sys


def measure_llama(arguments, cell):
    """llama-bench for one request, which keeps its threads from token to token; llama-batched-bench for several at once."""
    concurrency, prompt, generate = cell
    if concurrency == 1:
        bench = [os.path.join(arguments.llama, "llama-bench"), "-m", arguments.gguf, "-t", arguments.threads, "-r", 1, "-o", "jsonl"]
        [prompts] = run([*bench, "-p", prompt, "-n", 0])
        [decode] = run([*bench, "-p", 0, "-n", generate, "-d", prompt])
        return prompts["avg_ts"], decode["avg_ts"]

    # llama.cpp gives each sequence a multiple of 256 positions.
    positions = -(-(prompt + generate) // 256) * 256 * concurrency
    [result] = run([
        os.path.join(arguments.llama, "llama-batched-bench"), "-m", arguments.gguf, "-t", arguments.threads, "-tb", arguments.threads,
        "-c", positions, "-npp", prompt, "-ntg", generate, "-npl", concurrency, "--output-format", "jsonl"])
    return result["speed_pp"], result["speed_tg"]


def measure_looplm(arguments, cell):
    """One run of looplm bench engine, at full depth."""
    concurrency, prompt, generate = cell
    [result] = run([
        arguments.looplm, "bench", "engine", "--shape", arguments.shape, "--weights", arguments.weights, "--threads", arguments.threads,
        "--concurrency", concurrency, "--prompt", prompt, "--generate", generate, "--rounds", 1, "--json"])
    return result["prefill_tokens_per_second"], result["decode_tokens_per_second"]


def run(command):
    """The JSON objects that a program prints, each on a line."""
    finished = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = [line for line in finished.stdout.splitlines() if line.startswith("{")]
    if finished.returncode != 0 or not found:
        sys.exit(f"{command[0]} ended with {finished.returncode}: {finished.stdout[-1000:]}{finished.stderr[-1000:]}")
    print(*found, sep="\n", file=sys.stderr)
    return [json.loads(line) for line in found]


def parse_cell(text):
    concurrency, rest = text.split("x")
    prompt, generate = rest.split("+")
    return int(concurrency), int(prompt), int(generate)


def numbers_text(values):
    return " ".join(f"{value:.4g}" for value in values)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--llama", required=True, help="folder that build.sh made")
    parser.add_argument("--gguf", required=True, help="file that model.py made for --shape, of the type to compare with --weights")
    parser.add_argument("--looplm", required=True, help="the command looplm, a Release build")
    parser.add_argument("--shape", required=True, help="as for looplm bench engine")
    parser.add_argument("--weights", required=True, help="as for looplm bench engine")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("cells", nargs="+", type=parse_cell, help="REQUESTSxPROMPT+GENERATE, for example 8x16+8")
    arguments = parser.parse_args()

    sides = {"llama.cpp": measure_llama, "looplm": measure_looplm}
    runs = {cell: {side: [] for side in sides} for cell in arguments.cells}
    for number in range(arguments.rounds):
        for cell in arguments.cells:
            # Who goes first changes, so that a machine that slows down hits both.
            for side in list(sides)[::1 if number % 2 == 0 else -1]:
                runs[cell][side].append(sides[side](arguments, cell))

    print("| GGUF, weights | requests x prompt + generated | | llama.cpp, tokens/s | looplm, tokens/s | ratio of medians |")
    print("|---|---|---|---|---|---|")
    for (concurrency, prompt, generate), results in runs.items():
        for index, phase in enumerate(["prompt", "decode"]):
            theirs, ours = ([pair[index] for pair in results[side]] for side in sides)
            print(
                f"| {os.path.basename(arguments.gguf)}, {arguments.weights} | {concurrency} x {prompt} + {generate} | {phase} "
                f"| {numbers_text(theirs)} | {numbers_text(ours)} | {statistics.median(ours) / statistics.median(theirs):.2f} |")


if __name__ == "__main__":
    main()
