#include "tenon/core/config.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

#include "tenon/core/error.hpp"

namespace config_test {

TEST(Config, TheShortNameIsTheLongOne) {
  static_assert(std::is_same_v<tn::Error, tenon::Error>);
}

/// Objects compiled with other instructions or options must not share inline functions: the symbols differ.
TEST(Config, SymbolsCarryTheBuildsChoices) {
  const std::string symbol = typeid(tenon::Error).name();
#if defined(__AVX512F__)
  EXPECT_NE(symbol.find("avx512"), std::string::npos) << symbol;
#endif
#if defined(TENON_USE_OPENBLAS)
  EXPECT_NE(symbol.find("_openblas"), std::string::npos) << symbol;
#elif !defined(TENON_USE_EIGEN)
  EXPECT_NE(symbol.find("_own"), std::string::npos) << symbol;
#endif
}

}  // namespace config_test
