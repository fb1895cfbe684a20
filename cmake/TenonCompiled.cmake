# tenon::compiled: the same library with its kernels compiled once instead of into each program that uses them. Programs compile
# faster; nothing else changes. It is made for this machine's processor where its users are, since their objects meet.

set(tenon_compiled_sources "")
foreach(scalar IN ITEMS float double bfloat16 std::int64_t std::int32_t std::uint8_t bool)
  set(real 0)
  if(scalar MATCHES "^(float|double)$")
    set(real 1)
  endif()
  string(REPLACE "std::" "" file "compiled/kernels_${scalar}.cpp")
  configure_file(cmake/compiled_kernels.cpp.in "${PROJECT_BINARY_DIR}/${file}" @ONLY)
  list(APPEND tenon_compiled_sources "${PROJECT_BINARY_DIR}/${file}")
endforeach()

add_library(tenon_compiled STATIC EXCLUDE_FROM_ALL ${tenon_compiled_sources})
add_library(tenon::compiled ALIAS tenon_compiled)
target_link_libraries(tenon_compiled PUBLIC tenon)
target_compile_definitions(tenon_compiled INTERFACE TENON_COMPILED)
# A program that is compiled for its debugger need not compute slowly.
target_compile_options(tenon_compiled PRIVATE $<$<CONFIG:Debug>:-O1>)
