#pragma once
/// PNG and JPEG files, read by libpng and libjpeg. Only this header and image_folder.hpp need these
/// libraries; they are the component `images` of the CMake package (target tenon::images).

#include <cstdio>  // FILE, for jpeglib.h

#include <jpeglib.h>  // jpeg_read_scanlines
#include <png.h>      // png_read_row

#include <jerror.h>  // JWRN_HIT_MARKER

#include <algorithm>    // max
#include <csetjmp>      // setjmp, longjmp
#include <cstring>      // memcpy
#include <string>       // string
#include <string_view>  // string_view

#include "tenon/data/file_reader.hpp"
#include "tenon/io/atomic_file.hpp"
#include "tenon/ops/shape/broadcast.hpp"

namespace TENON_NAMESPACE::data {

/// Options of `read_image` and `decode_image`.
struct ImageOptions {
  index_t channels =
      0;  ///< convert to 1 (grey), 2 (grey and alpha), 3 (RGB) or 4 (RGB and alpha); 0: as in the file
  index_t max_pixels = 100'000'000;  ///< larger images are refused
};

/// Reads a PNG or JPEG file, with 8 bits a channel. `to_planes` converts the result to numbers.
///
///   returns: (H, W, C)
///   throws: IoError with the file's name and the reason; ValueError if channels is not in 0 … 4
Tensor<std::uint8_t> read_image(const std::string& path, const ImageOptions& options = {});
/// Decodes the bytes of a PNG or JPEG file, which errors call `name`.
///
///   returns: (H, W, C)
///   throws: IoError with the name and the reason; ValueError if channels is not in 0 … 4
Tensor<std::uint8_t> decode_image(std::string_view bytes, const ImageOptions& options = {},
                                  const std::string& name = "image");

/// Writes an image (H, W, C) of 1 to 4 channels as a PNG file, completely or not at all.
///
///   throws: ShapeError for other shapes, IoError if the file cannot be written
void write_png(const std::string& path, const Tensor<std::uint8_t>& image);
/// The bytes of a PNG file of an image (H, W, C) of 1 to 4 channels.
///
///   throws: ShapeError for other shapes
std::string encode_png(const Tensor<std::uint8_t>& image);

// Definitions -----------------------------------------------------------------------------------------------

// The C libraries report errors by a function that must not return. It stores the message and jumps back into
// the member function below that called the library, which returns false. These functions have no local
// variables with destructors, which the jump would skip.

namespace detail {

struct ImageHeader {
  index_t width = 0, height = 0, channels = 0;
  index_t least_bytes = 0;  // a lower bound of the file's size
};

/// The error message of a C library, and the place to jump back to.
struct LibraryError {
  std::jmp_buf back;
  char message[256] = "";

  [[noreturn]] void raise(const char* text) {
    std::snprintf(message, sizeof message, "%s", text);
    std::longjmp(back, 1);
  }
};

class PngDecoder {
 public:
  explicit PngDecoder(std::string_view bytes) : rest_(bytes) {
    png_ =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, &error_, on_error, [](png_structp, png_const_charp) {});
    if (png_) info_ = png_create_info_struct(png_);
  }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }

  const char* message() const { return info_ ? error_.message : "out of memory"; }
  const ImageHeader& header() const { return header_; }

  bool read_header() {
    if (!info_ || setjmp(error_.back) != 0) return false;
    // Texts and colour profiles are not used and could decompress to large sizes.
    static constexpr png_byte ignored[] = "iCCP\0iTXt\0tEXt\0zTXt\0sPLT\0eXIf\0hIST";
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, ignored, sizeof ignored / 5);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_read_fn(png_, this, on_read);
    png_read_info(png_, info_);
    header_.width = png_get_image_width(png_, info_);
    header_.height = png_get_image_height(png_, info_);
    // A deflated byte expands to at most 1032.
    header_.least_bytes = static_cast<index_t>(static_cast<double>(png_get_rowbytes(png_, info_)) *
                                               static_cast<double>(header_.height) / 1032);
    png_set_expand(png_);    // palettes, fewer than 8 bits, transparent colours
    png_set_scale_16(png_);  // 16 bits
    passes_ = png_set_interlace_handling(png_);
    return true;
  }
  bool start() {
    if (setjmp(error_.back) != 0) return false;
    png_read_update_info(png_, info_);
    header_.channels = png_get_channels(png_, info_);
    return true;
  }
  bool read_rows(std::uint8_t* to) {
    if (setjmp(error_.back) != 0) return false;
    const index_t stride = header_.width * header_.channels;
    for (int pass = 0; pass < passes_; ++pass)
      for (index_t y = 0; y < header_.height; ++y) png_read_row(png_, to + y * stride, nullptr);
    return true;
  }

 private:
  [[noreturn]] static void on_error(png_structp png, png_const_charp text) {
    static_cast<LibraryError*>(png_get_error_ptr(png))->raise(text);
  }
  static void on_read(png_structp png, png_bytep data, std::size_t bytes) {
    std::string_view& rest = static_cast<PngDecoder*>(png_get_io_ptr(png))->rest_;
    if (bytes > rest.size()) png_error(png, "truncated");
    std::memcpy(data, rest.data(), bytes);
    rest.remove_prefix(bytes);
  }

  std::string_view rest_;
  LibraryError error_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  ImageHeader header_;
  int passes_ = 1;
};

