#pragma once
/// Normalizers: what a tokenizer does to a text before it splits it. Each is a step from one text to the next;
/// names and behaviour are those of Hugging Face's library, https://huggingface.co/docs/tokenizers.

#include <memory>  // shared_ptr
#include <string>  // string
#include <vector>  // vector

#include "tenon/text/subword/aligned_text.hpp"
#include "tenon/text/subword/byte_alphabet.hpp"
#include "tenon/text/subword/char_map.hpp"
#include "tenon/text/subword/pattern.hpp"

namespace TENON_NAMESPACE::text {

/// A step of normalization.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// Rewrites a text.
  virtual void apply(AlignedText& text) const = 0;
};
/// A normalizer that is shared.
using NormalizerRef = std::shared_ptr<const Normalizer>;

/// The normalizer that settings describe.
///   throws: IoError that names a type which is not known, or a setting that is wrong
NormalizerRef make_normalizer(const io::Json& json);

namespace detail {

/// Calls f(character, begin) for each character.
template <class F>
void each_character(std::string_view text, F&& f) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    f(c, at);
    at += c.size;
  }
}
/// A function of characters: each is kept, dropped or replaced.
template <class F>
class CharacterNormalizer : public Normalizer {
 public:
  explicit CharacterNormalizer(F f)
      : f_(std::move(f)), kept_([this](char32_t c) {
          std::string itself, put;
          append_character(itself, c);
          f_(c, put);
          return put == itself;
        }) {}

  void apply(AlignedText& text) const override {
    AlignedText::Rewriter rewriter(text);
    std::string put;
    std::size_t done = 0;
    each_character(text.text(), [&](const Character& c, std::size_t at) {
      if (c.code < 0x10000 && kept_.contains(c.code)) return;
      put.clear();
      f_(c.code, put);
      rewriter.keep(done, at);
      rewriter.put(put, at, at + c.size);
      done = at + c.size;
    });
    if (done == 0) return;
    rewriter.keep(done, text.size());
    rewriter.finish();
  }

 private:
  F f_;
  CharSet kept_;  // what is kept is taken over in runs
};
template <class F>
NormalizerRef by_character(F f) {
  return std::make_shared<CharacterNormalizer<F>>(std::move(f));
}

inline void append_lower(char32_t c, std::string& to) {
  if (c == 0x130) {  // the one letter whose lower case is two characters
    to += "i\xcc\x87";
    return;
  }
  append_character(to, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
}
inline bool is_nonspacing_mark(char32_t c) {
  return c >= 0x300 && utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_MN;
}

/// NFC, NFD, NFKC, NFKD.
class FormNormalizer : public Normalizer {
 public:
  FormNormalizer(bool compose, bool compatible)
      : options_(static_cast<utf8proc_option_t>(UTF8PROC_STABLE |
                                                (compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) |
                                                (compatible ? UTF8PROC_COMPAT : 0))) {}

  void apply(AlignedText& text) const override {
    AlignedText::Rewriter rewriter(text);
    const std::string_view all = text.text();
    std::size_t done = 0, before = 0;  // before: the character before `at`, which may be composed with it
    for (std::size_t at = 0; at < all.size();) {
      const Character c = character_at(all, at);
      if (is_inert(c.code)) {
        before = at;
        at += c.size;
        continue;
      }
      const std::size_t begin = joins(c.code) ? std::max(before, done) : at;
      std::size_t end = at + c.size;
      while (end < all.size() && joins(character_at(all, end).code)) end += character_at(all, end).size;
      const std::string form = normalized(all.substr(begin, end - begin));
      if (form != all.substr(begin, end - begin)) {
        rewriter.keep(done, begin);
        rewriter.put(form, begin, end);
        done = end;
      }
      before = at = end;
    }
    if (done == 0) return;
    rewriter.keep(done, all.size());
    rewriter.finish();
  }

 private:
  /// Whether a character may be composed with those before it, or change places with them.
  static bool joins(char32_t c) {
    if (c < 0x300) return false;
    const utf8proc_property_t* const p = utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
    return p->combining_class != 0 ||
           (p->category >= UTF8PROC_CATEGORY_MN && p->category <= UTF8PROC_CATEGORY_ME) ||
           (c >= 0x1160 && c <= 0x11ff) || c == 0xff9e || c == 0xff9f;
  }
  /// Whether no form changes a character by itself, and it joins none before it.
  static bool is_inert(char32_t c) {
    if (c < 0x80) return true;
    const auto holds = [](char32_t code) {
      const bool hangul = code >= 0xac00 && code <= 0xd7a3;  // decomposed by a rule
      return !hangul && !joins(code) &&
             utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->decomp_seqindex == 0xffff;
    };
    static const CharSet basic(holds);
    return c < 0x10000 ? basic.contains(c) : holds(c);
  }
  std::string normalized(std::string_view text) const {
    utf8proc_uint8_t* result = nullptr;
    const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &result, options_);
    check<ValueError>(size >= 0, "tokenizer", "utf8proc: ", utf8proc_errmsg(size));
    const std::unique_ptr<utf8proc_uint8_t, void (*)(void*)> owner(result, std::free);
    return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(size)};
  }

  utf8proc_option_t options_;
};

