#pragma once
/// The parts of a tokenizer, which its readers put together.

#include <vector>  // vector

#include "tenon/text/subword/added_tokens.hpp"
#include "tenon/text/subword/decoder.hpp"
#include "tenon/text/subword/normalizer.hpp"
#include "tenon/text/subword/post_processor.hpp"
#include "tenon/text/subword/pre_tokenizer.hpp"
#include "tenon/text/subword/token_model.hpp"

namespace TENON_NAMESPACE::text {

/// What is done to encodings that are too long.
struct Truncation {
  std::size_t max_length = 0;  ///< tokens, special ones included; 0: as many as there are
  bool left = false;           ///< drop the beginning instead of the end
};

/// What is done to encodings that are shorter than others.
struct Padding {
  bool enabled = false;         ///< whether anything is done
  std::size_t fixed = 0;        ///< pad to this many tokens; 0: to the longest of a batch
  std::size_t multiple_of = 1;  ///< then to a multiple of this
  bool left = false;            ///< put the padding before the text
  index_t id = 0;               ///< the token that is put
  index_t type_id = 0;          ///< its type
};

/// A tokenizer's parts; null: the step is left out.
struct TokenizerParts {
  NormalizerRef normalizer{};         ///< before anything else, but for added tokens
  PreTokenizerRef pre_tokenizer{};    ///< splits what the normalizer leaves
  TokenModelRef model{};              ///< never null
  PostProcessorRef post_processor{};  ///< adds special tokens
  DecoderRef decoder{};               ///< from tokens to text
  std::vector<AddedToken> added{};    ///< found in the text before the model sees it
  std::vector<TokenId> special{};     ///< further tokens that decoding may skip
  bool bytes = false;                 ///< the model reads bytes, see BpeOptions::bytes
  Truncation truncation{};            ///< of each encoding
  Padding padding{};                  ///< of batches
};

}  // namespace TENON_NAMESPACE::text
