// proc_pid_stat(5).
#include "app/trusted_peer.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace probehost {

namespace {

// Our child at the head of a session of its own, as a worker is and stays; what a shell left to us as process 1 is not.
bool isWorker(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    std::istringstream behindName(
        text.substr(text.rfind(')') + 1)); // a process names itself, with brackets if it likes
    char state = 0;
    pid_t parent = 0, group = 0, session = 0;
    behindName >> state >> parent >> group >> session;
    return parent == getpid() && session == pid;
}

} // namespace

bool isTrusted(const ucred& peer) { return (peer.uid == 0 || peer.uid == geteuid()) && !isWorker(peer.pid); }

} // namespace probehost
