#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/text/subword/tokenizer.hpp"

namespace fuzz {

/// Builds the tokenizer of a tokenizer.json, and uses it.
inline void tokenizer_json(std::string_view bytes) {
  const tn::text::Tokenizer tokenizer(tn::text::parts_from_json(bytes));
  attempt([&] {
    const auto ids = tokenizer.encode_pair("The cat's \u00e9t\u00e9, 12 <s>", "\u4e2d\u6587 ab").ids;
    tokenizer.decode(ids);
  });
}

}  // namespace fuzz
