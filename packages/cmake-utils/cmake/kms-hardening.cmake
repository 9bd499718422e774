# kms_hardening(<target>): what the distribution hardens programs with (stack protector, fortified C library calls, full RELRO),
# as dpkg-buildflags tells it; nothing where there is no dpkg-buildflags. -DKMS_HARDENING=ON does it for every target.
function(kms_hardening target)
  find_program(KMS_DPKG_BUILDFLAGS dpkg-buildflags)
  if(NOT KMS_DPKG_BUILDFLAGS)
    return()
  endif()
  kms_dpkg_flags(defines CPPFLAGS)
  kms_dpkg_flags(options CXXFLAGS)
  kms_dpkg_flags(link LDFLAGS)
  # Programs are position independent by CMake's own means; these are for those that are not.
  list(FILTER options EXCLUDE REGEX "^-fPI[CE]|^-fpi[ce]")
  list(FILTER link EXCLUDE REGEX "^-pie|^-fPIE")
  target_compile_options(${target} PRIVATE ${defines} ${options})
  target_link_options(${target} PRIVATE ${link})
endfunction()

# kms_dpkg_flags(<out> <variable>): dpkg-buildflags' words for it, without those about optimisation, debug information and paths,
# which the build type decides.
function(kms_dpkg_flags out variable)
  execute_process(COMMAND "${CMAKE_COMMAND}" -E env DEB_BUILD_MAINT_OPTIONS=hardening=+all
    "${KMS_DPKG_BUILDFLAGS}" --get ${variable}
    OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(flags UNIX_COMMAND "${text}")
  list(FILTER flags EXCLUDE REGEX "^-g|^-O|prefix-map|-flto")
  if(NOT CMAKE_BUILD_TYPE MATCHES "Rel|Debug")
    list(FILTER flags EXCLUDE REGEX "FORTIFY") # needs an optimised build
  endif()
  set(${out} "${flags}" PARENT_SCOPE)
endfunction()
