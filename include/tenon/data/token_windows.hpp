#pragma once
/// Batches of a text for language models that read it from beginning to end (truncated backpropagation
/// through time).

#include <algorithm>  // min
#include <vector>     // vector

#include "tenon/ops/shape/shape.hpp"

namespace TENON_NAMESPACE::data {

/// A window of a text: the tokens that a model reads in one step of training, and the tokens after each. The
/// model passes its state from one window to the next.
struct TokenWindow {
  Tensor<index_t> inputs, targets;  ///< (steps, streams); targets are the inputs one step later
  bool first = false;               ///< the first window of a text, before which the state is reset

  /// The number of tokens to predict.
  index_t size() const { return inputs.size(); }
};

/// Cuts a text into `streams` consecutive parts of equal length, which are read in parallel, and these into
/// windows of `steps` steps; the last window may be shorter. Tokens at the end that do not fill the streams
/// are left out. All windows share one copy of the text.
///
///   shapes: text (L)
///   throws: ShapeError if text is no vector; ValueError if streams or steps <= 0, or if a stream has fewer
///           than two tokens
inline std::vector<TokenWindow> token_windows(const Tensor<index_t>& text, index_t streams, index_t steps) {
  check<ShapeError>(text.rank() == 1, "token_windows", "expected a text of shape (L), got ", text.shape());
  check<ValueError>(streams > 0 && steps > 0, "token_windows", "expected positive numbers, got ", streams,
                    " streams and ", steps, " steps");
  const index_t length = text.size() / streams;
  check<ValueError>(length > 1, "token_windows", "a text of ", text.size(), " words is too short for ",
                    streams, " streams of two words");
  const auto rows = reshape(narrow(text, 0, 0, streams * length), {streams, length});
  const auto all = contiguous(transpose(rows, 0, 1));
  std::vector<TokenWindow> windows;
  for (index_t at = 0; at + 1 < length; at += steps) {
    const index_t count = std::min(steps, length - 1 - at);
    windows.push_back({narrow(all, 0, at, count), narrow(all, 0, at + 1, count), at == 0});
  }
  return windows;
}

}  // namespace TENON_NAMESPACE::data
