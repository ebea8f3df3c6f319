# What `cmake --install` puts where: the program (apps/cli says that itself), the library, its headers, and what
# find_package(divisi) and pkg-config need to find them.
include(CMakePackageConfigHelpers)
set(DIVISI_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/divisi)

install(TARGETS divisi EXPORT divisiTargets)
install(EXPORT divisiTargets NAMESPACE divisi:: DESTINATION ${DIVISI_PACKAGE_DIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/divisi DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*_test.h" EXCLUDE PATTERN "*-inl.h" EXCLUDE PATTERN "test_*.h" EXCLUDE)

configure_package_config_file(cmake/divisiConfig.cmake.in divisiConfig.cmake INSTALL_DESTINATION ${DIVISI_PACKAGE_DIR})
# Before 1.0 a minor version may change names.
write_basic_package_version_file(divisiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/divisiConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/divisiConfigVersion.cmake
  DESTINATION ${DIVISI_PACKAGE_DIR})

# Relative, so that the installed tree can be moved.
file(RELATIVE_PATH DIVISI_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_FULL_INCLUDEDIR})
set(DIVISI_PC_LIBRARIES "")
if(NOT BUILD_SHARED_LIBS)
  # Named one by one: `pkg-config --static` would ask for static versions of what these need in turn.
  get_property(libraries GLOBAL PROPERTY DIVISI_LIBRARIES)
  list(REMOVE_DUPLICATES libraries)
  list(TRANSFORM libraries PREPEND "-l")
  list(JOIN libraries " " DIVISI_PC_LIBRARIES)
  string(REPLACE "-lThreads::Threads" "-pthread" DIVISI_PC_LIBRARIES "${DIVISI_PC_LIBRARIES}")
endif()
configure_file(cmake/divisi.pc.in divisi.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/divisi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