class JpegDecoder {
 public:
  explicit JpegDecoder(std::string_view bytes) {
    jpeg_.err = jpeg_std_error(&manager_);
    manager_.error_exit = on_error;
    manager_.emit_message = on_warning;
    jpeg_.client_data = &error_;
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
    source_.bytes_in_buffer = bytes.size();
    source_.init_source = [](j_decompress_ptr) {};
    source_.fill_input_buffer = [](j_decompress_ptr jpeg) -> boolean {
      static_cast<LibraryError*>(jpeg->client_data)->raise("truncated");
    };
    source_.skip_input_data = on_skip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = [](j_decompress_ptr) {};
    progress_.progress_monitor = on_progress;
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() {
    if (created_) jpeg_destroy_decompress(&jpeg_);
  }

  const char* message() const { return error_.message; }
  const ImageHeader& header() const { return header_; }

  bool read_header() {
    if (setjmp(error_.back) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    created_ = true;
    jpeg_.client_data = &error_;
    jpeg_.src = &source_;
    jpeg_.progress = &progress_;
    jpeg_read_header(&jpeg_, TRUE);
    header_.width = jpeg_.image_width;
    header_.height = jpeg_.image_height;
    // Huffman coding takes at least a bit for each block, arithmetic coding almost nothing.
    for (int c = 0; c < jpeg_.num_components && !jpeg_.arith_code; ++c)
      header_.least_bytes +=
          index_t{jpeg_.comp_info[c].width_in_blocks} * jpeg_.comp_info[c].height_in_blocks / 8;
    if (jpeg_.num_components != 1 && jpeg_.jpeg_color_space != JCS_YCbCr && jpeg_.jpeg_color_space != JCS_RGB)
      error_.raise("its colours are neither grey nor RGB");
    jpeg_.out_color_space = jpeg_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
    header_.channels = jpeg_.num_components == 1 ? 1 : 3;
    return true;
  }
  bool start() {
    if (setjmp(error_.back) != 0) return false;
    jpeg_start_decompress(&jpeg_);
    return true;
  }
  bool read_rows(std::uint8_t* to) {
    if (setjmp(error_.back) != 0) return false;
    while (jpeg_.output_scanline < jpeg_.output_height) {
      JSAMPROW row = to + static_cast<index_t>(jpeg_.output_scanline) * header_.width * header_.channels;
      jpeg_read_scanlines(&jpeg_, &row, 1);
    }
    return true;
  }

 private:
  static constexpr int most_scans = 100;  // a progressive file has about ten; each is work on the whole image

  [[noreturn]] static void fail(j_common_ptr jpeg) {
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    static_cast<LibraryError*>(jpeg->client_data)->raise(text);
  }
  static void on_error(j_common_ptr jpeg) { fail(jpeg); }
  /// Turns warnings of damage, after which libjpeg would fill in grey, into errors.
  static void on_warning(j_common_ptr jpeg, int level) {
    const int code = jpeg->err->msg_code;
    if (level < 0 && (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE || code == JWRN_ARITH_BAD_CODE ||
                      code == JWRN_MUST_RESYNC || code == JWRN_BOGUS_PROGRESSION))
      fail(jpeg);
  }
  static void on_skip(j_decompress_ptr jpeg, long bytes) {
    if (bytes <= 0) return;
    if (static_cast<std::size_t>(bytes) > jpeg->src->bytes_in_buffer)
      static_cast<LibraryError*>(jpeg->client_data)->raise("truncated");
    jpeg->src->next_input_byte += bytes;
    jpeg->src->bytes_in_buffer -= static_cast<std::size_t>(bytes);
  }
  static void on_progress(j_common_ptr jpeg) {
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most_scans)
      static_cast<LibraryError*>(jpeg->client_data)->raise("it has more than 100 scans");
  }

  LibraryError error_;
  jpeg_error_mgr manager_{};
  jpeg_source_mgr source_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
  bool created_ = false;
  ImageHeader header_;
};

class PngEncoder {
 public:
  PngEncoder() {
    png_ = png_create_write_struct(
        PNG_LIBPNG_VER_STRING, &error_,
        [](png_structp png, png_const_charp text) {
          static_cast<LibraryError*>(png_get_error_ptr(png))->raise(text);
        },
        [](png_structp, png_const_charp) {});
    if (png_) info_ = png_create_info_struct(png_);
  }
  PngEncoder(const PngEncoder&) = delete;
  PngEncoder& operator=(const PngEncoder&) = delete;
  ~PngEncoder() { png_destroy_write_struct(&png_, &info_); }

