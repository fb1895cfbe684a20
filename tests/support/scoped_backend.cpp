#include "scoped_backend.hpp"

#include "tenon/backend/scoped_backend.hpp"

namespace support {

struct ScopedBackend::Scope {
  tn::backend::ScopedBackend backend;
};

ScopedBackend::ScopedBackend(Provider provider) : scope_(new Scope{tn::backend::ScopedBackend(provider)}) {}
ScopedBackend::~ScopedBackend() = default;

Provider active_provider() {
  return tn::backend::active_provider();
}

}  // namespace support
