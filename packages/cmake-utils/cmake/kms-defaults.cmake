cmake_path(SET KMS_WORKSPACE NORMALIZE "${CMAKE_CURRENT_LIST_DIR}/../../..")

# kms_defaults(): C++20, hidden symbols, ccache, sanitizers chosen by KMS_SANITIZE ("", or one of kms_variant's).
# Call once, after project(), in each native/CMakeLists.txt. Makes the target kms-native: all that the package ships,
# without its tests.
macro(kms_defaults)
  set(CMAKE_CXX_STANDARD 20)
  set(CMAKE_CXX_STANDARD_REQUIRED ON)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  set(CMAKE_C_VISIBILITY_PRESET hidden)
  set(CMAKE_CXX_VISIBILITY_PRESET hidden)
  set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  # Everything that ships lies in the top of the build folder, cmake-js or not.
  set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
  endif()
  # As fast as a debugger can follow.
  set(CMAKE_C_FLAGS_DEBUG "-g -Og")
  set(CMAKE_CXX_FLAGS_DEBUG "-g -Og")
  find_program(KMS_CCACHE ccache)
  if(KMS_CCACHE)
    # Paths below the workspace are hashed as relative ones, so that another clone finds the same results.
    set(launcher "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${KMS_WORKSPACE}" CCACHE_NOHASHDIR=1 "${KMS_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  endif()
  set(KMS_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address, undefined, both, or thread")
  option(KMS_FUZZ "Fuzz targets with libFuzzer, by clang, and nothing else" OFF)
  set(KMS_FUZZ_SECONDS 600 CACHE STRING "How long CTest lets libFuzzer run each target")
  set(KMS_FUZZ_SMOKE_SECONDS 30 CACHE STRING "The same for ordinary builds")
  kms_variant(variant)
  set(KMS_VARIANT "${variant}" CACHE STRING "Name of the build folder, here and in the packages that kms_find() looks in")
  find_package(PkgConfig REQUIRED)
  find_package(Threads REQUIRED)
  add_custom_target(kms-native)
  enable_testing()
endmacro()

# kms_variant(<out>): the build folder's name for build type, compiler and sanitizers, as tools/nx-plugin/src/variant.js
# makes it.
function(kms_variant out)
  set(names address undefined "address,undefined" thread)
  set(suffixes -address -undefined -asan -tsan)
  set(suffix "")
  if(NOT KMS_SANITIZE STREQUAL "")
    list(FIND names "${KMS_SANITIZE}" at)
    if(at EQUAL -1)
      list(JOIN names " or " known)
      message(FATAL_ERROR "KMS_SANITIZE: \"${KMS_SANITIZE}\" is none of ${known}")
    endif()
    list(GET suffixes ${at} suffix)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang" AND NOT KMS_FUZZ)
    string(PREPEND suffix "-clang")
  endif()
  set(${out} "${CMAKE_BUILD_TYPE}${suffix}" PARENT_SCOPE)
endfunction()

# kms_compile_options(<target>): warnings as errors and sanitizers, per target and never global.
function(kms_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Warnings are errors with the compiler that the code is written for; clang's include those about GCC's own headers.
    target_compile_options(${target} PRIVATE -Wno-error)
  endif()
  if(KMS_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${KMS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
    target_link_options(${target} PRIVATE -fsanitize=${KMS_SANITIZE})
    if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
      kms_shared_runtime(${target})
    endif()
  endif()
  if(KMS_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link,address,undefined
      -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
endfunction()

# kms_shared_runtime(<target>): clang's sanitizer as a shared library, as GCC's is: our shared objects run in programs that know
# nothing of it, and there it is loaded before them. Our own programs find it by themselves.
function(kms_shared_runtime target)
  target_link_options(${target} PRIVATE -shared-libsan)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    execute_process(COMMAND "${CMAKE_CXX_COMPILER}" -print-file-name=libclang_rt.asan-${CMAKE_SYSTEM_PROCESSOR}.so
      OUTPUT_VARIABLE runtime OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    cmake_path(GET runtime PARENT_PATH folder)
    target_link_options(${target} PRIVATE "-Wl,-rpath,${folder}")
  endif()
endfunction()

# kms_link_components(<target> components...): those components' objects and all that they link.
function(kms_link_components target)
  kms_objects_of(objects ${ARGN})
  foreach(component IN LISTS objects)
    target_link_libraries(${target} PRIVATE kms_${component})
  endforeach()
endfunction()

# kms_shipped(<target>): a shared object that the package ships. Built by kms-native, resident once loaded (GTypes and
# std::function targets stay referenced), its libraries found beside it or in the sibling packages of kms_find().
function(kms_shipped target)
  kms_compile_options(${target})
  target_link_options(${target} PRIVATE -Wl,-z,nodelete)
  get_target_property(folder ${target} LIBRARY_OUTPUT_DIRECTORY)
  get_property(found GLOBAL PROPERTY KMS_FOUND_FOLDERS)
  set(rpath "$ORIGIN")
  foreach(other IN LISTS found CMAKE_BINARY_DIR)
    file(RELATIVE_PATH relative "${folder}" "${other}")
    if(NOT relative STREQUAL "")
      list(APPEND rpath "$ORIGIN/${relative}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES rpath)
  # Relative paths only: a cached build must load in another checkout too.
  set_target_properties(${target} PROPERTIES BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "${rpath}")
  add_dependencies(kms-native ${target})
endfunction()
