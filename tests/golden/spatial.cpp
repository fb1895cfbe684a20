/// Golden cases of convolution, pooling and resampling.

#include <nlohmann/json.hpp>

#include "registry.hpp"
#include "tenon/ops/nn/fold.hpp"
#include "tenon/ops/vision/grid_sample.hpp"

namespace golden {
namespace spatial_cases {

template <class T>
tn::ConvOptions conv_options(const Case<T>& c) {
  tn::ConvOptions options{
      .stride = c.dims("stride"), .dilation = c.dims("dilation"), .groups = c.integer("groups")};
  if (c.args().is_text("padding"))
    options.same = c.template choice<bool>("padding", {{"valid", false}, {"same", true}});
  else
    options.padding = c.dims("padding");
  return options;
}
template <class T>
tn::ConvTransposeOptions conv_transpose_options(const Case<T>& c) {
  return {.stride = c.dims("stride"),
          .padding = c.dims("padding"),
          .output_padding = c.dims("output_padding"),
          .groups = c.integer("groups"),
          .dilation = c.dims("dilation")};
}

template <class T>
tn::MaxPoolOptions max_pool_options(const Case<T>& c) {
  return {.stride = c.dims("stride"),
          .padding = c.dims("padding"),
          .dilation = c.dims("dilation"),
          .ceil_mode = c.flag("ceil_mode")};
}
template <class T>
tn::AvgPoolOptions avg_pool_options(const Case<T>& c) {
  return {.stride = c.dims("stride"),
          .padding = c.dims("padding"),
          .ceil_mode = c.flag("ceil_mode"),
          .count_include_pad = c.flag("count_include_pad")};
}
template <class T>
tn::Tensor<T> avg_pool2d(const Case<T>& c) {
  tn::AvgPoolOptions options = avg_pool_options(c);
  if (c.given("divisor_override")) options.divisor_override = c.integer("divisor_override");
  return tn::avg_pool2d(c.in("x"), c.dims("kernel_size"), options);
}

/// Null entries, which keep an extent, as -1.
template <class T>
tn::Dims output_size(const Case<T>& c) {
  tn::Dims size;
  for (const nlohmann::json& extent : c.args().raw("output_size"))
    size.push_back(extent.is_null() ? -1 : extent.get<tn::index_t>());
  return size;
}

template <class T>
Outputs with_indices(const tn::ValuesIndices<T>& pooled) {
  return {{"y", pooled.values}, {"indices", pooled.indices}};
}

template <class T>
tn::FoldOptions fold_options(const Case<T>& c) {
  return {.dilation = c.dims("dilation"), .padding = c.dims("padding"), .stride = c.dims("stride")};
}

template <class T>
tn::Tensor<T> interpolate(const Case<T>& c) {
  using tn::Interpolation;
  tn::InterpolateOptions options{
      .size = c.dims("size"),
      .mode = c.template choice<Interpolation>("mode", {{"nearest", Interpolation::nearest},
                                                        {"linear", Interpolation::linear},
                                                        {"bilinear", Interpolation::linear},
                                                        {"trilinear", Interpolation::linear},
                                                        {"nearest-exact", Interpolation::nearest_exact},
                                                        {"bicubic", Interpolation::bicubic},
                                                        {"area", Interpolation::area}}),
      .align_corners = c.given("align_corners") && c.flag("align_corners")};
  if (c.given("scale_factor")) options.scale_factor = c.args().numbers("scale_factor");
  return tn::interpolate(c.in("x"), options);
}

template <class T>
tn::Tensor<T> grid_sample(const Case<T>& c) {
  using tn::GridMode, tn::GridPadding;
  return tn::grid_sample(
      c.in("x"), c.in("grid"),
      {.mode = c.template choice<GridMode>("mode", {{"nearest", GridMode::nearest},
                                                    {"bilinear", GridMode::bilinear},
                                                    {"bicubic", GridMode::bicubic}}),
       .padding = c.template choice<GridPadding>("padding_mode", {{"zeros", GridPadding::zeros},
                                                                  {"border", GridPadding::border},
                                                                  {"reflection", GridPadding::reflection}}),
       .align_corners = c.flag("align_corners")});
}

const Family family{
    {"conv1d",
     [](const auto& c) {
       return tn::conv1d(c.in("x"), c.param("weight"), c.optional("bias"), conv_options(c));
     }},
    {"conv2d",
     [](const auto& c) {
       return tn::conv2d(c.in("x"), c.param("weight"), c.optional("bias"), conv_options(c));
     }},
    {"conv3d",
     [](const auto& c) {
       return tn::conv3d(c.in("x"), c.param("weight"), c.optional("bias"), conv_options(c));
     }},
    {"conv_transpose1d",
     [](const auto& c) {
       return tn::conv_transpose1d(c.in("x"), c.param("weight"), c.optional("bias"),
                                   conv_transpose_options(c));
     }},
    {"conv_transpose2d",
     [](const auto& c) {
       return tn::conv_transpose2d(c.in("x"), c.param("weight"), c.optional("bias"),
                                   conv_transpose_options(c));
     }},
    {"max_pool1d",
     [](const auto& c) {
       return with_indices(
           tn::max_pool1d_with_indices(c.in("x"), c.dims("kernel_size"), max_pool_options(c)));
     }},
    {"max_pool2d",
     [](const auto& c) {
       return with_indices(
           tn::max_pool2d_with_indices(c.in("x"), c.dims("kernel_size"), max_pool_options(c)));
     }},
    {"avg_pool1d",
     [](const auto& c) { return tn::avg_pool1d(c.in("x"), c.dims("kernel_size"), avg_pool_options(c)); }},
    {"avg_pool2d", [](const auto& c) { return avg_pool2d(c); }},
    {"adaptive_avg_pool1d", [](const auto& c) { return tn::adaptive_avg_pool1d(c.in("x"), output_size(c)); }},
    {"adaptive_avg_pool2d", [](const auto& c) { return tn::adaptive_avg_pool2d(c.in("x"), output_size(c)); }},
    {"adaptive_max_pool1d",
     [](const auto& c) {
       return with_indices(tn::adaptive_max_pool1d_with_indices(c.in("x"), output_size(c)));
     }},
    {"adaptive_max_pool2d",
     [](const auto& c) {
       return with_indices(tn::adaptive_max_pool2d_with_indices(c.in("x"), output_size(c)));
     }},
    {"unfold", [](const auto& c) { return tn::unfold(c.in("x"), c.dims("kernel_size"), fold_options(c)); }},
    {"fold",
     [](const auto& c) {
       return tn::fold(c.in("x"), c.dims("output_size"), c.dims("kernel_size"), fold_options(c));
     }},
    {"channel_shuffle", [](const auto& c) { return tn::channel_shuffle(c.in("x"), c.integer("groups")); }},
    {"pixel_shuffle",
     [](const auto& c) { return tn::pixel_shuffle(c.in("x"), c.integer("upscale_factor")); }},
    {"pixel_unshuffle",
     [](const auto& c) { return tn::pixel_unshuffle(c.in("x"), c.integer("downscale_factor")); }},
    {"interpolate", [](const auto& c) { return interpolate(c); }},
    {"grid_sample", [](const auto& c) { return grid_sample(c); }},
};

}  // namespace spatial_cases
}  // namespace golden
