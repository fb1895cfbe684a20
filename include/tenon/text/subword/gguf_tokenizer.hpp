#pragma once
/// The tokenizer inside a GGUF file.

#include <string>   // string
#include <utility>  // pair
#include <vector>   // vector

#include "tenon/io/gguf.hpp"
#include "tenon/text/subword/tokenizer.hpp"

namespace TENON_NAMESPACE::text {

namespace detail {

/// Byte-level pairs; the splitter is the one that the file names.
inline TokenizerParts gguf_byte_level(const io::GgufFile& file, const std::vector<std::string>& tokens) {
  const auto pre = file.find("tokenizer.ggml.pre");
  const std::string name = pre ? pre->text : "gpt-2";
  TokenizerParts parts;
  parts.bytes = true;
  const auto split = [](splitters::Splitter next) {
    return split_at(SplitBehavior::isolated, [next](std::string_view text, auto&& f) {
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = next(text, at);
        f(Span{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)});
        at = end;
      }
    });
  };
  const auto bytes = std::make_shared<ByteLevel>(false, false);
  if (name == "gpt-2" || name == "default")
    parts.pre_tokenizer = std::make_shared<ByteLevel>(false, true);
  else if (name == "llama-bpe" || name == "llama3" || name == "smaug-bpe")
    parts.pre_tokenizer = std::make_shared<PreTokenizerSequence>(
        std::vector<PreTokenizerRef>{split(splitters::cl100k<3>), bytes});
  else if (name == "qwen2" || name == "stablelm2")
    parts.pre_tokenizer = std::make_shared<PreTokenizerSequence>(
        std::vector<PreTokenizerRef>{split(splitters::cl100k<1>), bytes});
  else if (name == "gpt-4o")
    parts.pre_tokenizer =
        std::make_shared<PreTokenizerSequence>(std::vector<PreTokenizerRef>{split(splitters::o200k), bytes});
  else
    fail<IoError>("tokenizer", "the splitter '", name, "' of a GGUF file is not known");
  const auto list = file.find("tokenizer.ggml.merges");
  check<IoError>(list != nullptr, "tokenizer", file.path(), " has no merges");
  std::vector<std::pair<std::string_view, std::string_view>> merges;
  for (const std::string& merge : list->strings) {
    const std::size_t blank = merge.find(' ', 1);
    check<IoError>(blank != std::string::npos, "tokenizer", "the merge '", merge, "' is no pair of tokens");
    merges.push_back({std::string_view(merge).substr(0, blank), std::string_view(merge).substr(blank + 1)});
  }
  TokenTable table(tokens.size());
  for (TokenId id = 0; id < tokens.size(); ++id) table.set(id, tokens[id]);
  parts.model = std::make_shared<BpeModel>(std::move(table), merges,
                                           BpeOptions{.ignore_merges = name == "llama-bpe", .bytes = true});
  parts.decoder = decoding(decode_bytes);
  return parts;
}

}  // namespace detail

/// Reads the tokenizer of a GGUF file: SentencePiece's pairs ("llama") or byte-level ones ("gpt2").
///   throws: IoError if there is none, or of another kind
inline Tokenizer load_gguf_tokenizer(const io::GgufFile& file) {
  const io::GgufValue *const model = file.find("tokenizer.ggml.model"),
                             *const tokens = file.find("tokenizer.ggml.tokens"),
                             *const kinds = file.find("tokenizer.ggml.token_type"),
                             *const scores = file.find("tokenizer.ggml.scores");
  check<IoError>(model && tokens, "tokenizer", file.path(), " has no tokenizer");
  for (const std::string& token : tokens->strings)
    check<IoError>(valid_utf8(token) == token.size(), "tokenizer", file.path(), ": a token is not UTF-8");
  TokenizerParts parts;
  if (model->text == "llama") {
    SentencePieceVocabulary v{.pieces = tokens->strings, .bpe = true, .byte_fallback = true};
    check<IoError>(scores != nullptr, "tokenizer", file.path(), " has no scores");
    v.scores = scores->numbers;
    if (kinds)
      for (const double kind : kinds->numbers)
        v.kinds.push_back(kind >= 1 && kind <= 6 ? static_cast<PieceKind>(static_cast<int>(kind))
                                                 : PieceKind::normal);
    const io::GgufValue* const prefix = file.find("tokenizer.ggml.add_space_prefix");
    v.add_dummy_prefix = !prefix || prefix->number != 0;
    parts = parts_from_sentencepiece(v);
  } else {
    check<IoError>(model->text == "gpt2", "tokenizer", file.path(), ": a tokenizer '", model->text,
                   "' is not supported");
    parts = detail::gguf_byte_level(file, tokens->strings);
  }
  // Control tokens are found in texts, as chat templates write them.
  if (kinds)
    for (TokenId id = 0; id < std::min(tokens->strings.size(), kinds->numbers.size()); ++id)
      if (kinds->numbers[id] == 3)
        parts.added.push_back({.id = id, .content = tokens->strings[id], .special = true});
  const io::GgufValue *const bos = file.find("tokenizer.ggml.bos_token_id"),
                             *const add = file.find("tokenizer.ggml.add_bos_token");
  const bool adds = add ? add->number != 0 : model->text == "llama";
  if (adds && bos) {
    using Part = detail::TemplateProcessor::Part;
    const Part begin{-1, 0, {static_cast<index_t>(bos->number)}};
    parts.post_processor = std::make_shared<detail::TemplateProcessor>(
        std::vector<Part>{begin, {0, 0, {}}}, std::vector<Part>{begin, {0, 0, {}}, begin, {1, 1, {}}}, false);
  }
  return Tokenizer(std::move(parts));
}

}  // namespace TENON_NAMESPACE::text
