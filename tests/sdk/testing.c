/* The headers for unit tests. */
#include <probehost/testing/fake_host.h>
#include <probehost/testing/scripted_peer.h>
