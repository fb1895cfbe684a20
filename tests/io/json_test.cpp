#include "tenon/io/json.hpp"

#include <gtest/gtest.h>

#include "support/expect.hpp"

namespace json_test {

using support::expect_error;
using tn::io::Json;

TEST(Json, ReadsEveryKind) {
  const Json json =
      Json::parse(R"( {"a": [1, -2.5e3, "x\u00e9", true, false, null], "b": {"c": {}}, "a": 3} )");
  ASSERT_TRUE(json.is_object());
  ASSERT_EQ(json.members().size(), 3u);
  EXPECT_EQ(json.members()[1].first, "b");
  const std::vector<Json>& list = json.find("a")->elements();
  ASSERT_EQ(list.size(), 6u);
  EXPECT_EQ(list[0].whole_number(), 1u);
  EXPECT_EQ(list[1].kind(), Json::Kind::number);
  EXPECT_EQ(list[1].text(), "-2.5e3");
  EXPECT_FALSE(list[1].whole_number());
  EXPECT_EQ(list[2].text(), "x\u00e9");
  EXPECT_EQ(list[3].text(), "true");
  EXPECT_EQ(list[4].kind(), Json::Kind::boolean);
  EXPECT_EQ(list[5].kind(), Json::Kind::null);
  EXPECT_TRUE(json.find("b")->find("c")->is_object());
  EXPECT_EQ(json.find("d"), nullptr);
}

TEST(Json, WholeNumbersEndAt64Bits) {
  EXPECT_EQ(Json::parse("18446744073709551615").whole_number(), ~std::uint64_t{0});
  EXPECT_FALSE(Json::parse("18446744073709551616").whole_number());
  EXPECT_FALSE(Json::parse("\"1\"").whole_number()) << "a string";
}

TEST(Json, DamagedTextsAreRefused) {
  expect_error<tn::IoError>([] { Json::parse("{\"a\" 1}"); }, "[json] not JSON at byte 5");
  expect_error<tn::IoError>([] { Json::parse("1 2"); }, "[json] not JSON at byte 2");
  expect_error<tn::IoError>([] { Json::parse("\"\xc3\""); }, "[json] not JSON at byte 1");
  expect_error<tn::IoError>([] { Json::parse("[[[1]]]", 2); }, "[json] values nest more than 2 deep");
  EXPECT_NO_THROW(Json::parse("[[1]]", 2));
  expect_error<tn::IoError>([] { Json::parse(std::string(1000000, '[')); },
                            "[json] values nest more than 100 deep");
}

}  // namespace json_test
