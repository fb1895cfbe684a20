#pragma once
/// tn::backend::ScopedBackend, compiled once for all tests: it brings every kernel with it.

#include <memory>

#include "tenon/backend/kernel.hpp"

namespace support {

using tn::backend::Provider;

class ScopedBackend {
 public:
  explicit ScopedBackend(Provider provider);
  ~ScopedBackend();

 private:
  struct Scope;
  std::unique_ptr<Scope> scope_;
};

/// The provider of the innermost scope.
Provider active_provider();

}  // namespace support
