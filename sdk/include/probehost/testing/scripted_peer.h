/* SPDX-License-Identifier: MIT-0
 * What a checker connects to in its unit tests: a server on 127.0.0.1, in a thread of the test, that is as good or as
 * bad as the test says.
 *
 *     ph_peer_conduct conduct = {PH_PEER_SILENT, NULL, 0, 0, 0, fake};
 *     ph_peer* peer = ph_peer_start(&conduct);
 *     ... a run with PH_FAKE_UNTIL_CANCELLED now ends as soon as it has connected ...
 *     ph_peer_stop(peer);
 *
 * Link it as <probehost/testing/fake_host.h> says. Lack of memory or descriptors ends the process in words.
 */
#ifndef PROBEHOST_TESTING_SCRIPTED_PEER_H
#define PROBEHOST_TESTING_SCRIPTED_PEER_H

#include <probehost/testing/fake_host.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PH_PEER_SILENT = 0, /* accepts, reads and says nothing */
    PH_PEER_REFUSE = 1, /* refuses connections */
    PH_PEER_ANSWER = 2, /* sends its bytes and stays */
    PH_PEER_CLOSE = 3,  /* sends its bytes and ends the connection */
    PH_PEER_RESET = 4,  /* sends its bytes and resets the connection */
    PH_PEER_DRIP = 5    /* sends its bytes one at a time, and stays */
};

typedef struct ph_peer_conduct {
    int32_t kind;      /* PH_PEER_... */
    const char* bytes; /* what it sends; NULL for none; copied */
    uint32_t length;   /* of `bytes` */
    uint32_t after;    /* bytes of the client that it waits for first; PH_PEER_ANSWER answers so many every time.
                          0: it speaks first, and once */
    uint32_t pause_ms; /* PH_PEER_DRIP: before each byte */
    ph_fake* cancels;  /* ph_fake_cancel() is called whenever a client has connected; NULL: none */
} ph_peer_conduct;

typedef struct ph_peer ph_peer;

/* Starts a peer. It serves up to 16 clients side by side until ph_peer_stop(),
 * which the caller owes. `conduct` is copied; a fake in it has to outlive the peer. */
ph_peer* ph_peer_start(const ph_peer_conduct* conduct);

/* Closes all its connections and ends its thread. `peer` may be NULL. */
void ph_peer_stop(ph_peer* peer);

/* [any] The port on 127.0.0.1; that of PH_PEER_REFUSE is kept from others. */
uint16_t ph_peer_port(const ph_peer* peer);

/* [any] How many clients have connected so far. */
uint32_t ph_peer_connections(ph_peer* peer);

/* [any] How many bytes clients have sent so far, and the first of them: up to `size` are copied to `bytes`, which may
 * be NULL when `size` is 0. It remembers 64 KiB. */
uint64_t ph_peer_received(ph_peer* peer, char* bytes, uint64_t size);

#ifdef __cplusplus
}
#endif
#endif
