#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/text/subword/tokenizer.hpp"

namespace fuzz {

/// Builds the tokenizers that the bytes of a .model file and of a tok*.bin describe, and uses them.
inline void sentencepiece(std::string_view bytes) {
  const auto use = [](const tn::text::SentencePieceVocabulary& vocabulary) {
    const tn::text::Tokenizer tokenizer(tn::text::parts_from_sentencepiece(vocabulary));
    attempt([&] { tokenizer.decode(tokenizer.encode("ab  \u00e9 \ufb01x <s>").ids); });
  };
  attempt([&] { use(tn::text::read_llama2c(bytes)); });
  use(tn::text::read_sentencepiece(bytes));
}

}  // namespace fuzz
