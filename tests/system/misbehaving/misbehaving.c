/* A checker that does harm. Its settings say what ("act") and when ("at": create, run or destroy), which file gets a
 * byte each time that it is created ("diary"), and where its host's sockets are ("admin", "notify"), if any of that. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probehost/abi.h"

PH_ELF_NOTE(0, 0);

struct ph_check {
    char act[64];
    char at[16];
    ph_run* old_run;
};

static const ph_host* host;

static void segfault(void) { *(volatile int*)8 = 1; }

static int deepen(volatile char* above) {
    volatile char room[4096];
    room[0] = above == NULL ? 1 : above[0];
    return deepen(room) + room[0];
}

static void overflow(void) { deepen(NULL); }

static void leave(void) { exit(0); }
static void leave_at_once(void) { _exit(3); }

static void spin(void) {
    for (volatile uint64_t turns = 0;; turns++) {
    }
}

static void sleep_for_ever(void) {
    for (;;) pause();
}

static char* volatile leaked; /* so that no compiler sees that nobody wants it */

static void leak(size_t size) {
    leaked = malloc(size);
    memset(leaked, 1, size);
}

static void allocate_10_gigabytes(void) { leak((size_t)10 << 30); }

static void leak_400_megabytes(void) {
    for (int i = 0; i < 400; i++) leak(1 << 20);
}

static void leak_60_megabytes(void) { leak(60 << 20); }

static void fork_bomb(void) {
    for (int i = 0; i < 10000; i++) {
        if (fork() == 0) sleep_for_ever();
    }
}

static void* sleep_in_thread(void* unused) {
    sleep_for_ever();
    return unused;
}

static void thread_bomb(void) {
    pthread_t thread;
    for (int i = 0; i < 100000; i++) {
        if (pthread_create(&thread, NULL, sleep_in_thread, NULL) != 0) return;
    }
}

static void kill_everybody(void) {
    kill(getppid(), SIGKILL);
    kill(-1, SIGKILL);
    kill(0, SIGKILL);
}

static void become_a_shell(void) { execl("/bin/sh", "sh", "-c", "kill -9 $PPID", (char*)NULL); }

static void close_descriptors(void) {
    for (int fd = 0; fd <= 1000; fd++) close(fd);
}

static void open_descriptors(void) {
    while (open("/dev/null", O_RDONLY) >= 0) {
    }
}

static void write_all(int fd, const char* text, size_t size) {
    if (write(fd, text, size) < 0) return;
}

static void chatter(void) {
    for (int i = 0; i < 1000; i++) {
        write_all(1, "GARBAGE\n", 8);
        write_all(2, "GARBAGE\n", 8);
    }
}

static void chatter_to_host(void) { write_all(3, "GARBAGE", 7); }

static void flood_log(void) {
    for (int i = 0; i < 20000; i++) host->log(host, NULL, PH_LOG_WARN, "GARBAGE", 7);
}

static void change_process(void) {
    static sigset_t all;
    setlocale(LC_ALL, "C.UTF-8");
    if (chdir("/tmp") != 0) return;
    umask(0777);
    for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    clearenv();
    setenv("LD_PRELOAD", "/nowhere.so", 1);
}

static void* speak_for_ever(void* opaque) {
    const ph_check* check = opaque;
    for (;;) {
        host->verdict(check->old_run, PH_FAIL, "from the past", 13);
        host->fact_text(check->old_run, "late", "yes", 3);
        usleep(1000);
    }
    return NULL;
}

static void end_the_thread(void) { pthread_exit(NULL); }

static void set_an_alarm(void) {
    signal(SIGALRM, SIG_DFL);
    alarm(1);
    pause();
}

static void stop_itself(void) { raise(SIGSTOP); }

static void lose_a_reader(void) {
    int ends[2];
    if (pipe(ends) != 0) return;
    close(ends[0]);
    signal(SIGPIPE, SIG_DFL);
    write_all(ends[1], "x", 1);
}

