// error: a Tensor in a module is a handle that copies of the module would share
// A handle would be no parameter, shared by copies and missing from files, whatever it is wrapped in.

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "tenon/nn/module.hpp"

namespace nn = tn::nn;
using tn::Tensor;

#if !defined(TENON_WRONG)
using Member = nn::Parameter<float>;
#elif TENON_WRONG == 1
using Member = Tensor<float>;
#elif TENON_WRONG == 2
using Member = std::vector<Tensor<float>>;
#elif TENON_WRONG == 3
using Member = std::optional<Tensor<float>>;
#elif TENON_WRONG == 4
using Member = std::array<Tensor<float>, 2>;
#elif TENON_WRONG == 5
using Member = std::tuple<int, Tensor<bool>>;
#elif TENON_WRONG == 6
using Member = std::variant<int, Tensor<float>>;
#elif TENON_WRONG == 7
using Member = std::map<std::string, Tensor<float>>;
#elif TENON_WRONG == 8
using Member = std::unique_ptr<Tensor<float>>;
#elif TENON_WRONG == 9
struct Member {
  std::vector<std::shared_ptr<Tensor<float>>> inner;
};
#endif

struct Model {
  nn::Parameter<float> weight;
  Member member;
};

auto parameters(const Model& model) {
  return nn::parameters(model);
}
