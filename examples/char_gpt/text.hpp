#pragma once
/// A text as numbers of its characters, and windows of it.

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "tenon/data/file_reader.hpp"
#include "tenon/io/utf8_mark.hpp"
#include "tenon/ops/index/index.hpp"
#include "tenon/text/normalize.hpp"
#include "tenon/text/vocabulary.hpp"

namespace char_gpt {

using tn::index_t;
using tn::Tensor;
using Ids = Tensor<index_t>;

/// The number of each character: of each code point in UTF-8, and of each byte that is none.
class Characters {
 public:
  index_t size() const { return known_.size(); }
  /// Numbers a text, whose characters become known.
  std::vector<index_t> learn(std::string_view text) {
    return numbered(text, [&](std::string_view c) { return static_cast<index_t>(known_.add(c)); });
  }
  /// throws ValueError naming a character that is not known
  std::vector<index_t> find(std::string_view text) const {
    return numbered(text, [&](std::string_view c) {
      const auto id = known_.find(c);
      tn::check<tn::ValueError>(id != known_.unknown, "find", "the character \"", c, "\" is not one of the ",
                                size(), " that the weights know");
      return static_cast<index_t>(id);
    });
  }
  std::string text(const std::vector<index_t>& ids) const {
    std::string text;
    for (const index_t id : ids) text += known_.word(id);
    return text;
  }
  /// All of them, in their order: what `learn` makes the same of.
  std::string list() const {
    std::string text;
    for (index_t id = 0; id < size(); ++id) text += known_.word(id);
    return text;
  }

 private:
  template <class Number>
  static std::vector<index_t> numbered(std::string_view text, Number number) {
    std::vector<index_t> ids;
    while (!text.empty()) {
      const auto bytes = static_cast<std::size_t>(tn::text::decode_utf8(text).bytes);
      ids.push_back(number(text.substr(0, bytes)));
      text.remove_prefix(bytes);
    }
    return ids;
  }
  tn::text::Vocabulary known_;
};

/// The first 90 % of a text to learn from, the rest to validate by.
struct CharText {
  Characters characters;
  Ids train, validation;

  /// Whether it is the text that others have measured on, tinyshakespeare, by its figures.
  bool is_tinyshakespeare() const {
    return train.size() + validation.size() == 1'115'394 && characters.size() == 65;
  }
};

/// known   numbers of characters from elsewhere, instead of those of the text
/// throws  IoError naming the file, ValueError where a character is not known
inline CharText read_text(const std::string& path, const Characters* known = nullptr) {
  const std::string content = tn::data::FileReader("text", path).rest();
  const std::string_view bytes = tn::io::without_utf8_mark(content);
  CharText text;
  if (known) text.characters = *known;
  const std::vector<index_t> ids = known ? known->find(bytes) : text.characters.learn(bytes);
  const auto size = static_cast<index_t>(ids.size()), learned = size * 9 / 10;
  const Ids all = tn::from(ids, {size});
  text.train = tn::narrow(all, 0, 0, learned);
  text.validation = tn::narrow(all, 0, learned, size - learned);
  return text;
}

/// Windows of a text, and the character that follows at each place of theirs: (N, length) both.
using Windows = std::tuple<Ids, Ids>;

/// The `count` windows of a step. Window after window begins a golden section further on in the text, so that
/// each stretch of training draws evenly from all of it.
inline Windows spread_windows(const Ids& text, index_t count, index_t length, std::uint64_t seed,
                              index_t step) {
  const auto places_to_begin = static_cast<double>(text.size() - length);
  tn::Generator chance{seed};
  const double origin = chance.uniform<double>();
  std::vector<index_t> first;
  for (index_t k = step * count; k < (step + 1) * count; ++k) {
    const double turns = origin + 0.6180339887498949 * static_cast<double>(k);
    first.push_back(static_cast<index_t>((turns - std::floor(turns)) * places_to_begin));
  }
  const Ids starts = tn::from(first, {count, 1});
  const Ids places = tn::add(starts, tn::arange<index_t>(length));
  const auto at = [&](const Ids& where) {
    return tn::reshape(tn::index_select(text, 0, tn::flatten(where)), where.shape());
  };
  return {at(places), at(tn::add(places, index_t{1}))};
}

}  // namespace char_gpt
