#pragma once
/// Which file of a tokenizer is read how.

#include <algorithm>    // any_of, find_if
#include <filesystem>   // directory_iterator, exists, path
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/text/reader.hpp"
#include "tenon/text/subword/sentencepiece.hpp"
#include "tenon/text/subword/tokenizer_json.hpp"

namespace TENON_NAMESPACE::text {

namespace detail {

/// The bytes of a file, which may be gzip-compressed.
inline std::string read_all(const std::filesystem::path& path) {
  FileReader reader(path.string());
  std::string all;
  std::vector<char> block(std::size_t{1} << 18);
  while (const std::size_t size = reader.read(block.data(), block.size())) all.append(block.data(), size);
  return all;
}
/// Calls f(line) for the lines of a text.
template <class F>
void each_line(std::string_view text, F&& f) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    f(line);
  }
}

/// GPT-2's tokenizer from the texts of vocab.json and merges.txt.
inline TokenizerParts gpt2_parts(std::string_view vocabulary, std::string_view merges) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  each_line(merges, [&](std::string_view line) {
    if (line.empty() || (pairs.empty() && line.starts_with("#version"))) return;
    const std::size_t blank = line.find(' ');
    check<IoError>(blank != std::string_view::npos, "tokenizer", "the merge '", line,
                   "' is no pair of tokens");
    pairs.push_back({line.substr(0, blank), line.substr(blank + 1)});
  });
  const io::Json json = io::Json::parse(vocabulary);
  TokenizerParts parts;
  parts.bytes = true;
  parts.pre_tokenizer = std::make_shared<ByteLevel>(false, true);
  parts.decoder = decoding(decode_bytes);
  parts.model = std::make_shared<BpeModel>(token_table(Settings(json, "the vocabulary"), json), pairs,
                                           BpeOptions{.bytes = true});
  if (const TokenId end = parts.model->id("<|endoftext|>"); end != no_token) parts.special.push_back(end);
  return parts;
}

/// BERT's tokenizer from the text of vocab.txt. A vocabulary without capital letters is one of lower case.
inline TokenizerParts bert_parts(std::string_view vocabulary) {
  TokenizerParts parts;
  TokenTable table(static_cast<std::size_t>(std::count(vocabulary.begin(), vocabulary.end(), '\n')) + 1);
  TokenId count = 0;
  bool capitals = false;
  each_line(vocabulary, [&](std::string_view token) {
    check<IoError>(valid_utf8(token) == token.size(), "tokenizer", "token ", count, " is not UTF-8");
    const bool special = token.starts_with('[') && token.ends_with(']') && token.size() > 2;
    if (special) parts.special.push_back(count);
    capitals |=
        !special && std::any_of(token.begin(), token.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    table.set(count++, token);
  });
  const TokenId cls = table.find("[CLS]"), sep = table.find("[SEP]");
  if (cls != no_token && sep != no_token) {
    using Part = TemplateProcessor::Part;
    const std::vector<Part> single = {{-1, 0, {cls}}, {0, 0, {}}, {-1, 0, {sep}}};
    const std::vector<Part> pair = {{-1, 0, {cls}}, {0, 0, {}}, {-1, 0, {sep}}, {1, 1, {}}, {-1, 1, {sep}}};
    parts.post_processor = std::make_shared<TemplateProcessor>(single, pair, false);
  }
  parts.normalizer = bert_normalizer(true, true, !capitals, !capitals);
  parts.pre_tokenizer = bert_pre_tokenizer();
  parts.decoder = word_piece_decoder("##", true);
  parts.model = std::make_shared<WordPieceModel>(std::move(table), "[UNK]", "##", 200);
  return parts;
}

/// The file of a folder that describes its tokenizer.
inline std::filesystem::path tokenizer_in(const std::filesystem::path& folder) {
  for (const char* name : {"tokenizer.json", "tokenizer.json.gz", "tokenizer.model", "spiece.model",
                           "sentencepiece.bpe.model", "vocab.json", "encoder.json", "vocab.txt"})
    if (std::filesystem::exists(folder / name)) return folder / name;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".model") || (name.starts_with("tok") && name.ends_with(".bin"))) return entry.path();
  }
  fail<IoError>("tokenizer", "'", folder.string(),
                "' has no tokenizer.json, .model, vocab.json, vocab.txt or tok*.bin");
}
/// The merges beside a vocabulary of GPT-2's kind.
inline std::filesystem::path merges_beside(const std::filesystem::path& vocabulary) {
  for (const char* name : {"merges.txt", "vocab.bpe"})
    if (std::filesystem::exists(vocabulary.parent_path() / name)) return vocabulary.parent_path() / name;
  fail<IoError>("tokenizer", "beside '", vocabulary.string(), "' there is no merges.txt or vocab.bpe");
}

}  // namespace detail

/// Reads the tokenizer of a file or a folder; see Tokenizer::load.
inline TokenizerParts read_tokenizer_parts(const std::filesystem::path& path) {
  namespace d = tenon::text::detail;
  if (std::filesystem::is_directory(path)) return read_tokenizer_parts(d::tokenizer_in(path));
  const std::string name = path.filename().string();
  try {
    const std::string bytes = d::read_all(path);
    if (name.ends_with(".bin")) return parts_from_sentencepiece(read_llama2c(bytes));
    if (name.ends_with(".txt")) return d::bert_parts(bytes);
    if (!name.ends_with(".json") && !name.ends_with(".json.gz"))
      return parts_from_sentencepiece(read_sentencepiece(bytes));
    if (name == "vocab.json" || name == "encoder.json")
      return d::gpt2_parts(bytes, d::read_all(d::merges_beside(path)));
    return parts_from_json(bytes);
  } catch (const Error& error) {
    fail<IoError>("tokenizer", "'", path.string(), "': ", error.what());
  }
}

}  // namespace TENON_NAMESPACE::text
