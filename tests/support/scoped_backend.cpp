#include "scoped_backend.hpp"

#include "tenon/backend/scoped_backend.hpp"

namespace support {

namespace {
Provider active = Provider::blas;
}

struct ScopedBackend::Scope {
  explicit Scope(Provider provider)
      : backend(static_cast<tn::backend::Provider>(provider)), previous(active) {
    active = provider;
  }
  ~Scope() { active = previous; }

  tn::backend::ScopedBackend backend;
  Provider previous;
};

ScopedBackend::ScopedBackend(Provider provider) : scope_(std::make_unique<Scope>(provider)) {}
ScopedBackend::~ScopedBackend() = default;

Provider active_provider() {
  return active;
}

}  // namespace support
