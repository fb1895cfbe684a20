/// Everything that is compared with peers, on one thread and two, in one interleaved run. `--benchmark_filter=NAME`
/// chooses cases.

#include <dlfcn.h>

#include "benchmarks/peers/support.hpp"

int main(int argc, char** argv) {
  // The processor's kernels that OpenBLAS chose, on which libtorch's products depend.
  if (void* const name = dlsym(RTLD_DEFAULT, "openblas_get_corename"))
    std::printf("OpenBLAS's kernels: %s\n", reinterpret_cast<const char* (*)()>(name)());
  for (int threads : {1, 2}) {
    bench::overhead(threads);
    bench::elementwise(threads);
    bench::kernels(threads);
    bench::convolutions(threads);
    bench::layers(threads);
    bench::models(threads);
  }
  return bench::run(argc, argv);
}
