#include "tenon/models/language/gguf_decoder.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"
#include "support/gguf_writer.hpp"
#include "support/temporary_folder.hpp"
#include "tenon/models/language/text_generation.hpp"

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
  expect(
      GgufWriter().text("general.architecture", "magic"),
      ": the architecture 'magic' is not known; these are: llama, qwen2, qwen3, gemma, gemma2, phi3, gpt2");
  expect(stories().array("rope_freqs.weight", {1}, {1}), ": \"rope_freqs.weight\" is no part of a llama");
}

}  // namespace gguf_decoder_test
}  // namespace tenon::testing
