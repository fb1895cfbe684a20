#pragma once
/// Subword tokenizers: texts to the numbers that language models read, and back.
///
///     const auto tokenizer = tn::text::Tokenizer::load("gpt2/tokenizer.json");
///     const std::vector<index_t> ids = tokenizer.encode("Hello world").ids;  // {15496, 995}
///     tokenizer.decode(ids);                                                 // "Hello world"
///
/// Ids are those of Hugging Face's library, https://github.com/huggingface/tokenizers, and for SentencePiece's
/// own files those of SentencePiece.

#include <filesystem>   // path
#include <memory>       // shared_ptr
#include <mutex>        // mutex, unique_lock
#include <optional>     // optional
#include <string>       // string
#include <string_view>  // string_view
#include <vector>       // vector

#include "tenon/text/subword/tokenizer_files.hpp"
#include "tenon/text/subword/tokenizer_parts.hpp"

namespace TENON_NAMESPACE::text {

/// A tokenizer. Several threads may use one at a time; copies share what they know.
class Tokenizer {
 public:
  explicit Tokenizer(TokenizerParts parts)
      : parts_(std::make_shared<Shared>(std::move(parts))),
        truncation(parts_->parts.truncation),
        padding(parts_->parts.padding) {}

  /// Reads a tokenizer: tokenizer.json (or .json.gz), GPT-2's vocab.json or encoder.json beside merges.txt or
  /// vocab.bpe, BERT's vocab.txt, SentencePiece's .model, llama2.c's tok*.bin, or a folder with one of them.
  ///   throws: IoError if it cannot be read, or names a component that is not known
  static Tokenizer load(const std::filesystem::path& path) { return Tokenizer(read_tokenizer_parts(path)); }

  /// The tokens of a text.
  ///   throws: ValueError if the text is not UTF-8
  Encoding encode(std::string_view text, bool add_special_tokens = true) const {
    return finish(encode_text(text), nullptr, add_special_tokens);
  }
  /// The tokens of two texts, as BERT compares them.
  Encoding encode_pair(std::string_view text, std::string_view pair, bool add_special_tokens = true) const {
    const Encoding second = encode_text(pair);
    return finish(encode_text(text), &second, add_special_tokens);
  }
  /// The tokens of texts, padded if `padding` says so.
  std::vector<Encoding> encode_batch(const std::vector<std::string>& texts,
                                     bool add_special_tokens = true) const;
  /// The ids of a text alone, without those of special tokens that a post-processor adds: several times as fast
  /// as `encode`.
  std::vector<index_t> ids(std::string_view text) const {
    std::vector<index_t> all;
    tokenize(text, false, [&](const Token& token, const AlignedText*) { all.push_back(token.id); });
    return all;
  }

  /// The text of tokens. Bytes that are not UTF-8 become U+FFFD; numbers that are no tokens are left out.
  std::string decode(const std::vector<index_t>& ids, bool skip_special_tokens = true) const;

  /// The number of a token, if it is one.
  std::optional<index_t> id(std::string_view token) const {
    for (const AddedToken& added : parts_->added.tokens())
      if (added.content == token) return added.id;
    const TokenId found = model().id(token);
    return found == no_token ? std::nullopt : std::optional<index_t>(found);
  }
  /// The token of a number, as files write it; empty if there is none.
  std::string_view token(index_t id) const {
    if (id < 0 || id >= no_token) return {};
    const AddedToken* const added = parts_->added.find(static_cast<TokenId>(id));
    return added ? std::string_view(added->content) : model().token(static_cast<TokenId>(id));
  }
  /// Whether decoding may skip a token.
  bool is_special(index_t id) const {
    const AddedToken* const added = parts_->added.find(static_cast<TokenId>(id));
    const auto& more = parts_->parts.special;
    return (added && added->special) ||
           std::find(more.begin(), more.end(), static_cast<TokenId>(id)) != more.end();
  }
  /// One more than the largest number of a token.
  index_t vocabulary_size() const {
    const auto& added = parts_->added.tokens();
    return std::max<index_t>(model().size(), added.empty() ? 0 : index_t{added.back().id} + 1);
  }

