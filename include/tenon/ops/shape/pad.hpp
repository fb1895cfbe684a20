#pragma once
/// Padding and cropping.

#include "tenon/ops/index/index.hpp"

namespace TENON_NAMESPACE {

/// The elements outside of x: a constant; x mirrored without its edge (reflect); its edge (replicate); its
/// other end (circular).
enum class PadMode { constant, reflect, replicate, circular };

namespace detail {
/// For each position of the padded axis, the entry of the axis that stands there.
inline Tensor<index_t> mirrored_positions(index_t extent, index_t before, index_t after, PadMode mode) {
  check<ValueError>(extent > 0 && before > -extent && after > -extent, "pad", "amounts ", before, " and ",
                    after, " do not fit extent ", extent);
  check<ValueError>(mode != PadMode::reflect || (before < extent && after < extent), "pad", "reflection by ",
                    before, " and ", after, " needs an extent above both, got ", extent);
  check<ValueError>(mode != PadMode::circular || (before <= extent && after <= extent), "pad", "wrapping by ",
                    before, " and ", after, " exceeds extent ", extent);
  Tensor<index_t> positions = Tensor<index_t>::empty({std::max<index_t>(before + extent + after, 0)});
  const index_t first =
      std::max<index_t>(-before, 0);  // the first entry left by cropping, which comes before wrapping
  const index_t left = std::max<index_t>(extent - first - std::max<index_t>(-after, 0), 1);
  index_t* p = positions.mutable_data();
  for (index_t i = -before; i < extent + after; ++i) {
    const index_t mirrored = i < 0 ? -i : i >= extent ? 2 * (extent - 1) - i : i;
    const index_t wrapped = first + ((i - first) % left + left) % left;
    *p++ = mode == PadMode::reflect    ? mirrored
           : mode == PadMode::circular ? wrapped
                                       : std::clamp<index_t>(i, 0, extent - 1);
  }
  return positions;
}
}  // namespace detail

/// Pads or crops x by `amounts`: (before, after) of the last axis, then of the one before it, and so on.
/// Negative amounts crop. Gradient: dx = g cropped, or added at the entries that were copied.
///
///   shapes: x any, with at least half as many axes as there are amounts
///   returns: extents increased by their amounts
///   throws: ShapeError if amounts are odd in number, more than two an axis, or in mode constant crop more
///     than there is; ValueError in the other modes if an axis is empty or cropped entirely from one end,
///     reflect is given an amount of the extent or more, or circular one above it; ValueError if T holds
///     integers and `value` is not one of them
///   keeps: nothing for a constant, else the positions
///   cost: two passes over the result; modes other than constant one copy for each axis
template <Scalar T>
Tensor<T> pad(const Tensor<T>& x, const std::vector<index_t>& amounts, PadMode mode = PadMode::constant,
              const ElementArgument<std::type_identity_t<T>>& value = T(0)) {
  const auto count = static_cast<int>(amounts.size());
  check<ShapeError>(count % 2 == 0 && count / 2 <= x.rank(), "pad", count,
                    " amounts do not pair with the axes of shape ", x.shape());
  auto inside = detail::Slices::whole(x.shape()), outside = inside;
  Shape shape = x.shape();
  Tensor<T> y = x;
  for (int k = 0; k < count / 2; ++k) {
    const int axis = x.rank() - 1 - k;
    const index_t before = amounts[static_cast<std::size_t>(2 * k)],
                  after = amounts[static_cast<std::size_t>(2 * k + 1)], extent = shape[axis];
    if (mode != PadMode::constant) {
      if (before != 0 || after != 0)
        y = index_select(y, axis, detail::mirrored_positions(extent, before, after, mode));
      continue;
    }
    check<ShapeError>(before + extent + after >= 0, "pad", "amounts ", before, " and ", after,
                      " crop more than extent ", extent);
    shape[axis] = before + extent + after;
    inside.axis[axis] = detail::resolve(
        range(std::max<index_t>(-before, 0), extent - std::max<index_t>(-after, 0)), extent, "pad");
    outside.axis[axis] = {std::max<index_t>(before, 0), inside.axis[axis].count, 1};
  }
  return mode == PadMode::constant
             ? detail::unslice(detail::slice(x, inside), outside, shape, value.get("pad"))
             : y;
}

}  // namespace TENON_NAMESPACE
