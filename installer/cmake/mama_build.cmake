# Compiler settings, and the functions with which every folder declares its library, program or test.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -ftree-vectorize -DNDEBUG")
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)

find_program(MAMA_CCACHE ccache)
if(MAMA_CCACHE)
  # pch_defines and time_macros let ccache reuse objects that include a precompiled header; with a base folder and
  # without the working folder in the hash, another clone finds them too.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MAMA_CCACHE})
endif()
# A fast linker. mold before 2.4 makes a program now and then that can't be started ("cannot apply additional memory
# protection after relocation", rui314/mold issue 1151): whether it does hangs on the length of the folder's name.
find_program(MAMA_LLD ld.lld)
if(MAMA_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# Each function in a section of its own, so that a program takes of a library what it calls and no more: the window links
# both ends of every message and all of the model families otherwise.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-ffunction-sections> $<$<COMPILE_LANGUAGE:C,CXX>:-fdata-sections>)
  add_link_options(-Wl,--gc-sections)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# Warnings are errors on our own code; headers of other projects come in as SYSTEM.
add_library(mama_warnings INTERFACE)
target_compile_options(mama_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # -Wrestrict of GCC 12 is wrong about operator+(const char*, std::string&&): GCC bug 105651;
  # -Wmaybe-uninitialized of GCC 12 is wrong about every std::stop_source on the stack.
  target_compile_options(mama_warnings INTERFACE -fpch-preprocess -Wno-restrict -Wno-maybe-uninitialized)
endif()
target_include_directories(mama_warnings INTERFACE ${PROJECT_SOURCE_DIR})
target_link_libraries(mama_warnings INTERFACE Threads::Threads)

include(mama_libtorch)

# mama_library(NAME SOURCES a.cpp ... PUBLIC targets... PRIVATE targets...)
# One small static library a folder.
function(mama_library name)
  cmake_parse_arguments(A "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_link_libraries(${name} PUBLIC ${A_PUBLIC} PRIVATE mama_warnings ${A_PRIVATE})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
endfunction()

# mama_small_code(TARGET): for code that waits for people or reads options. -Os makes the window's rooms 40 % smaller than
# -O2, and quicker to compile; nothing that computes pixels or numbers is compiled like this.
function(mama_small_code name)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-Os>)
endfunction()

# mama_test(NAME LABEL unit|parity|gui|process SOURCES ... LIBRARIES ...)
# A Qt Test program, run by ctest under its label.
# OpenMP's threads sleep between their pieces of work: tiny tensors on a loaded machine else take minutes of waiting.
function(mama_test name)
  cmake_parse_arguments(A "" "LABEL;TIMEOUT" "SOURCES;LIBRARIES;DEPENDS;ENVIRONMENT" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  # moc by hand and without include folders: AUTOMOC reads every header that a test includes, Torch's too, which takes
  # longer than compiling the test (2.6 s a program), and compiles an empty file besides.
  foreach(source ${A_SOURCES})
    if(source MATCHES "^test_.*\\.cpp$")
      string(REGEX REPLACE "cpp$" "moc" moc ${source})
      set(moc ${CMAKE_CURRENT_BINARY_DIR}/${name}_moc/${moc})
      add_custom_command(OUTPUT ${moc} COMMAND Qt6::moc ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${moc} DEPENDS ${source} VERBATIM)
      list(APPEND A_SOURCES ${moc})
    endif()
  endforeach()
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/${name}_moc)
  target_compile_definitions(${name} PRIVATE QT_NO_KEYWORDS)
  target_link_libraries(${name} PRIVATE mama_warnings mama_test_support Qt6::Test ${A_LIBRARIES})
  if(A_DEPENDS)
    add_dependencies(${name} ${A_DEPENDS})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${A_LABEL} TIMEOUT ${A_TIMEOUT}
    ENVIRONMENT "MAMA_BIN=${PROJECT_BINARY_DIR}/bin;OMP_WAIT_POLICY=PASSIVE;${A_ENVIRONMENT}" WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
  if(A_LABEL STREQUAL gui) # one display has one focus
    set_tests_properties(${name} PROPERTIES RESOURCE_LOCK display)
  endif()
endfunction()
