#pragma once
/// Decoders: from tokens back to text. Names and behaviour are those of Hugging Face's library,
/// https://huggingface.co/docs/tokenizers.

#include <memory>  // shared_ptr
#include <string>  // string
#include <vector>  // vector

#include "tenon/text/subword/byte_alphabet.hpp"
#include "tenon/text/subword/pattern.hpp"

namespace TENON_NAMESPACE::text {

/// A step from tokens to text: its results, joined, are the text, or what the next step takes.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Rewrites tokens; there may be fewer of them afterwards.
  virtual void apply(std::vector<std::string>& tokens) const = 0;
};
/// A decoder that is shared; null: tokens are joined by blanks.
using DecoderRef = std::shared_ptr<const Decoder>;

/// The decoder that settings describe.
///   throws: IoError that names a type which is not known, or a setting that is wrong
DecoderRef make_decoder(const io::Json& json);

namespace detail {

inline void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}
/// Blanks that tokenization put before punctuation and contractions.
inline void clean_up(std::string& text) {
  constexpr std::pair<std::string_view, std::string_view> all[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},   {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"}};
  for (const auto& [what, by] : all) replace_all(text, what, by);
}
inline std::string joined(const std::vector<std::string>& tokens) {
  std::string all;
  for (const std::string& token : tokens) all += token;
  return all;
}

/// Decoding by a function of the tokens.
template <class F>
class FunctionDecoder : public Decoder {
 public:
  explicit FunctionDecoder(F f) : f_(std::move(f)) {}
  void apply(std::vector<std::string>& tokens) const override { f_(tokens); }

 private:
  F f_;
};
template <class F>
DecoderRef decoding(F f) {
  return std::make_shared<FunctionDecoder<F>>(std::move(f));
}
/// Decoding by a function f(token, its place) of each token.
template <class F>
DecoderRef decoding_each(F f) {
  return decoding([f](std::vector<std::string>& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i) f(tokens[i], i);
  });
}

inline void decode_bytes(std::vector<std::string>& tokens) {
  std::string bytes;
  for (const std::string& token : tokens) {
    const auto decoded = ByteAlphabet::decode(token);
    bytes += decoded ? *decoded : token;
  }
  tokens = {replace_invalid_utf8(bytes)};
}

/// Tokens <0x00> to <0xFF> are bytes; a run of them that is not UTF-8 becomes U+FFFD for each.
inline void decode_byte_fallback(std::vector<std::string>& tokens) {
  std::vector<std::string> result;
  std::string bytes;
  const auto flush = [&] {
    if (bytes.empty()) return;
    if (valid_utf8(bytes) == bytes.size())
      result.push_back(bytes);
    else
      result.insert(result.end(), bytes.size(), "\xef\xbf\xbd");
    bytes.clear();
  };
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : -1;
  };
  for (const std::string& t : tokens) {
    const bool is_byte =
        t.size() == 6 && t.starts_with("<0x") && t[5] == '>' && digit(t[3]) >= 0 && digit(t[4]) >= 0;
    if (is_byte) {
      bytes += static_cast<char>(16 * digit(t[3]) + digit(t[4]));
      continue;
    }
    flush();
    result.push_back(t);
  }
  flush();
  tokens = std::move(result);
}

inline DecoderRef word_piece_decoder(std::string prefix, bool cleanup) {
  return decoding_each([prefix, cleanup](std::string& token, std::size_t i) {
    if (i > 0) {
      if (token.starts_with(prefix))
        token.erase(0, prefix.size());
      else
        token.insert(0, " ");
    }
    if (cleanup) clean_up(token);
  });
}
inline DecoderRef metaspace_decoder(std::string replacement, bool prepended) {
  return decoding_each([replacement, prepended](std::string& token, std::size_t i) {
    replace_all(token, replacement, i == 0 && prepended ? "" : " ");
  });
}
/// At most `start` times `content` at the beginning of each token and `stop` times at its end are dropped.
inline DecoderRef strip_decoder(std::string content, std::uint32_t start, std::uint32_t stop) {
  return decoding_each([=](std::string& token, std::size_t) {
    std::size_t begin = 0, end = token.size();
    for (std::uint32_t i = 0; i < start && std::string_view(token).substr(begin).starts_with(content); ++i)
      begin += content.size();
    for (std::uint32_t i = 0; i < stop && end >= begin + content.size() &&
                              std::string_view(token).substr(begin, end - begin).ends_with(content);
         ++i)
      end -= content.size();
    token = token.substr(begin, end - begin);
  });
}
inline DecoderRef ctc_decoder(std::string pad, std::string delimiter, bool cleanup) {
  return decoding([=](std::vector<std::string>& tokens) {
    std::vector<std::string> result;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0 && tokens[i] == tokens[i - 1]) continue;
      std::string token = tokens[i];
      replace_all(token, pad, "");
      if (cleanup) {
        clean_up(token);
        replace_all(token, delimiter, " ");
      }
      if (!token.empty()) result.push_back(std::move(token));
    }
    tokens = std::move(result);
  });
}
inline DecoderRef bpe_decoder(std::string suffix) {
  return decoding([suffix](std::vector<std::string>& tokens) {
    for (std::size_t i = 0; i < tokens.size(); ++i)
      replace_all(tokens[i], suffix, i + 1 == tokens.size() ? "" : " ");
  });
}

}  // namespace detail

inline DecoderRef make_decoder(const io::Json& json) {
  namespace d = tenon::text::detail;
  const Settings s(json, "decoder");
  const std::string type = s.type();
  if (type == "ByteLevel") return d::decoding(d::decode_bytes);
  if (type == "WordPiece") return d::word_piece_decoder(s.string("prefix", "##"), s.flag("cleanup", true));
  if (type == "Metaspace") {
    const bool prepended =
        s.string("prepend_scheme", s.flag("add_prefix_space", true) ? "always" : "never") != "never";
    return d::metaspace_decoder(s.string("replacement", "\xe2\x96\x81"), prepended);
  }
  if (type == "ByteFallback") return d::decoding(d::decode_byte_fallback);
  if (type == "Fuse")
    return d::decoding([](std::vector<std::string>& tokens) { tokens = {d::joined(tokens)}; });
  if (type == "Strip")
    return d::strip_decoder(s.string("content"), s.number("start", 0), s.number("stop", 0));
  if (type == "Replace") {
    const Pattern pattern(s);
    return d::decoding_each([pattern, content = s.string("content")](std::string& token, std::size_t) {
      std::string result;
      std::size_t at = 0;
      pattern.each(token, [&](Span match) {
        result.append(token, at, match.begin - at).append(content);
        at = match.end;
      });
      token = result.append(token, at);
    });
  }
  if (type == "BPEDecoder") return d::bpe_decoder(s.string("suffix", "</w>"));
  if (type == "CTC")
    return d::ctc_decoder(s.string("pad_token", "<pad>"), s.string("word_delimiter_token", "|"),
                          s.flag("cleanup", true));
  if (type == "Sequence") {
    std::vector<DecoderRef> parts;
    for (const io::Json& part : s.at("decoders").elements()) parts.push_back(make_decoder(part));
    return d::decoding([parts](std::vector<std::string>& tokens) {
      for (const DecoderRef& part : parts) part->apply(tokens);
    });
  }
  fail<IoError>("tokenizer", "the decoder '", type, "' is not known");
}

}  // namespace TENON_NAMESPACE::text
