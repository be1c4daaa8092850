// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ckernel.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

// The same number on all architectures; headers before Linux 5.6 lack it.
#ifndef SYS_openat2
#define SYS_openat2 437
#endif

ssize_t ckernel_getdents(int descriptor, void *buffer, size_t size) { return getdents64(descriptor, buffer, size); }

void ckernel_name_thread(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    pthread_setname_np(pthread_self(), cut);
}

uint64_t ckernel_filesystem_magic(int descriptor) {
    struct statfs status;
    int result;
    do result = fstatfs(descriptor, &status);
    while (result != 0 && errno == EINTR);
    // Of 32 bits; signed in the structure on some architectures.
    return result == 0 ? (uint32_t)status.f_type : 0;
}

int ckernel_open_in_root(const char *root, const char *path) {
    int folder = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    // struct open_how of linux/openat2.h, whose RESOLVE_IN_ROOT is 0x10.
    struct {
        uint64_t flags, mode, resolve;
    } how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .mode = 0, .resolve = 0x10};
    int opened = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    int failure = errno;
    close(folder);
    errno = failure;
    return opened;
}
