// Where the parts of this installation lie, also when it was moved as a whole.
#pragma once

#include <string>

namespace probehost {

// probehost-worker: beside this program (in a build tree), or in the installation's libexec.
std::string workerProgram();

// The folder that plugins are installed in.
std::string pluginDirectory();

// The folder of the templates that `probehost plugin new` writes projects from.
std::string templateDirectory();

// Whether this is one of the plugins that come with probehost, where they were installed or built.
bool isShipped(const std::string& pluginFile);

} // namespace probehost
