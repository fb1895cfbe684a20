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

find_package(nlohmann_json 3.10 QUIET CONFIG GLOBAL)
if(TARGET nlohmann_json::nlohmann_json)
  target_link_libraries(tenon::io_dependencies INTERFACE nlohmann_json::nlohmann_json)
else()
  string(APPEND TENON_IO_MISSING "nlohmann-json 3.10 or later is needed (Debian: nlohmann-json3-dev). ")
endif()
