# kms_opencv(<module>...): targets kms::opencv_<module> of OpenCV 4, e.g. kms_opencv(core imgproc). Debian's small packages
# (libopencv-core-dev, ...) carry neither CMake nor pkg-config files; those come with all of OpenCV only.
function(kms_opencv)
  find_path(KMS_OPENCV_INCLUDE opencv2/core.hpp PATH_SUFFIXES opencv4)
  foreach(module IN LISTS ARGN)
    if(TARGET kms::opencv_${module})
      continue()
    endif()
    find_library(KMS_OPENCV_${module} opencv_${module})
    if(NOT KMS_OPENCV_INCLUDE OR NOT KMS_OPENCV_${module})
      message(FATAL_ERROR "OpenCV's ${module} not found: apt-get install libopencv-${module}-dev")
    endif()
    add_library(kms::opencv_${module} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(kms::opencv_${module} PROPERTIES
      IMPORTED_LOCATION "${KMS_OPENCV_${module}}" INTERFACE_INCLUDE_DIRECTORIES "${KMS_OPENCV_INCLUDE}")
  endforeach()
endfunction()
