# Headers, CMake package and licence.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(tenon_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/tenon")

install(TARGETS tenon EXPORT tenonTargets FILE_SET HEADERS)
install(EXPORT tenonTargets NAMESPACE tenon:: DESTINATION "${tenon_package_dir}")
if(TARGET tenon_io)
  install(TARGETS tenon_io EXPORT tenonIoTargets FILE_SET HEADERS)
  install(EXPORT tenonIoTargets NAMESPACE tenon:: DESTINATION "${tenon_package_dir}")
endif()
if(TARGET tenon_images)
  install(TARGETS tenon_images EXPORT tenonImagesTargets FILE_SET HEADERS)
  install(EXPORT tenonImagesTargets NAMESPACE tenon:: DESTINATION "${tenon_package_dir}")
endif()
if(TARGET tenon_tokenizers)
  install(TARGETS tenon_tokenizers EXPORT tenonTokenizersTargets FILE_SET HEADERS)
  install(EXPORT tenonTokenizersTargets NAMESPACE tenon:: DESTINATION "${tenon_package_dir}")
endif()

configure_package_config_file(cmake/tenonConfig.cmake.in "${PROJECT_BINARY_DIR}/tenonConfig.cmake"
                              INSTALL_DESTINATION "${tenon_package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tenonConfigVersion.cmake" COMPATIBILITY SameMinorVersion
                                 ARCH_INDEPENDENT)
install(FILES "${PROJECT_BINARY_DIR}/tenonConfig.cmake" "${PROJECT_BINARY_DIR}/tenonConfigVersion.cmake"
              cmake/TenonDependencies.cmake cmake/TenonIoDependencies.cmake cmake/TenonImagesDependencies.cmake
              cmake/TenonTokenizersDependencies.cmake
              cmake/TenonCompiled.cmake cmake/compiled_kernels.cpp.in
        DESTINATION "${tenon_package_dir}")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
