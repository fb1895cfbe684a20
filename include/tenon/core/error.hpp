#pragma once
/// The library's exceptions and their one message format: `[op] what is wrong, with the values`.

#include <cstdio>            // snprintf
#include <exception>         // exception
#include <initializer_list>  // initializer_list
#include <string>            // string
#include <string_view>       // string_view
#include <type_traits>       // is_arithmetic_v

#include "tenon/core/config.hpp"

namespace TENON_NAMESPACE {

/// Base of the library's exceptions.
class TENON_SHARED Error : public std::exception {
 public:
  /// An exception with a message.
  explicit Error(std::string message) : message_(std::move(message)) {}
  /// The message.
  const char* what() const noexcept override { return message_.c_str(); }

  /// Where the exception was thrown: a layer, by its address and that of something unique to its type.
  struct Place {
    const void* layer = nullptr;  ///< the layer; null: not known, or already part of the message
    const void* type = nullptr;   ///< an address that is unique to the layer's type
    friend bool operator==(const Place&, const Place&) = default;
  };
  /// The innermost layer in whose call it was thrown.
  const Place& place() const { return place_; }
  /// Sets the layer, unless one is known.
  void set_place(const Place& place) {
    if (!place_.layer) place_ = place;
  }
  /// Puts the path of the layer before the message: `blocks.0.attn.fc2: [linear] …`.
  void set_path(const std::string& path) {
    message_ = path + ": " + message_;
    place_ = {};
  }

 private:
  std::string message_;
  Place place_;
};

/// Thrown for ranks or extents that do not fit together.
struct TENON_SHARED ShapeError : Error {
  using Error::Error;
};
/// Thrown for an index or axis outside its range.
struct TENON_SHARED IndexError : Error {
  using Error::Error;
};
/// Thrown for an argument with an invalid value.
struct TENON_SHARED ValueError : Error {
  using Error::Error;
};
/// Thrown for a file that is missing, truncated, malformed or not writable.
struct TENON_SHARED IoError : Error {
  using Error::Error;
};
/// Thrown for a graph that cannot be differentiated: nothing was recorded, it was freed, a tensor that it
/// kept was modified in place, or the order of derivative is not supported.
struct TENON_SHARED GraphError : Error {
  using Error::Error;
};

/// The text of a number in a message. Overloads for shapes and other types are found by argument-dependent
/// lookup.
template <class T>
  requires std::is_arithmetic_v<T>
std::string describe(T value) {
  if constexpr (std::is_same_v<T, bool>) return value ? "true" : "false";
  if constexpr (std::is_floating_point_v<T>) {  // with the digits that the type can hold: 0.5, 1e-08
    char text[32];
    std::snprintf(text, sizeof text, sizeof(T) == 4 ? "%.6g" : "%.15g", static_cast<double>(value));
    return text;
  } else {
    return std::to_string(value);
  }
}

/// The text of a number of a type that converts to float, such as bfloat16.
template <class T>
  requires(!std::is_arithmetic_v<T> && std::is_convertible_v<T, float>)
std::string describe(const T& value) {
  return describe(static_cast<float>(value));
}

/// A reference to a part of a message: a text, or a value of a type with a `describe`. It is formatted only
/// when the message is built.
class MessagePart {
 public:
  MessagePart(const char* text) : MessagePart(std::string_view(text)) {}
  MessagePart(char* text) : MessagePart(std::string_view(text)) {}
  MessagePart(std::string_view text) : object_(text.data()), size_(text.size()) {}
  MessagePart(const std::string& text) : MessagePart(std::string_view(text)) {}
  template <class T>
  MessagePart(const T& value)
      : object_(&value), append_([](std::string& text, const void* object) {
          text += describe(*static_cast<const T*>(object));
        }) {}

  /// Formats the piece and appends it to `text`.
  void append_to(std::string& text) const {
    if (append_)
      append_(text, object_);
    else
      text.append(static_cast<const char*>(object_), size_);
  }

 private:
  const void* object_;
  std::size_t size_ = 0;
  void (*append_)(std::string&, const void*) = nullptr;
};

/// The concatenation of the pieces of a message.
inline std::string join_pieces(std::initializer_list<MessagePart> pieces) {
  std::string text;
  for (const MessagePart& piece : pieces) piece.append_to(text);
  return text;
}
/// The concatenation of texts and values: `join("lhs ", shape, ", axis ", 3)`.
template <class... Pieces>
std::string join(const Pieces&... pieces) {
  return join_pieces({MessagePart(pieces)...});
}

/// Throws `E` with the message `[op] pieces…`. It is not inlined, so that a check costs its caller one
/// comparison and one cold call.
template <class E>
[[noreturn, gnu::cold, gnu::noinline]] void fail_with(std::string_view op,
                                                      std::initializer_list<MessagePart> pieces) {
  std::string message = join("[", op, "] ");
  throw E(message += join_pieces(pieces));
}
/// Throws `E` with the message `[op] pieces…`.
template <class E, class... Pieces>
[[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view op, const Pieces&... pieces) {
  fail_with<E>(op, {MessagePart(pieces)...});
}

/// Throws `E` with the message `[op] pieces…` unless `condition` holds. Pieces are formatted only on failure.
template <class E, class... Pieces>
void check(bool condition, const char* op, const Pieces&... pieces) {
  if (!condition) [[unlikely]]
    fail<E>(op, pieces...);
}

}  // namespace TENON_NAMESPACE