/* Whoever reads from the pipe is not told; whom the kernel tells is what matters. */
static void signal_by_input(void) {
    int ends[2];
    if (pipe(ends) != 0) return;
    fcntl(ends[0], F_SETOWN, getppid());
    fcntl(ends[0], F_SETSIG, SIGKILL);
    fcntl(ends[0], F_SETFL, O_ASYNC);
    write_all(ends[1], "x", 1);
}

static void slow_everybody(void) {
    const struct sched_param lowest = {0};
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(getppid(), sizeof(one), &one);
    sched_setscheduler(getppid(), SCHED_IDLE, &lowest);
    setpriority(PRIO_PROCESS, (id_t)getppid(), 19);
    setpriority(PRIO_USER, 0, 19);
}

static void small_thread_bomb(void) {
    pthread_t thread;
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 16384);
    for (int i = 0; i < 100000; i++) {
        if (pthread_create(&thread, &small, sleep_in_thread, NULL) != 0) return;
    }
}

/* As long as nothing runs nobody looks. */
static void* make_threads_later(void* unused) {
    usleep(1500000);
    small_thread_bomb();
    return unused;
}

static void late_thread_bomb(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, make_threads_later, NULL);
}

static void is_refused(int outcome) {
    if (outcome != -1 || (errno != EPERM && errno != ENOSYS)) _exit(4);
}

/* Each would hold up the host, write at its terminal, or take memory that nobody counts. */
static void ask_for_what_is_refused(void) {
    const struct linger lingering = {1, 3600};
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    const int nowhere = open("/dev/null", O_RDWR);
    const unsigned long requests[] = {TIOCSTI, TIOCSCTTY, TIOCSPGRP, TIOCLINUX};
    is_refused(setsockopt(client, SOL_SOCKET, SO_LINGER, &lingering, sizeof(lingering)));
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) is_refused(ioctl(nowhere, requests[i], "\n"));
    is_refused(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
    is_refused(memfd_create("uncounted", 0));
    is_refused(shmget(IPC_PRIVATE, 4096, IPC_CREAT));
    close(client);
    close(nowhere);
}

static int connected(int type, const char* path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int client = socket(AF_UNIX, type, 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    if (connect(client, (const struct sockaddr*)&address, sizeof(address)) != 0) _exit(5);
    return client;
}

static void say(int client, const char* text) { send(client, text, strlen(text), MSG_NOSIGNAL); }

/* In the name of the operator and of the application. */
static void command(const char* admin, const char* notify) {
    char answer[64];
    if (notify == NULL && admin == NULL) return;
    prctl(PR_SET_NAME, "a) S 1 1 1 ("); /* which is not where the host looks */
    if (notify != NULL) say(connected(SOCK_DGRAM, notify), "MODEL=embedding loaded");
    if (admin == NULL) return;
    const int client = connected(SOCK_STREAM, admin);
    say(client, "POST /admin/reload HTTP/1.0\r\n\r\n");
    if (read(client, answer, sizeof(answer)) > 0) _exit(6);
    close(client);
}

static void act(const char* name) {
    static const struct {
        const char* name;
        void (*act)(void);
    } acts[] = {
        {"segfault", segfault},
        {"overflow", overflow},
        {"abort", abort},
        {"exit", leave},
        {"_exit", leave_at_once},
        {"spin", spin},
        {"sleep", sleep_for_ever},
        {"10 gigabytes", allocate_10_gigabytes},
        {"400 megabytes", leak_400_megabytes},
        {"60 megabytes", leak_60_megabytes},
        {"fork bomb", fork_bomb},
        {"thread bomb", thread_bomb},
        {"kill everybody", kill_everybody},
        {"become a shell", become_a_shell},
        {"close descriptors", close_descriptors},
        {"open descriptors", open_descriptors},
        {"chatter", chatter},
        {"chatter to host", chatter_to_host},
        {"flood log", flood_log},
        {"change process", change_process},
        {"end the thread", end_the_thread},
        {"alarm", set_an_alarm},
        {"signal by input", signal_by_input},
        {"slow everybody", slow_everybody},
        {"small thread bomb", small_thread_bomb},
        {"stop itself", stop_itself},
        {"lose a reader", lose_a_reader},
        {"late thread bomb", late_thread_bomb},
        {"ask for what is refused", ask_for_what_is_refused},
    };
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (strcmp(name, acts[i].name) == 0) acts[i].act();
    }
}

