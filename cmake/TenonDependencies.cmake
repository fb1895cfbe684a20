# The third parties that the headers stand on. Read by the build and by the installed package, so that both find them alike.
#
#   TENON_OPENMP  threads through OpenMP when it is found
#   TENON_BLAS    AUTO (OpenBLAS when it is found, else the library's own products), EIGEN, OPENBLAS (an error when
#                 it is not found)
#
# Defines tenon::dependencies; sets TENON_USE_OPENMP and TENON_USE_OPENBLAS to say what was chosen, and TENON_MISSING to the
# sentence that names what lacks.

set(TENON_MISSING "")
if(NOT TARGET tenon::dependencies)
  add_library(tenon::dependencies INTERFACE IMPORTED GLOBAL)
endif()

find_package(Eigen3 3.4 QUIET CONFIG GLOBAL)
if(TARGET Eigen3::Eigen)
  target_link_libraries(tenon::dependencies INTERFACE Eigen3::Eigen)
elseif(TENON_BLAS STREQUAL "EIGEN")
  string(APPEND TENON_MISSING "TENON_BLAS=EIGEN, but Eigen 3.4 or later is not found (Debian: libeigen3-dev). ")
endif()

# By header: xsimd's own CMake files ask for its sister library xtl, which nothing here uses.
find_path(TENON_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp)
mark_as_advanced(TENON_XSIMD_INCLUDE_DIR)
if(TENON_XSIMD_INCLUDE_DIR)
  target_include_directories(tenon::dependencies INTERFACE "${TENON_XSIMD_INCLUDE_DIR}")
else()
  string(APPEND TENON_MISSING "xsimd 8 or later is needed (Debian: libxsimd-dev). ")
endif()

set(TENON_USE_OPENMP OFF)
if(TENON_OPENMP)
  find_package(OpenMP QUIET COMPONENTS CXX GLOBAL)
  if(TARGET OpenMP::OpenMP_CXX)
    set(TENON_USE_OPENMP ON)
    target_link_libraries(tenon::dependencies INTERFACE OpenMP::OpenMP_CXX)
  endif()
endif()

set(TENON_USE_OPENBLAS OFF)
if(TENON_BLAS STREQUAL "EIGEN")
  target_compile_definitions(tenon::dependencies INTERFACE TENON_USE_EIGEN)
else()
  # Debian keeps its flavours apart; the one on OpenMP shares our threads instead of competing with them.
  find_library(TENON_OPENBLAS_LIBRARY openblas PATH_SUFFIXES openblas-openmp openblas)
  mark_as_advanced(TENON_OPENBLAS_LIBRARY)
  if(TENON_OPENBLAS_LIBRARY)
    set(TENON_USE_OPENBLAS ON)
    target_link_libraries(tenon::dependencies INTERFACE "${TENON_OPENBLAS_LIBRARY}")
    target_compile_definitions(tenon::dependencies INTERFACE TENON_USE_OPENBLAS)
    file(STRINGS "${TENON_OPENBLAS_LIBRARY}" tenon_openmp_symbols REGEX "omp_get_max_threads" LIMIT_COUNT 1)
    if(TENON_USE_OPENMP AND NOT tenon_openmp_symbols)
      message(WARNING "${TENON_OPENBLAS_LIBRARY} brings threads of its own, which will compete with OpenMP's. "
                      "Prefer the flavour built on OpenMP (Debian: libopenblas-openmp-dev), or set TENON_BLAS=EIGEN.")
    endif()
  elseif(TENON_BLAS STREQUAL "OPENBLAS")
    string(APPEND TENON_MISSING "TENON_BLAS=OPENBLAS, but OpenBLAS is not found (Debian: libopenblas-openmp-dev). ")
  endif()
endif()
