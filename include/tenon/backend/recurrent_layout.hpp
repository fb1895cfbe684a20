#pragma once
/// What the kernels of recurrent layers are told, and how their arrays lie.

#include "tenon/core/scalar.hpp"

namespace TENON_NAMESPACE::backend {

enum class Cell { tanh, relu, gru, lstm };

/// One direction of one layer over a batch of sequences.
///
/// Gates are (steps, batch, width): of an lstm i, f, g, o; of a gru r, z, n and W_hn h + b_hn; else the one.
/// States are (steps + 1, batch, hidden): step t reads slot t and writes slot t + 1; when reversed, steps run
/// from the last, read slot t + 1 and write slot t. A sequence that has ended (or, reversed, not begun)
/// carries its state on.
struct RecurrentLayout {
  Cell cell;
  index_t steps, batch, hidden;
  bool reversed = false;
  const index_t* lengths = nullptr;  ///< steps of each sequence; null: all of them

  /// Rows of the weights, in units of the hidden extent.
  int gates() const { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
  /// Extent of the gates' last axis.
  index_t width() const { return hidden * (cell == Cell::gru ? 4 : gates()); }
  index_t slot() const { return batch * hidden; }
  index_t step_at(index_t i) const { return reversed ? steps - 1 - i : i; }
  index_t from(index_t t) const { return reversed ? t + 1 : t; }
  index_t into(index_t t) const { return reversed ? t : t + 1; }
  bool active(index_t t, index_t sequence) const { return !lengths || t < lengths[sequence]; }
};

}  // namespace TENON_NAMESPACE::backend