class NormalizerSequence : public Normalizer {
 public:
  explicit NormalizerSequence(std::vector<NormalizerRef> parts) : parts_(std::move(parts)) {}
  void apply(AlignedText& text) const override {
    for (const NormalizerRef& part : parts_) part->apply(text);
  }

 private:
  std::vector<NormalizerRef> parts_;
};

/// White space at the ends is dropped.
class StripNormalizer : public Normalizer {
 public:
  StripNormalizer(bool left, bool right) : left_(left), right_(right) {}
  void apply(AlignedText& text) const override {
    std::size_t begin = text.size(), end = 0;
    each_character(text.text(), [&](const Character& c, std::size_t at) {
      if (is_space(c.code)) return;
      begin = std::min(begin, at);
      end = at + c.size;
    });
    if (!left_) begin = 0;
    if (!right_) end = text.size();
    AlignedText::Rewriter rewriter(text);
    if (begin < end) rewriter.keep(begin, end);
    rewriter.finish();
  }

 private:
  bool left_, right_;
};

class ReplaceNormalizer : public Normalizer {
 public:
  ReplaceNormalizer(Pattern pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  void apply(AlignedText& text) const override {
    AlignedText::Rewriter rewriter(text);
    std::size_t at = 0;
    pattern_.each(text.text(), [&](Span match) {
      rewriter.keep(at, match.begin);
      rewriter.put(content_, match.begin, match.end);
      at = match.end;
    });
    if (at == 0) return;
    rewriter.keep(at, text.size());
    rewriter.finish();
  }

 private:
  Pattern pattern_;
  std::string content_;
};

class PrependNormalizer : public Normalizer {
 public:
  explicit PrependNormalizer(std::string prepend) : prepend_(std::move(prepend)) {}
  void apply(AlignedText& text) const override {
    if (text.size() == 0) return;
    AlignedText::Rewriter rewriter(text);
    rewriter.put(prepend_, 0, 0);
    rewriter.keep(0, text.size());
    rewriter.finish();
  }

 private:
  std::string prepend_;
};

class CharMapNormalizer : public Normalizer {
 public:
  explicit CharMapNormalizer(const std::string& blob) : map_(blob) {}
  void apply(AlignedText& text) const override {
    AlignedText::Rewriter rewriter(text);
    const std::string_view all = text.text();
    const auto replaced = [&](std::size_t begin, std::size_t end) {
      const auto put = map_.shortest(all.substr(begin, end - begin));
      if (put) rewriter.put(*put, begin, end);
      return put.has_value();
    };
    each_grapheme(all, [&](std::size_t begin, std::size_t end) {
      if (end - begin < 6 && replaced(begin, end)) return;
      for (std::size_t at = begin; at < end;) {
        const std::size_t next = at + character_at(all, at).size;
        if (!replaced(at, next)) rewriter.keep(at, next);
        at = next;
      }
    });
    rewriter.finish();
  }

 private:
  template <class F>
  static void each_grapheme(std::string_view text, F&& f) {
    utf8proc_int32_t state = 0;
    std::size_t begin = 0;
    char32_t before = 0;
    each_character(text, [&](const Character& c, std::size_t at) {
      if (at > 0 && utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(before),
                                                     static_cast<utf8proc_int32_t>(c.code), &state)) {
        f(begin, at);
        begin = at;
      }
      before = c.code;
    });
    if (begin < text.size()) f(begin, text.size());
  }

  CharMap map_;
};

