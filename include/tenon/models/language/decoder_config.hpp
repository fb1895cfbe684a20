#pragma once
/// The description of a decoder-only transformer: what differs between GPT-2, Llama, Gemma and their kin is
/// data.

#include <optional>  // optional
#include <string>    // string
#include <vector>    // vector

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::models {

/// How the parts of a block are normalised.
enum class DecoderNorm {
  layer,        ///< mean 0 and variance 1, with a bias
  rms,          ///< root mean square 1
  rms_plus_one  ///< the same, and 1 is added to the weight, as Gemma does
};

/// The function between the two linear maps of a block's feed-forward part.
enum class DecoderActivation {
  gelu,       ///< by the error function
  gelu_tanh,  ///< approximated by tanh
  silu,       ///< x sigmoid(x)
  relu        ///< max(x, 0)
};

/// How the rates of rotary positions are changed for long texts.
enum class RotaryScaling {
  none,
  linear,   ///< all rates are divided by the factor
  dynamic,  ///< the base grows with texts longer than the model was trained on
  llama3,   ///< slow rates are divided, fast ones are kept, with a ramp between
  yarn      ///< the same by numbers of rotations. Peng et al. 2023, https://arxiv.org/abs/2309.00071
};

/// Rotary positions (Su et al. 2021, https://arxiv.org/abs/2104.09864), pairs being entries of the two halves.
struct DecoderRotary {
  index_t dims = 0;                             ///< entries of each head that are rotated, from the first on
  double base = 10000;                          ///< the base of the angles' rates
  RotaryScaling scaling = RotaryScaling::none;  ///< for long texts
  double factor = 1;                            ///< of the scaling
  double low = 1, high = 4;                     ///< llama3: wavelengths of a text at the ends of the ramp
  double beta_fast = 32, beta_slow = 1;         ///< yarn: rotations in a text at the ends of the ramp
  index_t original_context = 0;                 ///< the longest text in training
  double attention_factor = 1;                  ///< of sines and cosines
  std::vector<float> divisors{};                ///< of single rates, as GGUF files hold them; empty: none
};

/// Which parameters a file has and what they are called.
enum class DecoderNames { gpt2, gpt_neox, llama, gemma2, phi, phi3, opt };

/// A decoder-only transformer.
struct DecoderConfig {
  std::string model_type{};                  ///< config.json's word for it
  DecoderNames names = DecoderNames::llama;  ///< the family of its files
  index_t vocabulary = 0, context = 0;       ///< tokens, and the longest text
  index_t hidden = 0, intermediate = 0,
          layers = 0;  ///< extents of embeddings and of feed-forward parts, blocks
  index_t heads = 0, kv_heads = 0,
          head_dim = 0;                 ///< attention heads, those of keys and values, and their extent
  DecoderNorm norm = DecoderNorm::rms;  ///< before each part
  double norm_eps = 1e-6;               ///< is added to variances and mean squares
  bool norm_after = false;   ///< norm(x + part(x)) instead of x + part(norm(x)), and none at the end
  bool post_norms = false;   ///< parts are normalised behind, too, as in Gemma 2
  bool qk_norm = false;      ///< queries and keys of each head are normalised
  bool parallel = false;     ///< both parts of a block read its input: x + attention + mlp
  bool shared_norm = false;  ///< … normalised by one norm
  DecoderActivation activation = DecoderActivation::silu;  ///< of feed-forward parts
  bool gated = true;  ///< down(act(gate(x)) * up(x)) instead of down(act(up(x)))
  bool qkv_bias = false, out_bias = false, mlp_bias = false, head_bias = false;  ///< of linear maps
  bool tied = false;              ///< the table of embeddings is the output map
  index_t learned_positions = 0;  ///< rows of a table of positions; 0: positions are rotary
  index_t position_offset = 0;    ///< the row of position 0
  DecoderRotary rotary{};         ///< rotary positions
  std::vector<bool> no_rotary{};  ///< layers without positions; empty: all have them
  index_t window = 0;             ///< a token sees itself and window - 1 others; 0: all before it
  std::vector<bool> windowed{};   ///< layers with the window; empty: all
  double attention_scale = 0;     ///< of products q k; 0: 1 / sqrt(head_dim)
  double attention_cap = 0;       ///< logits of attention are cap tanh(logit / cap); 0: as they are
  double logit_cap = 0;           ///< the same of the output
  double embedding_scale = 1;     ///< embeddings are multiplied by it
  index_t embedding_width = 0;    ///< of embeddings that linear maps take to hidden and back; 0: hidden
};

}  // namespace TENON_NAMESPACE::models