 private:
  struct Shared {
    explicit Shared(TokenizerParts p) : parts(std::move(p)), added(parts.added, parts.normalizer) {}
    TokenizerParts parts;
    AddedTokens added;
    std::mutex mutex{};
    PieceCache cache{};
  };
  const TokenModel& model() const { return *parts_->parts.model; }

  template <class F>
  void tokenize(std::string_view text, bool aligned, F&& f) const;
  template <class F>
  void tokenize_part(AlignedText text, PieceCache* cache, F&& f) const;
  Encoding encode_text(std::string_view text) const;
  Encoding finish(Encoding a, const Encoding* b, bool add_special_tokens) const;

  std::shared_ptr<Shared> parts_;

 public:
  Truncation truncation;  ///< what is done to encodings that are too long
  Padding padding;        ///< what is done to batches
};

/// Text from tokens that come one by one, as a model generates them: each call returns what became certain,
/// never half a character.
class DecodeStream {
 public:
  explicit DecodeStream(Tokenizer tokenizer, bool skip_special_tokens = true)
      : tokenizer_(std::move(tokenizer)), skip_(skip_special_tokens) {}

  /// What the text gains by a token.
  std::string push(index_t id) {
    ids_.push_back(id);
    const std::string text = tokenizer_.decode({ids_.begin() + begin_, ids_.end()}, skip_);
    if (text.size() <= shown_ || text.ends_with("\xef\xbf\xbd")) return {};
    std::string news = text.substr(shown_);
    // What comes next may depend on the tokens just read, as their first blank does, but on none before.
    begin_ = read_;
    read_ = static_cast<std::ptrdiff_t>(ids_.size());
    shown_ = tokenizer_.decode({ids_.begin() + begin_, ids_.end()}, skip_).size();
    return news;
  }
  /// The rest, when no token follows.
  std::string finish() {
    const std::string text = tokenizer_.decode({ids_.begin() + begin_, ids_.end()}, skip_);
    std::string news = text.size() > shown_ ? text.substr(shown_) : std::string();
    shown_ = text.size();
    return news;
  }

