# The third parties that the headers stand on. Read by the build and by the installed package, so that both find them alike.
#
#   TENON_BLAS    AUTO (the library's own products: docs/performance.md has the figures), EIGEN, OPENBLAS (an error
#                 when it is not found)
#
# Defines tenon::dependencies; sets TENON_PRODUCTS to the words for what was chosen, and TENON_MISSING to the sentence that names
# what lacks.

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

find_package(Threads REQUIRED)
target_link_libraries(tenon::dependencies INTERFACE Threads::Threads)

set(TENON_PRODUCTS "the library's own")
if(TENON_BLAS STREQUAL "EIGEN")
  set(TENON_PRODUCTS "Eigen's")
  target_compile_definitions(tenon::dependencies INTERFACE TENON_USE_EIGEN)
elseif(TENON_BLAS STREQUAL "OPENBLAS")
  # Debian keeps its flavours apart. Any will do: the library shares out the work itself.
  find_library(TENON_OPENBLAS_LIBRARY openblas PATH_SUFFIXES openblas-serial openblas-pthread openblas-openmp openblas)
  mark_as_advanced(TENON_OPENBLAS_LIBRARY)
  if(TENON_OPENBLAS_LIBRARY)
    set(TENON_PRODUCTS "OpenBLAS's (${TENON_OPENBLAS_LIBRARY})")
    target_link_libraries(tenon::dependencies INTERFACE "${TENON_OPENBLAS_LIBRARY}")
    target_compile_definitions(tenon::dependencies INTERFACE TENON_USE_OPENBLAS)
  else()
    string(APPEND TENON_MISSING "TENON_BLAS=OPENBLAS, but OpenBLAS is not found (Debian: libopenblas-dev). ")
  endif()
endif()
