// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "ckernel.h"

#include <dirent.h>
#include <linux/futex.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t ckernel_getdents(int descriptor, void *buffer, size_t size) { return getdents64(descriptor, buffer, size); }

void ckernel_name_thread(const char *name) {
    char cut[16];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    pthread_setname_np(pthread_self(), cut);
}

void ckernel_signal(uint32_t *word) {
    if (__atomic_exchange_n(word, 1, __ATOMIC_RELEASE) == 0) syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void ckernel_wait(uint32_t *word) {
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0) syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

void ckernel_clear(uint32_t *word) { __atomic_store_n(word, 0, __ATOMIC_RELAXED); }