static void say_too_much(ph_run* run) {
    const size_t size = 10 << 20;
    char* text = malloc(size);
    if (text == NULL) return;
    memset(text, 'x', size);
    host->verdict(run, PH_FAIL, text, size);
    for (int i = 0; i < 5000; i++) {
        host->detail(run, text, 4096);
        host->fact_text(run, "fact", text, 1024);
    }
    free(text);
}

static void note(const char* diary) {
    const int fd = diary == NULL ? -1 : open(diary, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (fd < 0) return;
    write_all(fd, ".", 1);
    close(fd);
}

static int32_t create(const ph_checker* checker, const ph_host* from, const ph_settings* settings, ph_check** made,
                      ph_error* error) {
    ph_check* check = calloc(1, sizeof(*check));
    (void)checker, (void)error;
    host = from;
    snprintf(check->act, sizeof(check->act), "%s", from->setting(settings, "/act", NULL));
    snprintf(check->at, sizeof(check->at), "%s", from->setting(settings, "/at", NULL));
    note(from->setting(settings, "/diary", NULL));
    command(from->setting(settings, "/admin", NULL), from->setting(settings, "/notify", NULL));
    if (strcmp(check->at, "create") == 0) act(check->act);
    *made = check;
    return PH_OK;
}

static int32_t run(ph_check* check, const ph_run_context* context, ph_error* error) {
    pthread_t thread;
    (void)error;
    if (strcmp(check->at, "run") == 0) act(check->act);
    if (strcmp(check->act, "no verdict") == 0) return PH_OK;
    if (strcmp(check->act, "two verdicts") == 0) host->verdict(context->run, PH_FAIL, "first", 5);
    if (strcmp(check->act, "not utf-8") == 0) {
        host->verdict(context->run, PH_FAIL, "a\xff\xc0z", 4);
        return PH_OK;
    }
    if (strcmp(check->act, "say too much") == 0) {
        say_too_much(context->run);
        return PH_OK;
    }
    if (strcmp(check->act, "old pointers") == 0 && check->old_run == NULL) {
        check->old_run = context->run;
        pthread_create(&thread, NULL, speak_for_ever, check);
    }
    host->verdict(context->run, PH_PASS, NULL, 0);
    return PH_OK;
}

static void destroy(ph_check* check) {
    if (strcmp(check->at, "destroy") == 0) act(check->act);
}

static const ph_checker misbehaving = {
    sizeof(ph_checker),
    0,
    "misbehaving",
    "Does harm",
    "{\"type\":\"object\",\"required\":[\"act\",\"at\"],\"properties\":{\"act\":{\"type\":\"string\"},"
    "\"at\":{\"enum\":[\"create\",\"run\",\"destroy\"]},\"diary\":{\"type\":\"string\"},"
    "\"admin\":{\"type\":\"string\"},\"notify\":{\"type\":\"string\"}}}",
    NULL,
    PH_SCOPE_EXTERNAL,
    PH_PROBE_READY,
    1000,
    200,
    50,
    0,
    create,
    run,
    destroy,
    NULL};
static const ph_checker* const checkers[] = {&misbehaving};
static const ph_plugin plugin = {sizeof(ph_plugin), PH_ABI_MAJOR, PH_ABI_MINOR, 0,    0,    1,    checkers,
                                 "misbehaving",     "1.0.0",      NULL,         NULL, NULL, NULL, NULL};

PH_EXPORT const ph_plugin* probehost_plugin_entry_v1(const ph_host* from) {
    (void)from;
    return &plugin;
}
