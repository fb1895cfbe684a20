#pragma once
/// Text from a language model, token by token.
///
///     generate(gpt, prompt, {.max_length = 100, .temperature = 0.8, .top_k = 40})

#include <algorithm>  // all_of, copy, find, max, min
#include <cstddef>    // ptrdiff_t
#include <optional>   // optional
#include <vector>     // vector

#include "tenon/ops/random.hpp"

namespace TENON_NAMESPACE::models {

struct GenerateOptions {
  index_t max_length = 20;  ///< tokens of a text, those of the prompt included
  index_t num_return_sequences = 1;
  double temperature = 1;              ///< scores are divided by it; 0: always the likeliest token
  index_t top_k = 0;                   ///< choose among so many likeliest tokens; 0: among all
  double top_p = 1;                    ///< and of them among the fewest whose chances add up to this
  std::optional<index_t> end_token{};  ///< a text is over when it comes
};

/// throws ValueError naming what makes no sense
inline void check_generate_options(const GenerateOptions& o) {
  const auto require = [](bool holds, const auto&... sentence) {
    check<ValueError>(holds, "generate", sentence...);
  };
  require(o.num_return_sequences >= 1, "num_return_sequences is ", o.num_return_sequences,
          ", expected 1 or more");
  require(o.temperature >= 0, "the temperature is ", o.temperature, ", expected 0 or more");
  require(o.top_k >= 0, "top_k is ", o.top_k, ", expected 0 or more");
  require(o.top_p > 0 && o.top_p <= 1, "top_p is ", o.top_p, ", expected more than 0 and at most 1");
}

namespace detail {

/// Chances in falling order, 0 from where those before add up to `top_p`. Holtzman et al. 2020.
inline Tensor<double> nucleus(const Tensor<double>& chances, double top_p) {
  const Tensor<double> before = sub(cumsum(chances, -1), chances);
  return map([top_p](auto chance, auto sum) { return select(sum >= top_p, 0, chance); }, chances, before);
}

/// Of texts of one length, (N, count).
inline Tensor<index_t> last_tokens(const std::vector<std::vector<index_t>>& texts, index_t count) {
  Tensor<index_t> ids = Tensor<index_t>::empty({static_cast<index_t>(texts.size()), count});
  index_t* out = ids.mutable_data();
  for (const auto& text : texts) out = std::copy(text.end() - count, text.end(), out);
  return ids;
}

}  // namespace detail

/// Draws one token for each row of scores.
///   scores (N, V)    returns (N)
///   throws ValueError as the options say    cost one pass, and sorting with top_p
template <Real T>
Tensor<index_t> choose_tokens(const Tensor<T>& scores, const GenerateOptions& options = {},
                              Generator& generator = default_generator()) {
  check_generate_options(options);
  check<ShapeError>(scores.rank() == 2, "generate", "expected scores of shape (N, V), got ", scores.shape());
  const NoGrad no_grad;
  if (options.temperature == 0) return argmax(scores, 1);
  const auto chances = [&](const Tensor<T>& x) {
    return softmax(div(to<double>(x), options.temperature), 1);
  };
  const index_t all = scores.extent(1);
  const bool sorted = options.top_k > 0 || options.top_p < 1;
  if (!sorted) return squeeze(multinomial(chances(scores), 1, true, generator), 1);
  const auto [values, tokens] = topk(scores, options.top_k > 0 ? std::min(options.top_k, all) : all);
  const Tensor<index_t> drawn =
      multinomial(detail::nucleus(chances(values), options.top_p), 1, true, generator);
  return squeeze(gather(tokens, 1, drawn), 1);
}

/// Continues a prompt, num_return_sequences times.
///   model    has a type `Cache` and `next(ids (N, T), cache) -> scores (N, V)`, as Gpt, and says in
///            `options.context` how many tokens a cache can keep. When that is full, the latter half of them
///            is read again as the beginning of a text.
///   prompt   one token or more
///   returns  each text with the prompt in front, and with the end token where one came
///   throws   ValueError as the options say, and what the model throws
template <class Model>
std::vector<std::vector<index_t>> generate(const Model& model, const std::vector<index_t>& prompt,
                                           const GenerateOptions& options = {},
                                           Generator& generator = default_generator()) {
  check_generate_options(options);
  check<ValueError>(!prompt.empty(), "generate", "there is no prompt");
  const NoGrad no_grad;
  const auto count = static_cast<std::size_t>(options.num_return_sequences);
  const auto start = static_cast<std::ptrdiff_t>(prompt.size());
  std::vector<std::vector<index_t>> texts(count, prompt);  // all grow, until each has an end
  const auto end_of = [&](const std::vector<index_t>& text) {
    return options.end_token ? std::find(text.begin() + start, text.end(), *options.end_token) : text.end();
  };
  const auto over = [&](const std::vector<index_t>& text) { return end_of(text) != text.end(); };
  typename Model::Cache cache;
  auto unread = static_cast<index_t>(start);
  for (index_t length = unread; length < options.max_length && !std::ranges::all_of(texts, over); ++length) {
    if (cache.length + unread > model.options.context) {
      cache = {};
      unread = std::min(length, std::max<index_t>(model.options.context / 2, 1));
    }
    const Tensor<index_t> tokens =
        choose_tokens(model.next(detail::last_tokens(texts, unread), cache), options, generator);
    for (std::size_t k = 0; k < count; ++k) texts[k].push_back(tokens.data()[k]);
    unread = 1;
  }
  for (auto& text : texts)
    if (over(text)) text.erase(end_of(text) + 1, text.end());
  return texts;
}

}  // namespace TENON_NAMESPACE::models
