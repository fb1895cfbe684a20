#pragma once
/// Generation of text by a language model, token by token.
///
///     generate(gpt, prompt, {.max_length = 100, .temperature = 0.8, .top_k = 40})

#include <algorithm>  // all_of, copy, find, max, min
#include <cstddef>    // ptrdiff_t
#include <optional>   // optional
#include <vector>     // vector

#include "tenon/ops/random/random.hpp"
#include "tenon/ops/reduce/cumulative.hpp"

namespace TENON_NAMESPACE::models {

/// Options of `generate` and `sample_tokens`.
struct GenerateOptions {
  index_t max_length = 20;           ///< tokens of a text, including the prompt
  index_t num_return_sequences = 1;  ///< number of texts
  double temperature = 1;            ///< logits are divided by this; 0: always take the most probable token
  index_t top_k = 0;                 ///< sample from this many most probable tokens; 0: from all
  double top_p = 1;  ///< sample from the fewest of these whose probabilities sum to at least this
  std::optional<index_t> end_token{};  ///< the token that ends a text
};

/// Checks options.
///
///   throws: ValueError with the name of the first invalid option
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

/// Nucleus sampling (Holtzman et al. 2020, https://arxiv.org/abs/1904.09751): sets a probability to 0 if the
/// sum of those before it reaches `top_p`. `probabilities` are probabilities in falling order.
inline Tensor<double> nucleus(const Tensor<double>& probabilities, double top_p) {
  const Tensor<double> before = sub(cumsum(probabilities, -1), probabilities);
  return map([top_p](auto probability, auto sum) { return select(sum >= top_p, 0, probability); },
             probabilities, before);
}

/// The last `count` tokens of N texts of equal length, (N, count).
inline Tensor<index_t> last_tokens(const std::vector<std::vector<index_t>>& texts, index_t count) {
  Tensor<index_t> ids = Tensor<index_t>::empty({static_cast<index_t>(texts.size()), count});
  index_t* out = ids.mutable_data();
  for (const auto& text : texts) out = std::copy(text.end() - count, text.end(), out);
  return ids;
}

}  // namespace detail

/// Samples a token for each row of logits.
///
///   shapes: logits (N, V)
///   returns: (N)
///   throws: ShapeError if logits is no matrix; ValueError for invalid options
///   cost: one pass over the logits; with top_k or top_p also a partial sort
template <Real T>
Tensor<index_t> sample_tokens(const Tensor<T>& logits, const GenerateOptions& options = {},
                              Generator& generator = default_generator()) {
  check_generate_options(options);
  check<ShapeError>(logits.rank() == 2, "generate", "expected logits of shape (N, V), got ", logits.shape());
  const NoGrad no_grad;
  if (options.temperature == 0) return argmax(logits, 1);
  const auto probabilities = [&](const Tensor<T>& x) {
    return softmax(div(to<double>(x), options.temperature), 1);
  };
  const index_t all = logits.extent(1);
  const bool sorted = options.top_k > 0 || options.top_p < 1;
  if (!sorted) return squeeze(multinomial(probabilities(logits), 1, true, generator), 1);
  const auto [values, tokens] = topk(logits, options.top_k > 0 ? std::min(options.top_k, all) : all);
  const Tensor<index_t> drawn =
      multinomial(detail::nucleus(probabilities(values), options.top_p), 1, true, generator);
  return squeeze(gather(tokens, 1, drawn), 1);
}

/// Generates num_return_sequences continuations of a prompt of one token or more.
///
/// The model has a type `Cache`, `next(ids (N, T), cache) -> logits (N, V)` and `options.context`, the
/// largest number of tokens in a cache, as `Gpt` does. If the cache is full, the last context / 2 tokens are
/// read again into a new one.
///
///   returns: the texts, each beginning with the prompt and ending with the end token if it was sampled
///   throws: ValueError for invalid options or an empty prompt; exceptions of the model
template <class Model>
std::vector<std::vector<index_t>> generate(const Model& model, const std::vector<index_t>& prompt,
                                           const GenerateOptions& options = {},
                                           Generator& generator = default_generator()) {
  check_generate_options(options);
  check<ValueError>(!prompt.empty(), "generate", "there is no prompt");
  const NoGrad no_grad;
  const auto count = static_cast<std::size_t>(options.num_return_sequences);
  const auto start = static_cast<std::ptrdiff_t>(prompt.size());
  std::vector<std::vector<index_t>> texts(count, prompt);  // all grow until each contains the end token
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
        sample_tokens(model.next(detail::last_tokens(texts, unread), cache), options, generator);
    for (std::size_t k = 0; k < count; ++k) texts[k].push_back(tokens.data()[k]);
    unread = 1;
  }
  for (auto& text : texts)
    if (over(text)) text.erase(end_of(text) + 1, text.end());
  return texts;
}

}  // namespace TENON_NAMESPACE::models