  const char* message() const { return info_ ? error_.message : "out of memory"; }
  std::string take() { return std::move(bytes_); }

  bool write(index_t width, index_t height, index_t channels, const std::uint8_t* pixels) {
    if (!info_ || setjmp(error_.back) != 0) return false;
    static constexpr int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                    PNG_COLOR_TYPE_RGB_ALPHA};
    png_set_write_fn(png_, this, on_write, [](png_structp) {});
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8,
                 types[channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png_, info_);
    for (index_t y = 0; y < height; ++y) png_write_row(png_, pixels + y * width * channels);
    png_write_end(png_, info_);
    return true;
  }

 private:
  static void on_write(png_structp png, png_bytep data, std::size_t bytes) {
    if (!static_cast<PngEncoder*>(png_get_io_ptr(png))->append(data, bytes)) png_error(png, "out of memory");
  }
  bool append(const png_byte* data, std::size_t bytes) noexcept {
    try {
      bytes_.append(reinterpret_cast<const char*>(data), bytes);
      return true;
    } catch (...) {
      return false;
    }
  }

  LibraryError error_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::string bytes_;
};

/// Converts an image (H, W, C) to `to` channels.
inline Tensor<std::uint8_t> convert_channels(const Tensor<std::uint8_t>& image, index_t to) {
  const index_t from = image.extent(2), pixels = image.extent(0) * image.extent(1);
  if (from == to) return image;
  Tensor<std::uint8_t> out = Tensor<std::uint8_t>::empty({image.extent(0), image.extent(1), to});
  const std::uint8_t* in = image.data();
  std::uint8_t* p = out.mutable_data();
  for (index_t i = 0; i < pixels; ++i, in += from, p += to) {
    const bool grey = from < 3;
    const std::uint8_t r = in[0], g = grey ? r : in[1], b = grey ? r : in[2],
                       alpha = from % 2 ? 255 : in[from - 1];
    if (to < 3) {  // ITU-R 601-2 luma with 16 bits of fraction, as Pillow
      p[0] = grey ? r : static_cast<std::uint8_t>((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);
    } else {
      p[0] = r;
      p[1] = g;
      p[2] = b;
    }
    if (to % 2 == 0) p[to - 1] = alpha;
  }
  return out;
}

template <class Decoder>
Tensor<std::uint8_t> decode(std::string_view bytes, const ImageOptions& options, const std::string& name) {
  const auto require = [&](bool holds, const auto&... sentence) {
    check<IoError>(holds, "image", name, ": ", sentence...);
  };
  Decoder decoder(bytes);
  require(decoder.read_header(), decoder.message());
  const ImageHeader& header = decoder.header();
  require(header.height <= options.max_pixels / std::max<index_t>(header.width, 1), header.width, " by ",
          header.height, " pixels are more than max_pixels, ", options.max_pixels);
  require(header.least_bytes <= static_cast<index_t>(bytes.size()), "truncated: ", header.width, " by ",
          header.height, " pixels do not fit its ", bytes.size(), " bytes");
  require(decoder.start(), decoder.message());
  Tensor<std::uint8_t> image = Tensor<std::uint8_t>::empty({header.height, header.width, header.channels});
  require(decoder.read_rows(image.mutable_data()), decoder.message());
  return options.channels > 0 ? convert_channels(image, options.channels) : image;
}

}  // namespace detail

inline Tensor<std::uint8_t> decode_image(std::string_view bytes, const ImageOptions& options,
                                         const std::string& name) {
  check<ValueError>(options.channels >= 0 && options.channels <= 4, "image", "expected 0 to 4 channels, got ",
                    options.channels);
  if (bytes.starts_with("\x89PNG")) return detail::decode<detail::PngDecoder>(bytes, options, name);
  if (bytes.starts_with("\xff\xd8")) return detail::decode<detail::JpegDecoder>(bytes, options, name);
  fail<IoError>("image", name, ": it begins neither as PNG nor as JPEG does");
}

inline Tensor<std::uint8_t> read_image(const std::string& path, const ImageOptions& options) {
  return decode_image(FileReader("image", path).rest(), options, path);
}

inline std::string encode_png(const Tensor<std::uint8_t>& image) {
  const Shape& shape = image.shape();
  check<ShapeError>(shape.size() == 3 && shape[0] > 0 && shape[1] > 0 && shape[0] < 1 << 30 &&
                        shape[1] < 1 << 30 && shape[2] >= 1 && shape[2] <= 4,
                    "write_png", "expected an image of shape (H, W, C) with 1 to 4 channels, got ", shape);
  const Tensor<std::uint8_t> dense = contiguous(image);
  detail::PngEncoder encoder;
  check<IoError>(encoder.write(shape[1], shape[0], shape[2], dense.data()), "write_png", encoder.message());
  return encoder.take();
}

inline void write_png(const std::string& path, const Tensor<std::uint8_t>& image) {
  const std::string bytes = encode_png(image);
  io::AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace TENON_NAMESPACE::data
