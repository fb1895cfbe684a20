/// Whether modes, seeds, records, errors and memory are one in a program and a library with hidden symbols. With a path: the
/// library is loaded from there.

#include "library.hpp"

#include <cmath>
#include <cstdio>

#if defined(TENON_LOADED)
#include <dlfcn.h>
#endif

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("does not hold: %s\n", what);
  ++failures;
}

const Library* open_library([[maybe_unused]] char** arguments) {
#if defined(TENON_LOADED)
  void* const handle = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    std::printf("%s\n", dlerror());
    return nullptr;
  }
  return reinterpret_cast<const Library* (*)()>(dlsym(handle, "tenon_test_library"))();
#else
  return tenon_test_library();
#endif
}

void modes(const Library& library) {
  expect(library.grad_enabled() && library.training(), "recording is on at first");
  {
    const tn::NoGrad no_grad;
    expect(!library.grad_enabled() && !library.training(), "the program's NoGrad reaches the library");
    const tn::TrainingMode training(true);
    expect(library.training(), "the program's TrainingMode reaches the library");
  }
  expect(library.grad_enabled(), "the end of NoGrad reaches the library");
}

void seeds(const Library& library) {
  tn::manual_seed(5);
  tn::Generator generator(5);
  expect(library.draw() == generator.uniform<double>(), "the program's seed reaches the library");
  expect(tn::default_generator().uniform<double>() == generator.uniform<double>(),
         "both draw from one stream");
}

void records(const Library& library) {
  auto x = tn::from<double>({0.5, -2}).requires_grad_();
  auto h = x;
  for (int i = 0; i < 100; ++i) h = h + x;
  const auto y = library.compute(h);  // recorded there after many nodes here
  const auto z = y * 2;
  for (const auto& dx : {tn::grad(sum(z), {x}, {.retain_graph = true})[0], library.differentiate(z, x)})
    for (tn::index_t i = 0; i < 2; ++i) {
      const double v = 101 * x.at({i}), t = std::tanh(v);
      expect(std::abs(dx.at({i}) - 202 * (t + v * (1 - t * t))) < 1e-10, "a record crosses the border");
    }
}

void errors(const Library& library) {
  bool caught = false;
  try {
    library.fail();
  } catch (const tn::ShapeError&) {
    caught = true;
  }
  expect(caught, "an error of the library is caught by its type");
}

void memory(const Library& library) {
  const auto x = tn::ones<double>({1 << 20});
  expect(library.bytes_in_use() == tn::backend::memory::statistics().in_use, "memory is counted once");
}

}  // namespace

int main(int, char** arguments) {
  const Library* const library = open_library(arguments);
  if (!library) return 1;
  modes(*library);
  seeds(*library);
  records(*library);
  errors(*library);
  memory(*library);
  return failures == 0 ? 0 : 1;
}
