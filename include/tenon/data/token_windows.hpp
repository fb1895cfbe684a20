#pragma once
/// A text as batches for models that read it from its beginning to its end.

#include <algorithm>  // min
#include <vector>     // vector

#include "tenon/ops/shape.hpp"

namespace TENON_NAMESPACE::data {

/// What is read at once, and the words that come one later. A model keeps its state from one window to the
/// next.
struct TokenWindow {
  Tensor<index_t> inputs, targets;  ///< (steps, streams)
  bool first = false;               ///< the state of a model begins anew here

  /// Words to be predicted.
  index_t size() const { return inputs.size(); }
};

/// Cuts a text (L) into streams of equal length, which are read side by side, and these into windows of so
/// many steps, of which the last may have fewer. The words at the end that do not fill the streams are left
/// out. Windows share the memory of one copy of the text.
/// throws ShapeError; ValueError when there is not even one step
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
