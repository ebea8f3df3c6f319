# divisi_module(<name> [DEPENDS <lower rooms...>] [LIBRARIES <third-party...>])
#
# One room of src/divisi. Its sources are the .cpp beside this call, its tests the *_test.cpp. A room sees the headers of
# the rooms it names (and of those below them) and of no other: each room's headers are reached through an include
# directory of its own, so an undeclared include does not compile, and naming a room that is not on a lower floor stops
# the configure step.
include_guard(GLOBAL)

set(DIVISI_FLOORS
  core=0 compute=1 audio=2 transform=2 factor=2 group=2 mask=2 metric=2 store=2 report=2 notes=2 spatial=2 pipeline=3)

function(divisi_floor name out)
  foreach(entry IN LISTS DIVISI_FLOORS)
    if(entry MATCHES "^${name}=(.+)$")
      set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "divisi: room '${name}' has no floor; add it to DIVISI_FLOORS in cmake/DivisiModule.cmake")
endfunction()

function(divisi_module name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LIBRARIES" ${ARGN})
  if(ROOM_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "divisi_module(${name}): unknown arguments '${ROOM_UNPARSED_ARGUMENTS}'")
  endif()
  divisi_floor(${name} floor)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  set(door ${PROJECT_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${door}/divisi)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${door}/divisi/${name} SYMBOLIC)

  add_library(divisi_${name} OBJECT ${sources})
  set_target_properties(divisi_${name} PROPERTIES POSITION_INDEPENDENT_CODE ${BUILD_SHARED_LIBS})
  target_include_directories(divisi_${name} PUBLIC ${door})
  target_compile_features(divisi_${name} PUBLIC cxx_std_20)
  foreach(dependency IN LISTS ROOM_DEPENDS)
    divisi_floor(${dependency} dependency_floor)
    if(NOT dependency_floor LESS floor)
      message(FATAL_ERROR
        "divisi: '${name}' (floor ${floor}) must not depend on '${dependency}' (floor ${dependency_floor})")
    endif()
    target_link_libraries(divisi_${name} PUBLIC divisi_${dependency})
  endforeach()
  target_link_libraries(divisi_${name} PRIVATE divisi_options ${ROOM_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY DIVISI_ROOMS ${name})
  set_property(GLOBAL APPEND PROPERTY DIVISI_LIBRARIES ${ROOM_LIBRARIES})

  if(DIVISI_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE divisi_${name} divisi divisi_options GTest::gtest_main)
    gtest_discover_tests(${name}_test PROPERTIES LABELS ${name} DISCOVERY_TIMEOUT 60)
  endif()
endfunction()
