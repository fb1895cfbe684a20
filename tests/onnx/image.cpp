/// Resampling of images, and boxes.

#include "node.hpp"
#include "tenon/tenon.hpp"

namespace onnx_tests {
namespace image_nodes {

using tn::index_t;
using tn::Tensor;

/// The library's mode for what a resize asks, where they mean the same positions.
tn::InterpolateOptions resize_mode(const Node& node) {
  const std::string mode = node.text("mode", "nearest");
  const std::string where = node.text("coordinate_transformation_mode", "half_pixel");
  const std::string rounding = node.text("nearest_mode", "round_prefer_floor");
  require(node.integer("exclude_outside", 0) == 0, "exclude_outside");
  require(node.number("cubic_coeff_a", -0.75) == -0.75, "cubic_coeff_a");
  tn::InterpolateOptions options;
  options.align_corners = where == "align_corners";
  const bool centres = where == "half_pixel" || where == "align_corners";
  if (mode == "linear" && centres) {
    options.mode = tn::Interpolation::linear;
  } else if (mode == "cubic" && centres) {
    options.mode = tn::Interpolation::bicubic;
  } else if (mode == "nearest" && where == "asymmetric" && rounding == "floor") {
    options.mode = tn::Interpolation::nearest;
  } else {
    throw Unsupported("resize " + mode + " " + where + " " + rounding);
  }
  return options;
}

Results resize(const Node& node) {
  tn::InterpolateOptions options = resize_mode(node);
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> x = node.in<T>(0);
    require(x.rank() == 4, "rank of a resize");
    if (node.has(3)) {
      const auto size = node.list(3);
      options.size = {size[2], size[3]};
    } else {
      const Tensor<float> scales = node.in<float>(2);
      require(!options.align_corners, "corners of a fractional extent");
      options.scale_factor = {static_cast<double>(scales.at({2})), static_cast<double>(scales.at({3}))};
    }
    return tn::interpolate(x, options);
  });
}

Results grid_sample(const Node& node) {
  using tn::GridMode, tn::GridPadding;
  const tn::GridSampleOptions options{
      .mode = node.choice<GridMode>(
          "mode", "bilinear",
          {{"nearest", GridMode::nearest}, {"bilinear", GridMode::bilinear}, {"bicubic", GridMode::bicubic}}),
      .padding = node.choice<GridPadding>("padding_mode", "zeros",
                                          {{"zeros", GridPadding::zeros},
                                           {"border", GridPadding::border},
                                           {"reflection", GridPadding::reflection}}),
      .align_corners = node.integer("align_corners", 0) != 0};
  return any_real(node, [&]<class T>(T) { return tn::grid_sample(node.in<T>(0), node.in<T>(1), options); });
}

/// The library has a box's image in front of its corners.
Results roi_align(const Node& node) {
  require(node.text("mode", "avg") == "avg", "maxima of samples");
  return any_real(node, [&]<class T>(T) {
    const Tensor<T> image = tn::unsqueeze(tn::to<T>(node.indices(2)), 1);
    const tn::RoiAlignOptions options{
        .spatial_scale = node.number("spatial_scale", 1),
        .sampling_ratio = node.integer("sampling_ratio", 0),
        .aligned = node.choice<bool>("coordinate_transformation_mode", "half_pixel",
                                     {{"half_pixel", true}, {"output_half_pixel", false}})};
    return tn::roi_align(node.in<T>(0), tn::cat<T>({image, node.in<T>(1)}, 1),
                         {node.integer("output_height", 1), node.integer("output_width", 1)}, options);
  });
}

const Family family{
    {"Resize", resize},
    {"GridSample", grid_sample},
    {"RoiAlign", roi_align},
};

}  // namespace image_nodes
}  // namespace onnx_tests
