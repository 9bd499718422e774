# kms_component(<name> SOURCES ... [COMPONENTS ...] [LINK ...] [TESTS ...]): one folder of a native library as an object
# library, with its unit tests beside it. A target kms_<name> comes out; kms_library(), kms_module() and kms_plugin() take it.
function(kms_component name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;COMPONENTS;LINK;TESTS")
  list(TRANSFORM ARG_COMPONENTS PREPEND kms_)
  add_library(kms_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(kms_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}")
  target_link_libraries(kms_${name} PUBLIC Threads::Threads ${ARG_COMPONENTS} ${ARG_LINK})
  kms_compile_options(kms_${name})
  if(ARG_TESTS)
    kms_test(${name}-test SOURCES ${ARG_TESTS} COMPONENTS ${name})
  endif()
endfunction()

# kms_library(<name> COMPONENTS ... [PUBLIC_LINK ...]): the shared library made of those components, exported for kms_find().
# PUBLIC_LINK: targets that its public headers need (of kms_pkg(), or kms<package> of kms_find()). Its public headers are
# those of include/ and, made by the module creator, of generated/.
function(kms_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "COMPONENTS;PUBLIC_LINK")
  add_library(${name} SHARED)
  kms_link_components(${name} ${ARG_COMPONENTS})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/generated")
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC_LINK})
  # The file bears the name that it is loaded by: npm archives leave symbolic links out.
  set_target_properties(${name} PROPERTIES VERSION 0 SOVERSION 0 LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  if(NOT KMS_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  kms_shipped(${name})
  install(TARGETS ${name} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
  kms_export(${name} LIBRARY "lib${name}.so.0" SONAME "lib${name}.so.0" LINK ${ARG_PUBLIC_LINK})
endfunction()
