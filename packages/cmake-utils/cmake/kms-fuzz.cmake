set(KMS_FUZZ_DRIVER "${CMAKE_CURRENT_LIST_DIR}/../fuzz/driver.cpp")

# kms_fuzz(<name> SOURCES ... CORPUS <folder> [COMPONENTS ...]): a fuzz target, the program fuzz-<name>. SOURCES define
# LLVMFuzzerTestOneInput(), which must not keep anything from one input to the next. Registered with CTest in both forms:
#   ordinary builds   our own driver (fuzz/driver.cpp): the corpus, then seeded mutations of it for KMS_FUZZ_SMOKE_SECONDS
#   -DKMS_FUZZ=ON     libFuzzer with AddressSanitizer and UndefinedBehaviorSanitizer, by clang, for KMS_FUZZ_SECONDS
# `nx fuzz <package>` builds and runs the second form. What libFuzzer finds new goes to <build>/fuzz-corpus/<name>.
function(kms_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "CORPUS" "SOURCES;COMPONENTS")
  if(KMS_FUZZ)
    kms_libfuzzer(fuzz-${name} "${CMAKE_BINARY_DIR}/fuzz-corpus/${name}")
  else()
    add_executable(fuzz-${name} ${ARG_SOURCES} "${KMS_FUZZ_DRIVER}")
    add_test(NAME fuzz-${name} COMMAND fuzz-${name} "${ARG_CORPUS}" ${KMS_FUZZ_SMOKE_SECONDS})
    set_tests_properties(fuzz-${name} PROPERTIES TIMEOUT 120)
  endif()
  kms_link_components(fuzz-${name} ${ARG_COMPONENTS})
  kms_compile_options(fuzz-${name})
endfunction()

# The part of kms_fuzz() for libFuzzer; sees its arguments.
macro(kms_libfuzzer target found)
  add_executable(${target} ${ARG_SOURCES})
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  file(MAKE_DIRECTORY "${found}")
  add_test(NAME ${target} COMMAND ${target} -max_total_time=${KMS_FUZZ_SECONDS} -timeout=10 -rss_limit_mb=1024 -max_len=4096
    -print_final_stats=1 -verbosity=0 "-artifact_prefix=${found}/../${target}-" "${found}" "${ARG_CORPUS}")
  math(EXPR limit "${KMS_FUZZ_SECONDS} + 120")
  set_tests_properties(${target} PROPERTIES TIMEOUT ${limit})
  if(NOT TARGET kms-fuzz)
    add_custom_target(kms-fuzz)
  endif()
  add_dependencies(kms-fuzz ${target})
endmacro()
