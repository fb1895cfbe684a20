# tenon::compiled: tenon::tenon with its kernels in a static library instead of in each program that uses them. Programs compile
# faster; nothing else changes. The library is built in the project that uses it, by the compiler and the options that are in force
# where this file is included: its objects meet those of the programs, and do not link with objects for another processor.

set(tenon_compiled_sources "")
foreach(scalar IN ITEMS float double bfloat16 std::int64_t std::int32_t std::uint8_t bool)
  set(real 0)
  if(scalar MATCHES "^(float|double)$")
    set(real 1)
  endif()
  string(REPLACE "std::" "" file "${CMAKE_CURRENT_BINARY_DIR}/tenon_compiled/kernels_${scalar}.cpp")
  configure_file("${CMAKE_CURRENT_LIST_DIR}/compiled_kernels.cpp.in" "${file}" @ONLY)
  list(APPEND tenon_compiled_sources "${file}")
endforeach()

add_library(tenon_compiled STATIC EXCLUDE_FROM_ALL ${tenon_compiled_sources})
add_library(tenon::compiled ALIAS tenon_compiled)
target_link_libraries(tenon_compiled PUBLIC tenon::tenon)
target_compile_definitions(tenon_compiled INTERFACE TENON_COMPILED)
# A program that is compiled for its debugger need not compute slowly.
target_compile_options(tenon_compiled PRIVATE $<$<CONFIG:Debug>:-O1>)
