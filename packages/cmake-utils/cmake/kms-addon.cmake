# kms_addon(<name> SOURCES ... [COMPONENTS ...] [LINK ...]): a Node addon <name>.node on Node-API 8. cmake-js gives the header
# folders (CMAKE_JS_INC); plain CMake asks node for them, so the package needs node-addon-api and node-api-headers.
function(kms_addon name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;COMPONENTS;LINK")
  set(includes "${CMAKE_JS_INC}")
  if(NOT includes)
    kms_node_includes(includes)
  endif()
  add_library(${name} MODULE ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}")
  target_include_directories(${name} SYSTEM PRIVATE ${includes})
  # SWALLOW: without it a call in a worker thread that is being terminated aborts the whole process.
  target_compile_definitions(${name} PRIVATE NAPI_VERSION=8 NODE_ADDON_API_CPP_EXCEPTIONS
    NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
  kms_link_components(${name} ${ARG_COMPONENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".node" LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  kms_shipped(${name})
  kms_install_by_path(${name})
endfunction()

# kms_node_includes(<out>): the header folders of node-addon-api and node-api-headers, as the package resolves them.
function(kms_node_includes out)
  find_program(KMS_NODE node REQUIRED)
  set(folders "")
  foreach(package node-addon-api node-api-headers)
    execute_process(COMMAND "${KMS_NODE}" -p "require('path').resolve(require('${package}').include_dir)"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE
      COMMAND_ERROR_IS_FATAL ANY)
    cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY "${PROJECT_SOURCE_DIR}" NORMALIZE)
    list(APPEND folders "${folder}")
  endforeach()
  set(${out} "${folders}" PARENT_SCOPE)
endfunction()
