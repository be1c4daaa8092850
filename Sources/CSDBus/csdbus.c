// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "csdbus.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/// An error as sd_bus_message_get_error(3) shows it.
struct shown_error {
    const char *name;
    const char *message;
    int need_free;
};

/// All functions of the library that are used, the newest of which came in 2015; members are named without `sd_`.
#define FUNCTIONS(f) \
    f(int, bus_new, (sd_bus **)) \
    f(int, bus_set_address, (sd_bus *, const char *)) \
    f(int, bus_set_bus_client, (sd_bus *, int)) \
    f(int, bus_start, (sd_bus *)) \
    f(void, bus_close, (sd_bus *)) \
    f(sd_bus *, bus_unref, (sd_bus *)) \
    f(int, bus_send, (sd_bus *, sd_bus_message *, uint64_t *)) \
    f(int, bus_process, (sd_bus *, sd_bus_message **)) \
    f(int, bus_wait, (sd_bus *, uint64_t)) \
    f(int, bus_message_new_method_call, \
      (sd_bus *, sd_bus_message **, const char *, const char *, const char *, const char *)) \
    f(int, bus_message_append_basic, (sd_bus_message *, char, const void *)) \
    f(int, bus_message_set_auto_start, (sd_bus_message *, int)) \
    f(sd_bus_message *, bus_message_unref, (sd_bus_message *)) \
    f(int, bus_message_get_reply_cookie, (sd_bus_message *, uint64_t *)) \
    f(const struct shown_error *, bus_message_get_error, (sd_bus_message *)) \
    f(int, bus_message_read_basic, (sd_bus_message *, char, void *)) \
    f(int, bus_message_enter_container, (sd_bus_message *, char, const char *)) \
    f(int, bus_message_exit_container, (sd_bus_message *)) \
    f(int, bus_message_skip, (sd_bus_message *, const char *))

struct csdbus_library {
    void *handle;
#define DECLARE(result, name, arguments) result(*name) arguments;
    FUNCTIONS(DECLARE)
#undef DECLARE
};

/// Looks all functions up; the name of one that is missing, NULL for none.
static const char *look_up(csdbus_library *library) {
// The cast through a pointer to the member is what POSIX gives as the way to do it.
#define LOOK_UP(result, name, arguments) \
    *(void **)(&library->name) = dlsym(library->handle, "sd_" #name); \
    if (!library->name) return "sd_" #name;
    FUNCTIONS(LOOK_UP)
#undef LOOK_UP
    return NULL;
}

csdbus_library *csdbus_open(char *reason, size_t room) {
    void *handle = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror();
        snprintf(reason, room, "%s", why ? why : "libsystemd.so.0 cannot be opened");
        return NULL;
    }
    csdbus_library *library = calloc(1, sizeof *library);
    if (library) library->handle = handle;
    const char *missing = library ? look_up(library) : "memory";
    if (!missing) return library;
    snprintf(reason, room, "libsystemd.so.0: no %s", missing);
    free(library);
    dlclose(handle);
    return NULL;
}

void csdbus_close(csdbus_library *library) {
    dlclose(library->handle);
    free(library);
}

int csdbus_connect(const csdbus_library *l, const char *address, int is_bus, sd_bus **bus) {
    *bus = NULL;
    int result = l->bus_new(bus);
    if (result < 0) return result;
    result = l->bus_set_address(*bus, address);
    if (result >= 0 && is_bus) result = l->bus_set_bus_client(*bus, 1);
    if (result >= 0) result = l->bus_start(*bus);
    if (result >= 0) return 0;
    l->bus_unref(*bus);
    *bus = NULL;
    return result;
}

void csdbus_disconnect(const csdbus_library *l, sd_bus *bus) {
    // Not flushed: that would wait for a peer that may hang.
    l->bus_close(bus);
    l->bus_unref(bus);
}

int csdbus_send(const csdbus_library *l, sd_bus *bus, const struct csdbus_call *call, uint64_t *cookie) {
    sd_bus_message *message = NULL;
    int result = l->bus_message_new_method_call(
        bus, &message, call->destination, call->path, call->interface, call->member);
    if (result < 0) return result;
    // Asking how something is must not start it.
    result = l->bus_message_set_auto_start(message, 0);
    if (result >= 0 && call->first) result = l->bus_message_append_basic(message, 's', call->first);
    if (result >= 0 && call->second) result = l->bus_message_append_basic(message, 's', call->second);
    if (result >= 0) result = l->bus_send(bus, message, cookie);
    l->bus_message_unref(message);
    return result;
}

static uint64_t now_microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

int csdbus_receive(
    const csdbus_library *l, sd_bus *bus, uint64_t deadline, sd_bus_message **reply, uint64_t *cookie) {
    for (;;) {
        sd_bus_message *message = NULL;
        int result = l->bus_process(bus, &message);
        if (message) {
            // Signals have no cookie; they are nothing to us.
            if (l->bus_message_get_reply_cookie(message, cookie) >= 0) {
                *reply = message;
                return 1;
            }
            l->bus_message_unref(message);
        }
        if (result < 0) return result;
        // Also where messages never end that are no replies.
        uint64_t now = now_microseconds();
        if (now >= deadline) return -ETIMEDOUT;
        if (result > 0) continue;
        result = l->bus_wait(bus, deadline - now);
        if (result < 0 && result != -EINTR) return result;
    }
}

void csdbus_release(const csdbus_library *l, sd_bus_message *message) { l->bus_message_unref(message); }

const char *csdbus_error(const csdbus_library *l, sd_bus_message *message, const char **text) {
    const struct shown_error *error = l->bus_message_get_error(message);
    *text = error ? error->message : NULL;
    return error ? error->name : NULL;
}

int csdbus_read(const csdbus_library *l, sd_bus_message *message, char type, void *value) {
    return l->bus_message_read_basic(message, type, value);
}

int csdbus_enter(const csdbus_library *l, sd_bus_message *message, char type, const char *contents) {
    return l->bus_message_enter_container(message, type, contents);
}

int csdbus_leave(const csdbus_library *l, sd_bus_message *message) {
    return l->bus_message_exit_container(message);
}

int csdbus_skip(const csdbus_library *l, sd_bus_message *message, const char *types) {
    return l->bus_message_skip(message, types);
}
