#pragma once
/// Learning a byte-pair encoding from a text: the pair of neighbouring tokens that occurs most often becomes a
/// token, again and again. Sennrich et al. 2016, https://arxiv.org/abs/1508.07909.

#include <algorithm>      // sort
#include <cstdint>        // int64_t, uint64_t
#include <map>            // map
#include <queue>          // priority_queue
#include <string>         // string
#include <string_view>    // string_view
#include <unordered_map>  // unordered_map
#include <vector>         // vector

#include "tenon/text/reader.hpp"
#include "tenon/text/subword/pre_tokenizer.hpp"
#include "tenon/text/subword/token_table.hpp"

namespace TENON_NAMESPACE::text {

/// Options of `train_bpe`.
struct TrainBpeOptions {
  TokenId vocab_size = 30000;                 ///< tokens in all, if the text has as many pairs
  std::int64_t min_frequency = 2;             ///< pairs that occur less often are not joined
  std::vector<std::string> special_tokens{};  ///< the first tokens
  bool byte_level = true;  ///< over bytes, split as GPT-2 does; else over characters of words and punctuation
};

namespace detail {

/// The words of a text and how often each occurs.
using WordCounts = std::unordered_map<std::string, std::int64_t>;

inline WordCounts count_words(TextReader& reader, const PreTokenizer& split) {
  WordCounts counts;
  std::string line;
  std::vector<char> block(std::size_t{1} << 18);
  const auto flush = [&] {
    const std::size_t valid = valid_utf8(line);
    check<ValueError>(valid == line.size(), "train_bpe", "a line is not UTF-8 at its byte ", valid);
    Pieces pieces{AlignedText(line, 0, false), {}};
    pieces.spans = {{0, pieces.text.size()}};
    split.apply_before_bytes(pieces);
    for (const Span span : pieces.spans) ++counts[std::string(pieces[span])];
    line.clear();
  };
  while (const std::size_t size = reader.read(block.data(), block.size()))
    for (std::size_t i = 0; i < size; ++i) {
      line += block[i];
      if (block[i] == '\n') flush();  // a line has its end, as where Hugging Face's library reads files
    }
  if (!line.empty()) flush();
  return counts;
}

/// The state of learning.
class BpeTrainer {
 public:
  BpeTrainer(const TrainBpeOptions& options, const WordCounts& counts)
      : options_(options), table_(options.vocab_size + 4096) {
    for (const std::string& token : options.special_tokens) add(token);
    add_alphabet(counts);
    // In the order of their text, so that the result does not depend on that of a hash.
    std::map<std::string_view, std::int64_t> sorted(counts.begin(), counts.end());
    for (const auto& [text, count] : sorted) {
      Word word{{}, count};
      each_symbol(text, [&](std::string_view symbol) { word.tokens.push_back(table_.find(symbol)); });
      words_.push_back(std::move(word));
    }
    for (std::uint32_t w = 0; w < words_.size(); ++w) count_pairs(w);
    for (const auto& [pair, entry] : pairs_) queue_.push({entry.count, pair});
  }

  void run() {
    while (size_ < options_.vocab_size && !queue_.empty()) {
      const Candidate best = queue_.top();
      queue_.pop();
      const std::int64_t count = pairs_[best.pair].count;
      if (count != best.count) {  // it has become rarer since
        if (count > 0) queue_.push({count, best.pair});
        continue;
      }
      if (count < std::max<std::int64_t>(1, options_.min_frequency)) break;
      join(best.pair);
    }
  }

  const TokenTable& table() const { return table_; }
  const std::vector<std::pair<TokenId, TokenId>>& merges() const { return merges_; }

 private:
  struct Word {
    std::vector<TokenId> tokens;
    std::int64_t count;
  };
  struct Pair {
    std::int64_t count = 0;
    std::vector<std::uint32_t> words{};  // where it may occur
  };
  struct Candidate {
    std::int64_t count;
    std::uint64_t pair;
    /// Of equal ones, that of the smaller numbers comes first.
    bool operator<(const Candidate& o) const { return count != o.count ? count < o.count : pair > o.pair; }
  };
  static std::uint64_t key(TokenId left, TokenId right) { return std::uint64_t{left} << 32 | right; }

