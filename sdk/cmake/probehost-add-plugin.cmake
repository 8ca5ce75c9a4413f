# probehost_add_plugin(NAME SOURCES file... [LIBRARIES target...]): builds NAME.so as every plugin must be built.
# One exported symbol, no symbol taken from the host, everything bound at load, and no copy of a static library visible.
function(probehost_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "" "SOURCES;LIBRARIES")
  add_library(${name} MODULE ${plugin_SOURCES})
  set_target_properties(${name} PROPERTIES
    PREFIX "" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${PROBEHOST_PLUGIN_MAP})
  if(PROBEHOST_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROBEHOST_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  target_link_libraries(${name} PRIVATE probehost::sdk ${plugin_LIBRARIES})
  target_link_options(${name} PRIVATE
    LINKER:--version-script=${PROBEHOST_PLUGIN_MAP} LINKER:--exclude-libs,ALL LINKER:--build-id
    LINKER:-z,now LINKER:-z,relro LINKER:-z,noexecstack)
  if(NOT PROBEHOST_SANITIZE)
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
endfunction()
