#!/usr/bin/python3
"""Tiny random decoders of every model_type, with the logits that plain PyTorch computes.

    decoders.py FOLDER      writes FOLDER/<case>/config.json, model.safetensors and expected.safetensors

Each architecture is written here by itself, from its paper and its published configuration, over weights under
Hugging Face's names, in float64; nothing is shared with the library but the files. expected.safetensors holds ids
(2, T) and logits (2, T, V).
"""

import json
import math
import os
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

V, H, L, I, T = 40, 16, 2, 24, 14
HEADS, KV, D = 4, 2, 4


def save(path, arrays):
    header, body, at = {}, b"", 0
    for name, array in arrays.items():
        array = np.ascontiguousarray(array)
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        body += array.tobytes()
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


class Weights(dict):
    """Random weights, made when they are first asked for; float32 values, so that the file has them exactly."""

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, name, *shape, scale=0.3, offset=0.0):
        if name not in self:
            self[name] = (offset + scale * torch.randn(*shape, generator=self.generator)).float()
        return self[name].double()

    def linear(self, x, name, outputs, bias=False):
        y = x @ self(name + ".weight", outputs, x.shape[-1]).T
        return y + self(name + ".bias", outputs, scale=0.1) if bias else y

    def conv1d(self, x, name, outputs):  # GPT-2 stores (in, out)
        return x @ self(name + ".weight", x.shape[-1], outputs) + self(name + ".bias", outputs, scale=0.1)

    def layer_norm(self, x, name, eps):
        n = x.shape[-1]
        return F.layer_norm(x, (n,), self(name + ".weight", n, scale=0.1, offset=1.0), self(name + ".bias", n, scale=0.1), eps)

    def rms_norm(self, x, name, eps, plus_one=False):
        w = self(name + ".weight", x.shape[-1], scale=0.1, offset=0.0 if plus_one else 1.0)
        y = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps)
        return y * (1 + w) if plus_one else y * w


def heads(x, count):
    return x.view(x.shape[0], x.shape[1], count, -1).transpose(1, 2)


