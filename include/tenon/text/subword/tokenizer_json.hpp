#pragma once
/// Tokenizers of Hugging Face's library, from tokenizer.json.

#include <memory>  // make_shared
#include <string>  // string
#include <vector>  // vector

#include "tenon/text/subword/bpe.hpp"
#include "tenon/text/subword/tokenizer_parts.hpp"
#include "tenon/text/subword/unigram.hpp"
#include "tenon/text/subword/word_models.hpp"

namespace TENON_NAMESPACE::text {

namespace detail {

/// An object of tokens and their numbers.
inline TokenTable token_table(const Settings& s, const io::Json& vocabulary) {
  check<IoError>(vocabulary.is_object(), "tokenizer", s.component(), ": the vocabulary is no object");
  TokenTable table(vocabulary.members().size());
  for (const auto& [token, id] : vocabulary.members()) table.set(s.whole(id, token.c_str()), token);
  return table;
}

inline TokenModelRef make_bpe(const Settings& s, bool bytes) {
  std::vector<std::pair<std::string_view, std::string_view>> merges;
  for (const io::Json& merge : s.at("merges").elements()) {
    if (merge.is_array() && merge.elements().size() == 2) {
      merges.push_back({merge.elements()[0].text(), merge.elements()[1].text()});
      continue;
    }
    const std::string_view pair = merge.text();
    const std::size_t blank = pair.find(' ');
    check<IoError>(blank != std::string_view::npos && pair.find(' ', blank + 1) == std::string_view::npos,
                   "tokenizer", "the merge '", pair, "' is no pair of tokens");
    merges.push_back({pair.substr(0, blank), pair.substr(blank + 1)});
  }
  check<IoError>(!s.find("dropout") || json_number(*s.find("dropout")) == 0, "tokenizer",
                 "BPE dropout is for training a model and is not supported");
  return std::make_shared<BpeModel>(
      token_table(s, s.at("vocab")), merges,
      BpeOptions{.unknown = s.string("unk_token", ""),
                 .continuing_subword_prefix = s.string("continuing_subword_prefix", ""),
                 .end_of_word_suffix = s.string("end_of_word_suffix", ""),
                 .fuse_unknown = s.flag("fuse_unk", false),
                 .byte_fallback = s.flag("byte_fallback", false),
                 .ignore_merges = s.flag("ignore_merges", false),
                 .bytes = bytes});
}

inline TokenModelRef make_unigram(const Settings& s) {
  const std::vector<io::Json>& vocabulary = s.at("vocab").elements();
  TokenTable table(vocabulary.size());
  std::vector<double> scores;
  for (const io::Json& entry : vocabulary) {
    check<IoError>(entry.elements().size() == 2, "tokenizer",
                   "an entry of the vocabulary is no token with a score");
    table.set(static_cast<TokenId>(scores.size()), entry.elements()[0].text());
    scores.push_back(json_number(entry.elements()[1]));
  }
  return std::make_shared<UnigramModel>(std::move(table), std::move(scores), s.number("unk_id", no_token),
                                        s.flag("byte_fallback", false));
}

/// The type of a model; older files do not say it.
inline std::string model_type(const Settings& s) {
  if (s.find("type")) return s.type();
  if (s.find("merges")) return "BPE";
  if (s.at("vocab").is_array()) return "Unigram";
  return s.find("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
}

inline TokenModelRef make_model(const io::Json& json, bool bytes) {
  const Settings s(json, "model");
  const std::string type = model_type(s);
  if (type == "BPE") return make_bpe(s, bytes);
  if (type == "Unigram") return make_unigram(s);
  if (type == "WordPiece")
    return std::make_shared<WordPieceModel>(token_table(s, s.at("vocab")), s.string("unk_token", ""),
                                            s.string("continuing_subword_prefix", "##"),
                                            s.number("max_input_chars_per_word", 100));
  if (type == "WordLevel")
    return std::make_shared<WordLevelModel>(token_table(s, s.at("vocab")), s.string("unk_token", ""));
  fail<IoError>("tokenizer", "the model '", type, "' is not known");
}

inline std::vector<AddedToken> added_tokens(const io::Json& json) {
  std::vector<AddedToken> tokens;
  for (const io::Json& element : json.elements()) {
    const Settings s(element, "added_tokens");
    tokens.push_back({s.whole(s.at("id"), "id"), s.string("content"), s.flag("special", false),
                      s.flag("single_word", false), s.flag("lstrip", false), s.flag("rstrip", false),
                      s.flag("normalized", true)});
  }
  return tokens;
}

inline Truncation truncation(const io::Json& json) {
  const Settings s(json, "truncation");
  return {s.number("max_length", 512), s.string("direction", "Right") == "Left"};
}
inline Padding padding(const io::Json& json) {
  const Settings s(json, "padding");
  Padding p{.enabled = true,
            .left = s.string("direction", "Right") == "Left",
            .id = s.number("pad_id", 0),
            .type_id = s.number("pad_type_id", 0)};
  p.multiple_of = std::max<std::size_t>(1, s.number("pad_to_multiple_of", 1));
  if (s.at("strategy").is_object()) p.fixed = Settings(s.at("strategy"), "padding").number("Fixed", 0);
  return p;
}

}  // namespace detail

/// The tokenizer that the text of a tokenizer.json describes.
///   throws: IoError if it is damaged, or names a component that is not known
inline TokenizerParts parts_from_json(std::string_view text) {
  namespace d = tenon::text::detail;
  const io::Json json = io::Json::parse(text);
  const Settings s(json, "tokenizer.json");
  TokenizerParts parts;
  if (const auto* part = s.find("normalizer")) parts.normalizer = make_normalizer(*part);
  if (const auto* part = s.find("pre_tokenizer")) parts.pre_tokenizer = make_pre_tokenizer(*part);
  if (const auto* part = s.find("post_processor")) parts.post_processor = make_post_processor(*part);
  if (const auto* part = s.find("decoder")) parts.decoder = make_decoder(*part);
  if (const auto* part = s.find("added_tokens")) parts.added = d::added_tokens(*part);
  if (const auto* part = s.find("truncation")) parts.truncation = d::truncation(*part);
  if (const auto* part = s.find("padding")) parts.padding = d::padding(*part);
  const io::Json& model = s.at("model");
  parts.bytes = parts.pre_tokenizer && parts.pre_tokenizer->ends_in_bytes() &&
                d::model_type(Settings(model, "model")) == "BPE";
  parts.model = d::make_model(model, parts.bytes);
  return parts;
}

}  // namespace TENON_NAMESPACE::text
