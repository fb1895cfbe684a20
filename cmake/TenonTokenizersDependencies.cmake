# What the component `tokenizers` needs besides `io`: text/subword/ knows Unicode by utf8proc and regular expressions by PCRE2.
# Defines tenon::tokenizers_dependencies; sets TENON_TOKENIZERS_MISSING to the sentence that names what lacks.

set(TENON_TOKENIZERS_MISSING "")
if(NOT TARGET tenon::tokenizers_dependencies)
  add_library(tenon::tokenizers_dependencies INTERFACE IMPORTED GLOBAL)
endif()

# Neither brings CMake files everywhere.
find_path(TENON_UTF8PROC_INCLUDE_DIR utf8proc.h)
find_library(TENON_UTF8PROC_LIBRARY utf8proc)
find_path(TENON_PCRE2_INCLUDE_DIR pcre2.h)
find_library(TENON_PCRE2_LIBRARY pcre2-8)
mark_as_advanced(TENON_UTF8PROC_INCLUDE_DIR TENON_UTF8PROC_LIBRARY TENON_PCRE2_INCLUDE_DIR TENON_PCRE2_LIBRARY)
if(TENON_UTF8PROC_INCLUDE_DIR AND TENON_UTF8PROC_LIBRARY)
  target_include_directories(tenon::tokenizers_dependencies INTERFACE "${TENON_UTF8PROC_INCLUDE_DIR}")
  target_link_libraries(tenon::tokenizers_dependencies INTERFACE "${TENON_UTF8PROC_LIBRARY}")
else()
  string(APPEND TENON_TOKENIZERS_MISSING "utf8proc is needed for tokenizers (Debian: libutf8proc-dev). ")
endif()
if(TENON_PCRE2_INCLUDE_DIR AND TENON_PCRE2_LIBRARY)
  target_include_directories(tenon::tokenizers_dependencies INTERFACE "${TENON_PCRE2_INCLUDE_DIR}")
  target_link_libraries(tenon::tokenizers_dependencies INTERFACE "${TENON_PCRE2_LIBRARY}")
else()
  string(APPEND TENON_TOKENIZERS_MISSING "PCRE2 is needed for tokenizers (Debian: libpcre2-dev). ")
endif()