def frequencies(dims, base, scaling, length, context):
    """The inverse frequencies of rotary positions and the factor of sines and cosines."""
    inv = 1.0 / base ** (torch.arange(0, dims, 2, dtype=torch.float64) / dims)
    kind = (scaling or {}).get("rope_type")
    if kind is None:
        return inv, 1.0
    factor = scaling["factor"]
    if kind == "linear":
        return inv / factor, 1.0
    if kind == "dynamic":
        if length > context:
            base = base * ((factor * length / context) - (factor - 1)) ** (dims / (dims - 2))
        return 1.0 / base ** (torch.arange(0, dims, 2, dtype=torch.float64) / dims), 1.0
    original = scaling["original_max_position_embeddings"]
    if kind == "llama3":
        result = []
        for f in inv.tolist():
            wavelength = 2 * math.pi / f
            if wavelength < original / scaling["high_freq_factor"]:
                result.append(f)
            elif wavelength > original / scaling["low_freq_factor"]:
                result.append(f / factor)
            else:
                smooth = (original / wavelength - scaling["low_freq_factor"]) / (
                    scaling["high_freq_factor"] - scaling["low_freq_factor"])
                result.append((1 - smooth) * f / factor + smooth * f)
        return torch.tensor(result, dtype=torch.float64), 1.0
    assert kind == "yarn"
    bound = lambda rotations: dims * math.log(original / (rotations * 2 * math.pi)) / (2 * math.log(base))
    low, high = max(math.floor(bound(32)), 0), min(math.ceil(bound(1)), dims - 1)
    ramp = ((torch.arange(dims // 2, dtype=torch.float64) - low) / max(high - low, 0.001)).clamp(0, 1)
    return inv / factor * ramp + inv * (1 - ramp), 0.1 * math.log(factor) + 1.0


def rotate(x, positions, dims, base=10000.0, scaling=None, context=64):
    inv, attention = frequencies(dims, base, scaling, int(positions.max()) + 1, context)
    angles = positions.double()[:, None] * inv[None, :]
    cos, sin = torch.cat([angles, angles], -1).cos() * attention, torch.cat([angles, angles], -1).sin() * attention
    part, rest = x[..., :dims], x[..., dims:]
    turned = torch.cat([-part[..., dims // 2:], part[..., : dims // 2]], -1)
    return torch.cat([part * cos + turned * sin, rest], -1)


def attention(q, k, v, scale=None, window=0, cap=0.0):
    length = q.shape[2]
    k = k.repeat_interleave(q.shape[1] // k.shape[1], 1)
    v = v.repeat_interleave(q.shape[1] // v.shape[1], 1)
    scores = q @ k.transpose(2, 3) * (scale if scale else 1 / math.sqrt(q.shape[-1]))
    if cap:
        scores = cap * torch.tanh(scores / cap)
    i, j = torch.arange(length)[:, None], torch.arange(length)[None, :]
    seen = (j <= i) & ((j > i - window) if window else True)
    weights = scores.masked_fill(~seen, float("-inf")).softmax(-1)
    return (weights @ v).transpose(1, 2).flatten(2)


def gelu_new(x):
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def gpt2(w, ids, c):
    x = w("transformer.wte.weight", V, H)[ids] + w("transformer.wpe.weight", 64, H)[: ids.shape[1]]
    for n in range(L):
        p = f"transformer.h.{n}."
        q, k, v = w.conv1d(w.layer_norm(x, p + "ln_1", 1e-5), p + "attn.c_attn", 3 * H).split(H, -1)
        x = x + w.conv1d(attention(heads(q, HEADS), heads(k, HEADS), heads(v, HEADS)), p + "attn.c_proj", H)
        x = x + w.conv1d(gelu_new(w.conv1d(w.layer_norm(x, p + "ln_2", 1e-5), p + "mlp.c_fc", 4 * H)), p + "mlp.c_proj", H)
    return w.layer_norm(x, "transformer.ln_f", 1e-5) @ w("transformer.wte.weight", V, H).T


def gpt_neox(w, ids, c):
    x, t = w("gpt_neox.embed_in.weight", V, 32)[ids], torch.arange(ids.shape[1])
    for n in range(L):
        p = f"gpt_neox.layers.{n}."
        qkv = w.linear(w.layer_norm(x, p + "input_layernorm", 1e-5), p + "attention.query_key_value", 96, True)
        qkv = qkv.view(*ids.shape, HEADS, 3, 8).permute(3, 0, 2, 1, 4)  # each head has its q, k and v
        a = attention(rotate(qkv[0], t, 4), rotate(qkv[1], t, 4), qkv[2])
        a = w.linear(a, p + "attention.dense", 32, True)
        m = lambda y: w.linear(F.gelu(w.linear(w.layer_norm(y, p + "post_attention_layernorm", 1e-5), p + "mlp.dense_h_to_4h", I, True)), p + "mlp.dense_4h_to_h", 32, True)
        x = x + a + m(x) if c["use_parallel_residual"] else (x + a) + m(x + a)
    return w.linear(w.layer_norm(x, "gpt_neox.final_layer_norm", 1e-5), "embed_out", V)


def llama_like(w, ids, c, bias=False, out_bias=False, qk_norm=False, window=lambda n: 0, rotary=lambda n: True, dim=D):
    eps, t = c["rms_norm_eps"], torch.arange(ids.shape[1])
    x = w("model.embed_tokens.weight", V, H)[ids]
    turn = lambda y, n: rotate(y, t, dim, c.get("rope_theta", 10000.0), c.get("rope_scaling"), c["max_position_embeddings"]) if rotary(n) else y
    for n in range(L):
        p = f"model.layers.{n}."
        y = w.rms_norm(x, p + "input_layernorm", eps)
        q = heads(w.linear(y, p + "self_attn.q_proj", HEADS * dim, bias), HEADS)
        k = heads(w.linear(y, p + "self_attn.k_proj", KV * dim, bias), KV)
        v = heads(w.linear(y, p + "self_attn.v_proj", KV * dim, bias), KV)
        if qk_norm:
            q, k = w.rms_norm(q, p + "self_attn.q_norm", eps), w.rms_norm(k, p + "self_attn.k_norm", eps)
        x = x + w.linear(attention(turn(q, n), turn(k, n), v, window=window(n)), p + "self_attn.o_proj", H, out_bias)
        y = w.rms_norm(x, p + "post_attention_layernorm", eps)
        x = x + w.linear(F.silu(w.linear(y, p + "mlp.gate_proj", I)) * w.linear(y, p + "mlp.up_proj", I), p + "mlp.down_proj", H)
    x = w.rms_norm(x, "model.norm", eps)
    return x @ w("model.embed_tokens.weight", V, H).T if c.get("tie_word_embeddings") else w.linear(x, "lm_head", V)


def gemma(w, ids, c, second=False):
    t, eps, dim = torch.arange(ids.shape[1]), c["rms_norm_eps"], 6
    x = w("model.embed_tokens.weight", V, H)[ids] * math.sqrt(H)
    norm = lambda y, name: w.rms_norm(y, name, eps, True)
    for n in range(L):
        p = f"model.layers.{n}."
        y = norm(x, p + "input_layernorm")
        q = rotate(heads(w.linear(y, p + "self_attn.q_proj", HEADS * dim), HEADS), t, dim)
        k = rotate(heads(w.linear(y, p + "self_attn.k_proj", KV * dim), KV), t, dim)
        v = heads(w.linear(y, p + "self_attn.v_proj", KV * dim), KV)
        a = attention(q, k, v, 1 / math.sqrt(9) if second else None, 5 if second and n % 2 == 0 else 0, 2.0 if second else 0.0)
        a = w.linear(a, p + "self_attn.o_proj", H)
        x = x + (norm(a, p + "post_attention_layernorm") if second else a)
        y = norm(x, p + ("pre_feedforward_layernorm" if second else "post_attention_layernorm"))
        m = w.linear(gelu_new(w.linear(y, p + "mlp.gate_proj", I)) * w.linear(y, p + "mlp.up_proj", I), p + "mlp.down_proj", H)
        x = x + (norm(m, p + "post_feedforward_layernorm") if second else m)
    logits = norm(x, "model.norm") @ w("model.embed_tokens.weight", V, H).T
    return 3.0 * torch.tanh(logits / 3.0) if second else logits


def phi(w, ids, c):
    x, t = w("model.embed_tokens.weight", V, 32)[ids], torch.arange(ids.shape[1])
    for n in range(L):
        p = f"model.layers.{n}."
        y = w.layer_norm(x, p + "input_layernorm", 1e-5)
        q, k, v = (heads(w.linear(y, p + f"self_attn.{s}_proj", 32, True), HEADS) for s in "qkv")
        if c.get("qk_layernorm"):
            q, k = w.layer_norm(q, p + "self_attn.q_layernorm", 1e-5), w.layer_norm(k, p + "self_attn.k_layernorm", 1e-5)
        a = w.linear(attention(rotate(q, t, 4), rotate(k, t, 4), v), p + "self_attn.dense", 32, True)
        x = x + a + w.linear(gelu_new(w.linear(y, p + "mlp.fc1", I, True)), p + "mlp.fc2", 32, True)
    return w.linear(w.layer_norm(x, "model.final_layernorm", 1e-5), "lm_head", V, True)


def phi3(w, ids, c):
    x, t, eps = w("model.embed_tokens.weight", V, H)[ids], torch.arange(ids.shape[1]), 1e-5
    for n in range(L):
        p = f"model.layers.{n}."
        qkv = w.linear(w.rms_norm(x, p + "input_layernorm", eps), p + "self_attn.qkv_proj", (HEADS + 2 * KV) * D)
        q, k, v = qkv.split([HEADS * D, KV * D, KV * D], -1)
        a = attention(rotate(heads(q, HEADS), t, D), rotate(heads(k, KV), t, D), heads(v, KV), window=c["sliding_window"])
        x = x + w.linear(a, p + "self_attn.o_proj", H)
        gate, up = w.linear(w.rms_norm(x, p + "post_attention_layernorm", eps), p + "mlp.gate_up_proj", 2 * I).split(I, -1)
        x = x + w.linear(F.silu(gate) * up, p + "mlp.down_proj", H)
    return w.linear(w.rms_norm(x, "model.norm", eps), "lm_head", V)


def stablelm(w, ids, c):
    x, t = w("model.embed_tokens.weight", V, 32)[ids], torch.arange(ids.shape[1])
    for n in range(L):
        p = f"model.layers.{n}."
        y = w.layer_norm(x, p + "input_layernorm", 1e-5)
        q = rotate(heads(w.linear(y, p + "self_attn.q_proj", 32, True), HEADS), t, 2)
        k = rotate(heads(w.linear(y, p + "self_attn.k_proj", 16, True), KV), t, 2)
        v = heads(w.linear(y, p + "self_attn.v_proj", 16, True), KV)
        a = w.linear(attention(q, k, v), p + "self_attn.o_proj", 32)
        mlp = lambda z: w.linear(F.silu(w.linear(z, p + "mlp.gate_proj", I)) * w.linear(z, p + "mlp.up_proj", I), p + "mlp.down_proj", 32)
        if c["use_parallel_residual"]:
            x = x + a + mlp(y)
        else:
            x = x + a
            x = x + mlp(w.layer_norm(x, p + "post_attention_layernorm", 1e-5))
    return w.linear(w.layer_norm(x, "model.norm", 1e-5), "lm_head", V)


def opt(w, ids, c):
    x = w("model.decoder.embed_tokens.weight", V, H)[ids] + w("model.decoder.embed_positions.weight", 66, H)[2: ids.shape[1] + 2]
    for n in range(L):
        p = f"model.decoder.layers.{n}."
        y = w.layer_norm(x, p + "self_attn_layer_norm", 1e-5)
        q, k, v = (heads(w.linear(y, p + f"self_attn.{s}_proj", H, True), HEADS) for s in "qkv")
        x = x + w.linear(attention(q, k, v), p + "self_attn.out_proj", H, True)
        x = x + w.linear(F.relu(w.linear(w.layer_norm(x, p + "final_layer_norm", 1e-5), p + "fc1", I, True)), p + "fc2", H, True)
    return w.layer_norm(x, "model.decoder.final_layer_norm", 1e-5) @ w("model.decoder.embed_tokens.weight", V, H).T


def opt_norms_behind(w, ids, c):
    x = w.linear(w("model.decoder.embed_tokens.weight", V, 10)[ids], "model.decoder.project_in", H)
    x = x + w("model.decoder.embed_positions.weight", 66, H)[2: ids.shape[1] + 2]
    for n in range(L):
        p = f"model.decoder.layers.{n}."
        q, k, v = (heads(w.linear(x, p + f"self_attn.{s}_proj", H, True), HEADS) for s in "qkv")
        x = w.layer_norm(x + w.linear(attention(q, k, v), p + "self_attn.out_proj", H, True), p + "self_attn_layer_norm", 1e-5)
        m = w.linear(F.relu(w.linear(x, p + "fc1", I, True)), p + "fc2", H, True)
        x = w.layer_norm(x + m, p + "final_layer_norm", 1e-5)
    return w.linear(x, "model.decoder.project_out", 10) @ w("model.decoder.embed_tokens.weight", V, 10).T


BASE = {"vocab_size": V, "hidden_size": H, "intermediate_size": I, "num_hidden_layers": L, "num_attention_heads": HEADS,
        "num_key_value_heads": KV, "max_position_embeddings": 64, "rms_norm_eps": 1e-6}


def scaled(kind, **more):
    return {"model_type": "llama", "rope_scaling": {"rope_type": kind, "factor": 4.0, **more}}


CASES = {
    "gpt2": (gpt2, {"model_type": "gpt2", "vocab_size": V, "n_embd": H, "n_layer": L, "n_head": HEADS, "n_positions": 64}),
    "gpt_neox": (gpt_neox, {**BASE, "model_type": "gpt_neox", "hidden_size": 32, "num_key_value_heads": None, "rotary_pct": 0.5, "use_parallel_residual": True}),
    "gpt_neox_serial": (gpt_neox, {**BASE, "model_type": "gpt_neox", "hidden_size": 32, "num_key_value_heads": None, "rotary_pct": 0.5, "use_parallel_residual": False}),
    "llama": (llama_like, {**BASE, "model_type": "llama", "rope_theta": 500000.0}),
    "llama_linear": (llama_like, {**BASE, **scaled("linear")}),
    "llama_dynamic": (llama_like, {**BASE, **scaled("dynamic"), "max_position_embeddings": 8}),
    "llama_llama3": (lambda w, i, c: llama_like(w, i, c, dim=16), {**BASE, **scaled("llama3", low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32), "head_dim": 16}),
    "llama_yarn": (lambda w, i, c: llama_like(w, i, c, dim=16), {**BASE, **scaled("yarn", original_max_position_embeddings=256), "head_dim": 16}),
    "mistral": (lambda w, i, c: llama_like(w, i, c, window=lambda n: 5), {**BASE, "model_type": "mistral", "sliding_window": 5}),
    "qwen2": (lambda w, i, c: llama_like(w, i, c, bias=True, window=lambda n: 4 if n >= 1 else 0), {**BASE, "model_type": "qwen2", "tie_word_embeddings": True, "use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1}),
    "qwen3": (lambda w, i, c: llama_like(w, i, c, qk_norm=True, dim=6), {**BASE, "model_type": "qwen3", "head_dim": 6}),
    "smollm3": (lambda w, i, c: llama_like(w, i, c, rotary=lambda n: n == 0), {**BASE, "model_type": "smollm3", "tie_word_embeddings": True, "no_rope_layers": [1, 0], "rope_theta": 5000000.0}),
    "gemma": (gemma, {**BASE, "model_type": "gemma", "head_dim": 6}),
    "gemma2": (lambda w, i, c: gemma(w, i, c, True), {**BASE, "model_type": "gemma2", "head_dim": 6, "query_pre_attn_scalar": 9, "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0, "sliding_window": 5}),
    "phi": (phi, {**BASE, "model_type": "phi", "hidden_size": 32, "num_key_value_heads": None, "partial_rotary_factor": 0.5}),
    "phi3": (phi3, {**BASE, "model_type": "phi3", "sliding_window": 6, "rms_norm_eps": 1e-5}),
    "stablelm": (stablelm, {**BASE, "model_type": "stablelm", "hidden_size": 32, "use_qkv_bias": True, "use_parallel_residual": False, "partial_rotary_factor": 0.25}),
    "stablelm_parallel": (stablelm, {**BASE, "model_type": "stablelm", "hidden_size": 32, "use_qkv_bias": True, "use_parallel_residual": True, "partial_rotary_factor": 0.25}),
    "opt": (opt, {"model_type": "opt", "vocab_size": V, "hidden_size": H, "num_hidden_layers": L, "num_attention_heads": HEADS, "ffn_dim": I, "max_position_embeddings": 64, "word_embed_proj_dim": H}),
    "opt_norms_behind": (opt_norms_behind, {"model_type": "opt", "vocab_size": V, "hidden_size": H, "num_hidden_layers": L, "num_attention_heads": HEADS, "ffn_dim": I, "max_position_embeddings": 64, "word_embed_proj_dim": 10, "do_layer_norm_before": False}),
    "phi_qk_layernorm": (phi, {**BASE, "model_type": "phi", "hidden_size": 32, "num_key_value_heads": None, "partial_rotary_factor": 0.5, "qk_layernorm": True}),
}


def main():
    for number, (name, (forward, config)) in enumerate(CASES.items()):
        folder = os.path.join(sys.argv[1], name)
        os.makedirs(folder, exist_ok=True)
        weights = Weights(number)
        ids = torch.randint(0, V, (2, T), generator=torch.Generator().manual_seed(number))
        logits = forward(weights, ids, config)
        with open(os.path.join(folder, "config.json"), "w") as file:
            json.dump(config, file, indent=1)
            file.write("\n")
        save(os.path.join(folder, "model.safetensors"), {n: a.numpy() for n, a in weights.items()})
        save(os.path.join(folder, "expected.safetensors"), {"ids": ids.numpy(), "logits": logits.float().numpy()})


main()
