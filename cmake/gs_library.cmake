# The library `globalstorage`: every module's objects in one archive, with its install rules.
# Users say find_package(globalstorage) and link globalstorage::globalstorage.
#
# Always an archive. Symbols are hidden, so that a shared library made of it exports nothing by
# accident, but for the functions of globalstorage/c.h (GS_EXPORT): they are the interface across
# shared libraries. The C++ interface hands out types of the standard library and has none.

get_property(modules GLOBAL PROPERTY GS_MODULES)
set(objects "")
foreach(module IN LISTS modules)
  if(NOT module STREQUAL gs_sim)
    list(APPEND objects $<TARGET_OBJECTS:${module}>)
  endif()
endforeach()

if(TARGET gs_quickjs)
  list(APPEND objects $<TARGET_OBJECTS:gs_quickjs>)
endif()

if(objects)
  add_library(globalstorage STATIC ${objects})
  add_library(globalstorage::globalstorage ALIAS globalstorage)
  set_target_properties(globalstorage PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(globalstorage PUBLIC cxx_std_20)
  target_include_directories(globalstorage PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(NOT GS_WASM)
    target_link_libraries(globalstorage PUBLIC
      $<BUILD_INTERFACE:gs_external_crypto>
      $<BUILD_INTERFACE:gs_external_threads>
      $<BUILD_INTERFACE:gs_external_zstd>
      $<INSTALL_INTERFACE:OpenSSL::Crypto>
      $<INSTALL_INTERFACE:globalstorage::sodium>
      $<INSTALL_INTERFACE:globalstorage::zstd>
      $<INSTALL_INTERFACE:Threads::Threads>)
    if(GS_SANITIZE)
      target_link_options(globalstorage INTERFACE -fsanitize=${GS_SANITIZE})
    endif()
  endif()

  if(GS_INSTALL AND NOT GS_WASM)
    include(CMakePackageConfigHelpers)
    set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/globalstorage)
    install(TARGETS globalstorage EXPORT globalstorage ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(EXPORT globalstorage NAMESPACE globalstorage:: FILE globalstorageTargets.cmake
            DESTINATION ${package_dir})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/globalstorage
            DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
            FILES_MATCHING PATTERN "*.h" PATTERN "*.def")
    # What the C++ compiler links by itself and the C compiler does not.
    set(globalstorage_cxx_runtime ${CMAKE_CXX_IMPLICIT_LINK_LIBRARIES})
    list(REMOVE_ITEM globalstorage_cxx_runtime ${CMAKE_C_IMPLICIT_LINK_LIBRARIES})
    list(REMOVE_DUPLICATES globalstorage_cxx_runtime)
    configure_package_config_file(
      ${PROJECT_SOURCE_DIR}/cmake/globalstorageConfig.cmake.in
      ${PROJECT_BINARY_DIR}/globalstorageConfig.cmake
      INSTALL_DESTINATION ${package_dir})
    write_basic_package_version_file(
      ${PROJECT_BINARY_DIR}/globalstorageConfigVersion.cmake
      COMPATIBILITY SameMinorVersion)
    install(FILES ${PROJECT_BINARY_DIR}/globalstorageConfig.cmake
                  ${PROJECT_BINARY_DIR}/globalstorageConfigVersion.cmake
            DESTINATION ${package_dir})
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
  endif()
endif()
