# What the component `images` needs besides `io`: data/image_file.hpp and data/image_folder.hpp read PNG and JPEG files.
# Defines tenon::images_dependencies; sets TENON_IMAGES_MISSING to the sentence that names what lacks.

set(TENON_IMAGES_MISSING "")
if(NOT TARGET tenon::images_dependencies)
  add_library(tenon::images_dependencies INTERFACE IMPORTED GLOBAL)
endif()

find_package(PNG QUIET GLOBAL)
if(TARGET PNG::PNG)
  target_link_libraries(tenon::images_dependencies INTERFACE PNG::PNG)
else()
  string(APPEND TENON_IMAGES_MISSING "libpng is needed for images (Debian: libpng-dev). ")
endif()

find_package(JPEG QUIET GLOBAL)
if(TARGET JPEG::JPEG)
  target_link_libraries(tenon::images_dependencies INTERFACE JPEG::JPEG)
else()
  string(APPEND TENON_IMAGES_MISSING "libjpeg is needed for images (Debian: libjpeg-dev). ")
endif()
