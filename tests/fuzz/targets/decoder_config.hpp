#pragma once

#include "fuzz/attempt.hpp"
#include "tenon/models/language/decoder_config_json.hpp"
#include "tenon/models/language/decoder_parameters.hpp"

namespace fuzz {

/// Describes the decoder of a config.json, and lists its parameters and rotary rates.
inline void decoder_config(std::string_view bytes) {
  tn::models::Decoder<float> model;
  model.config = tn::models::decoder_config(tn::io::Json::parse(bytes));
  model.blocks.resize(static_cast<std::size_t>(model.config.layers));
  const tn::models::detail::DecoderParameters<float> parameters(model);
  for (const auto& entry : parameters.entries()) (void)entry.shape();
  (void)tn::models::detail::rotary_rates(model.config.rotary, 9);
}

}  // namespace fuzz
