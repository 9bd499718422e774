set(KMS_GLIB_TEMPLATES "${CMAKE_CURRENT_LIST_DIR}")

# kms_glib_enums(<target> <name> HEADERS <header>...): <name>.h and <name>.c in the build folder, with GTypes for the enumerations
# of those C headers, one value a line (my_kind_get_type() and MY_TYPE_KIND), made by glib-mkenums and part of the target.
function(kms_glib_enums target name)
  cmake_parse_arguments(PARSE_ARGV 2 ARG "" "" "HEADERS")
  find_program(KMS_GLIB_MKENUMS glib-mkenums REQUIRED)
  list(TRANSFORM ARG_HEADERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  foreach(kind h c)
    # Not configure_file(): names between @ are glib-mkenums' own.
    set(template "${CMAKE_CURRENT_BINARY_DIR}/${name}.${kind}.template")
    file(READ "${KMS_GLIB_TEMPLATES}/enumtypes.${kind}.in" text)
    string(REPLACE "KMS_ENUM_HEADER" "${name}.h" text "${text}")
    file(WRITE "${template}" "${text}")
    set(file "${CMAKE_CURRENT_BINARY_DIR}/${name}.${kind}")
    add_custom_command(OUTPUT "${file}" DEPENDS ${ARG_HEADERS} "${template}" VERBATIM
      COMMAND "${KMS_GLIB_MKENUMS}" --template "${template}" --output "${file}" ${ARG_HEADERS})
    target_sources(${target} PRIVATE "${file}")
  endforeach()
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
endfunction()

# kms_glib_marshal(<target> <name> <prefix> <list>): <name>.h and <name>.c in the build folder, with the closure marshallers of the
# list, a file with lines such as "VOID:INT,STRING", made by glib-genmarshal and part of the target: <prefix>_VOID__INT_STRING().
function(kms_glib_marshal target name prefix list)
  find_program(KMS_GLIB_GENMARSHAL glib-genmarshal REQUIRED)
  cmake_path(ABSOLUTE_PATH list BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  set(header "${CMAKE_CURRENT_BINARY_DIR}/${name}.h")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${name}.c")
  set(command "${KMS_GLIB_GENMARSHAL}" --quiet --prefix "${prefix}" "${list}" --output)
  add_custom_command(OUTPUT "${header}" DEPENDS "${list}" VERBATIM COMMAND ${command} "${header}" --header --pragma-once)
  add_custom_command(OUTPUT "${source}" DEPENDS "${list}" "${header}" VERBATIM
    COMMAND ${command} "${source}" --body --include-header "${name}.h")
  target_sources(${target} PRIVATE "${header}" "${source}")
  target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}")
endfunction()