  TokenId add(const std::string& token) {
    if (const TokenId known = table_.find(token); known != no_token) return known;
    table_.set(size_, token);
    return size_++;
  }
  /// Calls f(symbol) for the bytes of a word, in their alphabet, or for its characters.
  template <class F>
  void each_symbol(std::string_view word, F&& f) const {
    for (std::size_t at = 0; at < word.size();) {
      const std::size_t size = options_.byte_level ? 1 : character_at(word, at).size;
      const std::string_view symbol = word.substr(at, size);
      at += size;
      options_.byte_level ? f(ByteAlphabet::encode(symbol)) : f(symbol);
    }
  }
  void add_alphabet(const WordCounts& counts) {
    std::vector<char32_t> alphabet;
    if (options_.byte_level) {
      alphabet.assign(ByteAlphabet::characters().begin(), ByteAlphabet::characters().end());
    } else {
      for (const auto& [word, count] : counts)
        each_symbol(word, [&](std::string_view symbol) { alphabet.push_back(character_at(symbol, 0).code); });
    }
    std::sort(alphabet.begin(), alphabet.end());
    alphabet.erase(std::unique(alphabet.begin(), alphabet.end()), alphabet.end());
    for (const char32_t c : alphabet) {
      std::string token;
      append_character(token, c);
      add(token);
    }
  }
  void count_pairs(std::uint32_t w) {
    const Word& word = words_[w];
    for (std::size_t i = 0; i + 1 < word.tokens.size(); ++i) {
      Pair& pair = pairs_[key(word.tokens[i], word.tokens[i + 1])];
      pair.count += word.count;
      if (pair.words.empty() || pair.words.back() != w) pair.words.push_back(w);
    }
  }
  /// The pair becomes a token wherever it occurs.
  void join(std::uint64_t pair) {
    const auto left = static_cast<TokenId>(pair >> 32), right = static_cast<TokenId>(pair);
    const TokenId joined = add(std::string(table_.token(left)).append(table_.token(right)));
    merges_.push_back({left, right});
    std::vector<std::uint64_t> grown;
    const std::vector<std::uint32_t> where = std::move(pairs_[pair].words);
    for (const std::uint32_t w : where) {
      Word& word = words_[w];
      const auto change = [&](TokenId a, TokenId b, std::int64_t by) {
        Pair& changed = pairs_[key(a, b)];
        changed.count += by;
        if (by < 0) return;
        if (changed.words.empty() || changed.words.back() != w) changed.words.push_back(w);
        grown.push_back(key(a, b));
      };
      std::vector<TokenId>& t = word.tokens;
      std::size_t to = 0;
      for (std::size_t i = 0; i < t.size(); ++i) {
        if (i + 1 == t.size() || t[i] != left || t[i + 1] != right) {
          t[to++] = t[i];
          continue;
        }
        if (to > 0) {
          change(t[to - 1], left, -word.count);
          change(t[to - 1], joined, word.count);
        }
        if (i + 2 < t.size()) {
          change(right, t[i + 2], -word.count);
          change(joined, t[i + 2], word.count);
        }
        t[to++] = joined;
        ++i;
      }
      t.resize(to);
    }
    pairs_[pair].count = 0;
    std::sort(grown.begin(), grown.end());
    grown.erase(std::unique(grown.begin(), grown.end()), grown.end());
    for (const std::uint64_t key : grown)
      if (const std::int64_t count = pairs_[key].count; count > 0) queue_.push({count, key});
  }

  const TrainBpeOptions& options_;
  TokenTable table_;
  TokenId size_ = 0;
  std::vector<Word> words_{};
  std::unordered_map<std::uint64_t, Pair> pairs_{};
  std::priority_queue<Candidate> queue_{};
  std::vector<std::pair<TokenId, TokenId>> merges_{};
};

/// A string of JSON.
inline std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) < ' ') {
      constexpr char digits[] = "0123456789abcdef";
      result += "\\u00";
      result += digits[c >> 4];
      result += digits[c & 15];
    } else {
      result += c;
    }
  }
  return result += '"';
}

}  // namespace detail

/// Learns a byte-pair encoding: the text of a tokenizer.json, which `Tokenizer` and Hugging Face's library read.
/// Vocabulary and merges are those that the latter learns from the lines of the same text.
///
///   throws: ValueError if a line is not UTF-8; exceptions of the reader
///   cost: seconds for millions of words; memory for every different word
inline std::string train_bpe(TextReader& reader, const TrainBpeOptions& options = {}) {
  namespace d = tenon::text::detail;
  const d::ByteLevel bytes(false, true);
  const auto words = d::split_at(SplitBehavior::removed, d::find_words, true);
  const PreTokenizer& split = options.byte_level ? static_cast<const PreTokenizer&>(bytes) : *words;
  d::BpeTrainer trainer(options, d::count_words(reader, split));
  trainer.run();
  const TokenTable& table = trainer.table();
  std::string json =
      "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n  \"added_tokens\": [";
  for (std::size_t i = 0; i < options.special_tokens.size(); ++i)
    json += std::string(i > 0 ? "," : "") +
            "\n    {\"id\": " + std::to_string(table.find(options.special_tokens[i])) +
            ", \"content\": " + d::quoted(options.special_tokens[i]) +
            ", \"single_word\": false, \"lstrip\": false, \"rstrip\": false, \"normalized\": false, "
            "\"special\": true}";
  const std::string byte_level =
      "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"trim_offsets\": true, \"use_regex\": true}";
  const std::string unknown =
      !options.byte_level && !options.special_tokens.empty() ? d::quoted(options.special_tokens[0]) : "null";
  json += "],\n  \"normalizer\": null,\n  \"pre_tokenizer\": " +
          (options.byte_level ? byte_level : "{\"type\": \"Whitespace\"}") +
          ",\n  \"post_processor\": " + (options.byte_level ? byte_level : "null") +
          ",\n  \"decoder\": " + (options.byte_level ? byte_level : "null") +
          ",\n  \"model\": {\n    \"type\": \"BPE\", \"dropout\": null, \"unk_token\": " + unknown +
          ", \"continuing_subword_prefix\": null, \"end_of_word_suffix\": null, \"fuse_unk\": false, "
          "\"byte_fallback\": false,"
          "\n    \"vocab\": {";
  for (TokenId id = 0; id < table.size(); ++id)
    json += std::string(id > 0 ? ",\n      " : "\n      ") + d::quoted(table.token(id)) + ": " +
            std::to_string(id);
  json += "},\n    \"merges\": [";
  const char* separator = "\n      ";
  for (const auto& [left, right] : trainer.merges()) {
    json += separator + ("[" + d::quoted(table.token(left))) + ", " + d::quoted(table.token(right)) + "]";
    separator = ",\n      ";
  }
  return json + "]\n  }\n}\n";
}

}  // namespace TENON_NAMESPACE::text
