# Entry of find_package(kms-cmake-utils): loads every function that our native folders use.
include("${CMAKE_CURRENT_LIST_DIR}/kms-defaults.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-find.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-component.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-export.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-module.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-plugin.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-addon.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/kms-test.cmake")
