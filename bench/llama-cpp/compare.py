"""Measures llama.cpp and looplm on the same shape, in turn, and prints both and their ratio."""
import argparse
import json
import os
import statistics
import subprocess
import sys


def measure_llama(arguments, cell):
    """One run of llama-batched-bench: every sequence has a prompt of its own, and all generate together."""
    concurrency, prompt, generate = cell

    # llama.cpp gives each sequence a multiple of 256 positions.
    positions = -(-(prompt + generate) // 256) * 256 * concurrency
    return run([
        os.path.join(arguments.llama, "llama-batched-bench"), "-m", arguments.gguf, "-t", arguments.threads, "-tb", arguments.threads,
        "-c", positions, "-npp", prompt, "-ntg", generate, "-npl", concurrency, "--output-format", "jsonl"])


def measure_looplm(arguments, cell):
    """One run of looplm bench engine, at full depth."""
    concurrency, prompt, generate = cell
    return run([
        arguments.looplm, "bench", "engine", "--shape", arguments.shape, "--weights", arguments.weights, "--threads", arguments.threads,
        "--concurrency", concurrency, "--prompt", prompt, "--generate", generate, "--rounds", 1, "--json"])


def run(command):
    """The JSON object that a program prints."""
    finished = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if finished.returncode != 0:
        sys.exit(f"{command[0]} ended with {finished.returncode}: {finished.stdout[-1000:]}{finished.stderr[-1000:]}")
    found = next(line for line in finished.stdout.splitlines() if line.startswith("{"))
    print(os.path.basename(str(command[0])), found, file=sys.stderr)
    return json.loads(found)


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
    parser.add_argument("cells", nargs="+", type=parse_cell, help="REQUESTSxPROMPT+GENERATE, for example 8x16+12")
    arguments = parser.parse_args()

    sides = {"llama.cpp": measure_llama, "looplm": measure_looplm}
    rates = {"prompt": ("speed_pp", "prefill_tokens_per_second"), "decode": ("speed_tg", "decode_tokens_per_second")}
    runs = {cell: {side: [] for side in sides} for cell in arguments.cells}
    for number in range(arguments.rounds):
        for cell in arguments.cells:
            # Who goes first changes, so that a machine that slows down hits both.
            for side in list(sides)[::1 if number % 2 == 0 else -1]:
                runs[cell][side].append(sides[side](arguments, cell))

    print("| shape, GGUF, weights | requests x prompt + generated | | llama.cpp, tokens/s | looplm, tokens/s | ratio of medians |")
    print("|---|---|---|---|---|---|")
    for (concurrency, prompt, generate), sides_runs in runs.items():
        for phase, keys in rates.items():
            theirs, ours = ([result[key] for result in results] for results, key in zip(sides_runs.values(), keys))
            print(
                f"| {arguments.shape}, {os.path.basename(arguments.gguf)}, {arguments.weights} | {concurrency} x {prompt} + {generate} | {phase} "
                f"| {numbers_text(theirs)} | {numbers_text(ours)} | {statistics.median(ours) / statistics.median(theirs):.2f} |")


if __name__ == "__main__":
    main()
