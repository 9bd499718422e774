# kms_find(<package>...): the native library of other packages, e.g. kms_find(core) for the target kmscore. Looks into the
# workspace (the same variant of the sibling package), then into the installed npm package @kms/<package>, then where
# find_package() looks. -Dkms<package>_DIR=<build folder>/cmake overrides.
macro(kms_find)
  foreach(kms_find_package ${ARGN})
    string(REPLACE "-" "" kms_find_name "kms${kms_find_package}")
    kms_npm_folder(kms_find_folder "@kms/${kms_find_package}")
    find_package(${kms_find_name} CONFIG QUIET NO_DEFAULT_PATH PATHS
      "${PROJECT_SOURCE_DIR}/../../${kms_find_package}/build/${KMS_VARIANT}/cmake"
      "${PROJECT_SOURCE_DIR}/../../../${kms_find_package}/build/${KMS_VARIANT}/cmake"
      "${kms_find_folder}/build/${KMS_VARIANT}/cmake")
    if(NOT ${kms_find_name}_FOUND)
      find_package(${kms_find_name} CONFIG QUIET)
    endif()
    if(NOT ${kms_find_name}_FOUND)
      message(FATAL_ERROR "${kms_find_name} not found for the variant ${KMS_VARIANT}: build it first "
        "(pnpm nx native kms-${kms_find_package}), install @kms/${kms_find_package}, or give "
        "-D${kms_find_name}_DIR=<its build folder>/cmake")
    endif()
  endforeach()
endmacro()

# kms_npm_folder(<out> <name>): the folder of an npm package as the project resolves it; a folder that is not there otherwise.
function(kms_npm_folder out name)
  find_program(KMS_NODE node)
  set(folder "${PROJECT_SOURCE_DIR}/node_modules/${name}")
  if(KMS_NODE)
    execute_process(COMMAND "${KMS_NODE}" -p "path.dirname(require.resolve('${name}/package.json'))"
      WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE
      RESULT_VARIABLE result ERROR_QUIET)
    if(result EQUAL 0)
      set(folder "${found}")
    endif()
  endif()
  set(${out} "${folder}" PARENT_SCOPE)
endfunction()

# kms_pkg(<PREFIX> <module>...): pkg_check_modules() for the target PkgConfig::<PREFIX>, remembered so that the exported
# package of a kms_library() with that target among its PUBLIC_LINK can look it up again.
macro(kms_pkg prefix)
  pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET ${ARGN})
  set_property(GLOBAL PROPERTY "KMS_PKG_${prefix}" "${ARGN}")
endmacro()
