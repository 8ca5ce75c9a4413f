/* One thread that serves all clients of a peer. */
#include <probehost/testing/scripted_peer.h>

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guarded.h"

#define MOST_CLIENTS 16
#define REMEMBERED 65536u

struct client {
    int fd;         /* -1: none */
    uint64_t heard; /* bytes since it was last answered */
    uint32_t dripped;
    int answered;
};

struct ph_peer {
    ph_peer_conduct conduct;
    char* bytes;
    int listener, stop_fd;
    uint16_t port;
    pthread_t thread;
    struct client clients[MOST_CLIENTS];
    pthread_mutex_t mutex; /* guards what follows */
    uint32_t connections;
    uint64_t received;
    char remembered[REMEMBERED];
};

static void drop(struct client* client) {
    close(client->fd);
    client->fd = -1;
}

static void reset(struct client* client) {
    const struct linger at_once = {1, 0};
    setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    drop(client);
}

/* Waits for a slow reader: its socket blocks, for a second at most. */
static void send_all(const struct client* client, const char* bytes, uint32_t length) {
    while (length > 0) {
        const ssize_t sent = send(client->fd, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes += sent;
        length -= (uint32_t)sent;
    }
}

static int answers(const ph_peer* peer, const struct client* client) {
    const ph_peer_conduct* conduct = &peer->conduct;
    const int speaks = conduct->kind != PH_PEER_SILENT && conduct->kind != PH_PEER_DRIP;
    const int again = conduct->kind == PH_PEER_ANSWER && conduct->after > 0;
    return speaks && client->fd >= 0 && client->heard >= conduct->after && (again || !client->answered);
}

/* What has not been read yet would turn close() into a reset. */
static void answer(const ph_peer* peer, struct client* client) {
    while (answers(peer, client)) {
        send_all(client, peer->bytes, peer->conduct.length);
        client->answered = 1;
        client->heard -= peer->conduct.after;
        if (peer->conduct.kind == PH_PEER_CLOSE) shutdown(client->fd, SHUT_WR);
        if (peer->conduct.kind == PH_PEER_RESET) reset(client);
    }
}

static int drips(const ph_peer* peer, const struct client* client) {
    return peer->conduct.kind == PH_PEER_DRIP && client->fd >= 0 && client->heard >= peer->conduct.after &&
           client->dripped < peer->conduct.length;
}

static void drip(ph_peer* peer) {
    for (int i = 0; i < MOST_CLIENTS; i++) {
        struct client* client = &peer->clients[i];
        if (drips(peer, client)) send_all(client, peer->bytes + client->dripped++, 1);
    }
}

static void remember(ph_peer* peer, const char* bytes, size_t length) {
    pthread_mutex_lock(&peer->mutex);
    if (peer->received < REMEMBERED) {
        const uint64_t room = REMEMBERED - peer->received;
        memcpy(peer->remembered + peer->received, bytes, length < room ? length : room);
    }
    peer->received += length;
    pthread_mutex_unlock(&peer->mutex);
}

static void hear(ph_peer* peer, struct client* client) {
    char bytes[4096];
    const ssize_t length = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    if (length <= 0) {
        drop(client);
        return;
    }
    remember(peer, bytes, (size_t)length);
    client->heard += (uint64_t)length;
    answer(peer, client);
}

/* MOST_CLIENTS: none. */
static int vacancy(const ph_peer* peer) {
    int i = 0;
    while (i < MOST_CLIENTS && peer->clients[i].fd >= 0) i++;
    return i;
}

static void welcome(ph_peer* peer) {
    const struct timeval second = {1, 0};
    struct client* client = &peer->clients[vacancy(peer)];
    const struct client fresh = {accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC), 0, 0, 0};
    if (fresh.fd < 0) return;
    setsockopt(fresh.fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof(second));
    *client = fresh;
    pthread_mutex_lock(&peer->mutex);
    peer->connections++;
    pthread_mutex_unlock(&peer->mutex);
    if (peer->conduct.cancels != NULL) ph_fake_cancel(peer->conduct.cancels);
    answer(peer, client);
}

