#include "tenon/io/key_map.hpp"

#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace key_map_test {

using support::message_of;
using tn::io::KeyMap;
using tn::io::KeyRule;
using tn::io::NamePattern;

TEST(NamePattern, AWildcardStaysWithinDots) {
  const NamePattern pattern("h.{i}.attn.weight");
  EXPECT_TRUE(pattern.matches("h.12.attn.weight"));
  EXPECT_FALSE(pattern.matches("h.1.2.attn.weight"));
  EXPECT_FALSE(pattern.matches("h..attn.weight"));
  EXPECT_FALSE(pattern.matches("h.1.attn.weights"));
  EXPECT_FALSE(pattern.matches("xh.1.attn.weight"));
}

TEST(NamePattern, AStarSpansDots) {
  const NamePattern pattern("{any*}.bias");
  EXPECT_TRUE(pattern.matches("h.1.attn.bias"));
  EXPECT_TRUE(pattern.matches(".bias"));
  EXPECT_FALSE(pattern.matches("bias"));
  EXPECT_TRUE(NamePattern("{all*}").matches(""));
}

TEST(NamePattern, LaterTextsDecideWhatAWildcardTakes) {
  EXPECT_TRUE(NamePattern("{a*}.x.{b*}.x").matches("x.x.x.x"));
  EXPECT_TRUE(NamePattern("layer{i}1.w").matches("layer111.w"));
  EXPECT_FALSE(NamePattern("{a*}.x").matches(std::string(1000, 'x') + ".x")) << "longer than any name";
}

TEST(KeyMap, TheFirstRuleThatMatchesIsFollowed) {
  const KeyMap map({{"h.{i}.attn.c_attn.{w}", "layers.{i}.attention.in_proj_{w}", true},
                    {"h.{i}.{rest*}", "layers.{i}.{rest*}"},
                    {"wte.weight", "embedding.weight"}});
  EXPECT_EQ(map("h.3.attn.c_attn.weight").name, "layers.3.attention.in_proj_weight");
  EXPECT_TRUE(map("h.3.attn.c_attn.weight").transpose);
  EXPECT_EQ(map("h.3.ln_1.bias").name, "layers.3.ln_1.bias");
  EXPECT_FALSE(map("h.3.ln_1.bias").transpose);
  EXPECT_EQ(map("wte.weight").name, "embedding.weight");
  EXPECT_EQ(map("other").name, "other");
}

TEST(KeyMap, ARuleMayReorder) {
  EXPECT_EQ(KeyMap(std::vector<KeyRule>{{"{a}.{b}", "{b}.{a}.{b}"}})("x.y").name, "y.x.y");
}

TEST(KeyMap, RulesThatMakeNoSenseAreNamed) {
  const auto refusal = [](const char* from, const char* to) {
    return message_of<tn::ValueError>([&] { KeyMap(std::vector<KeyRule>{{from, to}}); });
  };
  EXPECT_EQ(refusal("h.{i", "x"), "[key_map] a brace of \"h.{i\" is not closed");
  EXPECT_EQ(refusal("{i}.{i*}", "x{i}"),
            "[key_map] {i} of \"x{i}\" occurs 2 times in \"{i}.{i*}\", not once");
  EXPECT_EQ(refusal("h.{i}", "{j}.x"), "[key_map] {j} of \"{j}.x\" occurs 0 times in \"h.{i}\", not once");
  EXPECT_EQ(refusal("{*}.{*}", "x"), "");
}

}  // namespace key_map_test
