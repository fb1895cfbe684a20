/// Replays the fuzzers' seeds, and every prefix of each, through the same entry points.

#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>

#include "fuzz/targets/csv.hpp"
#include "fuzz/targets/decoder_config.hpp"
#include "fuzz/targets/gguf.hpp"
#include "fuzz/targets/idx.hpp"
#include "fuzz/targets/jpeg.hpp"
#include "fuzz/targets/npy.hpp"
#include "fuzz/targets/npz.hpp"
#include "fuzz/targets/png.hpp"
#include "fuzz/targets/safetensors.hpp"
#include "fuzz/targets/sentencepiece.hpp"
#include "fuzz/targets/tokenizer_json.hpp"
#include "fuzz/targets/torch.hpp"
#include "fuzz/targets/vectors.hpp"
#include "fuzz/targets/wav.hpp"
#include "support/temporary_folder.hpp"

namespace seeds_test {

struct Target {
  const char* name;
  void (*read)(std::string_view bytes);
};
void PrintTo(const Target& target, std::ostream* out) {
  *out << target.name;
}

class Seeds : public testing::TestWithParam<Target> {};

TEST_P(Seeds, AreReadOrRefused) {
  const std::filesystem::path folder = std::string(TENON_FUZZ_SEEDS "/") + GetParam().name;
  int accepted = 0, files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string content = support::read_file(entry.path().string());
    for (std::size_t size = 0; size <= content.size(); ++size) {
      SCOPED_TRACE(entry.path().filename().string() + ", " + std::to_string(size) + " bytes");
      bool refused = true;
      EXPECT_NO_THROW(fuzz::attempt([&] {
        GetParam().read(std::string_view(content).substr(0, size));
        refused = false;
      }));
      accepted += size == content.size() && !refused;
    }
    ++files;
  }
  EXPECT_GT(accepted, 0) << "no seed is a file that can be read";
  EXPECT_GT(files, accepted) << "no seed is a file to be refused";
}

INSTANTIATE_TEST_SUITE_P(
    Fuzz, Seeds,
    testing::Values(Target{"csv", fuzz::csv}, Target{"decoder_config", fuzz::decoder_config},
                    Target{"gguf", fuzz::gguf}, Target{"idx", fuzz::idx}, Target{"jpeg", fuzz::jpeg},
                    Target{"npy", fuzz::npy}, Target{"npz", fuzz::npz}, Target{"png", fuzz::png},
                    Target{"safetensors", fuzz::safetensors}, Target{"sentencepiece", fuzz::sentencepiece},
                    Target{"tokenizer_json", fuzz::tokenizer_json}, Target{"torch", fuzz::torch},
                    Target{"vectors", fuzz::vectors}, Target{"wav", fuzz::wav}),
    [](const auto& target) { return std::string(target.param.name); });

}  // namespace seeds_test