/// BERT's: no control characters, blanks around Chinese characters, no accents, lower case, as settings say.
inline NormalizerRef bert_normalizer(bool clean, bool chinese, bool strip_accents, bool lowercase) {
  std::vector<NormalizerRef> parts;
  if (clean)
    parts.push_back(by_character([](char32_t c, std::string& to) {
      const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(c));
      const bool white = c == '\t' || c == '\n' || c == '\r' || is_space(c);
      const bool control = category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF ||
                           category == UTF8PROC_CATEGORY_CO;
      if (white && (!control || c == '\t' || c == '\n' || c == '\r'))
        to += ' ';
      else if (c != 0 && c != 0xfffd && !control)
        append_character(to, c);
    }));
  if (chinese)
    parts.push_back(by_character([](char32_t c, std::string& to) {
      const bool is_chinese = (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf) ||
                              (c >= 0x20000 && c <= 0x2a6df) || (c >= 0x2a700 && c <= 0x2b73f) ||
                              (c >= 0x2b740 && c <= 0x2b81f) || (c >= 0x2b920 && c <= 0x2ceaf) ||
                              (c >= 0xf900 && c <= 0xfaff) || (c >= 0x2f800 && c <= 0x2fa1f);
      if (is_chinese) to += ' ';
      append_character(to, c);
      if (is_chinese) to += ' ';
    }));
  if (strip_accents) {
    parts.push_back(std::make_shared<FormNormalizer>(false, false));
    parts.push_back(by_character([](char32_t c, std::string& to) {
      if (!is_nonspacing_mark(c)) append_character(to, c);
    }));
  }
  if (lowercase) parts.push_back(by_character(append_lower));
  return std::make_shared<NormalizerSequence>(std::move(parts));
}

/// SentencePiece's nmt: control characters go, and odd white space becomes blanks.
inline void append_nmt(char32_t c, std::string& to) {
  if ((c >= 1 && c <= 8) || c == 0xb || (c >= 0xe && c <= 0x1f) || c == 0x7f || c == 0x8f || c == 0x9f)
    return;
  const bool blank = c == 9 || c == 0xa || c == 0xc || c == 0xd || c == 0x1680 ||
                     (c >= 0x200b && c <= 0x200f) || c == 0x2028 || c == 0x2029 || c == 0x2581 ||
                     c == 0xfeff || c == 0xfffd;
  if (blank)
    to += ' ';
  else
    append_character(to, c);
}

}  // namespace detail

inline NormalizerRef make_normalizer(const io::Json& json) {
  namespace d = tenon::text::detail;
  const Settings s(json, "normalizer");
  const std::string type = s.type();
  if (type == "Sequence") {
    std::vector<NormalizerRef> parts;
    for (const io::Json& part : s.at("normalizers").elements()) parts.push_back(make_normalizer(part));
    return std::make_shared<d::NormalizerSequence>(std::move(parts));
  }
  if (type == "NFC" || type == "NFD" || type == "NFKC" || type == "NFKD")
    return std::make_shared<d::FormNormalizer>(type.back() == 'C', type[2] == 'K');
  if (type == "Lowercase") return d::by_character(d::append_lower);
  if (type == "StripAccents")
    return d::by_character([](char32_t c, std::string& to) {
      if (char_class(c) != CharClass::mark) append_character(to, c);
    });
  if (type == "Strip")
    return std::make_shared<d::StripNormalizer>(s.flag("strip_left", true), s.flag("strip_right", true));
  if (type == "Replace") return std::make_shared<d::ReplaceNormalizer>(Pattern(s), s.string("content"));
  if (type == "Prepend") return std::make_shared<d::PrependNormalizer>(s.string("prepend"));
  if (type == "Precompiled")
    return std::make_shared<d::CharMapNormalizer>(d::from_base64(s.string("precompiled_charsmap")));
  if (type == "BertNormalizer") {
    const bool lowercase = s.flag("lowercase", true);
    return d::bert_normalizer(s.flag("clean_text", true), s.flag("handle_chinese_chars", true),
                              s.flag("strip_accents", lowercase), lowercase);
  }
  if (type == "Nmt") return d::by_character(d::append_nmt);
  if (type == "ByteLevel")
    return d::by_character([](char32_t c, std::string& to) {
      std::string bytes;
      append_character(bytes, c);
      to += ByteAlphabet::encode(bytes);
    });
  fail<IoError>("tokenizer", "the normalizer '", type, "' is not known");
}

}  // namespace TENON_NAMESPACE::text
