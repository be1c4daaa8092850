// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ckernel.h"

#include <dirent.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

ssize_t ckernel_getdents(int descriptor, void *buffer, size_t size) { return getdents64(descriptor, buffer, size); }

void ckernel_name_thread(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    pthread_setname_np(pthread_self(), cut);
}
