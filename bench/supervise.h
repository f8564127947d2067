// Takes the directory of a run away, however the run ends: by itself, by an error, by Ctrl-C.
//
// Databases of several libraries are written by threads that we do not know, up to the last moment;
// what they write cannot be removed before they are gone. So the run is a process of its own, and
// this one waits for its end.
#pragma once

#include <functional>
#include <string>

namespace gs::bench {

// Runs `work` in a new process and removes `directory` when it and its children have ended. Returns
// its exit status, or ends by the signal that stopped it: SIGINT, SIGTERM or SIGHUP to this process
// end it at once. Call it before there are threads.
int supervise(const std::string& directory, const std::function<int()>& work);

// For a process that was just forked: it ends when its parent, whose process id this is, does.
void end_with_parent(int parent);

}  // namespace gs::bench
