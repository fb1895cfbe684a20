// error: -fopenmp needs the header omp[.]h
// options: -fopenmp -nostdinc
// Clang has the header of OpenMP in a package of its own, which a sentence must name.

#if defined(TENON_WRONG)
#include "tenon/core/parallel.hpp"
#endif
