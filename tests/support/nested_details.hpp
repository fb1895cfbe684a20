#pragma once
/// Empty namespaces `detail` in every folder's namespace, as headers of these folders may have made them. A header that means
/// tenon::detail and says `detail` inside tenon::models compiles only as long as nobody included a models::detail before it.

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {
namespace detail {}
namespace backend::detail {}
namespace data::detail {}
namespace graph::detail {}
namespace io::detail {}
namespace models::detail {}
namespace models::glove::detail {}
namespace models::word2vec::detail {}
namespace models::word_vectors::detail {}
namespace nn::detail {}
namespace optim::detail {}
namespace text::detail {}
namespace train::detail {}
}  // namespace TENON_NAMESPACE