static int pause_of(const ph_peer* peer) {
    for (int i = 0; i < MOST_CLIENTS; i++) {
        if (drips(peer, &peer->clients[i])) return (int)peer->conduct.pause_ms;
    }
    return -1; /* until ph_peer_stop() */
}

enum { LISTENER = MOST_CLIENTS, STOP, DESCRIPTORS };

/* poll() would always have something to say of a port that refuses. */
static int welcomes(const ph_peer* peer) {
    return peer->conduct.kind != PH_PEER_REFUSE && vacancy(peer) < MOST_CLIENTS;
}

/* What poll() says, or 0 when the next byte is due. */
static int wait_for_somebody(const ph_peer* peer, struct pollfd* fds) {
    for (int i = 0; i < MOST_CLIENTS; i++) fds[i] = (struct pollfd){peer->clients[i].fd, POLLIN, 0};
    fds[LISTENER] = (struct pollfd){welcomes(peer) ? peer->listener : -1, POLLIN, 0};
    fds[STOP] = (struct pollfd){peer->stop_fd, POLLIN, 0};
    return poll(fds, DESCRIPTORS, pause_of(peer));
}

static void attend(ph_peer* peer, const struct pollfd* fds) {
    for (int i = 0; i < MOST_CLIENTS; i++) {
        if (fds[i].revents != 0) hear(peer, &peer->clients[i]);
    }
    if (fds[LISTENER].revents != 0) welcome(peer);
}

static void* serve(void* argument) {
    ph_peer* peer = argument;
    struct pollfd fds[DESCRIPTORS];
    for (;;) {
        const int count = wait_for_somebody(peer, fds);
        if (fds[STOP].revents != 0) return NULL;
        if (count == 0) drip(peer);
        if (count > 0) attend(peer, fds);
    }
}

/* A port that is bound and not listened at refuses, and nobody else gets it. */
static void open_port(ph_peer* peer) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (peer->listener < 0 || bind(peer->listener, (struct sockaddr*)&address, size) != 0 ||
        getsockname(peer->listener, (struct sockaddr*)&address, &size) != 0)
        cannot_go_on("port on 127.0.0.1");
    if (peer->conduct.kind != PH_PEER_REFUSE && listen(peer->listener, 128) != 0) cannot_go_on("port on 127.0.0.1");
    peer->port = ntohs(address.sin_port);
}

ph_peer* ph_peer_start(const ph_peer_conduct* conduct) {
    ph_peer* peer = zeroed(sizeof(ph_peer));
    peer->conduct = *conduct;
    peer->bytes = zeroed(conduct->length + 1u);
    if (conduct->length > 0) memcpy(peer->bytes, conduct->bytes, conduct->length);
    for (int i = 0; i < MOST_CLIENTS; i++) peer->clients[i].fd = -1;
    pthread_mutex_init(&peer->mutex, NULL);
    peer->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (peer->stop_fd < 0) cannot_go_on("descriptor");
    open_port(peer);
    if (pthread_create(&peer->thread, NULL, serve, peer) != 0) cannot_go_on("thread");
    return peer;
}

void ph_peer_stop(ph_peer* peer) {
    if (peer == NULL) return;
    eventfd_write(peer->stop_fd, 1);
    pthread_join(peer->thread, NULL);
    for (int i = 0; i < MOST_CLIENTS; i++) {
        if (peer->clients[i].fd >= 0) close(peer->clients[i].fd);
    }
    close(peer->listener);
    close(peer->stop_fd);
    pthread_mutex_destroy(&peer->mutex);
    free(peer->bytes);
    free(peer);
}

uint16_t ph_peer_port(const ph_peer* peer) { return peer->port; }

uint32_t ph_peer_connections(ph_peer* peer) {
    pthread_mutex_lock(&peer->mutex);
    const uint32_t connections = peer->connections;
    pthread_mutex_unlock(&peer->mutex);
    return connections;
}

uint64_t ph_peer_received(ph_peer* peer, char* bytes, uint64_t size) {
    pthread_mutex_lock(&peer->mutex);
    const uint64_t received = peer->received;
    const uint64_t kept = received < REMEMBERED ? received : REMEMBERED;
    if (size > 0) memcpy(bytes, peer->remembered, size < kept ? size : kept);
    pthread_mutex_unlock(&peer->mutex);
    return received;
}