 private:
  Tokenizer tokenizer_;
  bool skip_;
  std::vector<index_t> ids_{};
  std::ptrdiff_t begin_ = 0, read_ = 0;
  std::size_t shown_ = 0;
};

// Definitions -----------------------------------------------------------------------------------------------

/// Calls f(token, the text that its span counts in; null for an added token, whose span counts in the original).
template <class F>
void Tokenizer::tokenize(std::string_view text, bool aligned, F&& f) const {
  const std::size_t valid = valid_utf8(text);
  check<ValueError>(valid == text.size(), "tokenizer", "the text is not UTF-8 at byte ", valid);
  check<ValueError>(text.size() < no_token, "tokenizer", "the text has ", text.size(),
                    " bytes, 2^32 or more");
  std::unique_lock lock(parts_->mutex, std::try_to_lock);
  PieceCache* const cache = lock.owns_lock() ? &parts_->cache : nullptr;  // else another thread uses it
  parts_->added.split(text, false, [&](Span span, const AddedToken* added) {
    if (added) return f(Token{added->id, span}, nullptr);
    AlignedText part(text.substr(span.begin, span.end - span.begin), span.begin, aligned);
    if (parts_->parts.normalizer) parts_->parts.normalizer->apply(part);
    parts_->added.split(part.text(), true, [&](Span inner, const AddedToken* token) {
      if (token) return f(Token{token->id, part.origin(inner)}, nullptr);
      if (inner.begin == 0 && inner.end == part.size()) return tokenize_part(std::move(part), cache, f);
      tokenize_part(part.part(inner), cache, f);
    });
  });
}

template <class F>
void Tokenizer::tokenize_part(AlignedText text, PieceCache* cache, F&& f) const {
  Pieces pieces;
  pieces.spans = {{0, text.size()}};
  pieces.text = std::move(text);
  if (const PreTokenizerRef& split = parts_->parts.pre_tokenizer)
    parts_->parts.bytes ? split->apply_before_bytes(pieces) : split->apply(pieces);
  std::vector<Token> tokens;
  for (const Span span : pieces.spans) {
    const std::string_view piece = pieces[span];
    tokens.clear();
    if (!cache || !cache->find(piece, span.begin, tokens)) {
      model().tokenize(piece, span.begin, tokens);
      if (cache) cache->add(piece, span.begin, tokens.data(), tokens.size());
    }
    for (const Token& token : tokens) f(token, &pieces.text);
  }
}

inline Encoding Tokenizer::encode_text(std::string_view text) const {
  Encoding all;
  const PostProcessorRef& post = parts_->parts.post_processor;
  const bool trims = post && post->trims_offsets();
  tokenize(text, true, [&](const Token& token, const AlignedText* in) {
    Span span = in ? in->origin(token.span) : token.span;
    if (trims && in) {
      while (span.begin < span.end && text[span.begin] == ' ') ++span.begin;
      while (span.end > span.begin && text[span.end - 1] == ' ') --span.end;
    }
    all.add(token.id, 0, span, false);
  });
  return all;
}

inline Encoding Tokenizer::finish(Encoding a, const Encoding* b, bool add_special_tokens) const {
  const detail::PlainProcessor plain(false);
  const PostProcessor* post = &plain;
  if (add_special_tokens && parts_->parts.post_processor) post = parts_->parts.post_processor.get();
  Encoding second = b ? *b : Encoding{};
  if (truncation.max_length > 0) {
    const std::size_t extra = post->added(b != nullptr);
    const std::size_t room = truncation.max_length > extra ? truncation.max_length - extra : 0;
    // Of two texts the longer one is cut first.
    const std::size_t all = a.size() + second.size(), shorter = std::min(a.size(), second.size());
    if (all > room) {
      const std::size_t keep_shorter = std::min(shorter, room / 2), keep_longer = room - keep_shorter;
      const bool first_longer = a.size() >= second.size();
      a.truncate(first_longer ? keep_longer : keep_shorter, truncation.left);
      second.truncate(first_longer ? keep_shorter : keep_longer, truncation.left);
    }
  }
  return post->apply(a, b ? &second : nullptr);
}

inline std::vector<Encoding> Tokenizer::encode_batch(const std::vector<std::string>& texts,
                                                     bool add_special_tokens) const {
  std::vector<Encoding> batch;
  for (const std::string& text : texts) batch.push_back(encode(text, add_special_tokens));
  if (!padding.enabled) return batch;
  std::size_t length = padding.fixed;
  if (length == 0)
    for (const Encoding& e : batch) length = std::max(length, e.size());
  length = (length + padding.multiple_of - 1) / padding.multiple_of * padding.multiple_of;
  for (Encoding& e : batch) {
    Encoding pad;
    while (pad.size() + e.size() < length) pad.add(padding.id, padding.type_id, {}, true, false);
    Encoding& first = padding.left ? pad : e;
    first.append(padding.left ? e : pad);
    if (padding.left) e = std::move(pad);
  }
  return batch;
}

inline std::string Tokenizer::decode(const std::vector<index_t>& ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  for (const index_t id : ids) {
    const AddedToken* const added = parts_->added.find(static_cast<TokenId>(id));
    const std::string_view text = added ? parts_->added.decoded(*added) : token(id);
    if (!text.empty() && !(skip_special_tokens && is_special(id))) tokens.emplace_back(text);
  }
  if (parts_->parts.decoder) {
    parts_->parts.decoder->apply(tokens);
    return detail::joined(tokens);
  }
  std::string all;
  for (const std::string& token : tokens) (all += all.empty() ? "" : " ") += token;
  return all;
}

}  // namespace TENON_NAMESPACE::text
