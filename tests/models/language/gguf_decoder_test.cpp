#include "tenon/models/language/gguf_decoder.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/gguf_writer.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/models/language/text_generation.hpp"
#include "tenon/ops/reduce/reduce.hpp"

namespace tenon::testing {
namespace gguf_decoder_test {

using support::GgufWriter;

/// The small model of the example as llama.cpp's converter writes it: pairs of queries and keys are neighbours.
GgufWriter stories() {
  const auto model = models::load_pretrained(TENON_STORIES_FOLDER).model;
  const models::DecoderConfig& c = model.config;
  GgufWriter w;
  w.text("general.architecture", "llama");
  const auto number = [&](const char* name, double value) {
    w.number(std::string("llama.") + name, static_cast<float>(value));
  };
  number("context_length", 512);
  number("embedding_length", 64);
  number("feed_forward_length", 172);
  number("block_count", 5);
  number("attention.head_count", 8);
  number("attention.head_count_kv", 4);
  number("attention.layer_norm_rms_epsilon", 1e-5);
  const auto add = [&](const std::string& name, const Tensor<float>& x) {
    w.array(name + ".weight", {x.shape().begin(), x.shape().end()}, contiguous(x.detach()).to_vector());
  };
  const auto neighbours = [](const Tensor<float>& x, index_t heads) {
    return reshape(transpose(reshape(x.detach(), {heads, 2, x.extent(0) / heads / 2, x.extent(1)}), 1, 2),
                   x.shape());
  };
  add("token_embd", model.embed_tokens.weight);
  add("output_norm", model.final_norm.weight);
  for (std::size_t i = 0; i < model.blocks.size(); ++i) {
    const auto& b = model.blocks[i];
    const std::string p = "blk." + std::to_string(i) + ".";
    add(p + "attn_norm", b.input_norm.weight);
    add(p + "attn_q", neighbours(b.attention.q_proj.weight, c.heads));
    add(p + "attn_k", neighbours(b.attention.k_proj.weight, c.kv_heads));
    add(p + "attn_v", b.attention.v_proj.weight);
    add(p + "attn_output", b.attention.o_proj.weight);
    add(p + "ffn_norm", b.mlp_norm.weight);
    add(p + "ffn_gate", b.mlp.gate_proj.weight);
    add(p + "ffn_up", b.mlp.up_proj.weight);
    add(p + "ffn_down", b.mlp.down_proj.weight);
  }
  return w;
}

TEST(GgufDecoder, IsTheModelOfTheFolder) {
  const support::TemporaryFolder folder;
  const io::GgufFile file(folder.write("stories.gguf", stories().bytes()));
  const Tensor<index_t> ids = from<index_t>({1, 403, 407, 261, 378, 432, 383, 286}, {1, 8});
  EXPECT_EQ(models::load_gguf_decoder(file)(ids).to_vector(),
            models::load_pretrained(TENON_STORIES_FOLDER).model(ids).to_vector());
}

/// Settings pass through float32.
void expect_same(const models::Decoder<float>& a, const models::Decoder<float>& b,
                 const Tensor<index_t>& ids) {
  const Tensor<float> want = b(ids).detach();
  EXPECT_LE(amax(abs(sub(a(ids).detach(), want))).item(), 1e-5f * amax(abs(want)).item())
      << a.config.model_type;
}

/// A model of tests/models/language/decoders under llama.cpp's names.
GgufWriter converted(models::Decoder<float>& model, const std::string& architecture) {
  const models::DecoderConfig& c = model.config;
  GgufWriter w;
  w.text("general.architecture", architecture);
  const auto number = [&](const char* name, double value) {
    w.number(architecture + "." + name, static_cast<float>(value));
  };
  number("context_length", static_cast<double>(c.context));
  number("embedding_length", static_cast<double>(c.hidden));
  number("feed_forward_length", static_cast<double>(c.intermediate));
  number("block_count", static_cast<double>(c.layers));
  number("attention.head_count", static_cast<double>(c.heads));
  number("attention.head_count_kv", static_cast<double>(c.kv_heads));
  number("attention.key_length", static_cast<double>(c.head_dim));
  number(c.norm == models::DecoderNorm::layer ? "attention.layer_norm_epsilon"
                                              : "attention.layer_norm_rms_epsilon",
         c.norm_eps);
  number("rope.dimension_count", static_cast<double>(c.rotary.dims));
  number("rope.freq_base", c.rotary.base);
  number("use_parallel_residual", c.parallel);
  const models::detail::DecoderParameters<float> parameters(model, models::detail::DecoderFile::gguf);
  for (const auto& entry : parameters.entries()) {
    Tensor<float> x = entry.array();
    const bool q = entry.name.find(".attn_q.") != std::string::npos,
               k = entry.name.find(".attn_k.") != std::string::npos;
    if ((q || k) && models::detail::has_pairs_of_neighbours(architecture)) {
      const index_t heads = q ? c.heads : c.kv_heads;
      x = reshape(transpose(reshape(x, {heads, 2, c.head_dim / 2, x.extent(1)}), 1, 2), x.shape());
    }
    w.array(entry.name, {x.shape().begin(), x.shape().end()}, contiguous(x).to_vector());
  }
  return w;
}

TEST(GgufDecoder, EveryArchitectureIsTheModelOfTheFolder) {
  const Tensor<index_t> ids = from<index_t>({1, 30, 7, 26, 37, 3, 38, 28}, {1, 8});
  const support::TemporaryFolder folder;
  for (const auto& [name, architecture] :
       std::vector<std::pair<std::string, std::string>>{{"gpt_neox", "gptneox"},
                                                        {"gpt_neox_serial", "gptneox"},
                                                        {"phi", "phi2"},
                                                        {"stablelm", "stablelm"},
                                                        {"stablelm_parallel", "stablelm"},
                                                        {"qwen3", "qwen3"},
                                                        {"phi3", "phi3"},
                                                        {"gpt2", "gpt2"}}) {
    auto model = models::load_pretrained(TENON_DECODERS_FOLDER "/" + name).model;
    GgufWriter writer = converted(model, architecture);
    if (model.config.window > 0)
      writer.number(architecture + ".attention.sliding_window", static_cast<float>(model.config.window));
    const io::GgufFile file(folder.write(name + ".gguf", writer.bytes()));
    expect_same(models::load_gguf_decoder(file), model, ids);
  }
}

TEST(GgufDecoder, SmolLm3SkipsPositionsOfEveryFourthLayer) {
  auto model = models::load_pretrained(TENON_DECODERS_FOLDER "/smollm3").model;
  model.config.layers = 4;
  model.config.no_rotary = {false, false, false, true};
  model.blocks = {model.blocks[0], model.blocks[1], model.blocks[0], model.blocks[1]};
  const Tensor<index_t> ids = from<index_t>({1, 30, 7, 26}, {1, 4});
  const support::TemporaryFolder folder;
  const io::GgufFile file(folder.write("a.gguf", converted(model, "smollm3").bytes()));
  expect_same(models::load_gguf_decoder(file), model, ids);
}

TEST(GgufDecoder, RotaryScalingIsThatOfTheFolder) {
  const Tensor<index_t> ids = from<index_t>({1, 30, 7, 26, 37, 3, 38, 28}, {1, 8});
  const support::TemporaryFolder folder;
  for (const std::string kind : {"linear", "yarn", "llama3"}) {
    auto model = models::load_pretrained(TENON_DECODERS_FOLDER "/llama_" + kind).model;
    const models::DecoderRotary& r = model.config.rotary;
    GgufWriter writer = converted(model, "llama");
    if (kind == "llama3") {  // the converter writes what each rate is divided by
      models::DecoderRotary plain = r;
      plain.scaling = models::RotaryScaling::none;
      plain.factor = 1;
      const auto scaled = models::detail::rotary_rates(r, 8), rates = models::detail::rotary_rates(plain, 8);
      std::vector<float> divisors;
      for (std::size_t i = 0; i < rates.size(); ++i)
        divisors.push_back(static_cast<float>(rates[i] / scaled[i]));
      writer.array("rope_freqs.weight", {static_cast<index_t>(divisors.size())}, divisors);
    } else {
      writer.text("llama.rope.scaling.type", kind);
      writer.number("llama.rope.scaling.factor", static_cast<float>(r.factor));
      writer.number("llama.rope.scaling.original_context_length", static_cast<float>(r.original_context));
    }
    const io::GgufFile file(folder.write(kind + ".gguf", writer.bytes()));
    expect_same(models::load_gguf_decoder(file), model, ids);
  }
}

TEST(GgufDecoder, ItsTokenizerIsInTheFile) {
  GgufWriter writer = stories();
  const auto known = text::Tokenizer::load(TENON_STORIES_FOLDER);
  std::vector<std::string> tokens;
  std::vector<double> scores, kinds;
  for (index_t id = 0; id < 512; ++id) {
    std::string token(known.token(id));
    if (id > 258)
      for (std::size_t at; (at = token.find(' ')) != std::string::npos;) token.replace(at, 1, "\u2581");
    tokens.push_back(token);
    scores.push_back(id > 258 ? 258 - static_cast<double>(id) : 0);
    kinds.push_back(id == 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1);
  }
  writer.text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", tokens);
  writer.numbers("tokenizer.ggml.scores", scores).numbers("tokenizer.ggml.token_type", kinds);
  writer.number("tokenizer.ggml.bos_token_id", 1).number("tokenizer.ggml.eos_token_id", 2);
  const support::TemporaryFolder folder;
  const pipeline::TextGeneration write(folder.write("stories.gguf", writer.bytes()));
  const std::string prompt = "Once upon a time, \u4eba saw";
  EXPECT_EQ(write.encode(prompt), known.encode(prompt).ids);
  EXPECT_EQ(write("Once", {.max_length = 12}),
            pipeline::TextGeneration(TENON_STORIES_FOLDER)("Once", {.max_length = 12}));
}

TEST(GgufDecoder, WhatDoesNotFitIsSaid) {
  const support::TemporaryFolder folder;
  const auto expect = [&](const GgufWriter& writer, const std::string& sentence) {
    const std::string path = folder.write("a.gguf", writer.bytes());
    support::expect_error<IoError>([&] { models::load_gguf_decoder(io::GgufFile(path)); },
                                   "[gguf] " + path + sentence);
  };
  expect(GgufWriter().text("general.architecture", "magic"),
         ": the architecture 'magic' is not known; these are: llama, qwen2, qwen3, gemma, gemma2, phi2, "
         "phi3, gpt2, "
         "gptneox, stablelm, smollm3");
  expect(stories().array("rope_freqs.weight", {1}, {1}), ": \"rope_freqs.weight\" has 1 numbers for 4 pairs");
  expect(stories().array("more.weight", {1}, {1}), ": \"more.weight\" is no part of a llama");
  expect(stories().number("llama.rope.dimension_count", 64),
         ": 64 of 8 entries cannot be rotated by the base 10000");
}

}  // namespace gguf_decoder_test
}  // namespace tenon::testing
