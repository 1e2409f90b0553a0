"""Writes a GGUF file of llama.cpp's architecture "llama" that computes per token what a looped shape computes at full depth.

llama.cpp has no looped architecture, so the file has LAYERS x LOOPS layers of their own. Weights are random, because speed
does not depend on what they say.
"""
import argparse
import array
import random
import struct

SHAPES = {
    "ouro-1.4b": (2048, 5632, 24, 16, 16, 128, 49152, 4),
    "ouro-2.6b": (2048, 5632, 48, 16, 16, 128, 49152, 4),
    "bundled": (192, 512, 3, 6, 6, 32, 260, 4),
}
RANGE = 1 / 16
BLOCK = 32
ALIGNMENT = 32

# Blocks after which the random numbers repeat: a prime, so that rows of a matrix differ.
PATTERN_BLOCKS = 65521


def parse_shape(text):
    """Takes what `looplm bench engine --shape` takes."""
    return SHAPES.get(text) or tuple(int(size) for size in text.removeprefix("custom:").split(","))


def floats(source):
    return array.array("f", (source.uniform(-RANGE, RANGE) for _ in range(PATTERN_BLOCKS * BLOCK))).tobytes()


def bfloat16(source):
    numbers = floats(source)
    upper = bytearray(len(numbers) // 2)
    upper[0::2], upper[1::2] = numbers[2::4], numbers[3::4]
    return bytes(upper)


def quantised(source, bits):
    """Blocks of 32 symmetric integers behind their scale."""
    scale = struct.pack("<e", RANGE / (1 << (bits - 1)))
    size = BLOCK * bits // 8
    numbers = source.randbytes(PATTERN_BLOCKS * size)
    return b"".join(scale + numbers[start:start + size] for start in range(0, len(numbers), size))


# Number in GGUF, bytes of a block of 32, and what makes the blocks.
TYPES = {
    "f32": (0, 128, floats),
    "bf16": (30, 64, bfloat16),
    "q8_0": (8, 34, lambda source: quantised(source, 8)),
    "q4_0": (2, 18, lambda source: quantised(source, 4)),
}


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def metadata(shape):
    hidden, intermediate, layers, heads, kv_heads, head_dimension, vocabulary, loops = shape
    values = {
        "general.architecture": "llama",
        "tokenizer.ggml.model": "none",
        "llama.block_count": layers * loops,
        "llama.context_length": 65536,
        "llama.embedding_length": hidden,
        "llama.feed_forward_length": intermediate,
        "llama.attention.head_count": heads,
        "llama.attention.head_count_kv": kv_heads,
        "llama.attention.key_length": head_dimension,
        "llama.attention.value_length": head_dimension,
        "llama.rope.dimension_count": head_dimension,
        "llama.vocab_size": vocabulary,
        "llama.rope.freq_base": 1e6,
        "llama.attention.layer_norm_rms_epsilon": 1e-6,
    }
    kinds = {str: (8, text), int: (4, lambda value: struct.pack("<I", value)), float: (6, lambda value: struct.pack("<f", value))}
    entries = []
    for key, value in values.items():
        kind, encode = kinds[type(value)]
        entries.append(text(key) + struct.pack("<I", kind) + encode(value))
    return len(entries), b"".join(entries)


def tensors(shape):
    """Names and sizes, inputs first."""
    hidden, intermediate, layers, heads, kv_heads, head_dimension, vocabulary, loops = shape
    yield "token_embd.weight", (hidden, vocabulary)
    yield "output_norm.weight", (hidden,)
    yield "output.weight", (hidden, vocabulary)
    for layer in range(layers * loops):
        yield f"blk.{layer}.attn_norm.weight", (hidden,)
        yield f"blk.{layer}.attn_q.weight", (hidden, heads * head_dimension)
        yield f"blk.{layer}.attn_k.weight", (hidden, kv_heads * head_dimension)
        yield f"blk.{layer}.attn_v.weight", (hidden, kv_heads * head_dimension)
        yield f"blk.{layer}.attn_output.weight", (heads * head_dimension, hidden)
        yield f"blk.{layer}.ffn_norm.weight", (hidden,)
        yield f"blk.{layer}.ffn_gate.weight", (hidden, intermediate)
        yield f"blk.{layer}.ffn_up.weight", (hidden, intermediate)
        yield f"blk.{layer}.ffn_down.weight", (intermediate, hidden)


def write(path, shape, type_name):
    number, block_bytes, make = TYPES[type_name]
    pattern = make(random.Random(1))
    infos, lengths, offset = [], [], 0
    for name, sizes in tensors(shape):
        matrix = len(sizes) == 2
        length = sizes[0] // BLOCK * block_bytes * sizes[1] if matrix else sizes[0] * 4
        infos.append(text(name) + struct.pack(f"<I{len(sizes)}QIQ", len(sizes), *sizes, number if matrix else TYPES["f32"][0], offset))
        lengths.append((matrix, length))
        offset += length + -length % ALIGNMENT

    entries, values = metadata(shape)
    with open(path, "wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(infos), entries) + values + b"".join(infos))
        file.write(bytes(-file.tell() % ALIGNMENT))
        for matrix, length in lengths:
            if matrix:
                for start in range(0, length, len(pattern)):
                    file.write(pattern[:length - start])
            else:
                file.write(struct.pack("<f", 1) * (length // 4))
            file.write(bytes(-length % ALIGNMENT))


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--shape", required=True, type=parse_shape, help="as for looplm bench engine --shape")
    arguments.add_argument("--type", required=True, choices=TYPES)
    arguments.add_argument("path")
    chosen = arguments.parse_args()
    write(chosen.path, chosen.shape, chosen.type)
