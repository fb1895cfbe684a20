# Warnings for the project's own programs and tests; users of the library keep theirs.

add_compile_options(
  -Wall
  -Wextra
  -Wpedantic
  -Wconversion
  -Wshadow
  -Wnon-virtual-dtor
  -Wold-style-cast
  -Woverloaded-virtual
  -Wcast-align
  -Wimplicit-fallthrough)

if(TENON_WERROR)
  add_compile_options(-Werror)
endif()
