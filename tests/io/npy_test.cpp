#include "tenon/io/npy.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/temporary_folder.hpp"

namespace npy_test {

using support::message_of;
using support::TemporaryFolder;
using tn::DType;
using tn::io::Cast;
using tn::io::load_npy;
using tn::io::save_npy;

/// A file of version 1.0 with this header.
std::string file_with(const std::string& header, const std::string& data) {
  const auto length = static_cast<std::uint16_t>(header.size());
  return "\x93NUMPY" + std::string("\x01\x00", 2) + std::string(reinterpret_cast<const char*>(&length), 2) +
         header + data;
}
std::string describing(const char* descr, const char* order, const char* shape) {
  return std::string("{'descr': '") + descr + "', 'fortran_order': " + order + ", 'shape': " + shape +
         ", }\n";
}

/// What follows the file's name in the refusal to read it.
std::string refusal(const std::string& content) {
  TemporaryFolder folder;
  const std::string path = folder.write("x.npy", content);
  const std::string message = message_of<tn::IoError>([&] { load_npy<float>(path, Cast::lossy); });
  const std::string prefix = "[npy] " + path + ": ";
  return message.starts_with(prefix) ? message.substr(prefix.size()) : "not refused: " + message;
}

TEST(Npy, WritesTheBytesThatNumPyWrites) {
  TemporaryFolder folder;
  save_npy(folder / "x", tn::from<float>({{1, 2}, {3, 4}}));
  const std::string content = support::read_file(folder / "x");
  const std::string header = describing("<f4", "False", "(2, 2)");
  EXPECT_EQ(content.substr(0, 10), file_with(std::string(118, ' '), "").substr(0, 10));
  EXPECT_EQ(content.substr(10, header.size() - 1), header.substr(0, header.size() - 1));
  EXPECT_EQ(content[127], '\n');
  EXPECT_EQ(content.size(), 128u + 16);
}

TEST(Npy, RoundTrips) {
  TemporaryFolder folder;
  const std::string path = folder / "x";
  const auto x = tn::from<double>({{0.1, -1e300, 3}, {4, 5, 6}});
  save_npy(path, x.view(0, {3, 2}, {1, 3}));
  EXPECT_EQ(load_npy<double>(path).to_vector(), (std::vector<double>{0.1, 4, -1e300, 5, 3, 6}));
  EXPECT_EQ(tn::io::read_npy_header(path).shape, (tn::Shape{3, 2}));
  save_npy(path, tn::scalar<std::int64_t>(-7));
  EXPECT_EQ(load_npy<std::int64_t>(path).item(), -7);
  save_npy(path, tn::zeros<std::uint8_t>({0, 3}));
  EXPECT_EQ(load_npy<std::uint8_t>(path).shape(), (tn::Shape{0, 3}));
  save_npy(path, tn::from<bool>({true, false}));
  EXPECT_EQ(load_npy<bool>(path).to_vector(), (std::vector<bool>{true, false}));
}

TEST(Npy, ReadsOtherOrdersAndTypes) {
  TemporaryFolder folder;
  const auto content = [&](const char* descr, const char* order, const char* shape, std::string data) {
    return folder.write("x", file_with(describing(descr, order, shape), data));
  };
  EXPECT_EQ(load_npy<std::int32_t>(
                content(">i2", "True", "(2, 3)", std::string("\0\1\0\4\0\2\0\5\0\3\xff\xff", 12)))
                .to_vector(),
            (std::vector<std::int32_t>{1, 2, 3, 4, 5, -1}));
  EXPECT_EQ(load_npy<float>(content("<f2", "False", "(2,)", std::string("\x00\x3c\x00\xc0", 4))).to_vector(),
            (std::vector<float>{1, -2}));
  EXPECT_EQ(load_npy<std::int64_t>(content("<u4", "False", "()", "\xff\xff\xff\xff")).item(), 4294967295);
  EXPECT_EQ(load_npy<std::int64_t>(content("|i1", "False", "(2L,)", "\xff\x01")).to_vector(),
            (std::vector<std::int64_t>{-1, 1}));
  EXPECT_EQ(load_npy<float>(content(">f4", "False", "(1,)", std::string("\x3f\xc0\0\0", 4))).item(), 1.5f);
  EXPECT_EQ(
      load_npy<float>(content("<f8", "False", "(1,)", std::string("\0\0\0\0\0\0\xf8\x3f", 8)), Cast::lossy)
          .item(),
      1.5f);
  EXPECT_EQ(load_npy<std::uint8_t>(
                folder.write("x", file_with("{\"shape\": (1), 'fortran_order':False,'descr': '|u1'}", "a")))
                .shape(),
            (tn::Shape{1}))
      << "keys in any order, blanks or none";
}

TEST(Npy, RefusesWhatDoesNotFitATensor) {
  const std::string four(4, '\0');
  EXPECT_EQ(refusal(file_with(describing("<i4", "False", "(1,)"), four)),
            "its type '<i4' does not fit float32");
  EXPECT_EQ(refusal(file_with(describing("<c8", "False", "(1,)"), four + four)),
            "tensors have no elements of the type '<c8'");
  EXPECT_EQ(refusal(file_with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", four)),
            "it is an array of records, which tensors are not");
  EXPECT_EQ(refusal(file_with(describing("<f4", "False", "(1,1,1,1,1,1,1,1,1)"), four)),
            "it has more than 8 axes");
  EXPECT_EQ(refusal(file_with(describing("<f8", "False", "(1,)"), std::string("\0\0\0\0\0\0\xef\x7f", 8))),
            "it holds a number too large for float32");
}

TEST(Npy, RefusesDamage) {
  EXPECT_EQ(refusal(""), "it does not begin as NumPy's files do");
  EXPECT_EQ(refusal("PK\x03\x04 and so on"), "it does not begin as NumPy's files do");
  EXPECT_EQ(refusal("\x93NUMPY\x01"), "truncated in its header");
  EXPECT_EQ(refusal("\x93NUMPY\x09" + std::string(9, '\0')), "its version is 9.0, not 1.0, 2.0 or 3.0");
  EXPECT_EQ(refusal("\x93NUMPY\x02" + std::string("\0\xff\xff\xff\x7f", 5)),
            "its header has 2147483647 bytes, which is no header of an array");
  EXPECT_EQ(refusal(file_with(describing("<f4", "False", "(3,)"), std::string(8, '\0'))),
            "shape (3,) and type '<f4' need 12 bytes, it has 8: truncated?");
  EXPECT_EQ(refusal(file_with(describing("<f4", "False", "(1,)"), std::string(8, '\0'))),
            "shape (1,) and type '<f4' need 4 bytes, it has 8");
  EXPECT_EQ(refusal(file_with(describing("<f4", "False", "(1099511627776, 1099511627776)"), "")),
            "its shape (1099511627776, 1099511627776) is too large");
  EXPECT_EQ(refusal(file_with(describing("<f4", "False", "(99999999999999999999,)"), "")),
            "its shape is too large");
  for (const char* header : {"", "{", "{}", "[]", "{'descr'}", "{'descr': '<f4', 'fortran_order': False}",
                             "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
                             "{'descr': '<f4', 'order': False, 'shape': (1,)}", "{'descr': '<f4"})
    EXPECT_EQ(refusal(file_with(header, std::string(4, '\0'))),
              "its header is not {'descr': …, 'fortran_order': …, 'shape': …}")
        << header;
}

TEST(Npy, NumPyReadsOursAndWeReadItsOwn) {
  TemporaryFolder folder;
  const auto python = [&](const std::string& script) {
    const std::string path = folder.write("script.py", script);
    return std::system(("/usr/bin/python3 " + path + " " + folder.path() + " > /dev/null 2>&1").c_str()) == 0;
  };
  if (!python("import numpy\n")) GTEST_SKIP() << "NumPy is not installed (Debian: python3-numpy)";
  save_npy(folder / "ours.npy", tn::from<float>({{1.5f, 2}, {3, 4}}));
  save_npy(folder / "scalar.npy", tn::scalar<std::int64_t>(-3));
  ASSERT_TRUE(python(R"(
import sys, numpy as np
folder = sys.argv[1] + '/'
ours = np.load(folder + 'ours.npy')
assert ours.dtype == np.float32 and ours.tolist() == [[1.5, 2], [3, 4]], ours
assert np.load(folder + 'scalar.npy') == -3
np.save(folder + 'fortran.npy', np.asfortranarray(np.arange(24, dtype='>f8').reshape(2, 3, 4)))
with open(folder + 'version3.npy', 'wb') as f: np.lib.format.write_array(f, np.array([1, 2], np.uint16), version=(3, 0))
)"));
  const auto cube = load_npy<double>(folder / "fortran.npy");
  EXPECT_EQ(cube.shape(), (tn::Shape{2, 3, 4}));
  EXPECT_TRUE(cube.is_contiguous());
  for (tn::index_t i = 0; i < 24; ++i) EXPECT_EQ(cube.data()[i], static_cast<double>(i));
  EXPECT_EQ(load_npy<std::int32_t>(folder / "version3.npy").to_vector(), (std::vector<std::int32_t>{1, 2}));
}

}  // namespace npy_test
