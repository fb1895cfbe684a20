# What the component `io` needs besides: the folders io/ and right of it read compressed and JSON files.
# Defines tenon::io_dependencies; sets TENON_IO_MISSING to the sentence that names what lacks.

set(TENON_IO_MISSING "")
if(NOT TARGET tenon::io_dependencies)
  add_library(tenon::io_dependencies INTERFACE IMPORTED GLOBAL)
endif()

find_package(ZLIB QUIET GLOBAL)
if(TARGET ZLIB::ZLIB)
  target_link_libraries(tenon::io_dependencies INTERFACE ZLIB::ZLIB)
else()
  string(APPEND TENON_IO_MISSING "zlib is needed (Debian: zlib1g-dev). ")
endif()

find_path(TENON_RAPIDJSON_INCLUDE_DIR rapidjson/reader.h)
mark_as_advanced(TENON_RAPIDJSON_INCLUDE_DIR)
if(TENON_RAPIDJSON_INCLUDE_DIR)
  target_include_directories(tenon::io_dependencies SYSTEM INTERFACE "${TENON_RAPIDJSON_INCLUDE_DIR}")
else()
  string(APPEND TENON_IO_MISSING "RapidJSON is needed (Debian: rapidjson-dev). ")
endif()
